//! What travels beside the answers: compression, leave for other sites, request ids, caches.

use std::io::Read;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::http_rig::{Reply, Rig, post};

/// Long enough to be worth it.
const LONG: &str = "{ __schema { types { name description fields { name description } } } }";

fn decoded(reply: &Reply) -> Vec<u8> {
    let mut text = Vec::new();
    match reply.header("content-encoding") {
        "gzip" => flate2::read::GzDecoder::new(&*reply.body).read_to_end(&mut text),
        "br" => brotli::Decompressor::new(&*reply.body, 4096).read_to_end(&mut text),
        "zstd" => zstd::stream::Decoder::new(&*reply.body)
            .and_then(|mut decoder| decoder.read_to_end(&mut text)),
        "" => (&*reply.body).read_to_end(&mut text),
        other => panic!("no encoding of ours: {other}"),
    }
    .unwrap();
    text
}

async fn ask_accepting(rig: &Rig, encodings: &str, query: &str) -> Reply {
    let request = post().header(header::ACCEPT_ENCODING, encodings);
    let body = Body::from(json!({ "query": query }).to_string());
    rig.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn a_long_answer_is_compressed_as_the_client_accepts_it() {
    let rig = Rig::new("").await;
    let plain = rig.ask(LONG).await;
    assert_eq!(plain.header("content-encoding"), "");
    let table = [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip;q=0.5, br;q=0.8, zstd;q=0.1", "br"),
        ("gzip;q=0, identity", ""),
        ("identity", ""),
        ("something-else", ""),
    ];
    for (accepted, expected) in table {
        let reply = ask_accepting(&rig, accepted, LONG).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("content-encoding"), expected, "{accepted}");
        let answer: Value = serde_json::from_slice(&decoded(&reply)).unwrap();
        assert_eq!(answer["data"], plain.json()["data"], "{accepted}");
        assert_eq!(
            !expected.is_empty(),
            reply.body.len() < plain.body.len() / 4
        );
        assert_eq!(reply.header("cache-control"), "no-store");
        let vary: Vec<_> = reply.headers.get_all("vary").iter().collect();
        let vary = format!("{vary:?}");
        for part in ["accept", "authorization", "accept-encoding"] {
            assert!(vary.contains(part), "{vary}");
        }
    }
}

#[tokio::test]
async fn what_is_short_streamed_or_compressed_already_is_left_as_it_is() {
    let rig = Rig::new("compression_min_bytes = 3000").await;
    for (query, compressed) in [("{ __typename }", false), (LONG, true)] {
        let reply = ask_accepting(&rig, "gzip", query).await;
        assert_eq!(reply.header("content-encoding") == "gzip", compressed);
    }
    let all = Rig::new("compression_min_bytes = 1").await;
    assert_eq!(
        ask_accepting(&all, "gzip", "{ __typename }")
            .await
            .header("content-encoding"),
        "gzip"
    );
    let events = Request::post("/graphql/stream")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_ENCODING, "gzip, br, zstd");
    let body = json!({ "query": LONG }).to_string();
    let events = all.send(events.body(Body::from(body)).unwrap()).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert_eq!(events.header("content-encoding"), "");
    assert!(events.body.starts_with(b"event: next\n"));
    let page = Request::get("/ide/react-18.3.1.min.js").header(header::ACCEPT_ENCODING, "br");
    let page = all.send(page.body(Body::empty()).unwrap()).await;
    assert_eq!(page.header("content-encoding"), "gzip");
    let mut script = String::new();
    flate2::read::GzDecoder::new(&*page.body)
        .read_to_string(&mut script)
        .unwrap();
    assert!(script.contains("React"), "compressed once");
}

#[tokio::test]
async fn compression_can_be_switched_off() {
    let rig = Rig::new("compression = false").await;
    let reply = ask_accepting(&rig, "gzip, br, zstd", LONG).await;
    assert_eq!(reply.header("content-encoding"), "");
    assert!(reply.json()["data"]["__schema"].is_object());
}

