//! What ends a socket: limits, silence, age, either side.

use futures_util::StreamExt;
use serde_json::json;

use crate::socket_rig::{Rig, complete};

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
        assert_eq!(client.hear_even_pings().await, ping);
        assert_eq!(client.closed().await, idle);
    };
    let alive = async {
        let mut client = rig.begun().await;
        client.ask("1", "subscription { silence }").await;
        for _ in 0..4 {
            assert_eq!(client.hear_even_pings().await, ping);
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
