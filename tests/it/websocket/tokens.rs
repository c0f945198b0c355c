//! Who is at the other end.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use kaifong::viewer::Keys;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::socket_rig::{PROTOCOL, Rig, next};

#[tokio::test]
async fn the_token_comes_with_the_request_or_with_the_first_message() {
    let rig = Rig::counting("").await;
    let (ann, bob) = (rig.token("ann", 60), rig.token("bob", 60));
    let bearer = |token: &str| format!("Bearer {token}");
    let table = [
        (None, json!({}), Value::Null),
        (None, Value::Null, Value::Null),
        (None, json!({ "authorization": null }), Value::Null),
        (None, json!({ "authorization": bearer(&ann) }), json!("ann")),
        (None, json!({ "Authorization": bearer(&ann) }), json!("ann")),
        (None, json!({ "token": bearer(&ann) }), json!("ann")),
        (None, json!({ "token": ann }), json!("ann")),
        (Some(bearer(&ann)), json!({}), json!("ann")),
        // What is said last counts.
        (Some(bearer(&ann)), json!({ "token": bob }), json!("bob")),
    ];
    for (header, payload, expected) in table {
        let client = rig.client_with(&[PROTOCOL], header.as_deref()).await;
        let mut client = client.unwrap();
        client.begin(payload).await;
        client.ask("1", "{ bearer }").await;
        assert_eq!(
            client.hear().await,
            next("1", json!({ "bearer": expected }))
        );
    }
}

#[tokio::test]
async fn a_bad_token_is_forbidden() {
    let rig = Rig::counting("").await;
    let good = rig.token("ann", 60);
    let foreign = Keys::generate("kaifong", "kaifong").unwrap();
    let claims = rig.keys.verify(&good, Utc::now()).unwrap();
    let foreign = foreign.sign(&claims).unwrap();
    let table = [
        json!({ "authorization": format!("Bearer {good}x") }),
        json!({ "authorization": format!("Bearer {foreign}") }),
        json!({ "authorization": good }),
        json!({ "authorization": format!("Basic {good}") }),
        json!({ "authorization": 7 }),
        json!({ "token": "" }),
        json!({ "token": good, "authorization": format!("Bearer {good}") }),
    ];
    for payload in table {
        let mut client = rig.client().await;
        client
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        let (code, reason) = client.closed().await;
        assert_eq!(code, 4403, "{payload}");
        assert!(reason.starts_with("Forbidden: "), "{reason}");
        assert!(!reason.contains(&good[..20]), "{reason}");
    }
    let header = format!("Bearer {good}x");
    let refused = rig.client_with(&[PROTOCOL], Some(&header)).await.err();
    match refused {
        Some(Error::Http(reply)) => assert_eq!(reply.status(), StatusCode::UNAUTHORIZED),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_tokens_end_ends_the_socket_at_that_instant() {
    let rig = Rig::counting("").await;
    let token = rig.token("ann", 3);
    let end = rig.keys.verify(&token, Utc::now()).unwrap().exp;
    let end = DateTime::from_timestamp(end, 0).unwrap();
    let mut client = rig.client().await;
    client.begin(json!({ "token": token })).await;
    client
        .ask("1", "subscription { countdown(from: 100000, delayMs: 20) }")
        .await;
    let begun = Utc::now();
    let mut answers = 0;
    let frame = loop {
        match client.socket.next().await.unwrap().unwrap() {
            Message::Text(_) => answers += 1,
            Message::Close(frame) => break frame.unwrap(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(u16::from(frame.code), 4403);
    assert_eq!(&*frame.reason, "Forbidden: the token is not valid");
    assert!(Utc::now() >= end, "not before");
    // More than these do not come in the time that was left, however slow the machine is.
    let most = (end - begun).num_milliseconds() / 20 + 1;
    assert!((1..=most).contains(&answers), "{answers} of {most}");
    let expired = json!({ "type": "connection_init", "payload": { "token": token } });
    let mut late = rig.client().await;
    late.say(expired).await;
    assert_eq!(late.closed().await.0, 4403);
}
