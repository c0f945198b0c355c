//! What the officer sees: the set in force, the matrix, and the trail.

use kaifong::policy::Policies;
use kaifong::policy::gate::Set;
use serde_json::{Value, json};

use super::{FREE, OFFICER, changes, each, publish, refusal, reworded, version};
use crate::asking::{code, id};

#[tokio::test(flavor = "multi_thread")]
async fn the_set_in_force_is_shown_with_its_files_and_its_policies() {
    for app in each(FREE).await {
        let query = "{ policyWorkshop { __typename approvalNeeded again: inForce { number version \
            files { name kind text } policies { id file line effect english chinese text } } \
            set(number: 1) { number } history { number } } }";
        let data = app.data(OFFICER, query).await;
        let workshop = &data["policyWorkshop"];
        assert_eq!(workshop["__typename"], "PolicyWorkshopResult");
        assert_eq!(workshop["approvalNeeded"], json!(false));
        assert_eq!(
            (&workshop["set"], &workshop["history"]),
            (&Value::Null, &json!([]))
        );
        let set = &workshop["again"];
        assert_eq!(set["number"], Value::Null, "the built-in set");
        let shipped = Policies::shipped().unwrap();
        assert_eq!(set["version"], shipped.version());
        let files = set["files"].as_array().unwrap();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
        for file in files {
            let text = std::fs::read_to_string(folder.join(file["name"].as_str().unwrap()));
            assert_eq!(file["text"], text.unwrap(), "{}", file["name"]);
        }
        let kinds = |kind: &str| files.iter().filter(|file| file["kind"] == kind).count();
        let set_files = Set::shipped();
        assert_eq!(kinds("SCHEMA") + kinds("CERTIFICATE"), 2);
        assert_eq!(kinds("POLICIES"), set_files.policies.len());
        assert_eq!(kinds("SCENARIOS"), set_files.scenarios.len());
        assert_eq!(kinds("INVARIANTS"), set_files.invariants.len());
        let rules = set["policies"].as_array().unwrap();
        assert_eq!(rules.len(), shipped.count());
        for rule in rules {
            // Each stands in its file at its line.
            let file = files
                .iter()
                .find(|file| file["name"] == rule["file"])
                .unwrap();
            let line = rule["line"].as_u64().unwrap() as usize;
            let lines: Vec<&str> = file["text"].as_str().unwrap().lines().collect();
            let id = rule["id"].as_str().unwrap();
            assert!(
                lines[line - 1].contains(&format!("@id(\"{id}\")")),
                "{rule}"
            );
            let word = rule["effect"].as_str().unwrap().to_lowercase();
            assert!(rule["text"].as_str().unwrap().contains(&word), "{rule}");
            assert!(rule["english"].is_string() && !rule["chinese"].as_str().unwrap().is_ascii());
        }
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_is_of_named_people_of_nobody_and_of_drafts() {
    for app in each(FREE).await {
        let coordinator = uuid::Uuid::parse_str(&app.claims("coordinator").unwrap().sub).unwrap();
        let coordinator = id("User", coordinator);
        let query = "query($c: PolicyChangesInput, $v: [ID!]) { policyWorkshop { \
            matrix(changes: $c, viewers: $v, type: \"Volunteer\") { version viewers lines { type sort name cells } } } }";
        let viewers = json!([coordinator, "nobody"]);
        let data = app.data_with(OFFICER, query, json!({ "v": viewers })).await;
        let matrix = &data["policyWorkshop"]["matrix"];
        assert_eq!(matrix["viewers"], viewers);
        let cells = |matrix: &Value, sort: &str, name: &str| {
            let lines = matrix["lines"].as_array().unwrap();
            assert!(lines.iter().all(|line| line["type"] == "Volunteer"));
            let found = lines
                .iter()
                .find(|line| line["sort"] == sort && line["name"] == name);
            found.unwrap()["cells"].clone()
        };
        assert_eq!(
            cells(matrix, "SEES", "phone"),
            json!(["F organisation / –", "–"])
        );
        let forbid = "@id(\"no-phones\") @en(\"Nobody.\") @zh(\"無。\")\n\
            forbid (principal, action == Action::\"Volunteer.phone\", resource);";
        let draft = changes(&app, json!([{ "name": "zz.cedar", "text": forbid }])).await;
        let asked = json!({ "v": viewers, "c": draft });
        let data = app.data_with(OFFICER, query, asked).await;
        let edited = &data["policyWorkshop"]["matrix"];
        assert_eq!(
            cells(edited, "SEES", "phone"),
            json!(["M organisation / –", "–"])
        );
        assert_ne!(edited["version"], matrix["version"]);
        // Without viewers, those that stand for the roles.
        let data = app.data_with(OFFICER, query, json!({})).await;
        assert_eq!(
            data["policyWorkshop"]["matrix"]["viewers"],
            json!(["nobody"])
        );
        for wrong in [json!({ "v": ["x"] }), json!({ "v": vec!["nobody"; 21] })] {
            let answer = app.ask_with(OFFICER, query, wrong).await;
            assert!(["BAD_USER_INPUT", "LIMIT_EXCEEDED"].contains(&code(&answer)));
        }
        let stranger = json!({ "v": [id("User", uuid::Uuid::new_v4())] });
        let answer = app.ask_with(OFFICER, query, stranger).await;
        assert_eq!(code(&answer), "UNKNOWN_VIEWER");
        let broken = changes(&app, json!([{ "name": "zz.cedar", "text": "permit (" }])).await;
        let answer = app.ask_with(OFFICER, query, json!({ "c": broken })).await;
        assert_eq!(code(&answer), "FAULTS");
        let text = answer.to_string();
        assert!(
            text.contains("zz.cedar:1:") && text.contains("messageZh"),
            "{text}"
        );
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_told_in_pages_the_newest_first() {
    for app in each(FREE).await {
        for word in ["first", "second", "third"] {
            let draft = reworded(&app, word).await;
            let answer = publish(&app, OFFICER, draft, word).await;
            assert_eq!(
                answer["data"]["publishPolicies"]["userErrors"],
                json!([]),
                "{answer}"
            );
        }
        let page = async |arguments: &str| {
            let query =
                format!("{{ policyWorkshop {{ history{arguments} {{ number reason }} }} }}");
            let data = app.data(OFFICER, &query).await;
            let acts = data["policyWorkshop"]["history"].as_array().unwrap();
            let numbers = acts.iter().map(|act| act["number"].as_i64().unwrap());
            numbers.collect::<Vec<_>>()
        };
        assert_eq!(page("").await, [3, 2, 1]);
        assert_eq!(page("(first: 2)").await, [3, 2]);
        assert_eq!(page("(first: 2, before: 2)").await, [1]);
        assert_eq!(page("(before: 1)").await, [] as [i64; 0]);
        assert_eq!(page("(first: 0)").await, [] as [i64; 0]);
        // An earlier set is there, with what it was.
        let query = "{ policyWorkshop { set(number: 1) { number version policies { id } } inForce { number } } }";
        let data = app.data(OFFICER, query).await;
        let workshop = &data["policyWorkshop"];
        assert_eq!(
            (&workshop["set"]["number"], &workshop["inForce"]["number"]),
            (&json!(1), &json!(3))
        );
        assert_ne!(workshop["set"]["version"], version(&app).await);
        let rules = workshop["set"]["policies"].as_array().unwrap().len();
        assert_eq!(rules, Policies::shipped().unwrap().count());
        let draft = reworded(&app, "fourth").await;
        let answer = publish(&app, OFFICER, draft, "  ").await;
        assert_eq!(refusal(&answer["data"]["publishPolicies"]), "NO_REASON");
        app.database.close().await;
    }
}
