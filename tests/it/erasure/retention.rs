//! What was kept long enough goes, by the schedule of each organisation, and what is held stays.

use std::sync::Arc;

use chrono::{Months, NaiveDate};
use kaifong::graphql::retention_permit;
use kaifong::policy::Policies;
use kaifong::store::Store;
use kaifong::store::retention::RunCount;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ask, codes, hold, office, officer_of, one, rows_with, vera};
use crate::app::{App, ROLES};
use crate::asking::{id, literal, number, policies, tamper};

/// A run over all organisations.
pub(super) async fn run(
    app: &App,
    store: &Store,
    night: Option<NaiveDate>,
    dry: bool,
) -> Option<Vec<RunCount>> {
    let permit = retention_permit(&Policies::shipped().unwrap()).unwrap();
    let done = store.run_retention(&permit, night, dry).await;
    done.unwrap_or_else(|error| panic!("{}: {error:?}", app.database.name))
}

pub(super) fn of(report: &[RunCount], organisation: Uuid, subject: &str) -> (i32, i32) {
    let mut all = report.iter();
    let found = all.find(|count| count.organisation == organisation && count.subject == subject);
    found.map_or((0, 0), |count| (count.done, count.held))
}

async fn set(app: &App, who: &str, organisation: Uuid, input: Value) -> Vec<String> {
    let query = "mutation($i: OrganisationSetRetentionInput!) { done: organisationSetRetention(input: $i) { userErrors { code field } } }";
    let mut all = json!({ "id": id("Organisation", organisation), "reason": "理事會決定" });
    for (key, value) in input.as_object().unwrap() {
        all[key] = value.clone();
    }
    codes(&ask(app, who, query, json!({ "i": all })).await)
}

/// A volunteer who left long ago.
pub(super) async fn left(app: &App, organisation: Uuid) -> Uuid {
    let volunteer = Uuid::new_v4();
    tamper(app, &format!(
        "INSERT INTO volunteer (id, created_at, updated_at, organisation_id, status, name_zh) VALUES \
         ({}, '2020-01-01T00:00:00+00:00', '2024-01-01T00:00:00+00:00', {}, 'LEFT', '甲乙')",
        literal(app, volunteer), literal(app, organisation)
    )).await;
    volunteer
}

