//! The limits as settings: each is tried through the real server, and told by name with how far over
//! it the request is.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, header};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http_rig::{Reply, Rig, post, refused};
use crate::socket_rig;

/// Every limit of a document, low.
const LOW: &str = "
max_body_bytes = 4096
max_query_tokens = 300
max_query_nesting = 12
max_variables_nesting = 4
max_variable_values = 10
max_query_fields = 60
max_query_depth = 6
max_query_roots = 5
max_query_aliases = 8
max_query_directives = 3
max_introspection_depth = 1
max_query_cost = 2000
max_rows = 500
max_offset = 30
max_page_size = 100
max_batch = 3
max_errors = 2
";

/// The limit that an answer names, with what is allowed and asked.
fn told(reply: &Reply) -> (u16, String, String, u64, u64) {
    let body = reply.json();
    let error = &body["errors"][0]["extensions"];
    let text = |name: &str| error[name].as_str().unwrap_or("none").to_owned();
    let number = |name: &str| error[name].as_u64().unwrap_or(0);
    let status = reply.status.as_u16();
    (
        status,
        text("code"),
        text("limit"),
        number("allowed"),
        number("asked"),
    )
}

fn expected(code: &str, limit: &str, allowed: u64, asked: u64) -> (u16, String, String, u64, u64) {
    (400, code.to_owned(), limit.to_owned(), allowed, asked)
}

#[tokio::test]
async fn each_limit_of_a_document_is_a_setting_and_names_itself() {
    let rig = Rig::new(LOW).await;
    let over = |limit, allowed, asked| expected("LIMIT_EXCEEDED", limit, allowed, asked);
    let fragments = "{ viewer { ...A ...A ...A ...A } } fragment A on Viewer { ...B ...B ...B ...B } \
                     fragment B on Viewer { ...C ...C ...C ...C } fragment C on Viewer { id }";
    let aliases: String = (0..9).map(|at| format!("a{at}: id ")).collect();
    let tables = [
        (
            format!("{{ {} }}", "id ".repeat(400)),
            expected("DOCUMENT_TOO_LONG", "max_query_tokens", 300, 402),
        ),
        (
            format!("{{ a(b: {}{}) }}", "[".repeat(20), "]".repeat(20)),
            expected("DOCUMENT_TOO_DEEP", "max_query_nesting", 12, 22),
        ),
        (fragments.to_owned(), over("max_query_fields", 60, 65)),
        (
            format!("{}{}", "{ a ".repeat(7), "}".repeat(7)),
            over("max_query_depth", 6, 7),
        ),
        (
            "{ viewer { id } viewer { id } viewer { id } viewer { id } viewer { id } viewer { id } }".to_owned(),
            over("max_query_roots", 5, 6),
        ),
        (format!("{{ viewer {{ {aliases} }} }}"), over("max_query_aliases", 8, 9)),
        (
            format!("{{ viewer {} {{ id }} }}", "@skip(if: false) ".repeat(4)),
            over("max_query_directives", 3, 4),
        ),
        (
            "{ __schema { queryType { fields { type { fields { name } } } } } }".to_owned(),
            over("max_introspection_depth", 1, 2),
        ),
        (
            // 4 lists, 4 times their rows, and 3 + 7 + 7 + 7 values of each of 100.
            "{ a: volunteers(first: 100) { nodes { id nameZh phone } } \
               b: volunteers(first: 100) { nodes { id nameZh nameEn phone email district skills } } \
               c: volunteers(first: 100) { nodes { id nameZh nameEn phone email district skills } } \
               d: volunteers(first: 100) { nodes { id nameZh nameEn phone email district skills } } }"
                .to_owned(),
            over("max_query_cost", 2_000, 2_408),
        ),
        (
            "{ volunteers(first: 100) { nodes { assignments(first: 5) { nodes { id } } } } }".to_owned(),
            over("max_rows", 500, 600),
        ),
        (
            "{ volunteers(first: 101) { nodes { id } } }".to_owned(),
            over("max_page_size", 100, 101),
        ),
        (
            "{ volunteers(offset: 31) { nodes { id } } }".to_owned(),
            over("max_offset", 30, 31),
        ),
    ];
    for (query, expected) in tables {
        assert_eq!(told(&rig.ask(&query).await), expected, "{query}");
    }
    // A page is as large by a variable, and by the variable's default.
    let paged = "query ($n: Int = 200) { volunteers(first: $n) { nodes { id } } }";
    assert_eq!(told(&rig.ask(paged).await), over("max_page_size", 100, 200));
    let body = json!({ "query": paged, "variables": { "n": 300 } });
    let reply = rig.post(body.to_string()).await;
    assert_eq!(told(&reply), over("max_page_size", 100, 300));
    let body = json!({ "query": "{ viewer { id } }", "variables": { "a": [[[[[1]]]]] } });
    let reply = rig.post(body.to_string()).await;
    let deep = expected("VARIABLES_TOO_DEEP", "max_variables_nesting", 4, 6);
    assert_eq!(told(&reply), deep);
    let body = json!({ "query": "{ viewer { id } }", "variables": { "a": vec![1; 20] } });
    let reply = rig.post(body.to_string()).await;
    let long = expected("VARIABLES_TOO_LONG", "max_variable_values", 10, 21);
    assert_eq!(told(&reply), long);
    let reply = rig.post(" ".repeat(5_000)).await;
    let (status, code, limit, allowed, asked) = told(&reply);
    assert_eq!((status, code.as_str()), (413, "REQUEST_TOO_LARGE"));
    assert_eq!(
        (limit.as_str(), allowed, asked),
        ("max_body_bytes", 4_096, 5_000)
    );
}

