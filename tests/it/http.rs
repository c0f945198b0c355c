//! GraphQL over HTTP, through the real router.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use kaifong::{
    config::{Config, Sources},
    server::{Clock, Server},
    viewer::{Claims, Keys},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::scratch::Scratch;

/// A server whose clock stands still, with its key.
struct Rig {
    router: Router,
    keys: Arc<Keys>,
    now: DateTime<Utc>,
    _scratch: Scratch,
}

/// What came back.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Rig {
    async fn new(settings: &str) -> Self {
        let scratch = Scratch::new();
        let data_dir = format!("data_dir = {:?}\n", scratch.path("data"));
        scratch.file("kaifong.toml", &(data_dir + settings));
        let config = Config::load(Sources {
            folder: scratch.path(""),
            file: None,
            environment: vec![],
            flags: vec![],
        })
        .unwrap();
        let now = Utc::now();
        kaifong::app::prepare_demo(&config, now, Duration::from_secs(60))
            .await
            .unwrap();
        let app = kaifong::app::open(&config).await.unwrap();
        let (graph, keys) = (Arc::new(app.graph), Arc::new(app.keys));
        let clock = Clock::stopped_at(now);
        let router = Server::new(graph, keys.clone(), config.limits, clock).router();
        Self {
            router,
            keys,
            now,
            _scratch: scratch,
        }
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        Reply {
            status: head.status,
            headers: head.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    async fn get(&self, address: &str) -> Reply {
        self.send(Request::get(address).body(Body::empty()).unwrap())
            .await
    }

    async fn post(&self, body: impl Into<Body>) -> Reply {
        self.send(post().body(body.into()).unwrap()).await
    }

    async fn ask(&self, query: &str) -> Reply {
        self.post(json!({ "query": query }).to_string()).await
    }

    async fn ask_with(&self, authorization: &str) -> Reply {
        let request = post().header(header::AUTHORIZATION, authorization);
        self.send(
            request
                .body(Body::from(r#"{"query":"{__typename}"}"#))
                .unwrap(),
        )
        .await
    }
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the code of the only error.
    fn refusal(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
        assert!(body.get("data").is_none(), "{body}");
        let code = body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or("none");
        (self.status.as_u16(), code.to_owned())
    }
}

fn post() -> axum::http::request::Builder {
    Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/graphql-response+json")
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_query_is_answered_by_post_and_by_get() {
    let rig = Rig::new("").await;
    let posted = rig.ask("{ __typename }").await;
    let got = rig
        .get("/graphql?query=%7B__typename%7D&variables=%7B%7D")
        .await;
    for (reply, media) in [
        (&posted, "application/graphql-response+json"),
        (&got, "application/json"),
    ] {
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.json()["data"]["__typename"], "Query");
        assert_eq!(
            reply.header("content-type"),
            format!("{media}; charset=utf-8")
        );
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }
    assert_ne!(posted.header("x-request-id"), "");
    assert_ne!(posted.header("x-request-id"), got.header("x-request-id"));
}

#[tokio::test]
async fn what_is_not_executed_is_refused_with_a_code() {
    let rig = Rig::new("max_body_bytes = 2048").await;
    let table = [
        ("", 400, "INVALID_JSON"),
        ("{\"query\":", 400, "INVALID_JSON"),
        ("[]", 400, "BATCH_NOT_ACCEPTED"),
        ("[{\"query\":\"{__typename}\"}]", 400, "BATCH_NOT_ACCEPTED"),
        ("7", 400, "INVALID_REQUEST"),
        ("{}", 400, "INVALID_REQUEST"),
        ("{\"query\":7}", 400, "INVALID_REQUEST"),
        (
            "{\"query\":\"{__typename}\",\"variables\":[]}",
            400,
            "INVALID_REQUEST",
        ),
        (
            "{\"query\":\"{__typename}\",\"operationName\":7}",
            400,
            "INVALID_REQUEST",
        ),
    ];
    for (body, status, code) in table {
        assert_eq!(
            rig.post(body).await.refusal(),
            refused(status, code),
            "{body}"
        );
    }
    let latin = rig
        .post(b"{\"query\":\"{a(b:\\\"caf\xe9\\\")}\"}".to_vec())
        .await;
    assert_eq!(latin.refusal(), refused(400, "INVALID_ENCODING"));
    let nested = format!(
        "{{\"query\":\"{{__typename}}\",\"variables\":{{\"a\":{}",
        "[".repeat(1500)
    );
    assert_eq!(
        rig.post(nested).await.refusal(),
        refused(400, "INVALID_JSON")
    );
    let extensions = rig
        .post(r#"{"query":"{__typename}","variables":null,"extensions":{"a":[1]}}"#)
        .await;
    assert_eq!(extensions.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_whether_announced_or_not() {
    let rig = Rig::new("max_body_bytes = 2048").await;
    let huge = "x".repeat(2049);
    let announced = post()
        .header(header::CONTENT_LENGTH, "2049")
        .body(Body::from(huge))
        .unwrap();
    assert_eq!(
        rig.send(announced).await.refusal(),
        refused(413, "REQUEST_TOO_LARGE")
    );
    let chunks = stream::iter((0..5).map(|_| Ok::<_, std::io::Error>(" ".repeat(1000))));
    let streamed = rig.post(Body::from_stream(chunks)).await;
    assert_eq!(streamed.refusal(), refused(413, "REQUEST_TOO_LARGE"));
    let broken = stream::iter([Err::<String, _>(std::io::Error::other("gone"))]);
    let broken = rig.post(Body::from_stream(broken)).await;
    assert_eq!(broken.refusal(), refused(400, "REQUEST_INCOMPLETE"));
}

#[tokio::test]
async fn methods_and_media_types_are_negotiated() {
    let rig = Rig::new("").await;
    let put = Request::put("/graphql").body(Body::empty()).unwrap();
    let put = rig.send(put).await;
    assert_eq!(
        (put.status.as_u16(), put.header("allow")),
        (405, "GET, POST")
    );
    let mutation = rig.get("/graphql?query=mutation%7B__typename%7D").await;
    assert_eq!(mutation.refusal(), refused(405, "METHOD_NOT_ALLOWED"));
    let chosen =
        "/graphql?operationName=b&query=query%20a%7B__typename%7Dmutation%20b%7B__typename%7D";
    assert_eq!(
        rig.get(chosen).await.refusal(),
        refused(405, "METHOD_NOT_ALLOWED")
    );
    let bare = rig.get("/graphql").await;
    assert_eq!(bare.refusal(), refused(400, "INVALID_REQUEST"));
    let page = Request::post("/graphql").header(header::ACCEPT, "text/html");
    let page = rig.send(page.body(Body::empty()).unwrap()).await;
    assert_eq!(page.refusal(), refused(406, "NOT_ACCEPTABLE"));
    for media in [
        "",
        "text/plain",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
    ] {
        let request = Request::post("/graphql").header(header::CONTENT_TYPE, media);
        let reply = rig.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(
            reply.refusal(),
            refused(415, "UNSUPPORTED_MEDIA_TYPE"),
            "{media}"
        );
    }
}

#[tokio::test]
async fn an_invalid_document_is_400_or_200_as_the_media_type_asks() {
    let rig = Rig::new("").await;
    for document in [
        "{",
        "{ no_such_field_zz }",
        "query a { __typename } query a { __typename }",
    ] {
        let new = rig.ask(document).await;
        assert_eq!(new.status, StatusCode::BAD_REQUEST, "{document}");
        assert!(new.json().get("data").is_none());
        let old = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let old = old
            .body(Body::from(json!({ "query": document }).to_string()))
            .unwrap();
        let old = rig.send(old).await;
        assert_eq!(old.status, StatusCode::OK, "{document}");
        assert_eq!(old.json(), new.json());
    }
}

#[tokio::test]
async fn a_document_that_would_overflow_the_parser_is_refused() {
    let rig = Rig::new("").await;
    for open in ["[", "{a:", "(", "{a{"] {
        let reply = rig.ask(&format!("{{ a(b: {}", open.repeat(4000))).await;
        let (status, code) = reply.refusal();
        assert_eq!(status, 400);
        assert!(
            ["DOCUMENT_TOO_DEEP", "DOCUMENT_TOO_LONG"].contains(&code.as_str()),
            "{code}"
        );
    }
    let hidden = format!("{{ a # \r (b: {}", "[".repeat(4000));
    assert_eq!(
        rig.ask(&hidden).await.refusal(),
        refused(400, "DOCUMENT_TOO_DEEP")
    );
    let long = format!("{{ {} }}", "a ".repeat(6000));
    assert_eq!(
        rig.ask(&long).await.refusal(),
        refused(400, "DOCUMENT_TOO_LONG")
    );
    let deep = json!({ "a": 1 })
        .to_string()
        .replace('1', &format!("{}{}", "[".repeat(40), "]".repeat(40)));
    let deep = format!(r#"{{"query":"{{__typename}}","variables":{deep}}}"#);
    assert_eq!(
        rig.post(deep).await.refusal(),
        refused(400, "VARIABLES_TOO_DEEP")
    );
}

#[tokio::test]
async fn what_the_gate_admits_the_parser_survives() {
    let rig = Rig::new("max_query_nesting = 100\nmax_variables_nesting = 100").await;
    for (open, close) in [("{a", "}"), ("{a(b:[", "])}"), ("{a(b:{c:", "})}")] {
        let depth = 99 / open.matches(['{', '(', '[']).count();
        let document = format!("{}{}", open.repeat(depth), close.repeat(depth));
        assert_eq!(rig.ask(&document).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn no_token_is_anonymous_and_a_good_one_is_taken() {
    let rig = Rig::new("").await;
    assert_eq!(rig.ask("{ __typename }").await.status, StatusCode::OK);
    let claims = Claims::of_user("ann", rig.now, Duration::from_secs(60));
    let token = rig.keys.sign(&claims).unwrap();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(
            rig.ask_with(&format!("{scheme} {token}")).await.status,
            StatusCode::OK
        );
    }
}

#[tokio::test]
async fn a_bad_token_is_401_with_its_reason() {
    let rig = Rig::new("").await;
    let issued = |now| {
        rig.keys
            .sign(&Claims::of_user("ann", now, Duration::from_secs(60)))
            .unwrap()
    };
    let good = issued(rig.now);
    let old = issued(rig.now - TimeDelta::hours(1));
    let early = issued(rig.now + TimeDelta::hours(1));
    let other = Keys::generate("kaifong", "kaifong").unwrap();
    let foreign = other
        .sign(&Claims::of_user("ann", rig.now, Duration::from_secs(60)))
        .unwrap();
    let table = [
        (format!("Bearer {old}"), "TOKEN_EXPIRED"),
        (format!("Bearer {early}"), "TOKEN_NOT_YET_VALID"),
        (format!("Bearer {foreign}"), "TOKEN_UNKNOWN_KEY"),
        (format!("Bearer {good}x"), "TOKEN_MALFORMED"),
        ("Bearer a.b".to_owned(), "TOKEN_MALFORMED"),
        ("Bearer ".to_owned() + &"a".repeat(9000), "TOKEN_TOO_LONG"),
        ("Basic YW5uOnNlY3JldA==".to_owned(), "TOKEN_SCHEME"),
        (good.clone(), "TOKEN_SCHEME"),
        (String::new(), "TOKEN_SCHEME"),
    ];
    for (authorization, reason) in table {
        let reply = rig.ask_with(&authorization).await;
        assert_eq!(reply.refusal(), refused(401, "UNAUTHENTICATED"), "{reason}");
        assert_eq!(reply.json()["errors"][0]["extensions"]["reason"], reason);
        assert!(reply.header("www-authenticate").starts_with("Bearer "));
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let twice = post()
        .header(header::AUTHORIZATION, format!("Bearer {good}"))
        .header(header::AUTHORIZATION, format!("Bearer {good}"));
    let twice = rig.send(twice.body(Body::from("{}")).unwrap()).await;
    assert_eq!(twice.refusal(), refused(401, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let rig = Rig::new("request_timeout = \"50ms\"").await;
    let endless = stream::pending::<Result<String, std::io::Error>>();
    let reply = rig.post(Body::from_stream(endless)).await;
    assert_eq!(reply.refusal(), refused(503, "TIMEOUT"));
}

#[tokio::test]
async fn a_panic_is_an_answer_without_its_text() {
    let rig = Rig::new("").await;
    let broken =
        stream::iter([()]).map(|()| -> Result<String, std::io::Error> { panic!("secret") });
    let reply = rig.post(Body::from_stream(broken)).await;
    assert_eq!(reply.refusal(), refused(500, "INTERNAL"));
    assert!(!reply.body.windows(6).any(|text| text == b"secret"));
}

#[tokio::test]
async fn the_pages_beside_the_graph_answer() {
    let rig = Rig::new("").await;
    assert_eq!(rig.get("/healthz").await.status, StatusCode::OK);
    let ready = rig.get("/readyz").await;
    assert_eq!(
        (ready.status, ready.json()["ready"].clone()),
        (StatusCode::OK, json!(true))
    );
    let set = rig.get("/.well-known/jwks.json").await.json();
    assert_eq!(set["keys"][0]["kid"], rig.keys.id());
    let home = rig.get("/").await;
    assert_eq!(
        (home.status.as_u16(), home.header("location")),
        (307, "/ide")
    );
    assert_eq!(rig.get("/nowhere").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_ide_comes_whole_and_runs_no_foreign_script() {
    let rig = Rig::new("").await;
    let page = rig.get("/ide").await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    let files: Vec<&str> = html
        .split('"')
        .filter(|part| part.starts_with("/ide/"))
        .collect();
    assert_eq!(files.len(), 6);
    for file in files {
        let reply = rig.get(file).await;
        assert_eq!(reply.status, StatusCode::OK, "{file}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        let compressed = reply.body.starts_with(&[0x1f, 0x8b]);
        assert_eq!(
            compressed,
            reply.header("content-encoding") == "gzip",
            "{file}"
        );
    }
    assert!(!html.contains("://"), "nothing from elsewhere");
}
