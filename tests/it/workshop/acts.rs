//! Publishing, approving and going back, from a draft to the next answer.

use serde_json::{Value, json};

use super::{
    FREE, OFFICER, STRICT, TWO, appoint, changes, each, file, publish, refusal, reworded, version,
};
use crate::asking::{code, id};

const LOCKED: &str = "@id(\"nobody-publishes\") @en(\"Nobody publishes.\") @zh(\"任何人都不可發布。\")\n\
    forbid (principal, action in Action::\"keepPolicies\", resource);";

const BACK: &str = "mutation($n: Int!) { rollBackPolicies(input: { number: $n, reason: \"as it was\" }) { \
    number inForce versionBefore versionAfter userErrors { code message messageZh } } }";

const APPROVE: &str = "mutation($n: Int!) { approvePolicies(input: { number: $n, clientMutationId: \"a\" }) { \
    clientMutationId number inForce versionAfter userErrors { code message messageZh } } }";

const TRAIL: &str = "{ policyWorkshop { inForce { number } approvalNeeded history { number set deed by at reason \
    versionBefore versionAfter inForce waiting restores report { ready steps { name state } } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_in_force_at_once_and_in_the_trail() {
    for app in each(FREE).await {
        let shipped = version(&app).await;
        let draft = reworded(&app, "careful").await;
        let answer = publish(&app, OFFICER, draft.clone(), " in other words ").await;
        let done = &answer["data"]["publishPolicies"];
        assert_eq!(done["userErrors"], json!([]), "{answer}");
        assert_eq!(
            (&done["clientMutationId"], &done["number"], &done["inForce"]),
            (&json!("7"), &json!(1), &json!(true))
        );
        // The answer was decided by the set before, the next one by this.
        assert_eq!(answer["extensions"]["privacy"]["policyVersion"], shipped);
        let published = version(&app).await;
        assert_ne!(published, shipped);
        assert_eq!(
            (&done["versionBefore"], &done["versionAfter"]),
            (&json!(shipped), &json!(published))
        );
        assert!(
            file(&app, "officers.cedar")
                .await
                .contains("A careful privacy officer")
        );

        let data = app.data(OFFICER, TRAIL).await;
        let workshop = &data["policyWorkshop"];
        assert_eq!(workshop["inForce"]["number"], json!(1));
        let act = &workshop["history"][0];
        let officer = uuid::Uuid::parse_str(&app.claims(OFFICER).unwrap().sub).unwrap();
        let expected = [
            ("set", json!(1)),
            ("deed", json!("PUBLISH")),
            ("by", json!(id("User", officer))),
            ("reason", json!("in other words")),
            ("versionBefore", json!(shipped)),
            ("versionAfter", json!(published)),
            ("inForce", json!(true)),
            ("waiting", json!(false)),
            ("restores", Value::Null),
        ];
        for (key, value) in expected {
            assert_eq!(act[key], value, "{key}: {act}");
        }
        assert!(
            act["at"]
                .as_str()
                .unwrap()
                .starts_with("2026-11-18T04:00:00"),
            "{act}"
        );
        assert_eq!(act["report"]["ready"], json!(true));

        // The same draft starts from what is no longer in force.
        let late = publish(&app, OFFICER, draft, "again").await;
        assert_eq!(refusal(&late["data"]["publishPolicies"]), "OVERTAKEN");
        // Back to it from another one.
        let other = reworded(&app, "very").await;
        let answer = publish(&app, OFFICER, other, "another").await;
        assert_eq!(
            answer["data"]["publishPolicies"]["number"],
            json!(2),
            "{answer}"
        );
        let answer = app.ask_with(OFFICER, BACK, json!({ "n": 1 })).await;
        let back = &answer["data"]["rollBackPolicies"];
        assert_eq!(
            (&back["number"], &back["inForce"]),
            (&json!(3), &json!(true)),
            "{answer}"
        );
        assert_eq!(version(&app).await, published);
        let data = app.data(OFFICER, TRAIL).await;
        let act = &data["policyWorkshop"]["history"][0];
        assert_eq!(
            (&act["deed"], &act["restores"]),
            (&json!("ROLLBACK"), &json!(1))
        );
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_has_a_code_and_leaves_nothing_behind() {
    for app in each(FREE).await {
        let before = version(&app).await;
        let locked = changes(&app, json!([{ "name": "zz.cedar", "text": LOCKED }])).await;
        let mut files = locked["files"].as_array().unwrap().clone();
        // The scenarios would notice before.
        for scenario in kaifong::policy::gate::Set::shipped().named().scenarios {
            files.push(json!({ "name": scenario.name, "text": null }));
        }
        let locked = json!({ "base": before, "files": files });
        let broken =
            json!({ "base": before, "files": [{ "name": "zz.cedar", "text": "permit (" }] });
        let stale = json!({ "base": "000000000000", "files": [] });
        for (draft, expected) in [
            (locked, "LOCKED_OUT"),
            (broken, "FAULTS"),
            (stale, "OVERTAKEN"),
        ] {
            let answer = publish(&app, OFFICER, draft, "why").await;
            let payload = &answer["data"]["publishPolicies"];
            assert_eq!(refusal(payload), expected, "{answer}");
            let report = payload["report"]["ready"] == json!(false);
            assert_eq!(report, expected == "FAULTS", "{answer}");
        }
        for (query, root, expected) in [
            (BACK, "rollBackPolicies", "UNKNOWN_SET"),
            (APPROVE, "approvePolicies", "UNKNOWN_SET"),
        ] {
            let answer = app.ask_with(OFFICER, query, json!({ "n": 9 })).await;
            let error = &answer["data"][root]["userErrors"][0];
            assert_eq!(error["code"], expected, "{answer}");
            assert!(!error["messageZh"].as_str().unwrap().is_ascii());
        }
        let gate =
            "query($c: PolicyChangesInput!) { policyWorkshop { gate(changes: $c) { ready } } }";
        let stale = json!({ "c": { "base": "000000000000", "files": [] } });
        let answer = app.ask_with(OFFICER, gate, stale).await;
        assert_eq!(code(&answer), "OVERTAKEN");
        assert!(answer["errors"][0]["extensions"]["messageZh"].is_string());
        let difference = "query($c: PolicyChangesInput!) { policyWorkshop { difference(changes: $c) { proved } } }";
        let stale = json!({ "c": { "base": "000000000000", "files": [] } });
        let answer = app.ask_with(OFFICER, difference, stale).await;
        assert_eq!(code(&answer), "OVERTAKEN");
        assert_eq!(version(&app).await, before);
        let data = app.data(OFFICER, TRAIL).await;
        assert_eq!(data["policyWorkshop"]["history"], json!([]));
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_prover_nothing_unproved_goes_live_and_the_officer_is_told_how_to_go_on() {
    for app in each(STRICT).await {
        let before = version(&app).await;
        let draft = reworded(&app, "careful").await;
        let answer = publish(&app, OFFICER, draft.clone(), "why").await;
        let payload = &answer["data"]["publishPolicies"];
        assert_eq!(refusal(payload), "FAULTS");
        let steps = payload["report"]["steps"].as_array().unwrap();
        let proofs = steps.iter().find(|step| step["name"] == "proofs").unwrap();
        assert_eq!(proofs["state"], "NOT_PROVED");
        assert_eq!(version(&app).await, before);
        // What is certified needs no prover: a scenario more is no other policy.
        let text = file(&app, "scenarios/jobs.toml").await + "# one line more\n";
        let draft = changes(
            &app,
            json!([{ "name": "scenarios/jobs.toml", "text": text }]),
        )
        .await;
        let answer = publish(&app, OFFICER, draft, "a comment").await;
        assert_eq!(
            answer["data"]["publishPolicies"]["inForce"],
            json!(true),
            "{answer}"
        );
        assert_eq!(version(&app).await, before);
        assert!(
            file(&app, "scenarios/jobs.toml")
                .await
                .ends_with("# one line more\n")
        );
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_two_persons_are_needed_the_second_puts_it_in_force() {
    for app in each(TWO).await {
        appoint(&app, "team_leader").await;
        let before = version(&app).await;
        let draft = reworded(&app, "careful").await;
        let answer = publish(&app, OFFICER, draft, "why").await;
        let waits = &answer["data"]["publishPolicies"];
        assert_eq!(
            (&waits["number"], &waits["inForce"]),
            (&json!(1), &json!(false)),
            "{answer}"
        );
        assert_eq!(waits["userErrors"], json!([]));
        assert_eq!(version(&app).await, before);
        let data = app.data(OFFICER, TRAIL).await;
        let workshop = &data["policyWorkshop"];
        assert_eq!(workshop["approvalNeeded"], json!(true));
        let act = &workshop["history"][0];
        assert_eq!(
            (&act["waiting"], &act["inForce"]),
            (&json!(true), &json!(false))
        );

        let answer = app.ask_with(OFFICER, APPROVE, json!({ "n": 1 })).await;
        let error = &answer["data"]["approvePolicies"]["userErrors"][0];
        assert_eq!(error["code"], "SAME_PERSON", "{answer}");
        assert_eq!(version(&app).await, before);
        let answer = app
            .ask_with("team_leader", APPROVE, json!({ "n": 1 }))
            .await;
        let done = &answer["data"]["approvePolicies"];
        assert_eq!(done["inForce"], json!(true), "{answer}");
        assert_eq!(done["clientMutationId"], "a");
        assert_eq!(done["versionAfter"], version(&app).await);
        assert_ne!(version(&app).await, before);
        let data = app.data(OFFICER, TRAIL).await;
        let acts = &data["policyWorkshop"]["history"];
        assert_eq!(
            (&acts[0]["deed"], &acts[0]["set"]),
            (&json!("APPROVE"), &json!(1))
        );
        assert_eq!(
            (&acts[1]["waiting"], &acts[1]["inForce"]),
            (&json!(false), &json!(false))
        );
        let answer = app
            .ask_with("team_leader", APPROVE, json!({ "n": 1 }))
            .await;
        let error = &answer["data"]["approvePolicies"]["userErrors"][0];
        assert_eq!(error["code"], "NOT_WAITING", "{answer}");
        app.database.close().await;
    }
}