#[tokio::test]
async fn an_answer_lists_so_many_errors_and_then_says_how_many_more() {
    let rig = Rig::new(LOW).await;
    let reply = rig.ask("{ viewer { a b c d e } }").await;
    let body = reply.json();
    let errors = body["errors"].as_array().unwrap();
    assert_eq!((reply.status.as_u16(), errors.len()), (400, 3), "{body}");
    assert_eq!(errors[1]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(
        errors[2],
        json!({
            "message": "there are 3 more errors",
            "extensions": { "code": "LIMIT_EXCEEDED", "limit": "max_errors", "allowed": 2, "asked": 5 },
        })
    );
}

#[tokio::test]
async fn an_array_of_requests_is_answered_in_its_order() {
    let rig = Rig::new(LOW).await;
    let one = |query: &str| json!({ "query": query });
    let batch = json!([
        one("{ viewer { id } }"),
        one("{ nothing_zz }"),
        { "query": "query a { __typename } query b { b: __typename }", "operationName": "b" },
    ]);
    let reply = rig.post(batch.to_string()).await;
    let body = reply.json();
    assert_eq!(reply.status, StatusCode::OK, "{body}");
    assert!(body[0]["data"]["viewer"]["id"].is_string(), "{body}");
    let code = &body[1]["errors"][0]["extensions"]["code"];
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{body}");
    assert!(body[1].get("data").is_none(), "{body}");
    assert_eq!(body[2]["data"], json!({ "b": "Query" }));
    // Where none is executed, it is as if there were only the first.
    let none = json!([one("{ nothing_zz }"), one("{")]);
    assert_eq!(
        rig.post(none.to_string()).await.status,
        StatusCode::BAD_REQUEST
    );
    let four = json!([one("{a}"), one("{a}"), one("{a}"), one("{a}")]);
    let over = expected("BATCH_TOO_LONG", "max_batch", 3, 4);
    assert_eq!(told(&rig.post(four.to_string()).await), over);
    let table = [
        (json!([]), "INVALID_REQUEST"),
        (json!([one("{ __typename }"), 7]), "INVALID_REQUEST"),
        (json!([[one("{ __typename }")]]), "BATCH_NOT_ACCEPTED"),
        (
            json!([one("{ __typename }"), one(&"{".repeat(20))]),
            "DOCUMENT_TOO_DEEP",
        ),
    ];
    for (batch, code) in table {
        let reply = rig.post(batch.to_string()).await;
        assert_eq!(reply.refusal(), refused(400, code), "{batch}");
    }
}

/// A body that never comes.
fn endless() -> Body {
    Body::from_stream(stream::pending::<Result<String, std::io::Error>>())
}

#[tokio::test]
async fn a_viewer_has_so_many_requests_at_a_time_and_so_many_a_second() {
    let settings = "max_requests_per_viewer = 2\nrequest_timeout = \"60s\"";
    let rig = Rig::new(settings).await;
    let token = |person: &str| {
        let claims = kaifong::viewer::Claims::of_user(person, rig.now, Duration::from_secs(60));
        format!("Bearer {}", rig.keys.sign(&claims).unwrap())
    };
    let ann = token("ann");
    let hold = || {
        let request = post().header(header::AUTHORIZATION, &ann);
        let router = rig.router.clone();
        let request = request.body(endless()).unwrap();
        let held = tower::ServiceExt::oneshot(router, request);
        tokio::spawn(held)
    };
    let held = [hold(), hold()];
    let reply = loop {
        let reply = rig.ask_with(&ann).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            break reply;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(reply.header("retry-after"), "1");
    let (_, code, limit, allowed, asked) = told(&reply);
    assert_eq!(
        (code.as_str(), limit.as_str()),
        ("TOO_MANY_REQUESTS", "max_requests_per_viewer")
    );
    assert_eq!((allowed, asked), (2, 3));
    // Others are not held up, and neither is she once her requests are over.
    assert_ne!(
        rig.ask_with(&token("bob")).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    for request in held {
        request.abort();
        request.await.ok();
    }
    assert_ne!(
        rig.ask_with(&ann).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );

    let rig = Rig::new("max_requests_per_second = 1\nmax_request_burst = 3").await;
    let claims = kaifong::viewer::Claims::of_user("ann", rig.now, Duration::from_secs(60));
    let ann = format!("Bearer {}", rig.keys.sign(&claims).unwrap());
    let batch = format!("[{}]", [r#"{"query":"{__typename}"}"#; 9].join(","));
    let request = post().header(header::AUTHORIZATION, &ann);
    let reply = rig.send(request.body(Body::from(batch)).unwrap()).await;
    let (status, code, limit, allowed, _) = told(&reply);
    assert_eq!((status, code.as_str()), (429, "TOO_MANY_REQUESTS"));
    assert_eq!((limit.as_str(), allowed), ("max_requests_per_second", 1));
    assert!(reply.header("retry-after").parse::<u64>().unwrap() >= 1);
}

/// What comes back over a connection of its own until the server closes it.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_requests() {
    let settings = "max_connections_per_address = 2\nmax_requests_per_address = 1";
    let rig = socket_rig::Rig::real(settings).await;
    let ask =
        "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = raw(rig.address, ask).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // One request that does not end, and one more.
    let mut held = TcpStream::connect(rig.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
    held.write_all(head.as_bytes()).await.unwrap();
    let answer = loop {
        let answer = raw(rig.address, ask).await;
        if !answer.starts_with("HTTP/1.1 200") {
            break answer;
        }
    };
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    assert!(
        answer.contains("\"limit\":\"max_requests_per_address\""),
        "{answer}"
    );
    assert!(answer.contains("retry-after: 1"), "{answer}");
    // A second connection that says nothing, and a third.
    let _quiet = TcpStream::connect(rig.address).await.unwrap();
    let answer = raw(rig.address, ask).await;
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    assert!(
        answer.contains("\"limit\":\"max_connections_per_address\""),
        "{answer}"
    );
    assert!(answer.contains("\"allowed\":2,\"asked\":3"), "{answer}");
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let rig = socket_rig::Rig::real("request_head_timeout = \"200ms\"").await;
    for started in ["", "GET /graphql HTTP/1.1\r\nhost: a\r\n"] {
        let answer = raw(rig.address, started).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
}

#[tokio::test]
async fn a_viewer_has_so_many_sockets_streams_and_subscriptions() {
    let settings = "max_sockets_per_viewer = 2\nmax_subscriptions_per_viewer = 1";
    let rig = socket_rig::Rig::counting(settings).await;
    let token = rig.token("ann", 60);
    let payload = json!({ "authorization": format!("Bearer {token}") });
    let mut first = rig.client().await;
    first.begin(payload.clone()).await;
    let mut second = rig.client().await;
    second.begin(payload.clone()).await;
    // One listens; the other may not as well, but may ask.
    first.ask("1", "subscription { silence }").await;
    first.ask("2", "subscription { silence }").await;
    let error = first.hear().await;
    let extensions = &error["payload"][0]["extensions"];
    assert_eq!(
        (&error["type"], &error["id"]),
        (&json!("error"), &json!("2"))
    );
    assert_eq!(
        *extensions,
        json!({ "code": "TOO_MANY_REQUESTS", "limit": "max_subscriptions_per_viewer", "allowed": 1, "asked": 2 })
    );
    second.is_well().await;
    first.say(json!({ "id": "1", "type": "complete" })).await;
    first.is_well().await;
    second
        .ask("3", "subscription { countdown(from: 0, delayMs: 1) }")
        .await;
    assert_eq!(
        second.hear().await["payload"]["data"],
        json!({ "countdown": 0 })
    );
    // A third socket is one too many, whether the token comes at the door or later.
    let mut third = rig.client().await;
    third
        .say(json!({ "type": "connection_init", "payload": payload }))
        .await;
    let (code, reason) = third.closed().await;
    assert_eq!(code, 1013, "{reason}");
    let bearer = format!("Bearer {token}");
    let refused = rig
        .client_with(&[socket_rig::PROTOCOL], Some(&bearer))
        .await;
    let Err(tokio_tungstenite::tungstenite::Error::Http(reply)) = refused else {
        panic!("a third socket was opened");
    };
    assert_eq!(reply.status(), StatusCode::TOO_MANY_REQUESTS);
    let body: Value = serde_json::from_slice(reply.body().as_deref().unwrap()).unwrap();
    assert_eq!(
        body["errors"][0]["extensions"]["limit"],
        "max_sockets_per_viewer"
    );
    // Somebody else may, and an event stream is a socket as well.
    let mut bob = rig.client().await;
    bob.begin(json!({ "token": rig.token("bob", 60) })).await;
    let stream = |token: &str| {
        format!(
            "GET /graphql/stream?query=%7Bbearer%7D HTTP/1.1\r\nhost: a\r\naccept: text/event-stream\r\n\
             authorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        )
    };
    let answer = raw(rig.address, &stream(&token)).await;
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    let answer = raw(rig.address, &stream(&rig.token("bob", 60))).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
