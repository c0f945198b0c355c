//! The workshop over the wire: HTTP, event streams and sockets of a real server.

use serde_json::{Value, json};

use super::OFFICER;
use crate::databases::TestDatabase;
use crate::process::Demo;
use crate::socket_rig::{Client, PROTOCOL};

const STEPS: [&str; 9] = [
    "read",
    "parse",
    "names",
    "validate",
    "lists",
    "scenarios",
    "proofs",
    "difference",
    "ready",
];

const GATE: &str = "subscription($c: PolicyChangesInput!) { policyGate(changes: $c) { \
    step { name state } report { ready steps { name state } } } }";

/// The server of a demo on each database.
async fn each() -> Vec<(TestDatabase, Demo)> {
    let mut all = Vec::new();
    for database in TestDatabase::each().await {
        let url = database.server_url();
        let url = url.unwrap_or_else(|| database.url().to_owned());
        let demo = Demo::with(&[
            ("KAIFONG_DATABASE_URL", url.as_str()),
            ("KAIFONG_REQUIRE_PROOF", "false"),
            ("KAIFONG_PROVER", "/nowhere/kaifong-prover"),
        ]);
        all.push((database, demo));
    }
    all
}

/// The steps of some events, and the report at the end.
fn told(events: &[Value]) {
    let (last, steps) = events.split_last().unwrap();
    let names: Vec<&str> = steps
        .iter()
        .map(|event| {
            assert_eq!(event["policyGate"]["report"], Value::Null);
            event["policyGate"]["step"]["name"].as_str().unwrap()
        })
        .collect();
    assert_eq!(names, STEPS);
    let report = &last["policyGate"]["report"];
    assert_eq!(last["policyGate"]["step"], Value::Null);
    assert_eq!(report["ready"], json!(true), "{last}");
    let kept: Vec<Value> = steps
        .iter()
        .map(|e| e["policyGate"]["step"].clone())
        .collect();
    assert_eq!(report["steps"], json!(kept));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_is_watched_step_by_step_and_a_draft_goes_live() {
    for (database, demo) in each().await {
        let token = demo.token(OFFICER).to_owned();
        let ask = |query: &str, variables: Value| -> Value {
            let body = json!({ "query": query, "variables": variables });
            demo.ask(&token, &body).json()
        };
        let set = ask(
            "{ policyWorkshop { inForce { version files { name text } } } }",
            Value::Null,
        );
        let set = &set["data"]["policyWorkshop"]["inForce"];
        let files = set["files"].as_array().unwrap();
        let officers = files
            .iter()
            .find(|file| file["name"] == "officers.cedar")
            .unwrap();
        let text = officers["text"]
            .as_str()
            .unwrap()
            .replacen("A privacy", "A careful privacy", 1);
        let draft = json!({ "base": set["version"], "files": [{ "name": "officers.cedar", "text": text }] });

        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("accept", "text/event-stream"),
        ];
        let body = json!({ "query": GATE, "variables": { "c": draft } }).to_string();
        let reply = demo.send("/graphql/stream", &headers, Some(&body));
        assert_eq!(reply.status, 200, "{}", reply.body);
        let data = reply
            .body
            .lines()
            .filter_map(|line| line.strip_prefix("data:"));
        let events: Vec<Value> = data
            .filter_map(|data| serde_json::from_str::<Value>(data.trim()).ok())
            .filter_map(|event| event.get("data").cloned())
            .collect();
        told(&events);
        assert!(reply.body.contains("event: complete"));

        let client = Client::connect(&demo.address, &[PROTOCOL], Some(&bearer)).await;
        let mut client = client.unwrap();
        client.begin(json!({})).await;
        let payload = json!({ "query": GATE, "variables": { "c": draft } });
        client
            .say(json!({ "id": "1", "type": "subscribe", "payload": payload }))
            .await;
        let mut events = Vec::new();
        loop {
            let heard = client.hear().await;
            if heard["type"] == "complete" {
                break;
            }
            assert_eq!(heard["type"], "next", "{heard}");
            events.push(heard["payload"]["data"].clone());
        }
        told(&events);

        let input = json!({ "i": { "changes": draft, "reason": "a test" } });
        let done = ask(super::PUBLISH, input);
        let done = &done["data"]["publishPolicies"];
        assert_eq!(
            (&done["number"], &done["inForce"]),
            (&json!(1), &json!(true)),
            "{done}"
        );
        let now = ask("{ viewer { policyVersion } }", Value::Null);
        assert_eq!(now["data"]["viewer"]["policyVersion"], done["versionAfter"]);
        // The log tells that something was done, and nothing of the texts.
        let log = demo.log();
        assert!(!log.contains("careful") && !log.contains("a test"), "{log}");
        drop(demo);
        database.close().await;
    }
}
