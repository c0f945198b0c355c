//! Trusted documents: how they are written, asked for, and refused.

use std::sync::Arc;

use axum::http::StatusCode;
use kaifong::config::{Config, Sources};
use kaifong::server::{Clock, Server, Trusted};
use kaifong::viewer::Keys;
use serde_json::{Value, json};

use crate::app::App;
use crate::http_rig::{self, refused};
use crate::process::{Demo, kaifong};
use crate::scratch::Scratch;
use crate::socket_rig::{self, complete};

const ASKED: &str = "query Kind($a: Boolean = true) { viewer @include(if: $a) { kind } }";
const DONE: &str = "mutation Nothing { __typename }";
const HEARD: &str = "subscription Heard { noticeChanged { id } }";

/// Hashes by other programs' `sha256sum`, `sha1sum` and `md5sum`.
const ASKED_SHA256: &str = "c4a8908875f3fab6a5036589842786638488a3ec4862b0509c612857287f158a";
const DONE_SHA1: &str = "f7aa6a357e0aa22eafb0b0e6dfc0b9613ff54d61";
const HEARD_MD5: &str = "fbd1a916397c553d067b5e0ea4ee7903";

/// As GraphQL Code Generator writes it, with Relay's and its own default hashes among them.
fn manifest() -> Value {
    json!({ ASKED_SHA256: ASKED, DONE_SHA1: DONE, HEARD_MD5: HEARD })
}

fn settings(scratch: &Scratch, only: bool) -> String {
    let file = scratch.file("documents.json", &manifest().to_string());
    format!("trusted_documents = {file:?}\ntrusted_only = {only}\n")
}

fn kind() -> Value {
    json!({ "viewer": { "kind": "ANONYMOUS" } })
}

#[tokio::test]
async fn a_document_is_asked_for_by_its_hash_or_id() {
    let scratch = Scratch::new();
    for only in [false, true] {
        let rig = http_rig::Rig::new(&settings(&scratch, only)).await;
        let prefixed = format!("sha256:{ASKED_SHA256}");
        let persisted = json!({ "persistedQuery": { "version": 1, "sha256Hash": ASKED_SHA256 } });
        for body in [
            json!({ "documentId": prefixed }),
            json!({ "documentId": ASKED_SHA256 }),
            json!({ "documentId": prefixed, "operationName": "Kind", "query": null }),
            json!({ "documentId": prefixed, "query": "" }),
            json!({ "extensions": persisted }),
            json!({ "query": "", "extensions": persisted }),
            json!({ "query": ASKED, "extensions": persisted }),
            json!({ "query": ASKED, "documentId": prefixed }),
            json!({ "query": ASKED }),
        ] {
            let reply = rig.post(body.to_string()).await;
            assert_eq!(reply.status, StatusCode::OK, "{body}");
            assert_eq!(reply.json()["data"], kind(), "{body}");
        }
        let with = json!({ "documentId": prefixed, "variables": { "a": false } });
        assert_eq!(rig.post(with.to_string()).await.json()["data"], json!({}));
        let got = rig.get(&format!("/graphql?documentId={prefixed}")).await;
        assert_eq!(got.json()["data"], kind());
        let variables = "&variables=%7B%22a%22%3Afalse%7D";
        let address = format!("/graphql?documentId={prefixed}{variables}");
        assert_eq!(rig.get(&address).await.json()["data"], json!({}));
        let address = format!(
            "/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{ASKED_SHA256}%22%7D%7D"
        );
        assert_eq!(rig.get(&address).await.json()["data"], kind());
        // Under the hash by which another tool filed it, and by SHA-256 as well.
        let done = rig.post(json!({ "documentId": DONE_SHA1 }).to_string());
        assert_eq!(done.await.json()["data"]["__typename"], "Mutation");
        let address = format!("/graphql?documentId={DONE_SHA1}");
        let changed = rig.get(&address).await;
        assert_eq!(changed.refusal(), refused(405, "METHOD_NOT_ALLOWED"));
    }
}

