//! GraphQL over HTTP, through the real router.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::http_rig::{Rig, post, refused};

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
    let rig = Rig::new("max_body_bytes = 2048\nmax_batch = 1").await;
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
async fn a_request_that_does_not_come_is_given_up() {
    let rig = Rig::new("request_timeout = \"50ms\"").await;
    let endless = stream::pending::<Result<String, std::io::Error>>();
    let reply = rig.post(Body::from_stream(endless)).await;
    assert_eq!(reply.refusal(), refused(408, "REQUEST_TIMEOUT"));
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
