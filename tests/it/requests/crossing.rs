//! What must not cross: from one who asks to one who answers, from one organisation to another, from
//! a sign-in to an office.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{asks, copy, done, own, stopped};
use crate::app::App;
use crate::asking::{literal, nodes, number, row, tamper};

/// The volunteer's sign-in, with the organisation that has the volunteer.
async fn account(app: &App) -> (Value, Value) {
    let me = app.data("volunteer", "{ viewer { user { id } } }").await;
    let query = "query($v: ID!) { volunteer(id: $v) { organisation { id } } }";
    let whose = json!({ "v": own(app).await });
    let at = app.data_with("volunteer", query, whose).await;
    let organisation = at["volunteer"]["organisation"]["id"].clone();
    (me["viewer"]["user"]["id"].clone(), organisation)
}

/// An organisation where the volunteer's sign-in is unknown.
async fn elsewhere(app: &App, account: &Value) -> String {
    let account = literal(app, row(account));
    let query = format!(
        "SELECT id FROM organisation WHERE id NOT IN \
         (SELECT organisation_id FROM membership WHERE account_id = {account}) LIMIT 1"
    );
    literal(app, crate::erasure::one(app, &query).await)
}

async fn join(app: &App, account: &Value, organisation: &str) {
    let account = literal(app, row(account));
    let id = literal(app, Uuid::new_v4());
    let day = "'2026-01-01T00:00:00+00:00'";
    tamper(
        app,
        &format!(
            "INSERT INTO membership (id, created_at, updated_at, account_id, organisation_id, role) \
             VALUES ({id}, {day}, {day}, {account}, {organisation}, 'VOLUNTEER')"
        ),
    )
    .await;
}

#[tokio::test]
async fn who_asks_for_somebody_does_not_answer() {
    for app in App::each().await {
        let input = json!({ "kind": "ACCESS", "volunteerId": own(&app).await });
        let request = done(&app, "privacy_officer", "dataRequestOpen", input).await["id"].clone();
        for (name, input) in [
            ("dataRequestAnswer", json!({ "id": request })),
            (
                "dataRequestRefuse",
                json!({ "id": request, "ground": "REPEATED", "reasons": "x", "particulars": "y" }),
            ),
        ] {
            let steps = "SELECT COUNT(*) FROM data_request_step";
            let before = number(&app, steps).await;
            let (code, _) = stopped(&app, "privacy_officer", name, input).await;
            assert_eq!(code, "FORBIDDEN", "{name}");
            assert_eq!(number(&app, steps).await, before, "{name}");
        }
        // What the volunteer asked for, the same officer answers.
        let other = asks(&app).await;
        let input = json!({ "id": other });
        done(&app, "privacy_officer", "dataRequestAnswer", input).await;
        app.database.close().await;
    }
}

#[tokio::test]
async fn an_office_does_not_rewrite_an_account_that_others_have() {
    for app in App::each().await {
        let (account, organisation) = account(&app).await;
        let correction = |field: &str, value: &str| {
            json!({
                "kind": "CORRECTION", "userId": account, "organisationId": organisation,
                "correctedField": field, "proposedValue": value, "statement": "有誤",
            })
        };
        // An address is a way in: nobody has it set by a request.
        let input = correction("email", "mallory@example.org");
        let (code, field) = stopped(&app, "volunteer", "dataRequestOpen", input).await;
        assert_eq!((code, field), (json!("INVALID"), json!("correctedField")));
        let before = "SELECT COUNT(*) FROM account WHERE email = 'mallory@example.org'";
        assert_eq!(number(&app, before).await, 0);
        // The organisation's alone, a name is put right.
        let opened = done(
            &app,
            "volunteer",
            "dataRequestOpen",
            correction("nameZh", "陳改名"),
        );
        let request = json!({ "id": opened.await["id"] });
        done(&app, "privacy_officer", "dataRequestAnswer", request).await;
        let renamed = "SELECT COUNT(*) FROM account WHERE name_zh = '陳改名'";
        assert_eq!(number(&app, renamed).await, 1);
        // Another's too, it is not, and the request stays open.
        let opened = done(
            &app,
            "volunteer",
            "dataRequestOpen",
            correction("nameZh", "陳又改"),
        );
        let request = json!({ "id": opened.await["id"] });
        join(&app, &account, &elsewhere(&app, &account).await).await;
        let (_, field) = stopped(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            request.clone(),
        )
        .await;
        assert_eq!(field, "id");
        assert_eq!(
            number(
                &app,
                "SELECT COUNT(*) FROM account WHERE name_zh = '陳又改'"
            )
            .await,
            0
        );
        let id = literal(&app, row(&request["id"]));
        let open = format!("SELECT COUNT(*) FROM data_request WHERE id = {id} AND state = 'OPEN'");
        assert_eq!(number(&app, &open).await, 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn how_somebody_signs_in_is_in_their_own_copy_alone() {
    for app in App::each().await {
        let (account, organisation) = account(&app).await;
        let who = literal(&app, row(&account));
        let other = elsewhere(&app, &account).await;
        join(&app, &account, &other).await;
        let day = "'2026-01-01T00:00:00+00:00'";
        let id = literal(&app, Uuid::new_v4());
        tamper(
            &app,
            &format!(
                "INSERT INTO session (id, created_at, account_id, way, ends_at) \
                 VALUES ({id}, {day}, {who}, 'PASSWORD', '2027-01-01T00:00:00+00:00')"
            ),
        )
        .await;
        let input = json!({ "kind": "ACCESS", "userId": account, "organisationId": organisation });
        let request = done(&app, "volunteer", "dataRequestOpen", input).await["id"].clone();
        let input = json!({ "id": request });
        done(&app, "privacy_officer", "dataRequestAnswer", input).await;
        let kinds = async |role: &str| {
            let told = copy(&app, role, &request).await;
            let all = told["entries"].as_array().unwrap().clone();
            let kinds: Vec<String> = all
                .iter()
                .map(|entry| entry["type"].as_str().unwrap().to_owned())
                .collect();
            (kinds, told.to_string())
        };
        let (mine, _) = kinds("volunteer").await;
        for kind in ["User", "session"] {
            assert!(mine.iter().any(|of| of == kind), "{kind}: {mine:?}");
        }
        let (offices, text) = kinds("privacy_officer").await;
        for kind in ["User", "session", "login"] {
            assert!(!offices.iter().any(|of| of == kind), "{kind}: {offices:?}");
        }
        // Nor with whom else the person is.
        let query = format!("SELECT name_en FROM organisation WHERE id = {other}");
        let name = crate::erasure::text(&app, &query).await.unwrap();
        assert!(!text.contains(&name), "{name}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn which_organisation_has_whom_is_told_to_nobody_who_may_not_ask() {
    for app in App::each().await {
        let (account, organisation) = account(&app).await;
        let all = app
            .data("administrator", "{ organisations { nodes { id } } }")
            .await;
        let mut answers = Vec::new();
        for known in nodes(&all["organisations"]) {
            let input =
                json!({ "kind": "ACCESS", "userId": account, "organisationId": known["id"] });
            let answer = stopped(&app, "coordinator", "dataRequestOpen", input).await;
            answers.push((known["id"] == organisation, answer));
        }
        assert!(answers.iter().any(|(own, _)| *own));
        assert!(answers.iter().any(|(own, _)| !own));
        for (_, answer) in &answers {
            assert_eq!(answer, &answers[0].1, "{answers:?}");
        }
        app.database.close().await;
    }
}
