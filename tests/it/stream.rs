//! GraphQL over Server-Sent Events, through a real connection.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::socket_rig::Rig;

const HEADERS: &str = "accept: text/event-stream\r\ncontent-type: application/json\r\n";

/// A connection that carries one request; HTTP/1.0 sends the answer as it is.
struct Connection {
    stream: TcpStream,
    text: String,
}

/// What came back, once it has ended.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

impl Connection {
    async fn open(rig: &Rig, method: &str, target: &str, headers: &str, body: &str) -> Self {
        let mut stream = TcpStream::connect(rig.address).await.unwrap();
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.0\r\n{headers}content-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let text = String::new();
        Self { stream, text }
    }

    async fn post(rig: &Rig, headers: &str, query: &str) -> Self {
        let body = json!({ "query": query }).to_string();
        let headers = format!("{HEADERS}{headers}");
        Self::open(rig, "POST", "/graphql/stream", &headers, &body).await
    }

    /// Reads until this has come.
    async fn until(&mut self, text: &str) {
        while !self.text.contains(text) {
            assert!(self.read().await, "ended without {text}: {}", self.text);
        }
    }

    async fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let count = self.stream.read(&mut bytes).await.unwrap();
        self.text
            .push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        count > 0
    }

    async fn reply(mut self) -> Reply {
        while self.read().await {}
        let (head, body) = self.text.split_once("\r\n\r\n").unwrap();
        Reply {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }
}

impl Reply {
    /// The names of the events with their data.
    fn events(&self) -> Vec<(&str, Value)> {
        assert_eq!(self.status, 200, "{}", self.body);
        let events = self.body.split("\n\n").filter(|part| !part.is_empty());
        events
            .filter(|event| !event.starts_with(':'))
            .map(|event| {
                let (name, data) = event.split_once('\n').unwrap();
                let data = data.strip_prefix("data:").unwrap().trim_start();
                let name = name.strip_prefix("event: ").unwrap();
                (name, serde_json::from_str(data).unwrap_or(Value::Null))
            })
            .collect()
    }

    fn code(&self) -> (u16, Value) {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        (self.status, body["errors"][0]["extensions"]["code"].clone())
    }
}

fn complete() -> (&'static str, Value) {
    ("complete", Value::Null)
}

#[tokio::test]
async fn an_answer_is_next_then_complete() {
    let rig = Rig::counting("").await;
    let reply = Connection::post(&rig, "", "{ __typename }").await;
    let reply = reply.reply().await;
    let next = ("next", json!({ "data": { "__typename": "Query" } }));
    assert_eq!(reply.events(), [next.clone(), complete()]);
    for header in [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
        "vary: accept, authorization",
    ] {
        assert!(reply.head.contains(header), "{}", reply.head);
    }
    let address = "/graphql/stream?query=%7B__typename%7D";
    let got = Connection::open(&rig, "GET", address, "", "").await;
    assert_eq!(got.reply().await.events(), [next, complete()]);
}

#[tokio::test]
async fn a_subscription_is_a_next_for_each_event() {
    let rig = Rig::counting("").await;
    let expected = |count: u32| ("next", json!({ "data": { "countdown": count } }));
    let all = [expected(2), expected(1), expected(0), complete()];
    let query = "subscription { countdown(from: 2, delayMs: 1) }";
    let posted = Connection::post(&rig, "", query).await.reply().await;
    assert_eq!(posted.events(), all);
    let address = "/graphql/stream?query=subscription%7Bcountdown(from:2,delayMs:1)%7D";
    let got = Connection::open(&rig, "GET", address, HEADERS, "").await;
    assert_eq!(got.reply().await.events(), all);
}

