//! What was asked goes with the person; the log of refusals names nobody and stays.

use serde_json::json;

use super::{asks, done, own, stopped};
use crate::app::App;
use crate::asking::{literal, number, row};

#[tokio::test]
async fn requests_and_notes_go_with_the_person_and_the_refusal_stays() {
    for app in App::each().await {
        let mine = own(&app).await;
        let open = "dataRequestOpen";
        let correction = json!({ "kind": "CORRECTION", "volunteerId": mine, "correctedField": "birthDate", "proposedValue": "1990-02-03", "statement": "有誤" });
        let refused = done(&app, "volunteer", open, correction).await;
        let refusal = json!({ "id": refused["id"], "ground": "NOT_INACCURATE", "reasons": "相符", "particulars": "相符" });
        done(&app, "privacy_officer", "dataRequestRefuse", refusal).await;
        let asked = asks(&app).await;
        let count = async |from: &str| number(&app, &format!("SELECT COUNT(*) FROM {from}")).await;
        let log = count("data_request_refusal").await;
        assert!(log > 0);
        let about = format!("WHERE volunteer_id = {}", literal(&app, row(&mine)));
        for table in ["data_request", "data_request_step", "correction_note"] {
            assert!(count(&format!("{table} {about}")).await > 0, "{table}");
        }
        let erase = "mutation($i: VolunteerEraseInput!) { volunteerErase(input: $i) { userErrors { code } } }";
        let input = json!({ "i": { "id": mine, "ground": "REQUEST" } });
        let done = app.data_with("privacy_officer", erase, input).await;
        assert_eq!(done["volunteerErase"]["userErrors"], json!([]));

        for table in ["data_request", "data_request_step", "correction_note"] {
            assert_eq!(count(&format!("{table} {about}")).await, 0, "{table}");
        }
        assert_eq!(count("data_request_refusal").await, log, "it names nobody");
        for request in [&asked, &refused["id"]] {
            let input = json!({ "id": request });
            let (code, _) = stopped(&app, "privacy_officer", "dataRequestAnswer", input).await;
            assert_eq!(code, "NOT_FOUND");
        }
        app.database.close().await;
    }
}
