//! Leaks that there were, each in its smallest form.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::app::App;

fn ids(nodes: &Value, wanted: impl Fn(&Value) -> bool) -> BTreeSet<&str> {
    let nodes = nodes.as_array().unwrap().iter().filter(|node| wanted(node));
    nodes.map(|node| node["id"].as_str().unwrap()).collect()
}

/// A volunteer sees others on the same shift, and the departments of the organisation, but not who
/// is in which.
#[tokio::test]
async fn a_relation_that_is_hidden_is_not_to_be_had_from_its_other_side() {
    for app in App::each().await {
        let query = "{
            volunteers(first: 1000) { nodes { id department { id } } }
            departments(first: 50) { nodes { id volunteers(first: 1000) { totalCount nodes { id } } } }
            staffed: departments(where: { volunteers: { some: {} } }) { nodes { id } }
        }";
        let data = app.data("volunteer", query).await;
        let volunteers = &data["volunteers"]["nodes"];
        let known = ids(volunteers, |node| !node["department"].is_null());
        let unknown = ids(volunteers, |node| node["department"].is_null());
        assert_eq!(known.len(), 1, "one's own department is known");
        assert!(unknown.len() > 10, "the departments of others are not");
        let departments = data["departments"]["nodes"].as_array().unwrap();
        let mut below = BTreeSet::new();
        for department in departments {
            let volunteers = &department["volunteers"];
            let listed = ids(&volunteers["nodes"], |_| true);
            assert_eq!(volunteers["totalCount"], listed.len());
            below.extend(listed);
        }
        assert_eq!(below, known);
        let staffed = data["staffed"]["nodes"].as_array().unwrap();
        assert_eq!(staffed.len(), 1, "the department of oneself");
        app.database.close().await;
    }
}

/// A shift is there for the partner because of its project: that the calendar has it is no news.
#[tokio::test]
async fn a_partner_still_has_the_calendar_of_a_shared_project() {
    for app in App::each().await {
        let query = "{
            shifts { totalCount nodes { project { id } } }
            projects { nodes { shifts { totalCount } } }
        }";
        let data = app.data("partner", query).await;
        assert!(
            data["shifts"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .all(|s| s["project"].is_null())
        );
        let projects = data["projects"]["nodes"].as_array().unwrap().iter();
        let count = |project: &Value| project["shifts"]["totalCount"].as_u64().unwrap();
        assert_eq!(
            data["shifts"]["totalCount"],
            projects.map(count).sum::<u64>()
        );
        assert!(data["shifts"]["totalCount"].as_u64().unwrap() > 0);
        app.database.close().await;
    }
}

/// That a notice has an author whom the volunteer does not see is the same as that it has none.
#[tokio::test]
async fn a_version_does_not_tell_a_hidden_row_from_none() {
    for app in App::each().await {
        let query = "{ notices { nodes { id author { id } version } } }";
        let before = app.data("volunteer", query).await;
        let nodes = &before["notices"]["nodes"];
        assert!(!ids(nodes, |node| node["author"].is_null()).is_empty());
        let text = "UPDATE notice SET author_id = NULL WHERE author_id IS NOT NULL";
        let done = app.database.db.execute_unprepared(text).await.unwrap();
        assert!(done.rows_affected() > 0, "there were authors");
        let after = app.data("volunteer", query).await;
        for (before, after) in nodes
            .as_array()
            .unwrap()
            .iter()
            .zip(after["notices"]["nodes"].as_array().unwrap())
        {
            let same = before["version"] == after["version"];
            assert_eq!(same, before["author"].is_null(), "{before} {after}");
        }
        app.database.close().await;
    }
}

/// Whether a notice that was taken back had to be signed is not told by who may sign it.
#[tokio::test]
async fn a_notice_that_is_not_seen_is_not_to_be_signed() {
    for app in App::each().await {
        let query = "{ noticeReceipts { nodes { id notice { requiresSignature } signedAt } } }";
        let data = app.data("guardian", query).await;
        let nodes = &data["noticeReceipts"]["nodes"];
        let receipts = ids(nodes, |node| {
            node["notice"]["requiresSignature"] == true && node["signedAt"].is_null()
        });
        let receipt = receipts
            .first()
            .expect("a notice that the guardian has yet to sign");
        let sign = format!(
            r#"mutation {{ noticeReceiptConfirm(input: {{ id: "{receipt}", sign: true }}) {{ userErrors {{ code field }} }} }}"#
        );
        let mut answers = Vec::new();
        for required in ["FALSE", "TRUE"] {
            let text =
                format!("UPDATE notice SET status = 'WITHDRAWN', requires_signature = {required}");
            app.database.db.execute_unprepared(&text).await.unwrap();
            answers.push(app.data("guardian", &sign).await);
        }
        assert_eq!(answers[0], answers[1]);
        let errors = &answers[0]["noticeReceiptConfirm"]["userErrors"];
        assert_eq!(errors[0]["code"], "CONFLICT");
        // Seen again, it is signed.
        let text = "UPDATE notice SET status = 'PUBLISHED'";
        app.database.db.execute_unprepared(text).await.unwrap();
        let signed = app.data("guardian", &sign).await;
        assert_eq!(
            signed["noticeReceiptConfirm"]["userErrors"],
            serde_json::json!([])
        );
        app.database.close().await;
    }
}
