//! What a draft changes for people and records, as the officer reads it.

use serde_json::{Value, json};

use super::{FREE, OFFICER, changes, each, reworded};
use crate::app::{App, noon};

const DIFFERENCE: &str = "query($c: PolicyChangesInput!) { policyWorkshop { difference(changes: $c) { \
    versionBefore versionAfter english chinese proved complete verdicts { verdict } \
    changes { gains viewers viewersCapped role organisation type subject before after records recordsCapped \
    recordsOrganisation english chinese examples { viewer record field } } } } }";

const WHY: &str = "query($v: ID!, $r: ID!, $f: String!, $c: PolicyChangesInput) { policyWorkshop { \
    explain(viewer: $v, record: $r, field: $f, changes: $c) { answer } } }";

async fn difference(app: &App, draft: &Value) -> Value {
    let data = app
        .data_with(OFFICER, DIFFERENCE, json!({ "c": draft }))
        .await;
    data["policyWorkshop"]["difference"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn other_words_change_nothing_for_anybody() {
    for app in each(FREE).await {
        let draft = reworded(&app, "careful").await;
        let told = difference(&app, &draft).await;
        assert_eq!(told["changes"], json!([]));
        assert_eq!(told["english"], json!(["Nobody gains or loses anything."]));
        assert_eq!(told["chinese"], json!(["沒有人因此獲得或失去任何權限。"]));
        assert_eq!(told["complete"], json!(true));
        // There is no prover here, and it says so.
        assert_eq!(told["proved"], json!(false));
        assert_eq!(told["verdicts"], json!([]));
        assert_eq!(told["versionBefore"], draft["base"]);
        assert_ne!(told["versionAfter"], draft["base"]);
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gains_is_told_by_number_and_the_examples_lead_to_why() {
    let permit = "@id(\"more\") @en(\"More.\") @zh(\"更多。\")\n\
        permit (principal is User, action == Action::\"Volunteer.identityNumber:masked\", resource is Volunteer)\n\
        when { principal.coordinates.contains(resource.organisation) };";
    for app in each(FREE).await {
        let draft = changes(&app, json!([{ "name": "zz.cedar", "text": permit }])).await;
        let told = difference(&app, &draft).await;
        let rows = told["changes"].as_array().unwrap();
        assert!(!rows.is_empty(), "{told}");
        let mut records = 0;
        for row in rows {
            assert_eq!(row["gains"], json!(true), "{row}");
            assert_eq!(row["type"], "Volunteer");
            assert_eq!(row["subject"], "identityNumber");
            assert_eq!(row["role"], "COORDINATOR");
            assert_eq!(row["before"], "HIDDEN");
            assert_eq!(row["after"], "MASKED");
            assert_eq!(
                (&row["viewersCapped"], &row["recordsCapped"]),
                (&json!(false), &json!(false))
            );
            assert!(
                told["english"]
                    .to_string()
                    .contains(row["english"].as_str().unwrap())
            );
            assert!(!row["chinese"].as_str().unwrap().is_ascii());
            records += row["records"].as_u64().unwrap();
            let examples = row["examples"].as_array().unwrap();
            assert!((1..=5).contains(&examples.len()), "{row}");
            for example in examples {
                for (draft, answer) in [(Value::Null, "HIDDEN"), (draft.clone(), "MASKED")] {
                    let asked = json!({ "v": example["viewer"], "r": example["record"], "f": example["field"], "c": draft });
                    let data = app.data_with(OFFICER, WHY, asked).await;
                    assert_eq!(
                        data["policyWorkshop"]["explain"]["answer"], answer,
                        "{example}"
                    );
                }
            }
        }
        // Those of the coordinator's own organisation are among them, and none is told twice.
        let mine = app
            .data("coordinator", "{ volunteers { totalCount } }")
            .await;
        let all = kaifong::demo::people(noon()).volunteers.len() as u64;
        assert!(records >= mine["volunteers"]["totalCount"].as_u64().unwrap());
        assert!(records <= all, "{records} of {all}");
        app.database.close().await;
    }
}
