//! How often somebody may try.

use chrono::TimeDelta;
use serde_json::json;

use super::{ANN, Door, PASSWORD, Reply, refused};

async fn try_from(door: &Door, later: i64, address: &str, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    let later = TimeDelta::seconds(later);
    door.post_at(later, address, "/auth/sign-in", None, body)
        .await
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_forgotten_with_time() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        for email in [ANN, "nobody@example.org"] {
            for _ in 0..5 {
                let reply = try_from(&door, 0, "192.0.2.1", email, "wrong").await;
                assert_eq!(reply.refusal(), refused(401, "SIGN_IN_FAILED"));
            }
            // Who is not there is counted alike, and the right password is not looked at.
            let reply = try_from(&door, 0, "192.0.2.1", email, PASSWORD).await;
            assert_eq!(
                reply.refusal(),
                refused(429, "TOO_MANY_REQUESTS"),
                "{email}"
            );
            assert_eq!(reply.headers["retry-after"], "60");
        }
        // From elsewhere it is not counted.
        let elsewhere = try_from(&door, 0, "192.0.2.2", ANN, PASSWORD).await;
        assert_eq!(elsewhere.status, 200);
        let early = try_from(&door, 59, "192.0.2.1", ANN, PASSWORD).await;
        assert_eq!(early.refusal(), refused(429, "TOO_MANY_REQUESTS"));
        let late = try_from(&door, 60, "192.0.2.1", ANN, PASSWORD).await;
        assert_eq!(late.status, 200, "{}", late.body);
        door.close().await;
    }
}

#[tokio::test]
async fn whoever_tries_from_everywhere_is_stopped_and_locks_nobody_out() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let home = "198.51.100.7";
        assert_eq!(try_from(&door, 0, home, ANN, PASSWORD).await.status, 200);
        let mut refusals = Vec::new();
        for host in 1..=30 {
            let address = format!("203.0.113.{host}");
            refusals.push(try_from(&door, 1, &address, ANN, "wrong").await.refusal().0);
        }
        // The one from home counted as well, since nobody knew the place.
        assert_eq!(refusals.iter().filter(|status| **status == 401).count(), 19);
        assert_eq!(refusals.last(), Some(&429));
        // The person comes in from where the person came in before; even the right password does
        // not help at a new place, for now.
        assert_eq!(try_from(&door, 1, home, ANN, PASSWORD).await.status, 200);
        let strange = try_from(&door, 1, "203.0.113.99", ANN, PASSWORD).await;
        assert_eq!(strange.refusal(), refused(429, "TOO_MANY_REQUESTS"));
        let later = try_from(&door, 60, "203.0.113.99", ANN, PASSWORD).await;
        assert_eq!(later.status, 200);
        door.close().await;
    }
}

#[tokio::test]
async fn an_address_that_tries_many_names_is_stopped() {
    for door in Door::each().await {
        let mut last = None;
        for number in 0..101 {
            let email = format!("somebody{number}@example.org");
            last = Some(try_from(&door, 0, "192.0.2.1", &email, "wrong").await);
        }
        assert_eq!(last.unwrap().refusal(), refused(429, "TOO_MANY_REQUESTS"));
        // Another of the same household of IPv6 is the same address.
        for number in 0..101 {
            let email = format!("somebody{number}@example.org");
            let address = format!("2001:db8::{number:x}");
            last = Some(try_from(&door, 0, &address, &email, "wrong").await);
            if number == 99 {
                let reply = last.as_ref().unwrap().refusal();
                assert_eq!(reply, refused(401, "SIGN_IN_FAILED"));
            }
        }
        let refusal = try_from(&door, 0, "2001:db8::ffff", ANN, "wrong").await;
        assert_eq!(refusal.refusal(), refused(429, "TOO_MANY_REQUESTS"));
        door.close().await;
    }
}

#[tokio::test]
async fn tries_that_come_at_once_are_each_counted() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let all = (0..12).map(|_| try_from(&door, 0, "192.0.2.1", ANN, "wrong"));
        let all = futures_util::future::join_all(all).await;
        let tried = all.iter().filter(|reply| reply.status == 401).count();
        assert_eq!(tried, 5);
        door.close().await;
    }
}
