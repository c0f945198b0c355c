//! Bearer tokens, through the real router.

use std::time::Duration;

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use chrono::TimeDelta;
use kaifong::demo::DemoToken;
use kaifong::viewer::{Claims, Keys};

use crate::http_rig::{Rig, post, refused};

#[tokio::test]
async fn no_token_is_anonymous_and_a_good_one_is_taken() {
    let rig = Rig::new("").await;
    assert_eq!(rig.ask("{ __typename }").await.status, StatusCode::OK);
    let claims = Claims::of_user(&administrator(), rig.now, Duration::from_secs(60));
    let token = rig.keys.sign(&claims).unwrap();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(
            rig.ask_with(&format!("{scheme} {token}")).await.status,
            StatusCode::OK
        );
    }
}

/// The account of the demo's administrator.
fn administrator() -> String {
    let holders = kaifong::demo::holders();
    match &holders[0].kind {
        DemoToken::User { account_id, .. } => account_id.to_string(),
        DemoToken::Partner { .. } => panic!("the first holder is a person"),
    }
}

#[tokio::test]
async fn a_genuine_token_of_nobody_is_401() {
    let rig = Rig::new("").await;
    for subject in ["ann", "00000000-0000-4000-8000-000000000000"] {
        let claims = Claims::of_user(subject, rig.now, Duration::from_secs(60));
        let token = rig.keys.sign(&claims).unwrap();
        let reply = rig.ask_with(&format!("Bearer {token}")).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        let code = &reply.json()["errors"][0]["extensions"]["code"];
        assert_eq!(code, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_bad_token_is_401_with_its_reason() {
    let rig = Rig::new("").await;
    let issued = |now| {
        rig.keys
            .sign(&Claims::of_user("ann", now, Duration::from_secs(60)))
            .unwrap()
    };
    let good = issued(rig.now);
    let old = issued(rig.now - TimeDelta::hours(1));
    let early = issued(rig.now + TimeDelta::hours(1));
    let other = Keys::generate("kaifong", "kaifong").unwrap();
    let foreign = other
        .sign(&Claims::of_user("ann", rig.now, Duration::from_secs(60)))
        .unwrap();
    let table = [
        (format!("Bearer {old}"), "TOKEN_EXPIRED"),
        (format!("Bearer {early}"), "TOKEN_NOT_YET_VALID"),
        (format!("Bearer {foreign}"), "TOKEN_UNKNOWN_KEY"),
        (format!("Bearer {good}x"), "TOKEN_MALFORMED"),
        ("Bearer a.b".to_owned(), "TOKEN_MALFORMED"),
        ("Bearer ".to_owned() + &"a".repeat(9000), "TOKEN_TOO_LONG"),
        ("Basic YW5uOnNlY3JldA==".to_owned(), "TOKEN_SCHEME"),
        (good.clone(), "TOKEN_SCHEME"),
        (String::new(), "TOKEN_SCHEME"),
    ];
    for (authorization, reason) in table {
        let reply = rig.ask_with(&authorization).await;
        assert_eq!(reply.refusal(), refused(401, "UNAUTHENTICATED"), "{reason}");
        assert_eq!(reply.json()["errors"][0]["extensions"]["reason"], reason);
        assert!(reply.header("www-authenticate").starts_with("Bearer "));
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let twice = post()
        .header(header::AUTHORIZATION, format!("Bearer {good}"))
        .header(header::AUTHORIZATION, format!("Bearer {good}"));
    let twice = rig.send(twice.body(Body::from("{}")).unwrap()).await;
    assert_eq!(twice.refusal(), refused(401, "UNAUTHENTICATED"));
}
