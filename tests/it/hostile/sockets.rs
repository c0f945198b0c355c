//! Hostile words over WebSockets and event streams.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{bag, decent};
use crate::socket_rig::{Rig, subscribe};

/// What the server says next, or the code with which it closes.
async fn next(client: &mut crate::socket_rig::Client) -> Result<Value, u16> {
    loop {
        match client.socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
            Some(Ok(Message::Close(None)) | Err(_)) | None => return Err(0),
            Some(Ok(_)) => {}
        }
    }
}

#[tokio::test]
async fn a_message_that_is_none_closes_the_socket_and_nothing_else() {
    let rig = Rig::real("").await;
    let mut messages: Vec<String> = bag::TEXTS.iter().map(|text| (*text).to_owned()).collect();
    messages.extend(
        bag::of_any_kind()
            .into_iter()
            .chain(bag::texts())
            .flat_map(|hostile| {
                let json = hostile.json;
                [
                    format!("{{\"type\":{json}}}"),
                    format!("{{\"type\":\"subscribe\",\"id\":{json},\"payload\":{{\"query\":\"{{__typename}}\"}}}}"),
                    format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{json}}}"),
                    format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{{\"query\":{json}}}}}"),
                    format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{{\"query\":\"{{__typename}}\",\"variables\":{json}}}}}"),
                    format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{{\"query\":\"{{__typename}}\",\"operationName\":{json}}}}}"),
                    format!("{{\"type\":\"complete\",\"id\":{json}}}"),
                    format!("{{\"type\":\"ping\",\"payload\":{json}}}"),
                    format!("{{\"type\":\"connection_init\",\"payload\":{json}}}"),
                ]
            }),
    );
    messages.push("[".repeat(100_000));
    messages.push("{\"a\":".repeat(100_000));
    let mut client = rig.begun().await;
    for message in messages {
        // A ping after it, so that there is always something to hear.
        client
            .socket
            .send(Message::text(message.clone()))
            .await
            .ok();
        let echo = json!({ "type": "ping", "payload": { "last": true } });
        client
            .socket
            .send(Message::text(echo.to_string()))
            .await
            .ok();
        let open = loop {
            match next(&mut client).await {
                Ok(said) if said["payload"]["last"] == true => break true,
                Ok(said) => {
                    let payload = &said["payload"];
                    let errors = match said["type"].as_str() {
                        Some("error") => json!({ "errors": payload }),
                        _ => payload.clone(),
                    };
                    if said["type"] != "pong" {
                        decent(&errors, &message);
                    }
                }
                Err(code) => {
                    // 0: the close frame was lost with the connection.
                    let known = code == 0
                        || (4400..4500).contains(&code)
                        || [1003, 1007, 1009].contains(&code);
                    assert!(known, "{code} {message}");
                    break false;
                }
            }
        };
        if !open {
            client = rig.begun().await;
        }
    }
    rig.begun().await.is_well().await;
}

#[tokio::test]
async fn an_operation_over_a_socket_or_a_stream_is_held_to_the_same_limits() {
    let rig = Rig::real("max_query_fields = 50\nmax_errors = 2").await;
    let table = [
        (
            format!("{{ viewer {{ {} }} }}", "id ".repeat(60)),
            "LIMIT_EXCEEDED",
        ),
        ("{".repeat(100), "DOCUMENT_TOO_DEEP"),
        (
            "{ a(b: \"\u{0}\") }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { shiftChanged(id: {}) { id } }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { shiftChanged { zz } }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { shiftChanged { a b c d } }".to_owned(),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("\u{202e}".to_owned(), "GRAPHQL_PARSE_FAILED"),
    ];
    let mut client = rig.begun().await;
    for (query, code) in table {
        client.say(subscribe("1", &query)).await;
        let said = client.hear().await;
        assert_eq!(said["type"], "error", "{said}");
        decent(&json!({ "errors": said["payload"] }), &query);
        assert_eq!(said["payload"][0]["extensions"]["code"], code, "{said}");
        assert!(said["payload"].as_array().unwrap().len() <= 3, "{said}");
        let stream = streamed(&rig, &query).await;
        decent(&stream, &query);
        assert_eq!(stream["errors"][0]["extensions"]["code"], code, "{stream}");
    }
    client.is_well().await;
}

/// The first answer of an event stream, or the body of a refusal.
async fn streamed(rig: &Rig, query: &str) -> Value {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let body = json!({ "query": query }).to_string();
    let request = format!(
        "POST /graphql/stream HTTP/1.1\r\nhost: a\r\nconnection: close\r\naccept: text/event-stream\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(rig.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let start = body.find('{').unwrap();
    let text = body[start..].lines().next().unwrap();
    serde_json::from_str(text).unwrap()
}
