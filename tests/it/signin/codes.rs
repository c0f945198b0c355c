//! One-time codes, and who has no rights without one.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{ANN, Door, PASSWORD, Reply, VOLUNTEERS, counted, refused};
use crate::app::noon;

/// What an app shows that was given this secret: RFC 6238, worked out apart from the server's own.
fn shown(secret: &str, now: DateTime<Utc>) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let (mut bits, mut held, mut key) = (0, 0_u64, Vec::new());
    for sign in secret.chars() {
        let at = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(sign).unwrap();
        held = (held << 5) | at as u64;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            key.push((held >> bits) as u8);
        }
    }
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&((now.timestamp() / 30) as u64).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = (hash[19] & 15) as usize;
    let four = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", four % 1_000_000)
}

/// How many volunteers one sees: as an administrator all of the organisation's, otherwise none.
async fn volunteers(door: &Door, token: &str) -> u64 {
    door.volunteers(token).await.unwrap()
}

async fn with_code(door: &Door, later: TimeDelta, code: &str) -> Reply {
    let body = json!({ "email": ANN, "password": PASSWORD, "code": code });
    door.post_at(later, "192.0.2.1", "/auth/sign-in", None, body)
        .await
}

/// Enrols and confirms an authenticator in this session; its secret and the recovery codes.
pub async fn enrolled(door: &Door, token: &str) -> (String, Vec<String>) {
    let reply = door.post("/auth/code/enrol", Some(token), json!({})).await;
    let secret = reply.text("secret");
    let expected = format!(
        "otpauth://totp/kaifong:ann%40example.org?secret={secret}&issuer=kaifong&algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!(reply.text("uri"), expected);
    let code = shown(&secret, noon());
    let body = json!({ "code": code });
    let reply = door.post("/auth/code/confirm", Some(token), body).await;
    let codes = reply.body["recoveryCodes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned());
    (secret, codes.collect())
}

#[tokio::test]
async fn officers_and_administrators_have_no_rights_before_they_show_a_code() {
    for door in Door::each().await {
        for (role, email, name) in [
            ("administrator", ANN, "ADMINISTRATOR"),
            ("privacy_officer", "carol@example.org", "PRIVACY_OFFICER"),
        ] {
            let account = door.person(role, email).await;
            let reply = door.sign_in(email, PASSWORD).await;
            assert_eq!(reply.body["secondFactor"], false);
            assert_eq!(reply.body["rolesWithheld"], json!([name]));
            // They see what somebody without any role sees.
            let nobody = door.person("guardian", "dora@example.org").await;
            assert_ne!(nobody, account);
            let held = door.graph.store().clone();
            let viewer = async |claims: &str| {
                let claims = door.keys.verify(claims, noon()).unwrap();
                let (subject, session) = (&claims.sub, claims.sid.as_deref().unwrap());
                let claimed = kaifong::viewer::Claimed::Session { subject, session };
                kaifong::viewer::assemble(Some(claimed), &held, noon())
                    .await
                    .unwrap()
            };
            let viewer = viewer(&reply.access()).await;
            for attribute in ["administers", "oversees", "officerOf", "keepsPoliciesOf"] {
                let Some(kaifong::viewer::Held::Many(_, ids)) = viewer.held().get(attribute) else {
                    panic!("{attribute}");
                };
                assert!(ids.is_empty(), "{role} has {attribute}");
            }
        }
        assert_eq!(
            volunteers(&door, &door.sign_in(ANN, PASSWORD).await.access()).await,
            0
        );
        door.close().await;
    }
}

#[tokio::test]
async fn an_administrator_enrols_shows_codes_and_administers() {
    for door in Door::each().await {
        door.person("administrator", ANN).await;
        let first = door.sign_in(ANN, PASSWORD).await;
        assert_eq!(volunteers(&door, &first.access()).await, 0);
        let (secret, codes) = enrolled(&door, &first.access()).await;
        assert_eq!(codes.len(), 10);
        // The session has them from now on, with the token it had.
        assert!(volunteers(&door, &first.access()).await > 0);
        let none = door.sign_in(ANN, PASSWORD).await;
        assert_eq!(none.refusal(), refused(401, "CODE_NEEDED"));
        // The code that confirmed it is used up.
        let again = with_code(&door, TimeDelta::zero(), &shown(&secret, noon())).await;
        assert_eq!(again.refusal(), refused(401, "SIGN_IN_FAILED"));
        let later = TimeDelta::seconds(60);
        let code = shown(&secret, noon() + later);
        let second = with_code(&door, later, &code).await;
        assert_eq!(second.status, 200, "{}", second.body);
        assert_eq!(second.body["secondFactor"], true);
        assert_eq!(second.body["rolesWithheld"], json!([]));
        let after = async |path: &str, token: Option<&str>, body: Value| {
            door.post_at(later, "192.0.2.1", path, token, body).await
        };
        let token = second.access();
        let query = json!({ "query": VOLUNTEERS });
        let seen = after("/graphql", Some(&token), query).await;
        assert!(counted(&seen) > Some(0));
        let replayed = with_code(&door, later, &code).await;
        assert_eq!(replayed.refusal(), refused(401, "SIGN_IN_FAILED"));
        // What was shown once is shown no more, and no second app is put beside the first.
        let enrol = after("/auth/code/enrol", Some(&token), json!({})).await;
        assert_eq!(enrol.refusal(), refused(409, "CODE_ENROLLED"));
        // Renewed, it is still as it was.
        let body = json!({ "refreshToken": second.refresh() });
        let renewed = after("/auth/refresh", None, body).await;
        assert_eq!(renewed.body["secondFactor"], true);
        door.close().await;
    }
}

#[tokio::test]
async fn of_many_who_show_one_code_at_once_one_comes_in() {
    for door in Door::each().await {
        door.person("administrator", ANN).await;
        let first = door.sign_in(ANN, PASSWORD).await;
        let (secret, _) = enrolled(&door, &first.access()).await;
        let later = TimeDelta::minutes(10);
        let code = shown(&secret, noon() + later);
        let all = (0..4).map(|_| with_code(&door, later, &code));
        let all = futures_util::future::join_all(all).await;
        let good = all.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(good, 1);
        door.close().await;
    }
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    for door in Door::each().await {
        door.person("administrator", ANN).await;
        let first = door.sign_in(ANN, PASSWORD).await;
        let (_, codes) = enrolled(&door, &first.access()).await;
        let typed = codes[3].to_lowercase().replace('-', " ");
        let reply = with_code(&door, TimeDelta::zero(), &typed).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert!(volunteers(&door, &reply.access()).await > 0);
        let again = with_code(&door, TimeDelta::zero(), &codes[3]).await;
        assert_eq!(again.refusal(), refused(401, "SIGN_IN_FAILED"));
        let other = with_code(&door, TimeDelta::zero(), &codes[4]).await;
        assert_eq!(other.status, 200);
        door.close().await;
    }
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    for door in Door::each().await {
        door.person("administrator", ANN).await;
        let first = door.sign_in(ANN, PASSWORD).await;
        let (secret, _) = enrolled(&door, &first.access()).await;
        // From many places, since each place is counted by itself.
        let at = |host: u8, code: String| {
            let body = json!({ "email": ANN, "password": PASSWORD, "code": code });
            let address = format!("203.0.113.{host}");
            let door = &door;
            async move {
                let later = TimeDelta::minutes(10);
                door.post_at(later, &address, "/auth/sign-in", None, body)
                    .await
                    .refusal()
            }
        };
        for host in 1..=5 {
            assert_eq!(
                at(host, "000000".into()).await,
                refused(401, "SIGN_IN_FAILED")
            );
        }
        let right = shown(&secret, noon() + TimeDelta::minutes(10));
        assert_eq!(at(6, right).await, refused(429, "TOO_MANY_REQUESTS"));
        door.close().await;
    }
}

#[tokio::test]
async fn an_authenticator_counts_when_its_first_code_was_shown_and_not_before() {
    for door in Door::each().await {
        door.person("administrator", ANN).await;
        let token = door.sign_in(ANN, PASSWORD).await.access();
        let post = async |path: &str, body: Value| door.post(path, Some(&token), body).await;
        let none = post("/auth/code/confirm", json!({ "code": "000000" })).await;
        assert_eq!(none.refusal(), refused(409, "CODE_NOT_ENROLLED"));
        let none = post("/auth/code", json!({ "code": "000000" })).await;
        assert_eq!(none.refusal(), refused(409, "CODE_NOT_ENROLLED"));
        let old = post("/auth/code/enrol", json!({})).await.text("secret");
        let new = post("/auth/code/enrol", json!({})).await.text("secret");
        let old = json!({ "code": shown(&old, noon()) });
        let wrong = post("/auth/code/confirm", old).await;
        assert_eq!(wrong.refusal(), refused(401, "CODE_WRONG"));
        assert_eq!(volunteers(&door, &token).await, 0);
        // Unconfirmed, it is not asked for.
        assert_eq!(door.sign_in(ANN, PASSWORD).await.status, 200);
        let right = json!({ "code": shown(&new, noon()) });
        assert_eq!(post("/auth/code/confirm", right).await.status, 200);
        door.close().await;
    }
}

#[tokio::test]
async fn a_screen_that_was_left_open_enrols_nothing() {
    for door in Door::each().await {
        door.person("administrator", ANN).await;
        let reply = door.sign_in(ANN, PASSWORD).await;
        let later = TimeDelta::minutes(14);
        let body = json!({ "refreshToken": reply.refresh() });
        let renewed = door.post_at(later, "192.0.2.1", "/auth/refresh", None, body);
        let token = renewed.await.access();
        let later = TimeDelta::minutes(16);
        let path = "/auth/code/enrol";
        let enrol = door.post_at(later, "192.0.2.1", path, Some(&token), json!({}));
        assert_eq!(enrol.await.refusal(), refused(403, "SIGN_IN_AGAIN"));
        door.close().await;
    }
}
