//! GraphQL over WebSockets, through a real connection.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use futures_util::{SinkExt, StreamExt};
use kaifong::viewer::Keys;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::socket_rig::{PROTOCOL, Rig, complete, next, subscribe};

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
async fn an_answer_is_next_then_complete() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client.ask("1", "{ __typename }").await;
    assert_eq!(
        client.hear().await,
        next("1", json!({ "__typename": "Query" }))
    );
    assert_eq!(client.hear().await, complete("1"));
    client.ask("1", "mutation { change }").await;
    assert_eq!(client.hear().await, next("1", json!({ "change": true })));
    assert_eq!(client.hear().await, complete("1"));
    let two = "query a { a: __typename } query b { b: __typename }";
    let mut chosen = subscribe("2", two);
    chosen["payload"]["operationName"] = json!("b");
    chosen["payload"]["extensions"] = json!({ "a": 1 });
    client.say(chosen).await;
    assert_eq!(client.hear().await, next("2", json!({ "b": "Query" })));
}

#[tokio::test]
async fn a_subscription_is_a_next_for_each_event() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    let query = "subscription ($n: Int!) { countdown(from: $n, delayMs: 1) }";
    let mut asked = subscribe("a", query);
    asked["payload"]["variables"] = json!({ "n": 2 });
    client.say(asked).await;
    for count in [2, 1, 0] {
        assert_eq!(
            client.hear().await,
            next("a", json!({ "countdown": count }))
        );
    }
    assert_eq!(client.hear().await, complete("a"));
}

#[tokio::test]
async fn what_the_client_completes_says_nothing_more() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client
        .ask("a", "subscription { countdown(from: 100000, delayMs: 1) }")
        .await;
    assert_eq!(client.hear().await["id"], "a");
    client.say(complete("a")).await;
    client.say(complete("never begun")).await;
    client.ask("b", "{ __typename }").await;
    // Everything that follows the answer to what was said later is later.
    while client.hear().await["id"] != "b" {}
    assert_eq!(client.hear().await, complete("b"));
    client.ask("a", "{ again: __typename }").await;
    assert_eq!(client.hear().await, next("a", json!({ "again": "Query" })));
    assert_eq!(client.hear().await, complete("a"));
}

#[tokio::test]
async fn what_is_not_executed_is_an_error_and_frees_its_id() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    let deep = format!("{}{}", "{a".repeat(3000), "}".repeat(3000));
    let table = [
        ("{", Value::Null),
        ("{ no_such_field_zz }", Value::Null),
        ("subscription { no_such_field_zz }", Value::Null),
        ("query a { __typename } query a { __typename }", Value::Null),
        (deep.as_str(), json!("DOCUMENT_TOO_DEEP")),
        ("{ a(b: \"", json!("DOCUMENT_UNFINISHED_STRING")),
    ];
    for (document, code) in table {
        client.ask("1", document).await;
        let error = client.hear().await;
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("1")),
            "{document:.40}"
        );
        assert!(error["payload"][0]["message"].is_string(), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code);
    }
    client.is_well().await;
}

#[tokio::test]
async fn a_subscription_that_is_refused_later_ends_with_an_error() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    let query = "subscription { countdown(from: 0, delayMs: 1) } # until refused";
    client.ask("1", query).await;
    assert_eq!(client.hear().await, next("1", json!({ "countdown": 0 })));
    let refused = json!({ "type": "error", "id": "1", "payload": [{ "message": "no longer" }] });
    assert_eq!(client.hear().await, refused);
    client.is_well().await;
}

#[tokio::test]
async fn a_field_that_fails_is_part_of_the_answer() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client.ask("1", "{ __typename fails }").await;
    let answer = client.hear().await;
    assert_eq!(answer["type"], "next");
    assert_eq!(answer["payload"]["errors"][0]["message"], "it fails");
    assert_eq!(client.hear().await, complete("1"));
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

#[tokio::test]
async fn a_message_has_a_limit_and_so_has_the_number_of_operations() {
    let settings = "max_socket_message_bytes = 2048\nmax_socket_operations = 2";
    let rig = Rig::counting(settings).await;
    let mut client = rig.begun().await;
    client.ask("a", "subscription { silence }").await;
    client.ask("b", "subscription { silence }").await;
    client.ask("c", "{ __typename }").await;
    let error = client.hear().await;
    assert_eq!(
        error,
        json!({ "type": "error", "id": "c", "payload": [{
            "message": "a socket runs at most 2 operations at a time",
            "extensions": {
                "code": "LIMIT_EXCEEDED",
                "limit": "max_socket_operations",
                "allowed": 2,
                "asked": 3,
            },
        }] })
    );
    client.say(complete("a")).await;
    client.is_well().await;
    let filled = |length: usize| {
        let empty = json!({ "type": "ping", "payload": { "a": "" } }).to_string();
        let padding = "x".repeat(length - empty.len());
        json!({ "type": "ping", "payload": { "a": padding } }).to_string()
    };
    client.say_text(&filled(2048)).await;
    assert_eq!(client.hear().await["type"], "pong");
    client.say_text(&filled(2049)).await;
    let size = (1009, "A message has at most 2048 bytes".into());
    assert_eq!(client.closed().await, size);
}

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
    assert_eq!(&*frame.reason, "Forbidden: the token has expired");
    assert!(Utc::now() >= end, "not before");
    // More than these do not come in the time that was left, however slow the machine is.
    let most = (end - begun).num_milliseconds() / 20 + 1;
    assert!((1..=most).contains(&answers), "{answers} of {most}");
    let expired = json!({ "type": "connection_init", "payload": { "token": token } });
    let mut late = rig.client().await;
    late.say(expired).await;
    assert_eq!(late.closed().await.0, 4403);
}

