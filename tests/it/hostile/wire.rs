//! Requests that are wrong as HTTP, byte by byte, through a real connection.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::decent;
use crate::socket_rig::Rig;

/// What a request is answered with: its status, or nothing where the connection just ends.
async fn answered(address: SocketAddr, request: &[u8]) -> (Option<u16>, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may hang up before it has read all.
    stream.write_all(request).await.ok();
    stream.shutdown().await.ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text
        .strip_prefix("HTTP/1.1 ")
        .or(text.strip_prefix("HTTP/1.0 "));
    (status.and_then(|rest| rest.get(..3)?.parse().ok()), text)
}

/// A POST with these further lines in its head, and a body.
fn post(head: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n{head}\r\n{body}"
    )
    .into_bytes()
}

const QUERY: &str = r#"{"query":"{ __typename }"}"#;

#[tokio::test]
async fn what_is_no_proper_request_is_refused_or_dropped() {
    let rig = Rig::real("request_head_timeout = \"1s\"\nrequest_timeout = \"1s\"").await;
    let length = QUERY.len();
    let many: String = (0..300).map(|at| format!("x-{at}: a\r\n")).collect();
    let long = format!(
        "x-long: {}\r\ncontent-length: {length}\r\n",
        "a".repeat(600_000)
    );
    let right = format!("content-length: {length}\r\n");
    let (short, over) = (length - 5, length + 5);
    let chunk = format!("{length:x}\r\n{QUERY}\r\n");
    let chunked = "transfer-encoding: chunked\r\n";
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("two lengths", post(&format!("{right}content-length: {over}\r\n"), QUERY)),
        ("a negative length", post("content-length: -5\r\n", QUERY)),
        ("a length that is none", post("content-length: 0x10\r\n", QUERY)),
        ("a vast length", post("content-length: 99999999999999999999999\r\n", QUERY)),
        ("more than may come", post("content-length: 2000000000\r\n", QUERY)),
        ("less than announced", post(&format!("content-length: {over}\r\n"), QUERY)),
        ("more than announced", post(&format!("content-length: {short}\r\n"), QUERY)),
        ("another transfer coding", post("transfer-encoding: gzip\r\n", QUERY)),
        ("a chunk without a size", post(chunked, &format!("zz\r\n{QUERY}\r\n0\r\n\r\n"))),
        ("a vast chunk", post(chunked, &format!("ffffffffffffffffff\r\n{QUERY}\r\n0\r\n\r\n"))),
        ("chunks that end in the middle", post(chunked, &chunk)),
        ("no body", post("", "")),
        ("gzip that is none", post(&format!("{right}content-encoding: gzip\r\n"), QUERY)),
        ("an unknown encoding", post(&format!("{right}content-encoding: zstd, br\r\n"), QUERY)),
        ("a head too large", post(&long, QUERY)),
        ("too many headers", post(&(many + &right), QUERY)),
        ("a header without a name", post(&format!("{right}: a\r\n"), QUERY)),
        ("a NUL in a header", post(&format!("{right}x: a\0b\r\n"), QUERY)),
        ("a broken line", post(&format!("{right}x y\r\n"), QUERY)),
        ("no head", b"\r\n\r\n\r\n".to_vec()),
        ("no HTTP", b"hello there\r\n\r\n".to_vec()),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
        ("HTTP/0.9", b"GET /graphql\r\n".to_vec()),
        ("HTTP/3.7", b"GET /graphql HTTP/3.7\r\nhost: a\r\n\r\n".to_vec()),
        ("HTTP/2 that is none", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nhello there".to_vec()),
        ("half of HTTP/2", b"PRI * HTTP/2.0\r\n".to_vec()),
        ("a method that is none", b"G@T /graphql HTTP/1.1\r\nhost: a\r\n\r\n".to_vec()),
        ("another method", b"BREW /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("TRACE", b"TRACE /graphql HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("CONNECT", b"CONNECT a:80 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("an address with bytes", b"GET /graphql?query=\xff\xfe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("an address with a bad escape", b"GET /graphql?query=%zz%f HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("an address that is no UTF-8", b"GET /graphql?query=%ff%fe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("two queries", b"GET /graphql?query=%7Ba%7D&query=%7Bb%7D HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("variables that are none", b"GET /graphql?query=%7Ba%7D&variables=%5B HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("a path out of the folder", b"GET /ide/../../../etc/passwd HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
        ("an escaped path", b"GET /ide/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_vec()),
    ];
    for (what, request) in table {
        let (status, text) = answered(rig.address, &request).await;
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        // As `application/json`, a document that is none is 200 with an error.
        let refused = status.is_none_or(|status| (400..500).contains(&status));
        assert!(
            refused || body.starts_with("{\"errors\":"),
            "{what}: {text}"
        );
        if let Ok(body) = serde_json::from_str::<Value>(body) {
            decent(&body, what);
        }
    }
    // A head of which nothing is made up is no reason to treat the request otherwise.
    for head in [
        "x-http-method-override: DELETE\r\n",
        "x-method-override: PUT\r\nx-forwarded-for: ::1\r\n",
        "expect: 100-continue\r\n",
        "x: \u{202e}義\r\n",
    ] {
        let (_, text) = answered(rig.address, &post(&format!("{right}{head}"), QUERY)).await;
        assert!(text.contains(r#"{"__typename":"Query"}"#), "{head}: {text}");
    }
}

#[tokio::test]
async fn requests_in_one_breath_are_answered_one_after_the_other() {
    let rig = Rig::real("").await;
    let one = |name: &str| {
        let query = format!(r#"{{"query":"{{ {name}: __typename }}"}}"#);
        let length = query.len();
        format!(
            "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{query}"
        )
    };
    let all = [one("a"), one("b"), "nonsense\r\n\r\n".to_owned(), one("c")].concat();
    let (status, text) = answered(rig.address, all.as_bytes()).await;
    assert_eq!(status, Some(200));
    let at = |word: &str| text.find(word);
    assert!(at(r#"{"a":"Query"}"#) < at(r#"{"b":"Query"}"#), "{text}");
    assert!(at(r#"{"b":"Query"}"#) < at("HTTP/1.1 400"), "{text}");
    assert_eq!(at(r#"{"c":"Query"}"#), None, "{text}");
}

#[tokio::test]
async fn a_body_that_trickles_is_given_up() {
    let rig = Rig::real("request_timeout = \"300ms\"").await;
    for head in ["content-length: 1000\r\n", "transfer-encoding: chunked\r\n"] {
        let mut stream = TcpStream::connect(rig.address).await.unwrap();
        stream.write_all(&post(head, "")).await.unwrap();
        let mut answer = vec![0; 4_096];
        let length = loop {
            let drop = if head.starts_with('t') {
                "1\r\n \r\n"
            } else {
                " "
            };
            stream.write_all(drop.as_bytes()).await.ok();
            let read = stream.read(&mut answer);
            if let Ok(read) = tokio::time::timeout(Duration::from_millis(20), read).await {
                break read.unwrap();
            }
        };
        let text = String::from_utf8_lossy(&answer[..length]);
        assert!(text.starts_with("HTTP/1.1 408"), "{text}");
        assert!(text.contains("REQUEST_TIMEOUT"), "{text}");
    }
}

#[tokio::test]
async fn a_body_is_json_in_utf_8_or_refused() {
    let rig = crate::http_rig::Rig::new("").await;
    let text = |text: &str| text.as_bytes().to_vec();
    let table: Vec<Vec<u8>> = vec![
        text(""),
        text("\u{feff}{\"query\":\"{__typename}\"}"),
        text("{\"query\":\"{__typename}\",}"),
        text("{'query':'{__typename}'}"),
        text("{\"query\":\"{__typename}\"} {}"),
        text("{\"query\":\"\\ud800\"}"),
        text("{\"query\":\"{__typename}\",\"variables\":{\"a\":\"\\udc00\\ud800\"}}"),
        text("{\"query\":\"{__typename}\",\"variables\":{\"a\":1e999}}"),
        text("{\"query\":\"{__typename}\",\"variables\":{\"a\":01}}"),
        text("{\"query\":\"{__typename}\",\"variables\":{\"a\":NaN}}"),
        text("{\"query\":\"a\0b\"}"),
        text(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
        text(&format!(
            "{}1{}",
            "{\"a\":".repeat(10_000),
            "}".repeat(10_000)
        )),
        b"{\"query\":\"\xc3\x28\"}".to_vec(),
        b"\xff\xfe{\0\"\0".to_vec(),
        b"\xed\xa0\x80".to_vec(),
        vec![0; 1_000],
        vec![b' '; 1_000_000],
        text("null"),
        text("\"{__typename}\""),
        text("{\"query\":null}"),
        text("{\"query\":[\"{__typename}\"]}"),
        text("{\"QUERY\":\"{__typename}\"}"),
        text("{\"query\":\"{__typename}\",\"operationName\":{}}"),
        text("{\"query\":\"{__typename}\",\"extensions\":7}"),
        text("{\"query\":\"{__typename}\",\"variables\":\"{}\"}"),
    ];
    for body in table {
        let told: String = String::from_utf8_lossy(&body).chars().take(80).collect();
        let reply = rig.post(body).await;
        assert_eq!(reply.status.as_u16(), 400, "{told}");
        decent(&reply.json(), &told);
    }
    let ten_megabytes = format!("{{\"query\":\"{}\"}}", "a".repeat(10 << 20));
    let reply = rig.post(ten_megabytes).await;
    assert_eq!(reply.status.as_u16(), 413);
    // Of a key that is there twice, the last counts; that it is there is no secret.
    let twice = rig
        .post("{\"query\":\"{\",\"query\":\"{__typename}\"}")
        .await;
    assert_eq!(twice.json()["data"]["__typename"], "Query");
}

#[tokio::test]
async fn a_document_made_of_anything_is_answered_with_a_code() {
    use crate::interference::dice::Dice;
    let rig = crate::http_rig::Rig::new("").await;
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "$a",
        "@skip",
        "@include(if: true)",
        "...",
        "on",
        "fragment",
        "query",
        "mutation",
        "subscription",
        "F",
        "Query",
        "viewer",
        "node",
        "id",
        "\"",
        "\"\"\"",
        "\\",
        "\\u0000",
        "#",
        "\n",
        "\r",
        ",",
        "1",
        "-1e9",
        "null",
        "true",
        "__schema",
        "__type",
        "__typename",
        "types",
        "=",
        "|",
        "&",
        "義",
        "\u{0}",
        "\u{202e}",
        "\u{feff}",
        " ",
    ];
    let mut dice = Dice::new(7);
    for _ in 0..2_000 {
        let count = 1 + dice.below(25);
        let mut document: String = (0..count)
            .map(|_| format!("{} ", dice.pick(&pieces)))
            .collect();
        if dice.chance(50) {
            document = format!("query ($a: ID = 1) {{ viewer {{ id {document} }} }}");
        }
        let reply = rig.ask(&document).await;
        let fine = reply.status.as_u16() == 200 || reply.status.is_client_error();
        assert!(fine, "{} {document}", reply.status);
        decent(&reply.json(), &document);
    }
}

#[tokio::test]
async fn bombs_are_refused() {
    let rig = crate::http_rig::Rig::new("").await;
    let circle = |depth: usize| {
        format!(
            "{}name{}",
            "fields { type { ".repeat(depth),
            " } }".repeat(depth)
        )
    };
    let of_type = format!("{}name{}", "ofType { ".repeat(30), " }".repeat(30));
    let many = |count: usize, one: &str| -> String {
        (0..count)
            .map(|at| one.replace('#', &at.to_string()))
            .collect()
    };
    let table = [
        ("aliases", format!("{{ viewer {{ {} }} }}", many(1_000, "a#: id "))),
        ("aliases at the root", format!("{{ {} }}", many(100, "a#: viewer { id } "))),
        ("directives", format!("{{ viewer {{ id {} }} }}", "@skip(if: false) ".repeat(500))),
        ("unknown directives", format!("{{ viewer {{ id {} }} }}", many(500, "@d# "))),
        ("lists", format!("{{ volunteers(orderBy: {}{}) {{ totalCount }} }}", "[".repeat(60), "]".repeat(60))),
        ("conditions", format!("{{ volunteers(where: {{ or: [{}] }}) {{ totalCount }} }}", "{} ".repeat(1_500))),
        ("negations", format!("{{ volunteers(where: {}{{}}{}) {{ totalCount }} }}", "{ not: ".repeat(60), " }".repeat(60))),
        ("a schema in circles", format!("{{ __schema {{ types {{ {} }} }} }}", circle(8))),
        ("a schema in fewer circles, wide", format!("{{ __schema {{ types {{ fields {{ type {{ fields {{ {} }} }} }} }} }} }}", many(400, "a#: name "))),
        ("a type of a type", format!("{{ __schema {{ types {{ fields {{ type {{ {of_type} }} }} }} }} }}")),
        ("variables", format!("query ({}) {{ viewer {{ id }} }}", many(1_000, "$v#: Int = 1 "))),
        ("operations", many(400, "query q# { viewer { id } } ")),
        ("fragments", format!("{{ viewer {{ ...F0 }} }} {}", many(400, "fragment F# on Viewer { id } "))),
        ("a chain of fragments", format!("{{ viewer {{ ...F0 }} }} {}", (0..500).map(|at| format!("fragment F{at} on Viewer {{ ...F{} }} ", at + 1)).collect::<String>())),
        ("pages in pages", "{ volunteers(first: 1000) { nodes { assignments(first: 1000) { nodes { shift { assignments(first: 1000) { nodes { id } } } } } } } }".to_owned()),
        ("one field many times", format!("{{ viewer {{ {} }} }}", "id ".repeat(4_900))),
    ];
    for (what, document) in table {
        let reply = rig.ask(&document).await;
        let body = reply.json();
        // Within the limits, and no dearer than it looks.
        if ["negations", "one field many times"].contains(&what) {
            assert_eq!(reply.status.as_u16(), 200, "{what}: {body}");
            continue;
        }
        assert!(reply.status.as_u16() <= 400, "{what}: {body}");
        assert!(
            body["errors"][0]["extensions"]["code"].is_string(),
            "{what}: {body}"
        );
        decent(&reply.json(), what);
    }
    // What tools ask for is no bomb.
    let introspection = include_str!("introspection.graphql");
    let reply = rig.ask(introspection).await;
    let types = reply.json()["data"]["__schema"]["types"]
        .as_array()
        .map(Vec::len);
    assert!(types.is_some_and(|types| types > 100), "{}", reply.json());
}
