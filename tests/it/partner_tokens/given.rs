//! Tokens for tokens: exchange, refresh and return, through the real router.

use axum::body::Body;
use axum::http::{Request, header};
use chrono::{TimeDelta, Utc};
use kaifong::viewer::Claims;
use serde_json::{Value, json};

use super::{ISSUE, Partner, asked, id, partner, said};
use crate::http_rig::{Reply, Rig, post};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const SHIFTS: &str = "{ shifts(first: 500) { totalCount nodes { id startsAt } } assignments(first: 1) { totalCount } }";

fn encoded(pairs: &[(&str, &str)]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let escape = |text: &str| -> String {
        text.chars()
            .map(|c| {
                if plain(c) {
                    c.to_string()
                } else {
                    format!("%{:02X}", c as u32)
                }
            })
            .collect()
    };
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

async fn form(rig: &Rig, address: &str, pairs: &[(&str, &str)]) -> Reply {
    let request = Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(encoded(pairs)));
    let reply = rig.send(request.unwrap()).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    for name in ["access_token", "refresh_token"] {
        if let Some(token) = reply.json()[name].as_str() {
            crate::secrets::used(token);
        }
    }
    reply
}

async fn ask(rig: &Rig, token: &str, query: &str, input: Value) -> Reply {
    let body = json!({ "query": query, "variables": { "input": input } }).to_string();
    let request = post().header(header::AUTHORIZATION, format!("Bearer {token}"));
    rig.send(request.body(Body::from(body)).unwrap()).await
}

async fn issued(rig: &Rig, partner: &Partner, more: Value) -> Value {
    let claims = Claims::of_user(
        &partner.issuer.to_string(),
        rig.now,
        std::time::Duration::from_secs(60),
    );
    let token = rig.keys.sign(&claims).unwrap();
    let answer = ask(rig, &token, ISSUE, asked(partner, more)).await.json();
    let issued = answer["data"]["partnerTokenIssue"].clone();
    assert_eq!(issued["userErrors"], json!([]), "{answer}");
    issued
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_theft_ends_the_line() {
    let rig = Rig::new("").await;
    let issued = issued(&rig, &partner("partner"), json!({})).await;
    let first = text(&issued["refreshToken"]).to_owned();
    let refresh = |token: String| {
        let rig = &rig;
        async move {
            let pairs = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token.as_str()),
            ];
            form(rig, "/token", &pairs).await
        }
    };
    let second = refresh(first.clone()).await;
    assert_eq!(second.status, 200);
    let second = second.json();
    assert_eq!(second["token_type"], "Bearer");
    assert_eq!(second["expires_in"], 900);
    let access = text(&second["access_token"]).to_owned();
    assert_eq!(ask(&rig, &access, SHIFTS, Value::Null).await.status, 200);
    // A refresh token opens nothing itself.
    let newest = text(&second["refresh_token"]).to_owned();
    assert_eq!(ask(&rig, &newest, SHIFTS, Value::Null).await.status, 401);
    let stolen = refresh(first).await;
    assert_eq!(stolen.status, 400);
    assert_eq!(stolen.json()["error"], "invalid_grant");
    assert_eq!(
        refresh(newest).await.json()["error"],
        "invalid_grant",
        "the line has ended"
    );
    assert_eq!(ask(&rig, &access, SHIFTS, Value::Null).await.status, 401);
    // An access token refreshes nothing.
    assert_eq!(refresh(access).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn an_exchanged_token_is_narrower_and_ends_with_the_one_from_which_it_came() {
    let rig = Rig::new("token_audiences = [\"archive\"]\n").await;
    let partner = partner("partner_edit");
    let scopes = json!({ "scopes": ["frame", "roster", "names:masked"] });
    let issued = issued(&rig, &partner, scopes).await;
    let token = text(&issued["token"]).to_owned();
    let whole = ask(&rig, &token, SHIFTS, Value::Null).await.json();
    assert_ne!(whole["data"]["assignments"]["totalCount"], 0);
    let exchange = async |more: &[(&str, &str)]| {
        let mut pairs = vec![
            ("grant_type", EXCHANGE),
            ("subject_token", token.as_str()),
            ("subject_token_type", ACCESS),
        ];
        pairs.extend(more);
        form(&rig, "/token", &pairs).await
    };
    let narrow = exchange(&[("scope", "frame"), ("expires_in", "60")]).await;
    assert_eq!(narrow.status, 200);
    let narrow = narrow.json();
    assert_eq!(
        (
            &narrow["issued_token_type"],
            &narrow["scope"],
            &narrow["expires_in"]
        ),
        (&json!(ACCESS), &json!("frame"), &json!(60))
    );
    assert_eq!(narrow.get("refresh_token"), None);
    let narrower = text(&narrow["access_token"]).to_owned();
    let seen = ask(&rig, &narrower, SHIFTS, Value::Null).await.json();
    assert_eq!(seen["data"]["shifts"], whole["data"]["shifts"]);
    assert_eq!(
        seen["data"]["assignments"]["totalCount"], 0,
        "the roster was left out"
    );
    let other = exchange(&[("audience", "archive")]).await.json();
    let other = text(&other["access_token"]).to_owned();
    assert_eq!(said(&other).aud, "archive");
    assert_eq!(
        ask(&rig, &other, SHIFTS, Value::Null).await.status,
        401,
        "it is for another"
    );
    let share = partner.share.to_string();
    let stranger = super::partner("partner").share.to_string();
    for (more, error) in [
        (vec![("scope", "frame names")], "invalid_scope"),
        (vec![("scope", "everything")], "invalid_scope"),
        (vec![("shares", stranger.as_str())], "invalid_scope"),
        (vec![("shares", "x")], "invalid_request"),
        (vec![("audience", "elsewhere")], "invalid_target"),
        (vec![("resource", "https://example.org/")], "invalid_target"),
        (vec![("expires_in", "-1")], "invalid_request"),
        (vec![("expires_in", "soon")], "invalid_request"),
        (vec![("actor_token", "x")], "invalid_request"),
        (
            vec![(
                "requested_token_type",
                "urn:ietf:params:oauth:token-type:saml2",
            )],
            "invalid_request",
        ),
        (
            vec![("scope", "frame"), ("scope", "frame")],
            "invalid_request",
        ),
    ] {
        let reply = exchange(&more).await;
        assert_eq!(reply.status, 400, "{more:?}");
        assert_eq!(reply.json()["error"], error, "{more:?}");
    }
    // A narrowed token is narrowed further, never widened, and lives no longer than it would.
    let again = async |more: (&str, &str)| {
        let pairs = [
            ("grant_type", EXCHANGE),
            ("subject_token", narrower.as_str()),
            ("subject_token_type", ACCESS),
            more,
        ];
        form(&rig, "/token", &pairs).await.json()
    };
    assert_eq!(again(("scope", "roster")).await["error"], "invalid_scope");
    let same = again(("expires_in", "600")).await;
    assert_eq!(same["expires_in"], 60);
    assert_eq!(
        again(("shares", share.as_str())).await["error"],
        Value::Null
    );
    // To give the narrow one back does not end the other; to give that back ends both.
    assert_eq!(
        form(&rig, "/revoke", &[("token", &narrower)]).await.status,
        200
    );
    assert_eq!(ask(&rig, &token, SHIFTS, Value::Null).await.status, 200);
    assert_eq!(
        form(&rig, "/revoke", &[("token", "no.such.token")])
            .await
            .status,
        200
    );
    assert_eq!(
        form(&rig, "/revoke", &[("token", &token)]).await.status,
        200
    );
    for ended in [&token, &narrower] {
        assert_eq!(ask(&rig, ended, SHIFTS, Value::Null).await.status, 401);
    }
    assert_eq!(exchange(&[]).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn what_is_no_request_for_a_token_is_told_so() {
    let rig = Rig::new("").await;
    let long = "x".repeat(30_000);
    for (pairs, error) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "")], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (
            vec![("grant_type", "refresh_token"), ("refresh_token", "a.b.c")],
            "invalid_grant",
        ),
        (vec![("grant_type", EXCHANGE)], "invalid_request"),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("refresh_token", long.as_str()),
            ],
            "invalid_request",
        ),
    ] {
        let reply = form(&rig, "/token", &pairs).await;
        assert_eq!(
            (reply.status.as_u16(), &reply.json()["error"]),
            (400, &json!(error))
        );
    }
    // People's tokens are not exchanged.
    let person = partner("partner").issuer.to_string();
    let claims = Claims::of_user(&person, rig.now, std::time::Duration::from_secs(60));
    let token = rig.keys.sign(&claims).unwrap();
    let pairs = [
        ("grant_type", EXCHANGE),
        ("subject_token", token.as_str()),
        ("subject_token_type", ACCESS),
    ];
    assert_eq!(
        form(&rig, "/token", &pairs).await.json()["error"],
        "invalid_grant"
    );
    let json = Request::post("/token").header(header::CONTENT_TYPE, "application/json");
    let reply = rig.send(json.body(Body::from("{}")).unwrap()).await;
    assert_eq!(reply.json()["error"], "invalid_request");
    assert_eq!(rig.get("/token").await.status, 405);
}