#[tokio::test]
async fn a_dry_run_counts_and_a_run_erases_the_same() {
    for app in App::each().await {
        let (_, organisation, _) = vera(&app).await;
        let gone = left(&app, organisation).await;
        let stays = left(&app, organisation).await;
        assert_eq!(
            hold(
                &app,
                "privacy_officer",
                organisation,
                &id("Volunteer", stays),
                json!({})
            )
            .await,
            Vec::<String>::new()
        );
        // Two years and a month from now the rosters and notices of today are due as well.
        let store = app.graph.store().at(app.now + Months::new(25));
        let places = "SELECT COUNT(*) FROM assignment";
        let before = number(&app, places).await;
        let dry = run(&app, &store, None, true).await.unwrap();
        assert_eq!(
            of(&dry, organisation, "LEFT_VOLUNTEERS").1,
            1,
            "one is held"
        );
        assert!(of(&dry, organisation, "ROSTERS").0 > 0 && of(&dry, organisation, "NOTICES").0 > 0);
        assert_eq!(
            rows_with(&app, "volunteer", "id", gone).await,
            1,
            "nothing was done"
        );
        let done = run(&app, &store, None, false).await.unwrap();
        for count in &dry {
            // Who was taken out of every roster is not idle: the two kinds do not feed each other.
            let now = of(&done, count.organisation, &count.subject);
            if count.subject == "IDLE_VOLUNTEERS" {
                assert!(now.0 >= count.done);
            } else {
                assert_eq!(now, (count.done, count.held), "{}", count.subject);
            }
        }
        assert_eq!(rows_with(&app, "volunteer", "id", gone).await, 0);
        assert_eq!(rows_with(&app, "volunteer", "id", stays).await, 1);
        assert_eq!(
            number(&app, places).await,
            before,
            "places on rosters stay as statistics"
        );
        let named = "SELECT COUNT(*) FROM assignment a JOIN shift s ON s.id = a.shift_id JOIN volunteer v ON v.id = a.volunteer_id \
             WHERE v.source IS NULL OR v.source <> 'erased'";
        let future = number(
            &app,
            "SELECT COUNT(*) FROM shift WHERE ends_at > '2026-12-18T04:00:00+00:00'",
        )
        .await;
        assert!(number(&app, named).await == 0 || future > 0);
        // Once more there is nothing left to do.
        let again = run(&app, &store, None, false).await.unwrap();
        assert!(
            again
                .iter()
                .all(|count| count.done == 0 || count.subject == "IDLE_VOLUNTEERS"),
            "nothing is left"
        );
        let told = office(
            &app,
            "privacy_officer",
            organisation,
            "retentionRuns { dryRun subject done held ended }",
        )
        .await;
        let runs = told["retentionRuns"].as_array().unwrap();
        assert!(
            runs.iter().any(|run| run["dryRun"] == true)
                && runs.iter().any(|run| run["dryRun"] == false)
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn an_office_says_how_long_within_bounds_and_nobody_else_does() {
    for app in App::each().await {
        let (_, organisation, _) = vera(&app).await;
        let left = left(&app, organisation).await;
        let longer = json!({ "subject": "LEFT_VOLUNTEERS", "months": 84 });
        let due = "retentionDue { subject due held }";
        let count = |told: &Value| {
            let all = told["retentionDue"].as_array().unwrap().clone();
            all.iter()
                .find(|due| due["subject"] == "LEFT_VOLUNTEERS")
                .unwrap()["due"]
                .as_i64()
                .unwrap()
        };
        let before = count(&office(&app, "privacy_officer", organisation, due).await);
        assert!(before > 0);
        for who in ROLES
            .into_iter()
            .chain(["anonymous"])
            .filter(|role| *role != "privacy_officer")
        {
            let codes = set(&app, who, organisation, longer.clone()).await;
            assert!(
                codes == ["FORBIDDEN"] || codes == ["NOT_FOUND"],
                "{who}: {codes:?}"
            );
        }
        for (input, code) in [
            (
                json!({ "subject": "LEFT_VOLUNTEERS", "months": 85 }),
                "INVALID",
            ),
            (
                json!({ "subject": "LEFT_VOLUNTEERS", "months": 0 }),
                "INVALID",
            ),
            (json!({ "subject": "TRAILS", "months": 12 }), "CONFLICT"),
            (
                json!({ "subject": "NOTICES", "months": 12, "reason": "" }),
                "REQUIRED",
            ),
            (json!({ "months": 12 }), "REQUIRED"),
        ] {
            assert_eq!(
                set(&app, "privacy_officer", organisation, input.clone()).await,
                [code],
                "{input}"
            );
        }
        assert_eq!(number(&app, "SELECT COUNT(*) FROM retention_rule").await, 0);
        assert_eq!(
            set(&app, "privacy_officer", organisation, longer).await,
            Vec::<String>::new()
        );
        assert_eq!(
            count(&office(&app, "privacy_officer", organisation, due).await),
            before - 1,
            "who left in 2024 stays"
        );
        let store = app.graph.store().at(app.now);
        run(&app, &store, None, false).await.unwrap();
        assert_eq!(rows_with(&app, "volunteer", "id", left).await, 1);
        // Back to what the server has; both words stay in the trail.
        assert_eq!(
            set(
                &app,
                "privacy_officer",
                organisation,
                json!({ "subject": "LEFT_VOLUNTEERS" })
            )
            .await,
            Vec::<String>::new()
        );
        let told = office(&app, "privacy_officer", organisation, "retention { subject months shipped least most end english chinese history { number months reason by at } }").await;
        let kinds = told["retention"].as_array().unwrap();
        let kind = kinds
            .iter()
            .find(|kind| kind["subject"] == "LEFT_VOLUNTEERS")
            .unwrap();
        assert_eq!(
            (
                &kind["months"],
                &kind["history"][0]["months"],
                &kind["history"][1]["months"]
            ),
            (&json!(24), &json!(null), &json!(84))
        );
        assert!(
            kinds
                .iter()
                .any(|kind| kind["subject"] == "TRAILS" && kind["months"].is_null())
        );
        let db = &app.database.db;
        for statement in [
            "DELETE FROM retention_rule",
            "UPDATE retention_rule SET months = 1",
        ] {
            assert!(
                db.execute_unprepared(statement).await.is_err(),
                "{statement}"
            );
        }
        run(&app, &store, None, false).await.unwrap();
        assert_eq!(rows_with(&app, "volunteer", "id", left).await, 0);
        app.database.close().await;
    }
}

#[tokio::test]
async fn one_server_has_each_night_and_the_policies_have_the_last_word() {
    for app in App::each().await {
        let store = app.graph.store().at(app.now);
        let night = NaiveDate::from_ymd_opt(2026, 11, 19);
        assert!(run(&app, &store, night, false).await.is_some());
        assert!(
            run(&app, &store, night, false).await.is_none(),
            "another has it"
        );
        assert!(
            run(&app, &store, night.and_then(|day| day.succ_opt()), false)
                .await
                .is_some()
        );
        assert!(retention_permit(&policies("")).is_none());
        // Four in the afternoon here is noon there: the next night is tomorrow's, at its hour.
        let (wait, day) = app.graph.next_night(3);
        assert_eq!((wait.as_secs(), Some(day)), (15 * 3600, night));
        let (wait, day) = app.graph.next_night(13);
        assert_eq!(
            (wait.as_secs(), Some(day)),
            (3600, NaiveDate::from_ymd_opt(2026, 11, 18))
        );
        app.database.close().await;
    }
}

/// Notices that are held, and those of others, stay.
#[tokio::test]
async fn students_who_left_go_and_who_is_at_school_stays() {
    for app in App::each().await {
        let school = one(&app, "SELECT organisation_id FROM student LIMIT 1").await;
        let officer = officer_of(&app, school).await.to_string();
        let two = format!(
            "SELECT id FROM student WHERE organisation_id = {} ORDER BY id LIMIT 1",
            literal(&app, school)
        );
        let gone = one(&app, &two).await;
        let stays = one(&app, &format!("{two} OFFSET 1")).await;
        let long_ago = "updated_at = '2024-01-01T00:00:00+00:00'";
        tamper(
            &app,
            &format!(
                "UPDATE student SET status = 'LEFT', {long_ago} WHERE id = {}",
                literal(&app, gone)
            ),
        )
        .await;
        tamper(
            &app,
            &format!(
                "UPDATE student SET status = 'ENROLLED', {long_ago} WHERE id = {}",
                literal(&app, stays)
            ),
        )
        .await;
        let told = office(&app, &officer, school, "retentionDue { subject due }").await;
        let due = told["retentionDue"].as_array().unwrap();
        assert!(
            due.iter()
                .any(|due| due["subject"] == "LEFT_STUDENTS" && due["due"] == 1),
            "{told}"
        );
        let graph = Arc::clone(&app.graph);
        let report = graph
            .run_retention(NaiveDate::from_ymd_opt(2026, 11, 19).unwrap())
            .await
            .unwrap();
        assert_eq!(of(&report.unwrap(), school, "LEFT_STUDENTS"), (1, 0));
        assert_eq!(rows_with(&app, "student", "id", gone).await, 0);
        assert_eq!(rows_with(&app, "student", "id", stays).await, 1);
        app.database.close().await;
    }
}
