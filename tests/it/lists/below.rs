//! Lists below parents.

use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{Log, nodes};
use crate::databases::TestDatabase;

#[tokio::test]
async fn lists_below_many_parents_are_like_lists_below_one() {
    for app in App::each().await {
        let inner = "assignments(first: 2, orderBy: { field: STATUS, direction: DESC }) { totalCount totalCountIsExact pageInfo { hasNextPage hasPreviousPage endCursor } nodes { id status } }";
        let query = format!(
            "{{ shifts(first: 60, orderBy: {{ field: STARTS_AT }}) {{ nodes {{ id {inner} }} }} }}"
        );
        let data = app.data("coordinator", &query).await;
        let mut full = 0;
        for shift in nodes(&data["shifts"]) {
            let alone = app
                .data(
                    "coordinator",
                    &format!("{{ shift(id: {}) {{ id {inner} }} }}", shift["id"]),
                )
                .await;
            assert_eq!(alone["shift"], *shift, "asked for alone it is the same");
            let total = shift["assignments"]["totalCount"].as_u64().unwrap();
            full += usize::from(total > 2);
            assert_eq!(nodes(&shift["assignments"]).len() as u64, total.min(2));
            assert_eq!(
                shift["assignments"]["pageInfo"]["hasNextPage"],
                json!(total > 2)
            );
        }
        assert!(full > 5, "some are longer than a page");
        app.database.close().await;
    }
}

#[tokio::test]
async fn below_each_parent_one_can_page_on_forward_backward_and_by_offset() {
    for app in App::each().await {
        let data = app.data("coordinator", "{ shifts(first: 12, orderBy: { field: NEEDED, direction: DESC }) { nodes { id assignments(first: 1000) { nodes { id } } } } }").await;
        for shift in nodes(&data["shifts"]) {
            let whole = nodes(&shift["assignments"]);
            let mut there: Vec<Value> = Vec::new();
            let mut cursor = Value::Null;
            loop {
                let page = app
                    .data_with("coordinator", "query($id: ID!, $after: String) { shift(id: $id) { assignments(first: 3, after: $after) { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } } }", json!({ "id": shift["id"], "after": cursor }))
                    .await;
                let page = &page["shift"]["assignments"];
                assert_eq!(
                    page["totalCount"],
                    json!(whole.len()),
                    "a cursor does not shorten the count"
                );
                there.extend(nodes(page).iter().cloned());
                cursor = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == json!(false) {
                    break;
                }
            }
            assert_eq!(there, *whole);
        }
        // The last ones and those from an offset, of many parents in one go.
        let data = app.data("coordinator", "{ shifts(first: 30) { nodes { assignments(first: 1000) { nodes { id } } last: assignments(last: 2) { nodes { id } pageInfo { hasPreviousPage hasNextPage } } rest: assignments(first: 2, offset: 1) { nodes { id } pageInfo { hasPreviousPage hasNextPage } } none: assignments(first: 0) { nodes { id } pageInfo { hasNextPage } } } } }").await;
        for shift in nodes(&data["shifts"]) {
            let whole = nodes(&shift["assignments"]);
            let from = whole.len().saturating_sub(2);
            assert_eq!(nodes(&shift["last"])[..], whole[from..]);
            assert_eq!(
                shift["last"]["pageInfo"],
                json!({ "hasPreviousPage": from > 0, "hasNextPage": false })
            );
            let rest: Vec<Value> = whole.iter().skip(1).take(2).cloned().collect();
            assert_eq!(*nodes(&shift["rest"]), rest);
            assert_eq!(
                shift["rest"]["pageInfo"]["hasNextPage"],
                json!(whole.len() > 3)
            );
            assert_eq!(
                shift["none"]["pageInfo"]["hasNextPage"],
                json!(!whole.is_empty())
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn lists_below_many_parents_cost_one_statement_each() {
    for database in TestDatabase::each().await {
        let app = App::over(database, kaifong::policy::Policies::shipped().unwrap()).await;
        let log = Log::of(&app);
        let statements = async |first: usize| {
            log.take();
            let query = format!(
                "{{ shifts(first: {first}, where: {{ assignments: {{ some: {{}} }} }}) {{ nodes {{ project {{ nameZh department {{ nameZh }} }} assignments(first: 5) {{ totalCount nodes {{ volunteer {{ nameZh }} }} }} }} }} }}"
            );
            let data = app.data("administrator", &query).await;
            assert_eq!(nodes(&data["shifts"]).len(), first);
            log.take().len()
        };
        let few = statements(1).await;
        assert!(few >= 5, "the log hears them: {few}");
        assert_eq!(statements(90).await, few, "however many parents there are");
        app.database.close().await;
    }
}