#[tokio::test]
async fn a_token_is_good_from_its_networks_only() {
    let rig = crate::socket_rig::Rig::demo("").await;
    let here = partner("partner");
    let claims = |net: &str| {
        let mut claims = crate::partner_tokens::demo_claims("partner", Utc::now());
        claims.net = vec![net.to_owned()];
        claims
    };
    for (net, expected) in [
        ("127.0.0.0/8", "connection_ack"),
        ("192.0.2.0/24", "closed"),
    ] {
        let token = rig.keys.sign(&claims(net)).unwrap();
        let mut client = rig.client().await;
        client
            .say(json!({ "type": "connection_init", "payload": { "token": token } }))
            .await;
        match expected {
            "closed" => assert_eq!(client.closed().await.0, 4403),
            kind => assert_eq!(client.hear().await["type"], kind),
        }
    }
    assert_ne!(id("Partnership", here.share), "");
}

/// Open subscriptions of a token that is revoked end, though nothing happens to which they listen.
#[tokio::test]
async fn what_is_listened_to_ends_with_the_token() {
    let rig = crate::socket_rig::Rig::demo("").await;
    let claims = crate::partner_tokens::demo_claims("partner", Utc::now());
    let token = rig.keys.sign(&claims).unwrap();
    let mut client = rig.client().await;
    client.begin(json!({ "token": token })).await;
    client
        .ask("1", "subscription { shiftChanged { id } }")
        .await;
    client.is_well().await;
    let begun = Utc::now();
    rig.store
        .end_token(claims.sub.parse().unwrap(), begun)
        .await
        .unwrap();
    let last = client.hear().await;
    assert_eq!(last["id"], "1");
    assert!(last.to_string().contains("TOKEN_INVALID"), "{last}");
    assert!(
        Utc::now() - begun < TimeDelta::seconds(30),
        "it did not wait for an event"
    );
    // Nothing more can be asked on the socket either.
    if last["type"] == "next" {
        assert_eq!(client.hear().await["type"], "complete");
    }
    client.ask("2", "{ __typename }").await;
    let answer = client.hear().await;
    assert!(answer.to_string().contains("TOKEN_INVALID"), "{answer}");
}
