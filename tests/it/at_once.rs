//! What many ask for at the same moment is done once.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Request, Variables};
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn a_volunteer_is_put_on_a_roster_once_however_many_ask() {
    for app in App::each().await {
        let shifts = "{ shifts(first: 8, where: {progress: {eq: PLANNED}}) { nodes { id } } }";
        let shifts = app.data("coordinator", shifts).await["shifts"]["nodes"].take();
        assert!(shifts.as_array().unwrap().len() > 3);
        for shift in shifts.as_array().unwrap() {
            let shift = &shift["id"];
            let free = "query($s: ID!) { volunteers(first: 1, where: {not: {assignments: {some: {shift: {id: {eq: $s}}}}}}) { nodes { id } } }";
            let free = app
                .data_with("coordinator", free, json!({ "s": shift }))
                .await;
            let volunteer = free["volunteers"]["nodes"][0]["id"].clone();
            let assign = "mutation($input: ShiftAssignInput!) { shiftAssign(input: $input) { assignment { id } userErrors { code } } }";
            let input = json!({ "input": { "id": shift, "volunteerId": volunteer } });
            let asking = (0..12).map(|_| {
                let (graph, claims) = (Arc::clone(&app.graph), app.claims("coordinator"));
                let request = Request::new(assign).variables(Variables::from_json(input.clone()));
                let now = app.now;
                tokio::spawn(async move { graph.execute(request, claims.as_ref(), now).await })
            });
            let mut ids = BTreeSet::new();
            for answer in join_all(asking).await {
                let answer = serde_json::to_value(answer.unwrap()).unwrap();
                let done = &answer["data"]["shiftAssign"];
                assert_eq!(done["userErrors"], json!([]), "{answer}");
                ids.insert(done["assignment"]["id"].as_str().unwrap().to_owned());
            }
            assert_eq!(ids.len(), 1, "{}: one was made", app.database.name);
            let rows = "query($v: ID!, $s: ID!) { assignments(where: {volunteer: {id: {eq: $v}}, shift: {id: {eq: $s}}}) { totalCount } }";
            let rows = app.data_with("coordinator", rows, json!({ "v": volunteer, "s": shift }));
            assert_eq!(rows.await["assignments"]["totalCount"], json!(1));

            // Taken off, the volunteer can be put on again.
            let unassign = "mutation($input: AssignmentUnassignInput!) { assignmentUnassign(input: $input) { userErrors { code } } }";
            let off = json!({ "input": { "id": ids.first() } });
            let off = app.data_with("coordinator", unassign, off).await;
            assert_eq!(off["assignmentUnassign"]["userErrors"], json!([]));
            let again = app.data_with("coordinator", assign, input).await;
            let made = &again["shiftAssign"]["assignment"]["id"];
            assert!(made.is_string() && !ids.contains(made.as_str().unwrap()));
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn who_was_on_a_roster_twice_is_on_it_once_after_the_migration() {
    use migration::{Migrator, MigratorTrait};
    let all = Migrator::get_migration_files();
    let later = all.iter().rev();
    let later = later.take_while(|one| !one.name().ends_with("_roster_once"));
    let steps = u32::try_from(later.count() + 1).unwrap();
    for app in App::each().await {
        let db = &app.database.db;
        Migrator::down(db, Some(steps)).await.unwrap();
        let count = async |condition: &str| -> i64 {
            let sql = format!("SELECT count(*) FROM assignment WHERE {condition}");
            let statement = Statement::from_string(db.get_database_backend(), sql);
            let row = db.query_one_raw(statement).await.unwrap().unwrap();
            row.try_get_by_index(0).unwrap()
        };
        let live = "archived_at IS NULL AND status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED')";
        let before = count(live).await;
        let (new, twice) = match app.database.name {
            "SQLite" => ("randomblob(16)", 2),
            _ => ("gen_random_uuid()", 2),
        };
        for _ in 0..twice {
            let copy = format!(
                "INSERT INTO assignment (id, created_at, updated_at, organisation_id, project_id, shift_id, volunteer_id, status)
                 SELECT {new}, created_at, updated_at, organisation_id, project_id, shift_id, volunteer_id, 'OFFERED'
                 FROM assignment WHERE {live} ORDER BY id LIMIT 5"
            );
            db.execute_unprepared(&copy).await.unwrap();
        }
        assert_eq!(count(live).await, before + 10);
        let all = count("1 = 1").await;
        Migrator::up(db, None).await.unwrap();
        assert_eq!(count(live).await, before, "{}", app.database.name);
        assert_eq!(count("1 = 1").await, all, "nothing is lost");
        let _: Value = app
            .data("coordinator", "{ assignments(first: 1) { totalCount } }")
            .await;
        app.database.close().await;
    }
}
