//! Who is told why somebody sees something of a record is in the log of that record.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::logged::last;
use super::own::own_volunteer;
use crate::app::App;
use crate::asking::id;

const WHY: &str = "query($r: ID!, $f: String!) { explain(record: $r, field: $f) { answer } }";
const LOG: &str = "query($id: ID!) { disclosures(record: $id, first: 1) { nodes { full masked roles records } } }";

#[tokio::test]
async fn an_explanation_of_a_persons_record_is_in_the_persons_log() {
    for app in App::each().await {
        let record = own_volunteer(&app).await;
        for field in ["phone", "there", "edit phone"] {
            let before = last(app.graph.store()).await;
            let why = app
                .data_with("coordinator", WHY, json!({ "r": record, "f": field }))
                .await;
            assert!(why["explain"]["answer"].is_string());
            assert_eq!(last(app.graph.store()).await, before + 1, "{field}");
            let log = app
                .data_with("volunteer", LOG, json!({ "id": record }))
                .await;
            let newest = &log["disclosures"]["nodes"][0];
            assert_eq!(
                newest["full"],
                json!(["Volunteer.explain"]),
                "no field of it was shown"
            );
            assert_eq!(
                (&newest["masked"], &newest["records"]),
                (&json!([]), &json!([record]))
            );
            assert_eq!(newest["roles"], json!(["COORDINATOR"]));
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_explains_nothing_of_a_person_is_not_logged() {
    for app in App::each().await {
        let record = own_volunteer(&app).await;
        let shifts = app
            .data("coordinator", "{ shifts(first: 1) { nodes { id } } }")
            .await;
        let missing = json!(id("Volunteer", Uuid::new_v4()));
        let before = last(app.graph.store()).await;
        for (role, record, field) in [
            ("coordinator", &record, "nonsense"),
            ("coordinator", &missing, "phone"),
            ("coordinator", &shifts["shifts"]["nodes"][0]["id"], "title"),
            ("guardian", &record, "phone"),
            ("anonymous", &record, "phone"),
        ] {
            app.data_with(role, WHY, json!({ "r": record, "f": field }))
                .await;
        }
        assert_eq!(last(app.graph.store()).await, before);
        app.database.close().await;
    }
}

#[tokio::test]
async fn an_explanation_that_cannot_be_logged_is_not_given() {
    for app in App::each().await {
        let record = own_volunteer(&app).await;
        for (break_it, given) in [
            ("audit_entry RENAME TO gone", false),
            ("gone RENAME TO audit_entry", true),
        ] {
            let alter = format!("ALTER TABLE {break_it}");
            app.database.db.execute_unprepared(&alter).await.unwrap();
            let asked = json!({ "r": record, "f": "phone" });
            let answer = app.ask_with("coordinator", WHY, asked).await;
            assert_eq!(
                answer["data"]["explain"]["answer"].is_string(),
                given,
                "{answer}"
            );
            assert_eq!(answer["data"] == Value::Null, !given);
        }
        app.database.close().await;
    }
}
