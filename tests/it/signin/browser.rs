//! In by way of a browser, that signs in at an outside provider of identity.

use axum::body::Body;
use axum::http::Request;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::outside::linked;
use super::stand_in::{Key, PAGE, StandIn, but};
use super::{Door, Reply, refused};
use crate::app::noon;

const VERIFIER: &str = "a secret that only the page has, of some length";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

async fn get(door: &Door, later: TimeDelta, address: &str) -> Reply {
    let request = Request::get(address).body(Body::empty()).unwrap();
    door.send_to(&door.graph, noon() + later, "192.0.2.1", request)
        .await
}

fn location(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.body);
    reply.headers["location"].to_str().unwrap().to_owned()
}

/// The parameters of the address to which a browser is sent at the provider.
async fn begun(door: &Door) -> std::collections::HashMap<String, String> {
    let challenge = challenge();
    let address = format!("/auth/oidc/school/start?return_to={PAGE}&code_challenge={challenge}");
    let reply = get(door, TimeDelta::zero(), &address).await;
    let address = location(&reply);
    let (_, parameters) = address.split_once('?').unwrap();
    let pairs = parameters.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    pairs.collect()
}

/// What a browser is sent away with that comes back with these parameters.
async fn back(door: &Door, parameters: &str) -> String {
    let address = format!("/auth/oidc/school/callback?{parameters}");
    location(&get(door, TimeDelta::zero(), &address).await)
}

async fn session(door: &Door, ticket: &str, verifier: &str) -> Reply {
    let body = json!({ "ticket": ticket, "verifier": verifier });
    door.post("/auth/oidc/session", None, body).await
}

#[tokio::test]
async fn a_browser_signs_in_at_a_provider_and_the_page_gets_a_session() {
    let key = Key::new("one");
    for mut door in Door::each().await {
        let stand_in = StandIn::new(&[&key]).await;
        linked(&mut door, stand_in.provider(), "coordinator").await;
        let sent = begun(&door).await;
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "kaifong"),
            ("code_challenge_method", "S256"),
            (
                "redirect_uri",
                "https%3A%2F%2Fapi.example.org%2Fauth%2Foidc%2Fschool%2Fcallback",
            ),
        ] {
            assert_eq!(sent[name], value);
        }
        assert_ne!(
            sent["code_challenge"],
            challenge(),
            "a challenge of its own"
        );
        let claims = but(&stand_in.claims("ann"), json!({ "nonce": sent["nonce"] }));
        stand_in.says.lock().unwrap().token = Some(key.sign(&claims));
        let parameters = format!("code=abc&state={}", sent["state"]);
        let address = back(&door, &parameters).await;
        let ticket = address.strip_prefix(&format!("{PAGE}#ticket=")).unwrap();
        // The provider was shown the secret and the answer to its challenge.
        let asked = stand_in.says.lock().unwrap().asked.remove(0);
        let form = asked["body"].as_str().unwrap();
        let shown = form
            .split('&')
            .find_map(|pair| pair.strip_prefix("code_verifier="));
        let shown = URL_SAFE_NO_PAD.encode(Sha256::digest(shown.unwrap()));
        assert_eq!(shown, sent["code_challenge"]);
        // base64 of `kaifong:a%20secret%20%26%20more`
        let basic = "Basic a2FpZm9uZzphJTIwc2VjcmV0JTIwJTI2JTIwbW9yZQ==";
        assert_eq!(asked["authorization"], basic);
        // The browser comes back once.
        let address = format!("/auth/oidc/school/callback?{parameters}");
        let again = get(&door, TimeDelta::zero(), &address).await;
        assert_eq!(again.refusal(), refused(400, "OIDC_SIGN_IN_UNKNOWN"));
        // Only the page that began gets the session, and once.
        let stolen = session(&door, ticket, "another verifier").await;
        assert_eq!(stolen.refusal(), refused(400, "OIDC_SIGN_IN_UNKNOWN"));
        let reply = session(&door, ticket, VERIFIER).await;
        assert!(door.volunteers(&reply.access()).await > Some(0));
        let again = session(&door, ticket, VERIFIER).await;
        assert_eq!(again.refusal(), refused(400, "OIDC_SIGN_IN_UNKNOWN"));
        let body = json!({ "refreshToken": reply.refresh() });
        let renewed = door.post("/auth/refresh", None, body).await;
        assert!(door.volunteers(&renewed.access()).await > Some(0));
        door.close().await;
    }
}

