//! What was read stays what was read: editions of notices, and rosters of what is over.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::app::App;

const CHANGE: &str = "mutation($input: NoticeChangeInput!) { noticeChange(input: $input) { notice { edition } userErrors { code } } }";

async fn notice(app: &App, status: &str) -> Value {
    let query = format!(
        "{{ notices(first: 1, where: {{status: {{eq: {status}}}}}) {{ nodes {{ id edition }} }} }}"
    );
    app.data("administrator", &query).await["notices"]["nodes"][0].clone()
}

#[tokio::test]
async fn a_published_notice_that_is_reworded_is_a_new_edition() {
    for app in App::each().await {
        for (status, raised) in [("PUBLISHED", 1), ("DRAFT", 0)] {
            let found = notice(&app, status).await;
            let before = found["edition"].as_i64().unwrap();
            let kept = json!({ "input": { "id": found["id"], "forwardable": false } });
            let data = app.data_with("administrator", CHANGE, kept).await;
            assert_eq!(data["noticeChange"]["notice"]["edition"], json!(before));
            let reworded = json!({ "input": { "id": found["id"], "bodyEn": "Read this anew." } });
            let data = app.data_with("administrator", CHANGE, reworded).await;
            assert_eq!(
                data["noticeChange"]["notice"]["edition"],
                json!(before + raised)
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn who_came_or_was_missed_stays_on_the_roster() {
    for app in App::each().await {
        let query = "{ assignments(first: 1, where: {status: {eq: ACCEPTED}}) { nodes { id } } }";
        let data = app.data("coordinator", query).await;
        let id = data["assignments"]["nodes"][0]["id"].clone();
        let unassign = "mutation($input: AssignmentUnassignInput!) { assignmentUnassign(input: $input) { assignment { status } userErrors { code } } }";
        let (_, row) = kaifong::graphql::decode_id(id.as_str().unwrap()).unwrap();
        for (status, code) in [
            ("ATTENDED", Some("CONFLICT")),
            ("ABSENT", Some("CONFLICT")),
            ("OFFERED", None),
            ("CANCELLED", None),
        ] {
            let hex = row.simple();
            let sql = match app.database.name {
                "SQLite" => {
                    format!("UPDATE assignment SET status = '{status}' WHERE id = x'{hex}'")
                }
                _ => format!("UPDATE assignment SET status = '{status}' WHERE id = '{row}'"),
            };
            app.database.db.execute_unprepared(&sql).await.unwrap();
            let input = json!({ "input": { "id": id } });
            let data = app.data_with("coordinator", unassign, input).await;
            let payload = &data["assignmentUnassign"];
            match code {
                Some(code) => assert_eq!(payload["userErrors"][0]["code"], code, "{status}"),
                None => assert_eq!(payload["assignment"]["status"], "CANCELLED", "{status}"),
            }
        }
        app.database.close().await;
    }
}