#[tokio::test]
async fn who_does_not_begin_is_closed() {
    let rig = Rig::counting("socket_init_timeout = \"50ms\"").await;
    let mut client = rig.client().await;
    client.say(json!({ "type": "ping" })).await;
    let late = (4408, "Connection initialisation timeout".into());
    assert_eq!(client.closed().await, late);
}

#[tokio::test]
async fn who_gives_no_sign_of_life_is_closed_and_who_does_is_not() {
    let rig = Rig::counting("socket_idle_timeout = \"2s\"").await;
    let idle = (1001, "Idle for too long".to_owned());
    let ping = json!({ "type": "ping" });
    let nothing_runs = async {
        assert_eq!(rig.begun().await.closed().await, idle);
    };
    let deaf = async {
        let mut client = rig.begun().await;
        client.ask("1", "subscription { silence }").await;
        assert_eq!(client.hear().await, ping);
        assert_eq!(client.closed().await, idle);
    };
    let alive = async {
        let mut client = rig.begun().await;
        client.ask("1", "subscription { silence }").await;
        for _ in 0..4 {
            assert_eq!(client.hear().await, ping);
            client.say(json!({ "type": "pong" })).await;
        }
        client.is_well().await;
    };
    tokio::join!(nothing_runs, deaf, alive);
}

#[tokio::test]
async fn a_socket_does_not_live_for_ever() {
    let rig = Rig::counting("socket_life = \"1s\"").await;
    let mut client = rig.begun().await;
    client
        .ask("1", "subscription { countdown(from: 100000, delayMs: 5) }")
        .await;
    let lived = (1001, "Open for too long; connect again".into());
    assert_eq!(client.closed().await, lived);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed() {
    let rig = Rig::counting("socket_idle_timeout = \"1s\"").await;
    let mut client = rig.begun().await;
    for id in 0..10 {
        client
            .ask(&id.to_string(), "{ long(bytes: 4000000) }")
            .await;
    }
    // Nobody reads the forty megabytes; the server does not wait for ever.
    rig.alone().await;
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_operation_alone() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client.ask("a", "subscription { panicsLater }").await;
    assert_eq!(client.hear().await, next("a", json!({ "panicsLater": 1 })));
    let errors = json!([{
        "message": "the server failed to answer",
        "extensions": { "code": "INTERNAL" },
    }]);
    assert_eq!(
        client.hear().await,
        json!({ "type": "error", "id": "a", "payload": errors })
    );
    client.ask("a", "{ panics }").await;
    assert_eq!(
        client.hear().await,
        json!({ "type": "error", "id": "a", "payload": errors })
    );
    client.is_well().await;
}

#[tokio::test]
async fn a_query_has_its_time_and_a_subscription_has_none() {
    let rig = Rig::counting("request_timeout = \"100ms\"").await;
    let mut client = rig.begun().await;
    client
        .ask("s", "subscription { countdown(from: 0, delayMs: 1500) }")
        .await;
    client.ask("q", "{ takesForever }").await;
    let error = client.hear().await;
    assert_eq!(
        (&error["type"], &error["id"]),
        (&json!("error"), &json!("q"))
    );
    assert_eq!(error["payload"][0]["extensions"]["code"], "TIMEOUT");
    assert_eq!(client.hear().await, next("s", json!({ "countdown": 0 })));
}

#[tokio::test]
async fn a_server_that_stops_takes_its_leave() {
    let rig = Rig::counting("").await;
    let mut busy = rig.begun().await;
    busy.ask("1", "subscription { silence }").await;
    let mut silent = rig.client().await;
    rig.stop.tell();
    let leave = (1001, "The server is stopping".to_owned());
    assert_eq!(busy.closed().await, leave);
    assert_eq!(silent.closed().await, leave);
    rig.stop.obeyed().await;
}

#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client.ask("1", "subscription { silence }").await;
    client.socket.close(None).await.unwrap();
    while let Some(message) = client.socket.next().await {
        message.unwrap();
    }
    let cut = rig.begun().await;
    drop(cut);
    rig.alone().await;
}

#[tokio::test]
async fn the_graph_answers_over_a_socket_as_over_http() {
    let rig = Rig::real("").await;
    let mut client = rig.begun().await;
    client.ask("0", "{ __typename }").await;
    let answer = client.hear().await;
    assert_eq!(answer["payload"]["data"]["__typename"], "Query");
    assert!(
        answer["payload"]["extensions"]["privacy"].is_object(),
        "{answer}"
    );
    assert_eq!(client.hear().await, complete("0"));
    for (document, code) in [
        ("{ no_such_field_zz }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        (
            "{ ...a } fragment a on Query { ...a }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        client.ask("1", document).await;
        let error = client.hear().await;
        assert_eq!(error["type"], "error", "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code);
    }
    let mut nobody = rig.client().await;
    let token = rig.token("00000000-0000-4000-8000-000000000000", 60);
    nobody.begin(json!({ "token": token })).await;
    nobody.ask("1", "{ __typename }").await;
    let error = nobody.hear().await;
    assert_eq!(error["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