#[tokio::test]
async fn a_browser_is_sent_nowhere_that_the_settings_do_not_name() {
    let key = Key::new("one");
    let mut door = Door::each().await.remove(0);
    let stand_in = StandIn::new(&[&key]).await;
    door.providers = vec![stand_in.provider()];
    let challenge = challenge();
    for (name, page, challenge) in [
        ("church", PAGE, challenge.as_str()),
        ("school", "https://evil.example.org", &challenge),
        (
            "school",
            "https://app.example.org/signed-in/../x",
            &challenge,
        ),
        ("school", "https://app.example.org/signed-in%23", &challenge),
        ("school", "", &challenge),
        ("school", PAGE, ""),
        ("school", PAGE, "short"),
    ] {
        let address =
            format!("/auth/oidc/{name}/start?return_to={page}&code_challenge={challenge}");
        let reply = get(&door, TimeDelta::zero(), &address).await;
        assert_eq!(
            reply.refusal(),
            refused(400, "OIDC_SIGN_IN_UNKNOWN"),
            "{address}"
        );
        assert!(reply.headers.get("location").is_none());
    }
    for parameters in ["", "code=abc", "code=abc&state=", "code=abc&state=invented"] {
        let address = format!("/auth/oidc/school/callback?{parameters}");
        let reply = get(&door, TimeDelta::zero(), &address).await;
        assert_eq!(
            reply.refusal(),
            refused(400, "OIDC_SIGN_IN_UNKNOWN"),
            "{address}"
        );
    }
    assert!(stand_in.says.lock().unwrap().asked.is_empty());
    door.close().await;
}

#[tokio::test]
async fn a_sign_in_that_was_tampered_with_comes_to_nothing() {
    let key = Key::new("one");
    let mut door = Door::each().await.remove(0);
    let stand_in = StandIn::new(&[&key]).await;
    linked(&mut door, stand_in.provider(), "coordinator").await;
    let good = stand_in.claims("ann");
    let outcome = async |changes: Value, more: &str| {
        let sent = begun(&door).await;
        let mut claims = but(&good, json!({ "nonce": sent["nonce"] }));
        claims = but(&claims, changes);
        stand_in.says.lock().unwrap().token = Some(key.sign(&claims));
        let address = back(&door, &format!("{more}&state={}", sent["state"])).await;
        address
            .strip_prefix(&format!("{PAGE}#error="))
            .map(str::to_owned)
    };
    let issuer = format!("code=abc&iss={}", stand_in.issuer);
    assert_eq!(outcome(json!({}), &issuer).await, None, "this one is good");
    for (changes, more, expected) in [
        (json!({ "nonce": "another" }), "code=abc", "TOKEN_NONCE"),
        (json!({ "nonce": null }), "code=abc", "TOKEN_NONCE"),
        (
            json!({ "aud": "https://api.example.org" }),
            "code=abc",
            "TOKEN_AUDIENCE",
        ),
        (json!({ "azp": "other" }), "code=abc", "TOKEN_AUDIENCE"),
        (
            json!({ "iss": "https://id.example.org" }),
            "code=abc",
            "TOKEN_ISSUER",
        ),
        (
            json!({ "exp": noon().timestamp() }),
            "code=abc",
            "TOKEN_EXPIRED",
        ),
        (json!({ "sub": "nobody" }), "code=abc", "IDENTITY_UNKNOWN"),
        (
            json!({}),
            "code=abc&iss=https://id.example.org",
            "TOKEN_ISSUER",
        ),
        (json!({}), "error=access_denied", "OIDC_CODE"),
    ] {
        let found = outcome(changes.clone(), more).await;
        assert_eq!(found.as_deref(), Some(expected), "{changes} {more}");
    }
    // The provider takes the code for nothing.
    let sent = begun(&door).await;
    stand_in.says.lock().unwrap().token = None;
    let address = back(&door, &format!("code=abc&state={}", sent["state"])).await;
    assert_eq!(address, format!("{PAGE}#error=OIDC_CODE"));
    // A sign-in waits ten minutes.
    let sent = begun(&door).await;
    let address = format!(
        "/auth/oidc/school/callback?code=abc&state={}",
        sent["state"]
    );
    let late = get(&door, TimeDelta::minutes(10), &address).await;
    assert_eq!(late.refusal(), refused(400, "OIDC_SIGN_IN_UNKNOWN"));
    door.close().await;
}
