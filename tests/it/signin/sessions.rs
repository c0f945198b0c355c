//! Sessions: renewed, listed, ended, and dead at once.

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{ANN, Door, PASSWORD, counted, graph, posted, refused};
use super::{VOLUNTEERS, passwords::literal};
use crate::app::noon;

async fn renew(door: &Door, token: &str) -> super::Reply {
    renew_at(door, TimeDelta::zero(), token).await
}

async fn renew_at(door: &Door, later: TimeDelta, token: &str) -> super::Reply {
    let body = json!({ "refreshToken": token });
    door.post_at(later, "192.0.2.1", "/auth/refresh", None, body)
        .await
}

#[tokio::test]
async fn a_session_is_renewed_by_each_token_once_and_two_who_have_one_end_it() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let first = door.sign_in(ANN, PASSWORD).await;
        let other = door.sign_in(ANN, PASSWORD).await;
        let second = renew(&door, &first.refresh()).await;
        assert_eq!(second.status, 200, "{}", second.body);
        assert_eq!(second.text("session"), first.text("session"));
        assert_ne!(second.refresh(), first.refresh());
        let third = renew(&door, &second.refresh()).await;
        assert!(door.volunteers(&third.access()).await > Some(0));
        // A thief comes with the first, which was used.
        let thief = renew(&door, &first.refresh()).await;
        assert_eq!(thief.refusal(), refused(401, "REFRESH_TOKEN_REFUSED"));
        let fourth = renew(&door, &third.refresh()).await;
        assert_eq!(fourth.refusal(), refused(401, "REFRESH_TOKEN_REFUSED"));
        for token in [first, second, third] {
            assert_eq!(door.volunteers(&token.access()).await, None);
        }
        assert!(door.volunteers(&other.access()).await > Some(0));
        door.close().await;
    }
}

#[tokio::test]
async fn of_many_who_come_with_one_token_at_once_one_at_most_is_let_on() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let token = door.sign_in(ANN, PASSWORD).await.refresh();
        let all = (0..6).map(|_| renew(&door, &token));
        let all = futures_util::future::join_all(all).await;
        let good = all.iter().filter(|reply| reply.status == 200);
        let good: Vec<_> = good.collect();
        assert!(good.len() <= 1, "{} were renewed", good.len());
        // Whoever was let on is out as well, since another had the same.
        for reply in good {
            assert_eq!(door.volunteers(&reply.access()).await, None);
        }
        door.close().await;
    }
}

#[tokio::test]
async fn what_is_no_token_renews_nothing() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let reply = door.sign_in(ANN, PASSWORD).await;
        for token in ["", "nothing", &reply.access(), &reply.text("session")] {
            let refusal = renew(&door, token).await.refusal();
            assert_eq!(refusal, refused(401, "REFRESH_TOKEN_REFUSED"), "{token}");
        }
        // The refresh token is no access token.
        let asked = door.ask(&reply.refresh(), VOLUNTEERS).await;
        assert_eq!(asked.refusal(), refused(401, "UNAUTHENTICATED"));
        assert!(door.volunteers(&reply.access()).await > Some(0));
        door.close().await;
    }
}

#[tokio::test]
async fn a_session_lasts_as_long_as_it_is_used_and_no_longer_than_its_life() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let idle = door.sign_in(ANN, PASSWORD).await.refresh();
        let mut token = door.sign_in(ANN, PASSWORD).await.refresh();
        for days in [13, 26, 39, 52, 65, 78, 89] {
            let reply = renew_at(&door, TimeDelta::days(days), &token).await;
            assert_eq!(reply.status, 200, "after {days} days");
            token = reply.refresh();
            if days == 13 {
                let late = renew_at(&door, TimeDelta::days(14), &idle).await;
                assert_eq!(late.refusal(), refused(401, "REFRESH_TOKEN_REFUSED"));
            }
        }
        let last = TimeDelta::days(90) - TimeDelta::minutes(5);
        let reply = renew_at(&door, last, &token).await;
        assert_eq!(reply.body["expiresIn"], 300, "no longer than the session");
        let over = renew_at(&door, TimeDelta::days(90), &reply.refresh()).await;
        assert_eq!(over.refusal(), refused(401, "REFRESH_TOKEN_REFUSED"));
        door.close().await;
    }
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions_and_no_others() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        door.person("volunteer", "bob@example.org").await;
        let (here, there) = (
            door.sign_in(ANN, PASSWORD).await,
            door.sign_in(ANN, PASSWORD).await,
        );
        let bob = door.sign_in("bob@example.org", PASSWORD).await;
        let listed = async |token: &str| {
            let reply = door.get("/auth/sessions", token).await;
            let each = reply.body["sessions"].as_array().unwrap().clone();
            let ids = each
                .iter()
                .map(|one| one["session"].as_str().unwrap().to_owned());
            let mut ids: Vec<String> = ids.collect();
            ids.sort();
            let current = each.iter().filter(|one| one["current"] == true).count();
            assert_eq!(current, 1);
            ids
        };
        let mut ours = [here.text("session"), there.text("session")];
        ours.sort();
        assert_eq!(listed(&here.access()).await, ours);
        assert_eq!(listed(&bob.access()).await, [bob.text("session")]);
        let end = async |token: &str, session: &str| {
            let body = json!({ "session": session });
            let reply = door.post("/auth/sessions/end", Some(token), body).await;
            reply.body["ended"].clone()
        };
        assert_eq!(end(&here.access(), &bob.text("session")).await, false);
        assert!(door.volunteers(&bob.access()).await.is_some());
        assert_eq!(end(&here.access(), &there.text("session")).await, true);
        assert_eq!(end(&here.access(), &there.text("session")).await, false);
        assert_eq!(door.volunteers(&there.access()).await, None);
        assert_eq!(listed(&here.access()).await, [here.text("session")]);
        let dead = door.get("/auth/sessions", &there.access()).await;
        assert_eq!(dead.refusal(), refused(401, "UNAUTHENTICATED"));
        door.close().await;
    }
}