#[tokio::test]
async fn what_is_not_on_the_list_is_refused() {
    let scratch = Scratch::new();
    let open = http_rig::Rig::new(&settings(&scratch, false)).await;
    let only = http_rig::Rig::new(&settings(&scratch, true)).await;
    let none = http_rig::Rig::new("").await;
    let unknown = "0".repeat(64);
    let by_hash = |hash: &str| json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } });
    for body in [
        json!({ "documentId": format!("sha256:{unknown}") }),
        json!({ "documentId": "nothing" }),
        json!({ "documentId": "nothing", "query": "" }),
        json!({ "documentId": "" }),
        json!({ "documentId": format!("md5:{HEARD_MD5}") }),
        json!({ "documentId": ASKED_SHA256.to_uppercase() }),
        by_hash(&unknown),
    ] {
        for rig in [&open, &only] {
            let expected = refused(400, "PERSISTED_QUERY_NOT_FOUND");
            assert_eq!(
                rig.post(body.to_string()).await.refusal(),
                expected,
                "{body}"
            );
        }
        let expected = refused(400, "PERSISTED_QUERY_NOT_SUPPORTED");
        assert_eq!(none.post(body.to_string()).await.refusal(), expected);
    }
    // Beside the list, or instead of it.
    let other = "{ viewer { kind } }";
    assert_eq!(open.ask(other).await.json()["data"], kind());
    let not_trusted = || refused(403, "DOCUMENT_NOT_TRUSTED");
    for text in [
        other,
        "{",
        "",
        &format!("{ASKED} "),
        "{ __schema { queryType { name } } }",
        "{ __typename }",
    ] {
        assert_eq!(only.ask(text).await.refusal(), not_trusted(), "{text}");
    }
    let got = only.get("/graphql?query=%7B__typename%7D").await;
    assert_eq!(got.refusal(), not_trusted());
    // What Apollo's clients send when the hash is not known is not learnt.
    let mut learnt = by_hash("b0b8a1d7d2ef1f1a5b6b7b8b9b0b1b2b3b4b5b6b7b8b9b0b1b2b3b4b5b6b7b8b");
    learnt["query"] = json!(other);
    assert_eq!(only.post(learnt.to_string()).await.refusal(), not_trusted());
    let mismatch = refused(400, "INVALID_REQUEST");
    assert_eq!(open.post(learnt.to_string()).await.refusal(), mismatch);
    for rig in [&open, &only] {
        let two = json!({ "query": DONE, "documentId": ASKED_SHA256 });
        assert_eq!(rig.post(two.to_string()).await.refusal(), mismatch);
        let mut twice = by_hash(ASKED_SHA256);
        twice["documentId"] = json!(ASKED_SHA256);
        assert_eq!(rig.post(twice.to_string()).await.refusal(), mismatch);
        for wrong in [
            json!({ "documentId": 7 }),
            json!({ "extensions": { "persistedQuery": {} } }),
            json!({ "extensions": { "persistedQuery": { "sha256Hash": 7 } } }),
            json!({}),
        ] {
            assert_eq!(rig.post(wrong.to_string()).await.refusal(), mismatch);
        }
    }
}

#[tokio::test]
async fn apollos_second_try_is_answered_where_open_queries_are() {
    let scratch = Scratch::new();
    let rig = http_rig::Rig::new(&settings(&scratch, false)).await;
    let text = "{ viewer { kind } }";
    let hash = "ac09e330833d64b1894189c95185df626912f84019f907fd9ddc43fba851fdd4";
    let mut body =
        json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } });
    let first = rig.post(body.to_string()).await;
    assert_eq!(first.refusal(), refused(400, "PERSISTED_QUERY_NOT_FOUND"));
    body["query"] = json!(text);
    assert_eq!(rig.post(body.to_string()).await.json()["data"], kind());
    // The list did not grow by it.
    body["query"] = Value::Null;
    let again = rig.post(body.to_string()).await;
    assert_eq!(again.refusal(), refused(400, "PERSISTED_QUERY_NOT_FOUND"));
}

