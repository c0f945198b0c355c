//! The log: one line a request, with what it may say and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::{
    process::{Demo, Reply, until},
    socket_rig::{Client, PROTOCOL},
};

fn lines(demo: &Demo) -> Vec<Value> {
    let log = demo.log();
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

fn answered(demo: &Demo, id: &str) -> Vec<Value> {
    let all = lines(demo);
    let of = |line: &&Value| line["span"]["id"] == id && line["fields"]["message"] == "answered";
    all.iter().filter(of).cloned().collect()
}

#[tokio::test]
async fn a_request_is_one_line_that_says_what_it_may() {
    let demo = Demo::with(&[("KAIFONG_LOG_FORMAT", "json")]);
    let user = demo.token("coordinator").to_owned();
    let partner = demo.token("partner").to_owned();
    let query = |text: &str| json!({ "query": text });
    let table: [(Reply, u16, &str, &str, &str); 6] = [
        (
            demo.ask(&user, &query("{ __typename }")),
            200,
            "query",
            "OK",
            "user",
        ),
        (
            demo.ask(&partner, &query("mutation { __typename }")),
            200,
            "mutation",
            "OK",
            "partner",
        ),
        (
            demo.send("/graphql", &[], Some(r#"{"query":"{ nothing }"}"#)),
            200,
            "query",
            "GRAPHQL_VALIDATION_FAILED",
            "anonymous",
        ),
        (
            demo.ask(&user, &query("{")),
            200,
            "unknown",
            "GRAPHQL_PARSE_FAILED",
            "user",
        ),
        (
            demo.ask("no.to.ken", &query("{ __typename }")),
            401,
            "unknown",
            "UNAUTHENTICATED",
            "anonymous",
        ),
        (
            demo.send("/graphql", &[], Some("[]")),
            400,
            "unknown",
            "INVALID_REQUEST",
            "anonymous",
        ),
    ];
    for (reply, status, operation, code, viewer) in table {
        assert_eq!(reply.status, status);
        let told = answered(&demo, &reply.id);
        assert_eq!(told.len(), 1, "{told:?}");
        let fields = told[0]["fields"].as_object().unwrap();
        let names: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
        let expected = [
            "bytes",
            "code",
            "message",
            "milliseconds",
            "operation",
            "status",
            "viewer",
        ];
        assert_eq!(names, BTreeSet::from(expected));
        assert_eq!(fields["status"], status);
        assert_eq!(fields["operation"], operation);
        assert_eq!(fields["code"], code);
        assert_eq!(fields["viewer"], viewer);
        assert_eq!(fields["bytes"], reply.body.len());
        let span = told[0]["span"].as_object().unwrap();
        let names: BTreeSet<&str> = span.keys().map(String::as_str).collect();
        assert_eq!(names, BTreeSet::from(["id", "method", "name", "route"]));
    }
    let given = "4bf92f3577b34da6a3ce929d0e0e4736";
    let page = demo.send("/healthz", &[("x-request-id", given)], None);
    assert_eq!(page.id, given);
    assert_eq!(answered(&demo, given)[0]["span"]["route"], "/healthz");
    // What runs on a socket is told under the id of the request that opened it.
    let mut client = Client::connect(&demo.address, &[PROTOCOL], None)
        .await
        .unwrap();
    client.begin(json!({ "token": user })).await;
    client.is_well().await;
    client
        .ask("1", "subscription { noticeChanged { id } }")
        .await;
    client.is_well().await;
    client.ask("2", "{ __typename }").await;
    let answer = client.hear().await["payload"].to_string().len();
    client.hear().await;
    client.ask("3", "{ nothing }").await;
    let refused = client.hear().await["payload"].to_string().len();
    drop(client);
    let ended = || -> Vec<Value> {
        let all = lines(&demo).into_iter();
        all.filter(|line| line["fields"]["message"] == "operation ended")
            .collect()
    };
    until(|| ended().len() == 5);
    let told = ended();
    let opened = answered(&demo, told[0]["span"]["id"].as_str().unwrap());
    assert_eq!(opened[0]["fields"]["status"], 101);
    let mut kinds = BTreeMap::new();
    for line in &told {
        assert_eq!(line["span"]["id"], told[0]["span"]["id"]);
        assert_eq!(line["fields"]["viewer"], "user");
        let fields = (&line["fields"]["operation"], &line["fields"]["code"]);
        let bytes = line["fields"]["bytes"].as_u64().unwrap() as usize;
        match (fields.0.as_str().unwrap(), fields.1.as_str().unwrap()) {
            ("subscription", "OK") => assert_eq!(bytes, 0, "nothing was told"),
            ("query", "OK") => assert_eq!(bytes, answer),
            ("query", "GRAPHQL_VALIDATION_FAILED") => assert_eq!(bytes, refused),
            other => panic!("{other:?}"),
        }
        *kinds
            .entry(line["fields"]["operation"].to_string())
            .or_insert(0) += 1;
    }
    let expected = [
        ("\"query\"".to_owned(), 4),
        ("\"subscription\"".to_owned(), 1),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
}

#[tokio::test]
async fn errors_bear_the_id_of_their_request_at_every_level() {
    let settings = [
        ("KAIFONG_LOG_FORMAT", "json"),
        ("KAIFONG_LOG_LEVEL", "error"),
    ];
    let mut demo = Demo::with(&settings);
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    // The database loses a table under the server.
    let file = demo.scratch.path("data/kaifong.db");
    let other = sea_orm::Database::connect(format!("sqlite:{}", file.display())).await;
    let other = other.unwrap();
    for text in ["PRAGMA foreign_keys = OFF", "DROP TABLE notice_receipt"] {
        other.execute_unprepared(text).await.unwrap();
    }
    other.close().await.unwrap();
    let bearer = format!("Bearer {}", demo.token("administrator"));
    let body = json!({ "query": "{ noticeReceipts(first: 1) { nodes { id } } }" }).to_string();
    let headers = [("x-request-id", id), ("authorization", bearer.as_str())];
    let reply = demo.send("/graphql", &headers, Some(&body));
    assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(demo.stop().success());
    let all = lines(&demo);
    assert!(!all.is_empty());
    for line in all {
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["spans"][0]["id"], id, "{line}");
    }
}

/// What a client may write that the log must not hold, in every place where it can be written.
#[tokio::test]
async fn nothing_that_a_client_or_a_row_says_is_logged() {
    for level in ["info", "trace"] {
        let settings = [("KAIFONG_LOG_FORMAT", "json"), ("KAIFONG_LOG_LEVEL", level)];
        let mut demo = Demo::with(&settings);
        let token = demo.token("administrator").to_owned();
        let claims = token.split('.').nth(1).unwrap().to_owned();
        let forged = "marked_line\u{2028}{\"level\":\"ERROR\"}\u{202e}marked";
        for body in [
            json!({ "query": "query marked_operation { marked_alias: __typename }", "operationName": "marked_operation" }),
            json!({ "query": "{ __typename }", "operationName": "marked_missing" }),
            json!({ "query": "{ marked_field(marked_argument: \"marked_literal\") }" }),
            json!({ "query": "{ ...marked_fragment }" }),
            json!({ "query": "{ __typename @marked_directive }" }),
            json!({ "query": format!("{{ node(id: {}) {{ id }} }}", json!(forged)) }),
            json!({ "query": "query ($a: ID!) { node(id: $a) { id } }", "variables": { "a": "marked_variable" } }),
            json!({ "query": "{ volunteers(first: 5, after: \"marked_cursor\") { nodes { id } } }" }),
            json!({ "query": "query ($f: VolunteerFilter) { volunteers(filter: $f) { nodes { id } } }", "variables": { "f": { "nameEn": { "eq": "marked_name" } } } }),
            json!({ "query": "mutation ($input: VolunteerCreateInput!) { volunteerCreate(input: $input) { userErrors { code } } }", "variables": { "input": { "nameEn": "marked_person", "organisationId": "marked_organisation" } } }),
            json!({ "query": "{ volunteers(first: 5) { nodes { id nameZh nameEn phone email } } }" }),
            json!({ "query": "{ __typename # marked_comment\n }", "extensions": { "marked_extension": 1 } }),
            json!({ "documentId": "marked_document" }),
            json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "marked_hash" } } }),
            json!({ "marked_key": 1 }),
        ] {
            demo.ask(&token, &body);
            demo.ask("marked.to.ken", &body);
        }
        demo.send("/graphql", &[], Some("marked_text {"));
        demo.get("/marked_path/marked?marked=marked_value");
        demo.get("/graphql?query=%7Bmarked_address%7D&variables=%7B%22marked%22:1%7D");
        for header in [
            "x-request-id",
            "traceparent",
            "tracestate",
            "user-agent",
            "origin",
            "referer",
            "x-forwarded-for",
            "cookie",
        ] {
            demo.send("/graphql", &[(header, "marked header")], None);
        }
        let mut client = Client::connect(&demo.address, &[PROTOCOL], None)
            .await
            .unwrap();
        client
            .begin(json!({ "token": token, "marked_payload": 1 }))
            .await;
        client
            .ask("marked_id", "query marked_operation { marked_field }")
            .await;
        client.hear().await;
        client
            .ask(
                "marked_id2",
                "subscription { noticeChanged(id: \"marked_heard\") { id } }",
            )
            .await;
        client.say_text("{\"type\":\"marked_message\"}").await;
        assert_eq!(client.closed().await.0, 4400);
        let people = json!({ "query": "{ volunteers(first: 5) { nodes { id nameZh nameEn phone email } } }" });
        let people = demo.ask(&token, &people).json();
        assert!(demo.stop().success());
        let log = demo.log();
        assert!(lines(&demo).len() > 30);
        for secret in ["marked", &token, &claims] {
            let at = log.lines().find(|line| line.contains(secret));
            assert_eq!(at, None, "at level {level}");
        }
        for person in people["data"]["volunteers"]["nodes"].as_array().unwrap() {
            for (name, value) in person.as_object().unwrap() {
                if let Some(value) = value.as_str() {
                    assert!(!log.contains(value), "{level}: {name}");
                }
            }
        }
    }
}
