//! How a server takes its leave, as a process that gets signals.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::json;

use crate::{
    process::{Demo, until},
    socket_rig::{Client, PROTOCOL},
};

const BODY: &str = r#"{"query":"{__typename}"}"#;

/// A request that has begun: the server waits for its body.
fn begun(demo: &Demo) -> TcpStream {
    let mut stream = TcpStream::connect(&demo.address).unwrap();
    write!(
        stream,
        "POST /graphql HTTP/1.1\r\nhost: kaifong\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        BODY.len()
    )
    .unwrap();
    let mut word = [0; 25];
    stream.read_exact(&mut word).unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_request_that_has_begun_is_answered_and_no_other_begins() {
    let mut demo = Demo::with(&[("KAIFONG_SHUTDOWN_TIMEOUT", "1h")]);
    let mut running = begun(&demo);
    demo.signal("-TERM");
    until(|| TcpStream::connect(&demo.address).is_err());
    running.write_all(BODY.as_bytes()).unwrap();
    let answer = rest(running);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains(r#"{"__typename":"Query"}"#), "{answer}");
    assert!(demo.ended().success());
}

#[test]
fn a_second_signal_ends_at_once() {
    for (first, second) in [("-TERM", "-TERM"), ("-INT", "-TERM"), ("-TERM", "-INT")] {
        let mut demo = Demo::with(&[("KAIFONG_SHUTDOWN_TIMEOUT", "1h")]);
        let running = begun(&demo);
        demo.signal(first);
        until(|| demo.log().contains("unfinished requests go on"));
        demo.signal(second);
        demo.ended();
        assert_eq!(rest(running), "");
        assert!(demo.log().contains("stopping at once"), "{}", demo.log());
    }
}

#[test]
fn what_does_not_end_in_time_is_given_up() {
    let mut demo = Demo::with(&[("KAIFONG_SHUTDOWN_TIMEOUT", "200ms")]);
    let running = begun(&demo);
    assert!(demo.stop().success());
    assert_eq!(rest(running), "");
    assert!(demo.log().contains("with requests unfinished"));
}

#[tokio::test]
async fn for_a_while_it_is_not_ready_but_answers_all_the_same() {
    let mut demo = Demo::with(&[("KAIFONG_SHUTDOWN_DELAY", "1h")]);
    let mut client = Client::connect(&demo.address, &[PROTOCOL], None)
        .await
        .unwrap();
    client.begin(json!({})).await;
    assert_eq!(demo.get("/readyz").status, 200);
    demo.signal("-TERM");
    until(|| demo.get("/readyz").status == 503);
    assert_eq!(
        demo.get("/readyz").json(),
        json!({ "ready": false, "reason": "stopping" })
    );
    assert_eq!(demo.get("/healthz").status, 200);
    assert_eq!(demo.send("/graphql", &[], Some(BODY)).status, 200);
    client.is_well().await;
    demo.signal("-TERM");
    demo.ended();
}

#[tokio::test]
async fn sockets_and_event_streams_end_in_order() {
    let mut demo = Demo::with(&[("KAIFONG_SHUTDOWN_TIMEOUT", "1h")]);
    let mut client = Client::connect(&demo.address, &[PROTOCOL], None)
        .await
        .unwrap();
    let token = demo.token("administrator").to_owned();
    client.begin(json!({ "token": token })).await;
    client
        .ask("1", "subscription { noticeChanged { id } }")
        .await;
    client.is_well().await;
    let mut events = TcpStream::connect(&demo.address).unwrap();
    let query = "subscription%7BnoticeChanged%7Bid%7D%7D";
    write!(
        events,
        "GET /graphql/stream?query={query} HTTP/1.0\r\nauthorization: Bearer {token}\r\n\r\n"
    )
    .unwrap();
    let mut head = [0; 15];
    events.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.0 200 OK");
    demo.signal("-TERM");
    let leave = (1001, "The server is stopping".to_owned());
    assert_eq!(client.closed().await, leave);
    let told = rest(events);
    assert!(
        !told.contains("event: complete"),
        "so that the client comes again"
    );
    assert!(demo.ended().success());
}
