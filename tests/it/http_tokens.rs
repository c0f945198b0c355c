//! Bearer tokens, through the real router.

use std::time::Duration;

use axum::http::StatusCode;
use kaifong::demo::DemoToken;
use kaifong::viewer::Claims;

use crate::http_rig::Rig;

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
