//! The protocol: how a socket opens, and what may be said on it.

use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::socket_rig::{PROTOCOL, Rig};

#[tokio::test]
async fn the_subprotocol_is_graphql_transport_ws_and_no_other() {
    let rig = Rig::counting("").await;
    for offered in [vec![PROTOCOL], vec!["foo", PROTOCOL]] {
        let mut client = rig.client_with(&offered, None).await.unwrap();
        assert_eq!(client.protocol.as_deref(), Some(PROTOCOL));
        client.begin(json!({})).await;
    }
    let mut bare = rig.client_with(&[], None).await.unwrap();
    assert_eq!(
        bare.closed().await,
        (4406, "Subprotocol not acceptable".into())
    );
    // A client that asked for others gets none of them.
    for other in ["graphql-ws", "foo", "Graphql-Transport-WS"] {
        let refused = rig.client_with(&[other], None).await.err();
        assert!(
            matches!(refused, Some(Error::Protocol(_))),
            "{other}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_request_for_a_socket_that_is_not_valid_is_400() {
    let rig = crate::http_rig::Rig::new("").await;
    let request = axum::http::Request::get("/graphql").header("upgrade", "websocket");
    let reply = rig.send(request.body(axum::body::Body::empty()).unwrap());
    assert_eq!(
        reply.await.refusal(),
        crate::http_rig::refused(400, "INVALID_UPGRADE")
    );
}

#[tokio::test]
async fn a_message_that_the_protocol_does_not_know_closes_4400() {
    let rig = Rig::counting("").await;
    let ask = |payload: &str| format!(r#"{{"id":"1","type":"subscribe","payload":{payload}}}"#);
    let long_id = json!({ "type": "complete", "id": "x".repeat(257) }).to_string();
    let nested = "[".repeat(5000);
    let table = [
        "hello",
        "{\"type\":",
        "null",
        "[]",
        "7",
        "{}",
        r#"{"type":1}"#,
        r#"{"type":"start","id":"1","payload":{"query":"{__typename}"}}"#,
        r#"{"type":"next","id":"1","payload":{"data":{}}}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"ping","payload":"x"}"#,
        r#"{"type":"pong","payload":7}"#,
        r#"{"type":"connection_init","payload":"x"}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"complete","id":""}"#,
        r#"{"type":"subscribe","payload":{"query":"{__typename}"}}"#,
        r#"{"type":"subscribe","id":1,"payload":{"query":"{__typename}"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        &ask("[]"),
        &ask("{}"),
        &ask(r#"{"query":1}"#),
        &ask(r#"{"query":"{__typename}","variables":"x"}"#),
        &ask(r#"{"query":"{__typename}","operationName":1}"#),
        &ask(r#"{"query":"{__typename}","extensions":[]}"#),
        &long_id,
        &nested,
    ];
    for text in table {
        for begun in [false, true] {
            let mut client = match begun {
                false => rig.client().await,
                true => rig.begun().await,
            };
            client.say_text(text).await;
            let (code, reason) = client.closed().await;
            assert_eq!(code, 4400, "{text:.60}");
            assert!(reason.starts_with("Invalid message: "), "{reason}");
        }
    }
}

#[tokio::test]
async fn the_order_of_the_protocol_is_kept() {
    let rig = Rig::counting("").await;
    let mut early = rig.client().await;
    early.ask("1", "{ __typename }").await;
    assert_eq!(early.closed().await, (4401, "Unauthorized".into()));

    let mut twice = rig.begun().await;
    twice.say(json!({ "type": "connection_init" })).await;
    let second = (4429, "Too many initialisation requests".into());
    assert_eq!(twice.closed().await, second);

    let id = "街".repeat(80);
    let mut same = rig.begun().await;
    for _ in 0..2 {
        same.ask(&id, "subscription { silence }").await;
    }
    let (code, reason) = same.closed().await;
    assert_eq!(code, 4409);
    assert!(reason.starts_with("Subscriber for 街"), "{reason}");
}

#[tokio::test]
async fn pings_are_answered_before_and_after_the_beginning() {
    let rig = Rig::counting("").await;
    let mut client = rig.client().await;
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.begin(json!({})).await;
    client.say(json!({ "type": "pong" })).await;
    client
        .say(json!({ "type": "ping", "payload": { "a": 1 } }))
        .await;
    let pong = json!({ "type": "pong", "payload": { "a": 1 } });
    assert_eq!(client.hear().await, pong);
}

#[tokio::test]
async fn frames_are_text_in_utf8() {
    let rig = Rig::counting("").await;
    let text = |bytes: &'static [u8]| {
        let data = OpCode::Data(Data::Text);
        Message::Frame(Frame::message(bytes, data, true))
    };
    let table = [
        (Message::binary(br#"{"type":"ping"}"#.to_vec()), 1003),
        (text(b"{\"type\":\"ping\xff\"}"), 1007),
        (
            Message::Frame(Frame::message("", OpCode::Data(Data::Continue), true)),
            1002,
        ),
    ];
    for (frame, expected) in table {
        let mut client = rig.begun().await;
        client.socket.send(frame).await.unwrap();
        assert_eq!(client.closed().await.0, expected);
    }
}
