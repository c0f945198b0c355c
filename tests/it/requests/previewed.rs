//! Whoever answers looks at the copy before that, and nobody else does.

use std::collections::BTreeMap;

use kaifong::graphql::{ExportForm, Unexported};
use kaifong::rights::html::Language;
use serde_json::{Value, json};

use super::{asks, break_log, copy, done, fetch, own, stands};
use crate::app::{App, ROLES};
use crate::asking::{nodes, tamper};

/// What a copy says, without the request itself, which goes on meanwhile.
fn said(copy: &Value) -> BTreeMap<String, &Value> {
    let all = copy["entries"].as_array().unwrap().iter();
    let all = all.filter(|entry| !entry["type"].as_str().unwrap().starts_with("DataRequest"));
    let all = all.enumerate();
    all.map(|(at, entry)| {
        (
            format!("{at} {} {}", entry["type"], entry["id"]),
            &entry["fields"],
        )
    })
    .collect()
}

#[tokio::test]
async fn who_answers_sees_the_copy_before_that_as_it_will_be() {
    for app in App::each().await {
        let mine = own(&app).await;
        let request = asks(&app).await;
        let before = copy(&app, "privacy_officer", &request).await;
        assert!(
            before["preview"]["en"]
                .as_str()
                .unwrap()
                .starts_with("Preview")
        );
        assert!(before["preview"]["zh"].as_str().unwrap().contains("預覽"));
        assert_eq!(
            (
                &before["request"]["answered"],
                &before["request"]["answeredAt"]
            ),
            (&Value::Null, &Value::Null)
        );
        for (language, first) in [
            (Language::English, "Preview before the answer"),
            (Language::Chinese, "回覆前的預覽"),
        ] {
            let page = fetch(
                &app,
                "privacy_officer",
                &request,
                ExportForm::Html(language),
            )
            .await
            .unwrap();
            let marked = format!("<p class=\"preview\"><strong>{first}");
            assert!(page.contains(&marked), "{marked}");
        }
        // The person sees that it was looked at, in the trail and in the log.
        let now = stands(&app, "volunteer", &request).await;
        let deeds: Vec<_> = nodes(&now["steps"])
            .iter()
            .map(|step| &step["deed"])
            .collect();
        assert_eq!(deeds, ["OPEN", "PREVIEW", "PREVIEW", "PREVIEW"]);
        assert_eq!(now["state"], "OPEN");
        let log =
            "query($id: ID!) { disclosures(record: $id, first: 20) { nodes { full roles } } }";
        let log = app.data_with("volunteer", log, json!({ "id": mine })).await;
        let by_officer = |one: &&Value| one["roles"] == json!(["PRIVACY_OFFICER"]);
        let newest = nodes(&log["disclosures"]).iter().find(by_officer).unwrap();
        let full = newest["full"].as_array().unwrap();
        assert!(
            full.contains(&json!("Volunteer.copy"))
                || full.contains(&json!("Volunteer.disclosures")),
            "{newest}"
        );
        // Where it cannot be logged, it is not given.
        break_log(&app, true).await;
        let none = fetch(&app, "privacy_officer", &request, ExportForm::Json).await;
        assert_eq!(none.unwrap_err(), Unexported::Failed);
        break_log(&app, false).await;

        done(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;
        let after = copy(&app, "privacy_officer", &request).await;
        assert_eq!(after["preview"], Value::Null);
        assert_eq!(after["request"]["answered"], "IN_WHOLE");
        assert_eq!(said(&before), said(&after));
        let page = fetch(
            &app,
            "privacy_officer",
            &request,
            ExportForm::Html(Language::English),
        )
        .await
        .unwrap();
        assert!(!page.contains("Preview before"));
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_else_looks_at_a_copy_before_the_answer() {
    for app in App::each().await {
        let request = asks(&app).await;
        let looks = async |role: &'static str, request: &Value| {
            fetch(&app, role, request, ExportForm::Json)
                .await
                .map(|_| ())
        };
        for role in ROLES.into_iter().chain(["anonymous"]) {
            let wanted = match role {
                "privacy_officer" => Ok(()),
                "volunteer" => Err(Unexported::Unanswered),
                "anonymous" => Err(Unexported::Nobody),
                _ => Err(Unexported::Missing),
            };
            assert_eq!(looks(role, &request).await, wanted, "{role}");
        }
        // Not of a request that the officer made, of a correction, or of one that is over.
        let mine = own(&app).await;
        let input = json!({ "kind": "ACCESS", "volunteerId": mine });
        let made = done(&app, "privacy_officer", "dataRequestOpen", input).await["id"].clone();
        assert_eq!(
            looks("privacy_officer", &made).await,
            Err(Unexported::Unanswered)
        );
        let input = json!({ "kind": "CORRECTION", "volunteerId": mine, "correctedField": "district", "proposedValue": "KWUN_TONG", "statement": "x" });
        let correction = super::deed(&app, "volunteer", "dataRequestOpen", input).await;
        let correction = correction["data"]["dataRequestOpen"]["dataRequest"]["id"].clone();
        assert!(correction.is_string());
        assert_eq!(
            looks("privacy_officer", &correction).await,
            Err(Unexported::Unanswered)
        );
        done(
            &app,
            "volunteer",
            "dataRequestWithdraw",
            json!({ "id": request }),
        )
        .await;
        assert_eq!(
            looks("privacy_officer", &request).await,
            Err(Unexported::Unanswered)
        );
        // An officer of another organisation sees no request.
        let other = asks(&app).await;
        let moved = "UPDATE membership SET organisation_id = (SELECT o.id FROM organisation o WHERE o.id NOT IN (SELECT organisation_id FROM data_request) ORDER BY o.id LIMIT 1) WHERE role = 'PRIVACY_OFFICER'";
        tamper(&app, moved).await;
        assert_eq!(
            looks("privacy_officer", &other).await,
            Err(Unexported::Missing)
        );
        let now = stands(&app, "volunteer", &other).await;
        assert_eq!(
            nodes(&now["steps"]).len(),
            1,
            "nothing of it is in the trail"
        );
        app.database.close().await;
    }
}