#[tokio::test]
async fn signing_out_ends_one_session_and_everywhere_all() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(door.sign_in(ANN, PASSWORD).await);
        }
        let body = json!({ "refreshToken": all[0].refresh() });
        let out = door.post("/auth/sign-out", None, body.clone()).await;
        assert_eq!((out.status.as_u16(), &out.body), (204, &Value::Null));
        // It says the same of a token that is of nothing.
        for token in [body, json!({ "refreshToken": "nothing" })] {
            let again = door.post("/auth/sign-out", None, token).await;
            assert_eq!(again.status, out.status);
        }
        assert_eq!(door.volunteers(&all[0].access()).await, None);
        assert!(door.volunteers(&all[1].access()).await > Some(0));
        let token = all[1].access();
        let path = "/auth/sign-out-everywhere";
        let out = door.post(path, Some(&token), json!({})).await;
        assert_eq!(out.body["ended"], 2);
        for reply in &all {
            assert_eq!(door.volunteers(&reply.access()).await, None);
            let refusal = renew(&door, &reply.refresh()).await.refusal();
            assert_eq!(refusal, refused(401, "REFRESH_TOKEN_REFUSED"));
        }
        let again = door.post(path, Some(&token), json!({})).await;
        assert_eq!(again.refusal(), refused(401, "UNAUTHENTICATED"));
        assert_eq!(door.sign_in(ANN, PASSWORD).await.status, 200);
        door.close().await;
    }
}

#[tokio::test]
async fn a_session_that_is_ended_at_one_server_is_dead_at_the_others() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        let other_database = door.database.another_connection().await;
        let other = graph(&other_database).await;
        let reply = door.sign_in(ANN, PASSWORD).await;
        let token = reply.access();
        let there = async || {
            let request = posted("/graphql", Some(&token), &json!({ "query": VOLUNTEERS }));
            counted(&door.send_to(&other, noon(), "192.0.2.1", request).await)
        };
        // Twice, so that the viewer is known there.
        assert!(there().await > Some(0));
        assert!(there().await > Some(0));
        let body = json!({ "refreshToken": reply.refresh() });
        door.post("/auth/sign-out", None, body).await;
        assert_eq!(door.volunteers(&token).await, None, "here, at once");
        let begun = std::time::Instant::now();
        while there().await.is_some() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "still alive there"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(other);
        other_database.close().await.unwrap();
        door.close().await;
    }
}

#[tokio::test]
async fn a_disabled_account_has_no_session() {
    for door in Door::each().await {
        let account = door.person("coordinator", ANN).await;
        let reply = door.sign_in(ANN, PASSWORD).await;
        let id = literal(&door, account);
        let sql = format!("UPDATE account SET status = 'DISABLED' WHERE id = {id}");
        let other = door.database.another_connection().await;
        other.execute_unprepared(&sql).await.unwrap();
        other.close().await.unwrap();
        let refusal = renew(&door, &reply.refresh()).await.refusal();
        assert_eq!(refusal, refused(401, "REFRESH_TOKEN_REFUSED"));
        let listed = door.get("/auth/sessions", &reply.access()).await;
        assert_eq!(listed.refusal(), refused(401, "UNAUTHENTICATED"));
        door.close().await;
    }
}

/// A token of another's session, signed by this server's own key, is still good for nobody.
#[tokio::test]
async fn a_session_is_its_own_persons() {
    for door in Door::each().await {
        door.person("coordinator", ANN).await;
        door.person("volunteer", "bob@example.org").await;
        let ann = door.sign_in(ANN, PASSWORD).await;
        let bob = door.sign_in("bob@example.org", PASSWORD).await;
        let mut claims = door.keys.verify(&ann.access(), noon()).unwrap();
        claims.sid = Some(bob.text("session"));
        let mixed = door.keys.sign(&claims).unwrap();
        assert_eq!(door.volunteers(&mixed).await, None);
        for no_session in ["", "nothing", &uuid::Uuid::new_v4().to_string()] {
            claims.sid = Some(no_session.to_owned());
            let mixed = door.keys.sign(&claims).unwrap();
            assert_eq!(door.volunteers(&mixed).await, None, "{no_session}");
        }
        door.close().await;
    }
}