async fn preflight(rig: &Rig, path: &str, origin: &str) -> Reply {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri(path)
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type",
        );
    rig.send(request.body(Body::empty()).unwrap()).await
}

async fn from_page(rig: &Rig, path: &str, origin: &str, token: Option<&str>) -> Reply {
    let mut request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, origin);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, token);
    }
    let body = Body::from(r#"{"query":"{__typename}"}"#);
    rig.send(request.body(body).unwrap()).await
}

fn leave(reply: &Reply) -> Vec<String> {
    let names = reply.headers.keys().map(ToString::to_string);
    let mut given: Vec<String> = names
        .filter(|name| name.starts_with("access-control-"))
        .collect();
    given.sort();
    given
}

#[tokio::test]
async fn other_sites_get_no_leave_unless_it_is_given() {
    let rig = Rig::new("").await;
    for path in ["/graphql", "/graphql/stream"] {
        let asked = preflight(&rig, path, "https://app.example.org").await;
        assert_eq!(asked.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(leave(&asked), [""; 0]);
        let answered = from_page(&rig, path, "https://app.example.org", None).await;
        assert_eq!(answered.status, StatusCode::OK);
        assert_eq!(leave(&answered), [""; 0]);
    }
}

#[tokio::test]
async fn an_origin_has_leave_if_it_is_on_the_list_letter_by_letter() {
    let list = r#"cors_origins = ["https://app.example.org", "http://localhost:3000"]"#;
    let rig = Rig::new(list).await;
    for path in ["/graphql", "/graphql/stream"] {
        for origin in ["https://app.example.org", "http://localhost:3000"] {
            let asked = preflight(&rig, path, origin).await;
            assert_eq!(asked.status, StatusCode::OK);
            assert_eq!(asked.header("access-control-allow-origin"), origin);
            let headers = asked.header("access-control-allow-headers");
            assert!(headers.contains("authorization") && headers.contains("content-type"));
            assert_eq!(asked.header("access-control-allow-methods"), "GET,POST");
            assert_eq!(asked.header("access-control-max-age"), "7200");
            assert_eq!(asked.header("access-control-allow-credentials"), "");
            assert!(asked.body.is_empty());
            let answered = from_page(&rig, path, origin, None).await;
            assert_eq!(answered.header("access-control-allow-origin"), origin);
            assert!(
                answered
                    .header("access-control-expose-headers")
                    .contains("x-request-id")
            );
            assert_eq!(answered.header("access-control-allow-credentials"), "");
            // A page should see why it was refused, too.
            let refused = from_page(&rig, path, origin, Some("Bearer no.to.ken")).await;
            assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
            assert_eq!(refused.header("access-control-allow-origin"), origin);
        }
        for origin in [
            "https://app.example.org.evil.example",
            "https://evil.example",
            "http://app.example.org",
            "https://APP.example.org",
            "https://app.example.org:8443",
            "http://localhost:3001",
            "null",
            "*",
        ] {
            for reply in [
                preflight(&rig, path, origin).await,
                from_page(&rig, path, origin, None).await,
            ] {
                assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
                let vary: Vec<_> = reply.headers.get_all("vary").iter().collect();
                assert!(format!("{vary:?}").contains("origin"), "{vary:?}");
            }
        }
    }
    for path in ["/readyz", "/metrics", "/ide"] {
        let request = Request::get(path).header(header::ORIGIN, "https://app.example.org");
        let reply = rig.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(leave(&reply), [""; 0], "{path}");
    }
}

#[tokio::test]
async fn a_request_keeps_its_id_if_it_has_a_good_one() {
    let rig = Rig::new("").await;
    let with = async |ids: &[&str]| {
        let mut request = post();
        for id in ids {
            request = request.header("x-request-id", *id);
        }
        let body = Body::from(r#"{"query":"{__typename}"}"#);
        let reply = rig.send(request.body(body).unwrap()).await;
        reply.header("x-request-id").to_owned()
    };
    let good = "4bf92f3577b34da6a3ce929d0e0e4736";
    assert_eq!(with(&[good]).await, good);
    let bad: [&[&str]; 5] = [
        &["short"],
        &["a request with spaces"],
        &["4bf92f3577b34da6 status=200 forged"],
        &[&"a".repeat(65)],
        &[good, good],
    ];
    for ids in bad {
        let made = with(ids).await;
        assert_eq!(made.len(), 36, "{made}");
        assert!(!ids.contains(&made.as_str()));
    }
    // Those that never reach the graph have one, too.
    for reply in [rig.get("/nowhere").await, rig.post("{").await] {
        assert_eq!(reply.header("x-request-id").len(), 36);
    }
}

#[tokio::test]
async fn no_cache_keeps_what_may_be_personal() {
    let rig = Rig::new("cors_origins = [\"https://app.example.org\"]\nmax_body_bytes = 2048").await;
    let conditional = post()
        .header(header::IF_NONE_MATCH, "*")
        .header(header::IF_MODIFIED_SINCE, "Fri, 01 Jan 2100 00:00:00 GMT");
    let body = Body::from(r#"{"query":"{__typename}"}"#);
    let events = Request::get("/graphql/stream?query=%7B__typename%7D");
    let put = Request::put("/graphql").body(Body::empty()).unwrap();
    let html = Request::get("/graphql").header(header::ACCEPT, "text/html");
    let table = [
        (200, rig.ask("{ __typename }").await),
        (200, rig.get("/graphql?query=%7B__typename%7D").await),
        (200, rig.send(conditional.body(body).unwrap()).await),
        (200, rig.send(events.body(Body::empty()).unwrap()).await),
        (400, rig.ask("{").await),
        (400, rig.ask("{ no_such_field_zz }").await),
        (401, rig.ask_with("Bearer no.to.ken").await),
        (404, rig.get("/nowhere").await),
        (405, rig.send(put).await),
        (406, rig.send(html.body(Body::empty()).unwrap()).await),
        (413, rig.post("x".repeat(4000)).await),
        (
            200,
            preflight(&rig, "/graphql", "https://app.example.org").await,
        ),
        (307, rig.get("/").await),
        (200, rig.get("/healthz").await),
        (200, rig.get("/readyz").await),
        (404, rig.get("/metrics").await),
        (200, rig.get("/.well-known/jwks.json").await),
    ];
    for (at, (status, reply)) in table.iter().enumerate() {
        assert_eq!(reply.status.as_u16(), *status, "{at}");
        assert_eq!(reply.header("cache-control"), "no-store", "{at}");
    }
    assert_eq!(rig.get("/ide").await.header("cache-control"), "no-cache");
    let asset = rig.get("/ide/react-18.3.1.min.js").await;
    assert_eq!(
        asset.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
}

#[tokio::test]
async fn the_schema_can_be_asked_for_unless_that_is_switched_off() {
    let hidden = Rig::new("introspection = false").await;
    let shown = Rig::new("").await;
    for query in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Volunteer\") { name } }",
        "{ a: __schema { queryType { name } } }",
        "{ ... { __schema { queryType { name } } } }",
        "{ ...F } fragment F on Query { __type(name: \"Shift\") { name } }",
        "query a { __typename } query b { __schema { queryType { name } } }",
    ] {
        let refused = hidden.post(json!({ "query": query, "operationName": null }).to_string());
        let expected = crate::http_rig::refused(400, "INTROSPECTION_DISABLED");
        assert_eq!(refused.await.refusal(), expected, "{query}");
        if !query.contains("query b") {
            assert_eq!(shown.ask(query).await.status, StatusCode::OK, "{query}");
        }
    }
    let typename = hidden.ask("{ __typename viewer { __typename } }").await;
    assert_eq!(typename.json()["data"]["viewer"]["__typename"], "Viewer");
}
