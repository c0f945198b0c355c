//! Corrections: made as any change, or noted beside the data.

use kaifong::graphql::ExportForm;
use serde_json::{Value, json};

use super::{asks, copy, deed, done, fetch, own, stopped};
use crate::app::App;
use crate::asking::{nodes, number};
use kaifong::rights::html::Language;

fn correction(whose: &Value, field: &str, value: &str) -> Value {
    json!({ "kind": "CORRECTION", "volunteerId": whose, "correctedField": field, "proposedValue": value, "statement": "有誤 <script>alert(1)</script>" })
}

#[tokio::test]
async fn an_accepted_correction_changes_the_record() {
    for app in App::each().await {
        let mine = own(&app).await;
        for (field, value, shown) in [
            ("birthDate", "1990-02-03", json!("1990-02-03")),
            ("identityNumber", "A123456(3)", json!("A123456(3)")),
            ("phone", "91234567", json!("+852 9123 4567")),
            ("skills", "cook\ndrive", json!(["cook", "drive"])),
        ] {
            let input = correction(&mine, field, value);
            let request = done(&app, "volunteer", "dataRequestOpen", input).await;
            done(
                &app,
                "privacy_officer",
                "dataRequestAnswer",
                json!({ "id": request["id"] }),
            )
            .await;
            let query = format!("query($v: ID!) {{ volunteer(id: $v) {{ {field} }} }}");
            let seen = app
                .data_with("volunteer", &query, json!({ "v": mine }))
                .await;
            assert_eq!(seen["volunteer"][field], shown, "{field}");
        }
        // The number is sealed as ever.
        let clear = "SELECT COUNT(*) FROM volunteer WHERE identity_number LIKE '%123456%'";
        assert_eq!(number(&app, clear).await, 0);
        let clear = "SELECT COUNT(*) FROM data_request WHERE proposed_value LIKE '%123456%' OR statement LIKE '%script%'";
        assert_eq!(number(&app, clear).await, 0);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_proposal_must_fit_the_field() {
    for app in App::each().await {
        let mine = own(&app).await;
        let open = "dataRequestOpen";
        for (field, value, wrong) in [
            ("birthDate", "31 February", "proposedValue"),
            ("identityNumber", "A123456(4)", "proposedValue"),
            ("phone", "123", "proposedValue"),
            ("hours", "many", "proposedValue"),
            ("createdAt", "2020-01-01T00:00:00Z", "correctedField"),
            ("organisation", "x", "correctedField"),
            ("upcomingShifts", "3", "correctedField"),
            ("revision", "3", "correctedField"),
        ] {
            let told = stopped(&app, "volunteer", open, correction(&mine, field, value)).await;
            assert_eq!(told, (json!("INVALID"), json!(wrong)), "{field}");
        }
        let bare = json!({ "kind": "CORRECTION", "volunteerId": mine });
        assert_eq!(stopped(&app, "volunteer", open, bare).await.0, "REQUIRED");
        let mixed = json!({ "kind": "ACCESS", "volunteerId": mine, "correctedField": "phone" });
        assert_eq!(stopped(&app, "volunteer", open, mixed).await.0, "INVALID");
        // There is no half of a correction.
        let request = done(
            &app,
            "volunteer",
            open,
            correction(&mine, "phone", "91234567"),
        )
        .await;
        let partly = json!({ "id": request["id"], "reasons": "x", "withheld": ["Volunteer"] });
        let told = stopped(&app, "privacy_officer", "dataRequestAnswerPartly", partly).await;
        assert_eq!(told.0, "CONFLICT");
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_refused_correction_is_noted_wherever_the_record_is_shown() {
    for app in App::each().await {
        let mine = own(&app).await;
        for field in ["birthDate", "healthRemark"] {
            let input = correction(&mine, field, "1990-02-03");
            let request = done(&app, "volunteer", "dataRequestOpen", input).await;
            let input = json!({ "id": request["id"], "ground": "NOT_INACCURATE", "reasons": "相符", "particulars": "相符" });
            done(&app, "privacy_officer", "dataRequestRefuse", input).await;
        }
        let query = "query($v: ID!) { volunteer(id: $v) { correctionNotes(where: { disputedField: { in: [\"birthDate\", \"healthRemark\"] } }, orderBy: { field: DISPUTED_FIELD }) { nodes { disputedField statement proposedValue } } } }";
        let said = json!("有誤 <script>alert(1)</script>");
        for (role, health) in [
            ("volunteer", &said),
            ("privacy_officer", &said),
            ("coordinator", &Value::Null),
            ("administrator", &Value::Null),
        ] {
            let seen = app.data_with(role, query, json!({ "v": mine })).await;
            let notes = nodes(&seen["volunteer"]["correctionNotes"]);
            assert_eq!(notes.len(), 2, "{role}: {seen}");
            assert_eq!(notes[0]["statement"], said, "{role}");
            assert_eq!(notes[0]["proposedValue"], "1990-02-03", "{role}");
            assert_eq!(&notes[1]["statement"], health, "{role}");
        }
        for role in ["team_leader", "partner_edit", "teacher", "guardian"] {
            let seen = app
                .ask(role, "{ correctionNotes { nodes { statement } } }")
                .await;
            let notes = nodes(&seen["data"]["correctionNotes"]);
            assert!(notes.iter().all(|note| note["statement"] != said), "{role}");
        }
        // And in every copy, with the value as it is.
        let request = asks(&app).await;
        done(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;
        let told = copy(&app, "volunteer", &request).await;
        let record = told["entries"]
            .as_array()
            .unwrap()
            .iter()
            .find(|e| e["type"] == "Volunteer")
            .unwrap();
        let field = |name: &str| {
            record["fields"]
                .as_array()
                .unwrap()
                .iter()
                .find(|f| f["name"] == name)
                .unwrap()
                .clone()
        };
        assert_eq!(
            field("birthDate")["accuracyDisputed"],
            json!([{ "statement": said, "shouldBe": "1990-02-03" }])
        );
        assert!(field("phone").get("accuracyDisputed").is_none());
        let page = fetch(
            &app,
            "volunteer",
            &request,
            ExportForm::Html(Language::Chinese),
        )
        .await
        .unwrap();
        assert!(page.contains("當事人對其準確性有爭議"), "{page}");
        assert!(!page.contains("<script"), "it is escaped");
        app.database.close().await;
    }
}

#[tokio::test]
async fn who_may_not_answer_corrects_nothing() {
    for app in App::each().await {
        let mine = own(&app).await;
        let request = done(
            &app,
            "volunteer",
            "dataRequestOpen",
            correction(&mine, "birthDate", "1990-02-03"),
        )
        .await;
        let query = "query($v: ID!) { volunteer(id: $v) { birthDate } }";
        let before = app
            .data_with("volunteer", query, json!({ "v": mine }))
            .await;
        for role in ["volunteer", "administrator", "coordinator", "anonymous"] {
            deed(
                &app,
                role,
                "dataRequestAnswer",
                json!({ "id": request["id"] }),
            )
            .await;
        }
        let after = app
            .data_with("volunteer", query, json!({ "v": mine }))
            .await;
        assert_eq!(before, after);
        app.database.close().await;
    }
}
