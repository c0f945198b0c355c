//! Who left still reads the own request and its answer, and has nothing else back.

use kaifong::graphql::{ExportForm, Unexported};
use serde_json::{Value, json};

use super::copy::{entries, field};
use super::{answered, asks, copy, deed, done, fetch, own, stands};
use crate::app::App;
use crate::asking::{literal, nodes, row, tamper};

#[tokio::test]
async fn a_person_whose_record_was_archived_reads_the_request_and_fetches_the_copy() {
    for app in App::each().await {
        let mine = own(&app).await;
        let (request, waiting) = (answered(&app).await, asks(&app).await);
        let me = literal(&app, row(&mine));
        tamper(
            &app,
            &format!("UPDATE volunteer SET archived_at = CURRENT_TIMESTAMP WHERE id = {me}"),
        )
        .await;
        let now = stands(&app, "volunteer", &request).await;
        assert_eq!(now["state"], "ANSWERED");
        assert_eq!(nodes(&now["steps"]).len(), 2);
        let told = copy(&app, "volunteer", &request).await;
        assert_eq!(entries(&told, "Volunteer")[0]["id"], mine);
        assert_eq!(
            field(entries(&told, "Volunteer")[0], "phone")["known"],
            "FULL"
        );
        assert!(told["disclosures"]["entries"].is_array());
        // It is in the list too.
        let list = app
            .data(
                "volunteer",
                "{ dataRequests(first: 100) { nodes { id } totalCount } }",
            )
            .await;
        let listed: Vec<_> = nodes(&list["dataRequests"])
            .iter()
            .map(|one| &one["id"])
            .collect();
        assert!(listed.contains(&&request) && listed.contains(&&waiting));
        assert_eq!(list["dataRequests"]["totalCount"], json!(listed.len()));
        // What waits has no copy yet.
        let early = fetch(&app, "volunteer", &waiting, ExportForm::Json).await;
        assert_eq!(early.unwrap_err(), Unexported::Unanswered);

        // Nothing else comes back: not the record, its log, its notes, or a deed.
        let query = "query($id: ID!) { volunteer(id: $id) { phone healthRemark } }";
        let seen = app
            .data_with("volunteer", query, json!({ "id": mine }))
            .await;
        assert!(
            seen["volunteer"].is_null()
                || (seen["volunteer"]["phone"].is_null()
                    && seen["volunteer"]["healthRemark"].is_null()),
            "{seen}"
        );
        let query = "query($id: ID!) { disclosures(record: $id) { nodes { id } } changes(record: $id) { nodes { id } } }";
        let seen = app
            .ask_with("volunteer", query, json!({ "id": mine }))
            .await;
        for list in ["disclosures", "changes"] {
            assert!(seen["data"][list].is_null(), "{seen}");
        }
        let query = "query($r: ID!) { dataRequest(id: $r) { volunteer { id phone } } }";
        let seen = app
            .data_with("volunteer", query, json!({ "r": request }))
            .await;
        assert!(
            seen["dataRequest"]["volunteer"]["phone"].is_null(),
            "{seen}"
        );
        let none = deed(
            &app,
            "volunteer",
            "dataRequestOpen",
            json!({ "kind": "ACCESS", "volunteerId": mine }),
        )
        .await;
        assert!(
            none["data"]["dataRequestOpen"]["dataRequest"].is_null(),
            "{none}"
        );
        for name in [
            "dataRequestWithdraw",
            "dataRequestAnswer",
            "dataRequestRefuse",
        ] {
            let none = deed(&app, "volunteer", name, json!({ "id": waiting })).await;
            assert_eq!(
                none["errors"][0]["extensions"]["code"], "FORBIDDEN",
                "{name}: {none}"
            );
        }
        // Nobody else comes to see it.
        for role in [
            "coordinator",
            "administrator",
            "guardian",
            "teacher",
            "partner_edit",
            "anonymous",
        ] {
            let seen = app
                .ask_with(role, super::STANDS, json!({ "r": request }))
                .await;
            assert!(seen["data"]["dataRequest"].is_null(), "{role}: {seen}");
        }
        // What is not the person's account's is not the person's.
        tamper(
            &app,
            &format!("UPDATE volunteer SET account_id = NULL WHERE id = {me}"),
        )
        .await;
        assert!(stands(&app, "volunteer", &request).await.is_null());
        let gone = fetch(&app, "volunteer", &request, ExportForm::Json).await;
        assert_eq!(gone.unwrap_err(), Unexported::Missing);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_person_whose_membership_ended_reads_the_request_and_fetches_the_copy() {
    for app in App::each().await {
        let me = app.data("volunteer", "{ viewer { user { id } } }").await["viewer"]["user"]["id"]
            .take();
        let of_record = answered(&app).await;
        let input = json!({ "kind": "ACCESS", "userId": me });
        let of_account = deed(&app, "volunteer", "dataRequestOpen", input).await;
        let of_account = of_account["data"]["dataRequestOpen"]["dataRequest"]["id"].clone();
        let requests: Vec<Value> = match of_account.is_string() {
            true => {
                done(
                    &app,
                    "privacy_officer",
                    "dataRequestAnswer",
                    json!({ "id": of_account }),
                )
                .await;
                vec![of_record, of_account]
            }
            false => vec![of_record],
        };
        let account = literal(&app, row(&me));
        tamper(
            &app,
            &format!(
                "UPDATE membership SET archived_at = CURRENT_TIMESTAMP WHERE account_id = {account}"
            ),
        )
        .await;
        for request in &requests {
            assert_eq!(
                stands(&app, "volunteer", request).await["state"],
                "ANSWERED"
            );
            let told = copy(&app, "volunteer", request).await;
            assert!(!entries(&told, "Volunteer").is_empty() && !entries(&told, "User").is_empty());
        }
        // The organisation's people do not come back with it.
        let list = app
            .data(
                "volunteer",
                "{ volunteers(first: 100) { nodes { id } } users(first: 100) { nodes { id } } }",
            )
            .await;
        let mine = own(&app).await;
        assert!(
            nodes(&list["users"]).iter().all(|user| user["id"] == me),
            "{list}"
        );
        let phones = app
            .data(
                "volunteer",
                "{ volunteers(first: 100) { nodes { id phone } } }",
            )
            .await;
        assert!(
            nodes(&phones["volunteers"])
                .iter()
                .all(|v| v["id"] == mine || v["phone"].is_null())
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn who_was_a_guardian_reads_the_own_request_and_not_the_childs() {
    for app in App::each().await {
        let all = app
            .data(
                "guardian",
                "{ guardians { nodes { id } } students { nodes { id } } viewer { user { id } } }",
            )
            .await;
        let me = literal(&app, row(&all["viewer"]["user"]["id"]));
        let child = nodes(&all["students"])[0]["id"].clone();
        let query =
            "query($u: ID!) { guardians(where: { user: { id: { in: [$u] } } }) { nodes { id } } }";
        let found = app
            .data_with(
                "guardian",
                query,
                json!({ "u": all["viewer"]["user"]["id"] }),
            )
            .await;
        let record = nodes(&found["guardians"])[0]["id"].clone();
        let guardian = literal(&app, row(&record));
        tamper(&app, &format!("UPDATE membership SET organisation_id = (SELECT organisation_id FROM guardian WHERE id = {guardian}) WHERE role = 'PRIVACY_OFFICER'")).await;
        let mut requests = Vec::new();
        for input in [
            json!({ "kind": "ACCESS", "guardianId": record }),
            json!({ "kind": "ACCESS", "studentId": child }),
        ] {
            let request = done(&app, "guardian", "dataRequestOpen", input).await["id"].clone();
            done(
                &app,
                "privacy_officer",
                "dataRequestAnswer",
                json!({ "id": request }),
            )
            .await;
            requests.push(request);
        }
        tamper(
            &app,
            &format!("UPDATE guardian SET archived_at = CURRENT_TIMESTAMP WHERE account_id = {me}"),
        )
        .await;
        assert_eq!(
            stands(&app, "guardian", &requests[0]).await["state"],
            "ANSWERED"
        );
        let told = copy(&app, "guardian", &requests[0]).await;
        assert_eq!(entries(&told, "Guardian")[0]["id"], record);
        assert!(entries(&told, "Student").is_empty());
        assert!(stands(&app, "guardian", &requests[1]).await.is_null());
        let none = fetch(&app, "guardian", &requests[1], ExportForm::Json).await;
        assert_eq!(none.unwrap_err(), Unexported::Missing);
        app.database.close().await;
    }
}
