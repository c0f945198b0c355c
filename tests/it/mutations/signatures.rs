//! Receipts are confirmed and signed.

use serde_json::json;

use super::{done, forbidden, one, pair, stopped, tally};
use crate::app::App;
use crate::asking::{literal, row, tamper};

#[tokio::test]
async fn a_receipt_is_confirmed_once_and_signed_only_where_it_may_be() {
    for app in App::each().await {
        let fields = "readAt signedAt edition";
        let waiting = async |sign: bool| {
            let arguments = format!(
                "where: {{ readAt: {{ isNull: true }}, notice: {{ requiresSignature: {{ eq: {sign} }} }} }}"
            );
            one(
                &app,
                "guardian",
                "noticeReceipts",
                &arguments,
                "readAt signedAt student { id }",
            )
            .await
        };
        // Reading it is enough where no signature is asked for.
        let plain = waiting(false).await;
        let input = json!({ "id": plain["id"], "sign": true });
        assert_eq!(
            stopped(&app, "guardian", "noticeReceiptConfirm", &input).await,
            [pair("CONFLICT", "sign")]
        );
        let read = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": plain["id"], "version": plain["version"] }),
        )
        .await;
        assert_eq!(read["readAt"], "2026-11-18T04:00:00Z");
        assert!(read["signedAt"].is_null());
        let before = tally(&app).await;
        let again = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": plain["id"], "sign": false }),
        )
        .await;
        assert_eq!(again, read, "the first time counts");
        assert!(tally(&app).await == before);
        // First read, then signed; or both at once.
        let receipt = waiting(true).await;
        let read = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": receipt["id"] }),
        )
        .await;
        assert!(read["readAt"].is_string() && read["signedAt"].is_null());
        let signed = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": receipt["id"], "sign": true }),
        )
        .await;
        assert_eq!(
            (&signed["readAt"], &signed["signedAt"]),
            (&read["readAt"], &json!("2026-11-18T04:00:00Z"))
        );
        let before = tally(&app).await;
        assert_eq!(
            done(
                &app,
                "guardian",
                "noticeReceiptConfirm",
                fields,
                &json!({ "id": receipt["id"], "sign": true })
            )
            .await,
            signed
        );
        assert!(tally(&app).await == before);
        // A guardian who may not sign for the child does not; reading is still possible.
        let unsigned = format!(
            "UPDATE notice_receipt SET read_at = NULL, signed_at = NULL WHERE id = {}",
            literal(&app, row(&receipt["id"]))
        );
        tamper(&app, &unsigned).await;
        let student = literal(&app, row(&receipt["student"]["id"]));
        tamper(
            &app,
            &format!("UPDATE guardianship SET may_sign = FALSE WHERE student_id = {student}"),
        )
        .await;
        let input = json!({ "id": receipt["id"], "sign": true });
        assert_eq!(
            stopped(&app, "guardian", "noticeReceiptConfirm", &input).await,
            [pair("CONFLICT", "sign")]
        );
        let read = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": receipt["id"] }),
        )
        .await;
        assert!(read["readAt"].is_string() && read["signedAt"].is_null());
        // Without access to the child the receipt is still one's own, but not to be confirmed.
        tamper(&app, &unsigned).await;
        tamper(
            &app,
            &format!("UPDATE guardianship SET has_access = FALSE WHERE student_id = {student}"),
        )
        .await;
        forbidden(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            &json!({ "id": receipt["id"] }),
        )
        .await;
        // Nobody confirms for another, whoever sees the receipt.
        let others = one(
            &app,
            "teacher",
            "noticeReceipts",
            "where: { student: {} }",
            "",
        )
        .await["id"]
            .clone();
        forbidden(
            &app,
            "teacher",
            "noticeReceiptConfirm",
            &json!({ "id": others }),
        )
        .await;
        let others = one(
            &app,
            "coordinator",
            "noticeReceipts",
            "where: { readAt: { isNull: true } }",
            "",
        )
        .await["id"]
            .clone();
        forbidden(
            &app,
            "coordinator",
            "noticeReceiptConfirm",
            &json!({ "id": others }),
        )
        .await;
        app.database.close().await;
    }
}