#[tokio::test]
async fn sockets_and_event_streams_know_the_documents_too() {
    let scratch = Scratch::new();
    let rig = socket_rig::Rig::real(&settings(&scratch, true)).await;
    let mut client = rig.begun().await;
    let asking =
        |id: &str, payload: Value| json!({ "id": id, "type": "subscribe", "payload": payload });
    client
        .say(asking(
            "1",
            json!({ "documentId": ASKED_SHA256, "query": "" }),
        ))
        .await;
    assert_eq!(client.hear().await["payload"]["data"], kind());
    assert_eq!(client.hear().await, complete("1"));
    client.ask("2", "{ __typename }").await;
    let refused = client.hear().await;
    assert_eq!(refused["type"], "error");
    assert_eq!(
        refused["payload"][0]["extensions"]["code"],
        "DOCUMENT_NOT_TRUSTED"
    );
    client
        .say(asking("3", json!({ "documentId": "nothing" })))
        .await;
    let refused = client.hear().await;
    assert_eq!(
        refused["payload"][0]["extensions"]["code"],
        "PERSISTED_QUERY_NOT_FOUND"
    );
    // A subscription by the MD5 of its document, as Relay files it.
    client
        .say(asking("4", json!({ "documentId": HEARD_MD5 })))
        .await;
    client
        .say(asking("5", json!({ "documentId": ASKED_SHA256 })))
        .await;
    assert_eq!(client.hear().await["id"], "5", "4 runs and says nothing");
    let address = rig.address;
    let streamed = tokio::task::spawn_blocking(move || {
        let get = |query: &str| {
            let config = ureq::Agent::config_builder().http_status_as_error(false);
            let agent = config.build().new_agent();
            let address = format!("http://{address}/graphql/stream?{query}");
            let request = agent.get(address).header("accept", "text/event-stream");
            let mut reply = request.call().unwrap();
            let text = reply.body_mut().read_to_string().unwrap();
            (reply.status().as_u16(), text)
        };
        [
            get(&format!("documentId={ASKED_SHA256}")),
            get("query=%7B__typename%7D"),
        ]
    });
    let [known, other] = streamed.await.unwrap();
    assert!(known.0 == 200 && known.1.contains("ANONYMOUS"), "{known:?}");
    assert!(
        other.0 == 403 && other.1.contains("DOCUMENT_NOT_TRUSTED"),
        "{other:?}"
    );
}

/// What a server says to documents of this text, when it starts.
async fn start(app: &App, manifest: &str) -> Result<usize, String> {
    let trusted = Trusted::read("documents.json", manifest, true).map_err(|e| e.to_string())?;
    let scratch = Scratch::new();
    let config = Config::load(Sources {
        folder: scratch.path(""),
        file: None,
        environment: vec![],
        flags: vec![],
    });
    let keys = Keys::open(&scratch.path("keys"), None, "kaifong", "kaifong").unwrap();
    let server = Server::new(
        app.graph.clone(),
        Arc::new(keys),
        config.unwrap().limits,
        Clock::of_machine(),
    );
    let count = trusted.count();
    server
        .trusting(trusted)
        .await
        .map(|_| count)
        .map_err(|e| e.to_string())
}

#[tokio::test]
async fn the_manifests_of_the_usual_tools_are_read() {
    let app = App::sqlite().await;
    let apollo = json!({
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [
            { "id": ASKED_SHA256, "name": "Kind", "type": "query", "body": ASKED },
            { "id": "my-own-id", "name": "Heard", "type": "subscription", "body": HEARD },
        ],
    });
    let prefixed =
        json!({ format!("sha256:{ASKED_SHA256}"): ASKED, format!("sha1:{DONE_SHA1}"): DONE });
    let both = "query A { __typename } query B { viewer { kind } }";
    for (manifest, count) in [
        (manifest(), 3),
        (apollo, 2),
        (prefixed, 2),
        (json!({ "two": both }), 1),
        (json!({}), 0),
    ] {
        let started = start(&app, &manifest.to_string()).await;
        assert_eq!(started, Ok(count), "{manifest}");
    }
    let demo = include_str!("../../assets/demo/trusted-documents.json");
    assert_eq!(start(&app, demo).await, Ok(3));
}

