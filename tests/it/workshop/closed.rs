//! Whoever does not keep the policies finds nothing, and does nothing.

use kaifong::catalogue::TYPES;
use kaifong::graphql::encode_id;
use serde_json::{Value, json};

use super::{FREE, GATE, OFFICER, PUBLISH, changes, each, forbidden, reworded, version};
use crate::app::ROLES;
use crate::live::heard;

const ALL: &str = "{ policyWorkshop { __typename approvalNeeded inForce { number version files { name text } \
    policies { id text } } set(number: 1) { version } history { number reason } \
    matrix { lines { cells } } \
    explain(viewer: \"nobody\", record: \"x\", field: \"there\") { answer } } }";

/// Everybody of the demo but the officer, and who is not signed in.
fn others() -> impl Iterator<Item = &'static str> {
    let roles = ROLES.into_iter().filter(|role| *role != OFFICER);
    roles.chain(["anonymous"])
}

#[tokio::test(flavor = "multi_thread")]
async fn for_all_others_the_workshop_is_null_and_its_deeds_are_forbidden() {
    for app in each(FREE).await {
        let before = version(&app).await;
        let draft = reworded(&app, "careful").await;
        let publish = json!({ "i": { "changes": draft, "reason": "why" } });
        let number = json!({ "i": { "number": 1, "reason": "why" } });
        for role in others() {
            let answer = app.ask(role, ALL).await;
            assert_eq!(answer["data"], json!({ "policyWorkshop": null }), "{role}");
            assert!(answer.get("errors").is_none(), "{role}: {answer}");
            let answer = app.ask_with(role, GATE, json!({ "c": draft })).await;
            assert_eq!(answer["data"], json!({ "policyWorkshop": null }), "{role}");
            assert!(answer.get("errors").is_none(), "{role}: {answer}");
            forbidden(&app.ask_with(role, PUBLISH, publish.clone()).await);
            let back =
                "mutation($i: RollBackPoliciesInput!) { rollBackPolicies(input: $i) { number } }";
            forbidden(&app.ask_with(role, back, number.clone()).await);
            let approve = "mutation { approvePolicies(input: { number: 1 }) { number } }";
            forbidden(&app.ask(role, approve).await);
            let gate = format!(
                "subscription {{ policyGate(changes: {{ base: \"{before}\", files: [] }}) {{ step {{ name }} }} }}"
            );
            let request = async_graphql::Request::new(gate);
            let mut stream = app.graph.stream(request, app.claims(role));
            let event = heard(&mut stream).await;
            assert_eq!(
                event["errors"][0]["extensions"]["code"], "FORBIDDEN",
                "{event}"
            );
        }
        assert_eq!(version(&app).await, before);
        let kept = app
            .data(OFFICER, "{ policyWorkshop { history { number } } }")
            .await;
        assert_eq!(kept["policyWorkshop"]["history"], json!([]));
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_asks_for_little_heavy_work_and_one_officer_has_one_thing_under_way() {
    for app in each(FREE).await {
        let draft = changes(&app, json!([])).await;
        let gate = |times: usize| {
            let gates: Vec<String> = (0..times)
                .map(|at| format!("g{at}: gate(changes: $c) {{ ready }}"))
                .collect();
            format!(
                "query($c: PolicyChangesInput!) {{ policyWorkshop {{ {} }} }}",
                gates.join(" ")
            )
        };
        let twice = "query($c: PolicyChangesInput!) { a: policyWorkshop { gate(changes: $c) { ready } } \
                     b: policyWorkshop { difference(changes: $c) { proved } } }";
        let publish = "mutation($i: PublishPoliciesInput!) { a: publishPolicies(input: $i) { number } \
                       b: publishPolicies(input: $i) { number } }";
        let input = json!({ "c": draft, "i": { "changes": draft, "reason": "why" } });
        for text in [gate(2), gate(10), twice.to_owned(), publish.to_owned()] {
            let answer = app.ask_with(OFFICER, &text, input.clone()).await;
            let error = &answer["errors"][0]["extensions"];
            assert_eq!(error["code"], "LIMIT_EXCEEDED", "{text}: {answer}");
            assert_eq!(error["limit"], "policy_work", "{text}: {answer}");
        }
        let text = gate(1);
        let input = json!({ "c": draft });
        let (first, second) = tokio::join!(
            app.ask_with(OFFICER, &text, input.clone()),
            app.ask_with(OFFICER, &text, input.clone()),
        );
        let ready = |answer: &Value| answer["data"]["policyWorkshop"]["g0"]["ready"] == true;
        let busy = |answer: &Value| answer["errors"][0]["extensions"]["code"] == "BUSY";
        // Which of the two comes first is for the database to say.
        let both = [(&first, &second), (&second, &first)];
        let one = both.iter().any(|(one, other)| ready(one) && busy(other));
        assert!(one, "{first} {second}");
        // Once it has ended there is room again.
        assert!(ready(&app.ask_with(OFFICER, &text, input).await));
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_row_is_there_nothing_is_explained() {
    for app in each(FREE).await {
        for of in TYPES {
            let nothing = encode_id(of, uuid::Uuid::new_v4());
            let text = format!(
                "{{ explain(record: \"{nothing}\", field: \"there\") {{ action answer }} }}"
            );
            for role in ["administrator", "anonymous", OFFICER] {
                let answer = app.ask(role, &text).await;
                assert_eq!(answer["data"], json!({ "explain": null }));
            }
        }
        app.database.close().await;
    }
}
