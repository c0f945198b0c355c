//! Leaks that there were, each in its smallest form.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::app::App;

fn ids(nodes: &Value, wanted: impl Fn(&Value) -> bool) -> BTreeSet<&str> {
    let nodes = nodes.as_array().unwrap().iter().filter(|node| wanted(node));
    nodes.map(|node| node["id"].as_str().unwrap()).collect()
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