#[tokio::test]
async fn what_is_not_executed_is_one_next_of_errors() {
    let rig = Rig::counting("request_timeout = \"500ms\"").await;
    let table = [
        ("{", Value::Null),
        ("{ no_such_field_zz }", Value::Null),
        ("{ panics }", json!("INTERNAL")),
        ("{ takesForever }", json!("TIMEOUT")),
    ];
    for (query, code) in table {
        let reply = Connection::post(&rig, "", query).await.reply().await;
        let events = reply.events();
        assert_eq!((events.len(), &events[1]), (2, &complete()), "{query}");
        let (name, answer) = &events[0];
        assert_eq!(*name, "next");
        assert!(answer.get("data").is_none(), "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
        assert!(!reply.body.contains("secret"));
    }
}

#[tokio::test]
async fn what_never_reaches_the_graph_has_a_status() {
    let rig = Rig::counting("max_body_bytes = 2048").await;
    let good = r#"{"query":"{__typename}"}"#;
    let deep = json!({ "query": "{a".repeat(500) }).to_string();
    let large = json!({ "query": "#".repeat(3000) }).to_string();
    let json_only = "accept: application/json\r\ncontent-type: application/json\r\n";
    let bad_token = format!(
        "{HEADERS}authorization: Bearer {}x\r\n",
        rig.token("ann", 60)
    );
    let table = [
        ("POST", json_only, good, 406, "NOT_ACCEPTABLE"),
        (
            "POST",
            "accept: text/event-stream\r\n",
            good,
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        ("PUT", HEADERS, good, 405, "METHOD_NOT_ALLOWED"),
        ("POST", HEADERS, "[]", 400, "BATCH_NOT_ACCEPTED"),
        ("POST", HEADERS, "{", 400, "INVALID_JSON"),
        ("POST", HEADERS, &deep, 400, "DOCUMENT_TOO_DEEP"),
        ("POST", HEADERS, &large, 413, "REQUEST_TOO_LARGE"),
        ("POST", &bad_token, good, 401, "UNAUTHENTICATED"),
    ];
    for (method, headers, body, status, code) in table {
        let reply = Connection::open(&rig, method, "/graphql/stream", headers, body);
        let reply = reply.await.reply().await;
        assert_eq!(reply.code(), (status, json!(code)), "{}", reply.body);
    }
    let mutation = "/graphql/stream?query=mutation%7Bchange%7D";
    let reply = Connection::open(&rig, "GET", mutation, HEADERS, "").await;
    let refused = (405, json!("METHOD_NOT_ALLOWED"));
    assert_eq!(reply.reply().await.code(), refused);
}

#[tokio::test]
async fn the_bearer_is_the_one_of_the_header() {
    let rig = Rig::counting("").await;
    let header = format!("authorization: Bearer {}\r\n", rig.token("ann", 60));
    for (header, expected) in [("", Value::Null), (&header, json!("ann"))] {
        let reply = Connection::post(&rig, header, "{ bearer }").await;
        let events = json!({ "data": { "bearer": expected } });
        assert_eq!(reply.reply().await.events()[0].1, events);
    }
}

#[tokio::test]
async fn the_tokens_end_ends_the_stream_and_says_so() {
    let rig = Rig::counting("").await;
    let token = rig.token("ann", 3);
    let end = rig.keys.verify(&token, Utc::now()).unwrap().exp;
    let header = format!("authorization: Bearer {token}\r\n");
    let query = "subscription { countdown(from: 100000, delayMs: 20) }";
    let reply = Connection::post(&rig, &header, query).await.reply().await;
    assert!(Utc::now() >= DateTime::from_timestamp(end, 0).unwrap());
    let events = reply.events();
    let [first, .., (_, last), done] = &events[..] else {
        panic!("{}", reply.body)
    };
    assert_eq!(first.1["data"]["countdown"], 100_000);
    assert_eq!(last["errors"][0]["extensions"]["reason"], "TOKEN_INVALID");
    assert_eq!(done, &complete());
}

#[tokio::test]
async fn a_stream_that_is_broken_off_does_not_complete() {
    let query = "subscription { countdown(from: 100000, delayMs: 5) }";
    let short = Rig::counting("socket_life = \"200ms\"").await;
    let lived = Connection::post(&short, "", query).await.reply().await;
    let stopping = Rig::counting("").await;
    let mut stopped = Connection::post(&stopping, "", query).await;
    stopped.until("event: next").await;
    stopping.stop.tell();
    let stopped = stopped.reply().await;
    stopping.alone().await;
    for reply in [lived, stopped] {
        assert!(reply.events().iter().all(|(name, _)| *name == "next"));
    }
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_stream() {
    let rig = Rig::counting("").await;
    let query = "subscription { countdown(from: 100000, delayMs: 5) }";
    let mut leaving = Connection::post(&rig, "", query).await;
    leaving.until("event: next").await;
    drop(leaving);
    rig.alone().await;
}

#[tokio::test]
async fn the_graph_answers_in_a_stream_too() {
    let rig = Rig::real("").await;
    let reply = Connection::post(&rig, "", "{ __typename }").await;
    let reply = reply.reply().await;
    let (_, answer) = &reply.events()[0];
    assert_eq!(answer["data"]["__typename"], "Query");
    assert!(answer["extensions"]["privacy"].is_object(), "{answer}");
}