#[tokio::test]
async fn a_bad_document_stops_the_start_and_is_named() {
    let app = App::sqlite().await;
    let zeros = "0".repeat(64);
    let deep = format!("{}a{}", "{ a ".repeat(70), "}".repeat(70));
    let wide = format!("{{ {} }}", "viewer { kind } ".repeat(60).trim());
    let long = "a ".repeat(6000);
    let broken: [(&str, Value, &str); 12] = [
        ("one", json!("{ viewer {"), "expected"),
        ("two", json!("{ no_such_field_zz }"), "no_such_field_zz"),
        (
            "three",
            json!("{ viewer { kind } } fragment F on Viewer { kind }"),
            "F",
        ),
        ("four", json!("query ($a: Int) { viewer { kind } }"), "$a"),
        (
            "five",
            json!("query A { __typename } query B { nothing_zz }"),
            "nothing_zz",
        ),
        ("six", json!(deep), "nests its brackets deeper"),
        ("seven", json!(wide), "root fields"),
        (
            "eight",
            json!(format!("{{ {long} }}")),
            "more than 5000 tokens",
        ),
        ("nine", json!("subscription { nothing_zz }"), "nothing_zz"),
        ("ten", json!("mutation { nothing_zz }"), "nothing_zz"),
        ("an id", json!(ASKED), "an id has"),
        (&zeros, json!(ASKED), "another hash"),
    ];
    for (id, document, reason) in broken {
        let manifest = json!({ ASKED_SHA256: ASKED, id: document, "last": "{ __typename }" });
        let told = start(&app, &manifest.to_string()).await.unwrap_err();
        let named = format!("`documents.json`, document `{id}`: ");
        assert!(told.contains(&named), "{id}: {told}");
        assert!(told.contains(reason), "{id}: {told}");
        assert!(!told.contains('\n'), "{told}");
    }
    let apollo =
        json!({ "format": "apollo-persisted-query-manifest", "version": 2, "operations": [] });
    for (manifest, reason) in [
        ("not json".to_owned(), "not JSON"),
        ("[]".to_owned(), "not an object"),
        (json!({ "a": 7 }).to_string(), "`a` is not the text"),
        (apollo.to_string(), "version 1"),
        (
            json!({ "format": "apollo-persisted-query-manifest", "version": 1 }).to_string(),
            "`operations`",
        ),
        (
            json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [{ "id": "a" }] })
                .to_string(),
            "`operations`: missing field `body`",
        ),
    ] {
        let told = start(&app, &manifest).await.unwrap_err();
        assert!(told.contains("`documents.json`"), "{told}");
        assert!(told.contains(reason), "{told}");
    }
    assert!(Trusted::none(true).is_err(), "nothing could be asked");
    assert!(Trusted::none(false).is_ok());
}

#[test]
fn the_demo_brings_documents_and_says_how_to_ask_for_them() {
    for only in ["false", "true"] {
        let demo = Demo::with(&[("KAIFONG_TRUSTED_ONLY", only)]);
        let (_, call) = demo.welcome.split_once("/graphql?documentId=").unwrap();
        let id = call.split('"').next().unwrap();
        let bearer = format!("Bearer {}", demo.token("administrator"));
        let headers = [("authorization", bearer.as_str())];
        let reply = demo.send(&format!("/graphql?documentId={id}"), &headers, None);
        let shifts = reply.json()["data"]["shifts"]["nodes"]
            .as_array()
            .map(Vec::len);
        assert_eq!(shifts, Some(3), "{}", reply.body);
        let open = demo.send("/graphql?query=%7B__typename%7D", &headers, None);
        assert_eq!(open.status, if only == "true" { 403 } else { 200 });
    }
}

#[test]
fn a_file_that_cannot_be_used_stops_the_program_and_is_named() {
    let scratch = Scratch::new();
    let serve = |settings: &[(&str, &str)]| {
        let arguments = ["serve", "--data-dir", "data", "--listen", "127.0.0.1:0"];
        let output = kaifong(&scratch, &arguments, settings).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let told = serve(&[("KAIFONG_TRUSTED_DOCUMENTS", "absent.json")]);
    assert!(told.contains("cannot read `absent.json`"), "{told}");
    scratch.file("list.json", "[]");
    let told = serve(&[("KAIFONG_TRUSTED_DOCUMENTS", "list.json")]);
    assert!(told.contains("`list.json`: not an object"), "{told}");
    let told = serve(&[("KAIFONG_TRUSTED_ONLY", "true")]);
    assert!(
        told.contains("`trusted_only` needs `trusted_documents`"),
        "{told}"
    );
    let moved = kaifong(&scratch, &["migrate", "--data-dir", "data"], &[]).output();
    assert!(moved.unwrap().status.success());
    scratch.file("bad.json", r#"{ "mine": "{ nothing_zz }" }"#);
    let told = serve(&[("KAIFONG_TRUSTED_DOCUMENTS", "bad.json")]);
    assert!(told.contains("`bad.json`, document `mine`"), "{told}");
}
