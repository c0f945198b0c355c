//! In with the token of an outside provider of identity.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use kaifong::oidc::{OidcError, Provider, Purpose};
use kaifong::store::Named;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::passwords::literal;
use super::stand_in::{Key, StandIn, but, with_shared_secret};
use super::{Door, Reply, VOLUNTEERS, account_of, refused};
use crate::app::noon;

/// A door to which the provider's `ann` is the demo's holder of a role.
pub async fn linked(door: &mut Door, provider: Provider, role: &str) {
    let store = door.graph.store().at(noon());
    let issuer = provider.settings().issuer.clone();
    let linked = store.link_identity(account_of(role), &issuer, "ann");
    assert_eq!(linked.await.unwrap(), Named::Done);
    door.providers = vec![provider];
}

/// The reason why a token is refused.
fn reason(reply: &Reply) -> String {
    assert_eq!(reply.refusal(), refused(401, "UNAUTHENTICATED"));
    let reason = &reply.body["errors"][0]["extensions"]["reason"];
    reason.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_providers_token_is_taken_at_the_graph_for_whom_it_is_about() {
    let key = Key::new("one");
    for mut door in Door::each().await {
        let stand_in = StandIn::new(&[&key]).await;
        linked(&mut door, stand_in.provider(), "coordinator").await;
        let token = key.sign(&stand_in.claims("ann"));
        assert!(door.volunteers(&token).await > Some(0));
        assert!(door.volunteers(&token).await > Some(0));
        assert_eq!(stand_in.fetched(), 1);
        // It is a session like any other, and can be ended.
        let listed = door.get("/auth/sessions", &token).await;
        assert_eq!(listed.body["sessions"][0]["way"], "OIDC_TOKEN");
        let path = "/auth/sign-out-everywhere";
        let out = door.post(path, Some(&token), json!({})).await;
        assert_eq!(out.body["ended"], 1);
        assert_eq!(door.volunteers(&token).await, None);
        let other = but(&stand_in.claims("ann"), json!({ "jti": "another" }));
        assert!(door.volunteers(&key.sign(&other)).await > Some(0));
        door.close().await;
    }
}

#[tokio::test]
async fn a_provider_speaks_for_those_who_are_linked_and_nobody_else() {
    let key = Key::new("one");
    for mut door in Door::each().await {
        let stand_in = StandIn::new(&[&key]).await;
        let mut settings = stand_in.settings();
        settings.links_by_email = true;
        linked(&mut door, Provider::new(settings), "coordinator").await;
        let email = |subject: &str, email: &str, verified: Value| {
            let changes = json!({ "email": email, "email_verified": verified });
            key.sign(&but(&stand_in.claims(subject), changes))
        };
        let volunteer = account_of("volunteer");
        let sql = format!(
            "UPDATE account SET email = 'Bob@example.org' WHERE id = {}",
            literal(&door, volunteer)
        );
        door.database.db.execute_unprepared(&sql).await.unwrap();
        for (token, why) in [
            (key.sign(&stand_in.claims("nobody")), "no address"),
            (
                email("bob", "bob@example.org", json!(false)),
                "not verified",
            ),
            (email("bob", "bob@example.org", json!("true")), "a text"),
            (email("bob", "bob@example.org", Value::Null), "not said"),
            (
                email("bob", "nobody@example.org", json!(true)),
                "no account",
            ),
        ] {
            let reply = door.ask(&token, VOLUNTEERS).await;
            assert_eq!(reason(&reply), "IDENTITY_UNKNOWN", "{why}");
        }
        let bob = email("bob", "bob@example.org", json!(true));
        assert!(door.volunteers(&bob).await.is_some());
        let store = door.graph.store().at(noon());
        let issuer = &stand_in.issuer;
        let found = store.account_of_identity(issuer, "bob").await.unwrap();
        assert_eq!(found, Some(volunteer));
        // Whoever is linked to a disabled account is not let in by an address of another.
        let sql = format!(
            "UPDATE account SET status = 'DISABLED' WHERE id = {}",
            literal(&door, account_of("coordinator"))
        );
        door.database.db.execute_unprepared(&sql).await.unwrap();
        let ann = email("ann", "bob@example.org", json!(true));
        assert_eq!(
            reason(&door.ask(&ann, VOLUNTEERS).await),
            "IDENTITY_UNKNOWN"
        );
        drop(store);
        door.close().await;
    }
}

#[tokio::test]
async fn an_address_links_nobody_unless_the_setting_says_so() {
    let key = Key::new("one");
    for mut door in Door::each().await {
        let stand_in = StandIn::new(&[&key]).await;
        door.providers = vec![stand_in.provider()];
        let sql = format!(
            "UPDATE account SET email = 'bob@example.org' WHERE id = {}",
            literal(&door, account_of("volunteer"))
        );
        door.database.db.execute_unprepared(&sql).await.unwrap();
        let email = json!({ "email": "bob@example.org", "email_verified": true });
        let token = key.sign(&but(&stand_in.claims("bob"), email));
        assert_eq!(
            reason(&door.ask(&token, VOLUNTEERS).await),
            "IDENTITY_UNKNOWN"
        );
        door.close().await;
    }
}

#[tokio::test]
async fn administrators_from_outside_need_a_second_factor_too() {
    let key = Key::new("one");
    for mut door in Door::each().await {
        let stand_in = StandIn::new(&[&key]).await;
        linked(&mut door, stand_in.provider(), "administrator").await;
        let with = |amr: Value| key.sign(&but(&stand_in.claims("ann"), json!({ "amr": amr })));
        assert_eq!(
            door.volunteers(&key.sign(&stand_in.claims("ann"))).await,
            Some(0)
        );
        assert_eq!(door.volunteers(&with(json!(["pwd"]))).await, Some(0));
        assert!(door.volunteers(&with(json!(["pwd", "mfa"]))).await > Some(0));
        door.close().await;
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_it_is_refused() {
    let (key, foreign, mut same_id) = (Key::new("one"), Key::new("two"), Key::new("three"));
    same_id.id = "one".into();
    let mut door = Door::each().await.remove(0);
    let stand_in = StandIn::new(&[&key]).await;
    let other = StandIn::new(&[&foreign]).await;
    let mut others = other.settings();
    others.name = "church".into();
    linked(&mut door, stand_in.provider(), "coordinator").await;
    door.providers.push(Provider::new(others));
    let good = stand_in.claims("ann");
    let now = noon().timestamp();
    let claims = |changes: Value| key.sign(&but(&good, changes));
    let header = |changes: Value| {
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": "one" });
        key.signed_with(&but(&header, changes), &good)
    };
    let none = key.sign(&good);
    let unsigned = format!("{}.", none.rsplit_once('.').unwrap().0);
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let without = format!(
        "{}.{}.",
        part(json!({ "alg": "none", "kid": "one" })),
        part(good.clone())
    );
    let published = URL_SAFE_NO_PAD.encode(key.public());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": published });
    for (token, expected) in [
        (unsigned, "TOKEN_SIGNATURE"),
        (without, "TOKEN_ALGORITHM"),
        // The public key as a secret that both would share.
        (
            with_shared_secret("one", &key.public(), &good),
            "TOKEN_ALGORITHM",
        ),
        (
            with_shared_secret("one", published.as_bytes(), &good),
            "TOKEN_ALGORITHM",
        ),
        (header(json!({ "alg": "RS256" })), "TOKEN_SIGNATURE"),
        (header(json!({ "alg": "ES256" })), "TOKEN_ALGORITHM"),
        (header(json!({ "alg": null })), "TOKEN_ALGORITHM"),
        (header(json!({ "jwk": jwk })), "TOKEN_HEADER"),
        (
            header(json!({ "jku": "https://example.org/keys" })),
            "TOKEN_HEADER",
        ),
        (header(json!({ "crit": ["exp"] })), "TOKEN_HEADER"),
        (header(json!({ "typ": "logout+jwt" })), "TOKEN_HEADER"),
        (header(json!({ "kid": null })), "TOKEN_UNKNOWN_KEY"),
        (foreign.sign(&good), "TOKEN_UNKNOWN_KEY"),
        (same_id.sign(&good), "TOKEN_SIGNATURE"),
        // Another provider that is known here speaks for this one.
        (
            key.sign(&but(&good, json!({ "iss": other.issuer }))),
            "TOKEN_UNKNOWN_KEY",
        ),
        (claims(json!({ "aud": "somebody else" })), "TOKEN_AUDIENCE"),
        (claims(json!({ "aud": [] })), "TOKEN_AUDIENCE"),
        (claims(json!({ "aud": null })), "TOKEN_CLAIMS"),
        (
            claims(json!({ "aud": ["kaifong", "other"] })),
            "TOKEN_AUDIENCE",
        ),
        (claims(json!({ "azp": "other" })), "TOKEN_AUDIENCE"),
        (claims(json!({ "exp": now })), "TOKEN_EXPIRED"),
        (claims(json!({ "exp": null })), "TOKEN_CLAIMS"),
        (claims(json!({ "exp": "tomorrow" })), "TOKEN_CLAIMS"),
        (claims(json!({ "nbf": now + 31 })), "TOKEN_NOT_YET_VALID"),
        (claims(json!({ "iat": now + 31 })), "TOKEN_NOT_YET_VALID"),
        (claims(json!({ "sub": "" })), "TOKEN_CLAIMS"),
        (claims(json!({ "sub": null })), "TOKEN_CLAIMS"),
        (claims(json!({ "sub": ["ann"] })), "TOKEN_CLAIMS"),
        // The same subject of another provider is somebody else.
        (foreign.sign(&other.claims("ann")), "IDENTITY_UNKNOWN"),
    ] {
        let reply = door.ask(&token, VOLUNTEERS).await;
        // What exactly is wrong with it is for the log; whoever tries tokens does not learn it.
        let told = match expected {
            "IDENTITY_UNKNOWN" => expected,
            _ => "TOKEN_INVALID",
        };
        assert_eq!(reason(&reply), told, "{expected}: {token}");
    }
    // An issuer that is not quite this one is of nobody known, and so held to be a token of ours.
    for issuer in [
        format!("{}/", stand_in.issuer),
        stand_in.issuer.to_uppercase(),
    ] {
        let reply = door
            .ask(&claims(json!({ "iss": issuer })), VOLUNTEERS)
            .await;
        assert_eq!(reason(&reply), "TOKEN_INVALID", "{issuer}");
    }
    for changes in [
        json!({ "aud": ["kaifong", "other"], "azp": "kaifong" }),
        json!({ "aud": "https://api.example.org" }),
        json!({ "exp": now + 1 }),
        json!({ "nbf": now + 30 }),
    ] {
        let token = claims(changes.clone());
        assert!(door.volunteers(&token).await > Some(0), "{changes}");
    }
    assert!(door.volunteers(&header(json!({ "typ": "at+jwt" }))).await > Some(0));
    assert!(door.volunteers(&header(json!({ "typ": null }))).await > Some(0));
    door.close().await;
}

#[tokio::test]
async fn keys_are_changed_by_the_provider_and_fetched_no_more_than_once_a_minute() {
    let (old, new) = (Key::new("old"), Key::new("new"));
    let stand_in = StandIn::new(&[&old]).await;
    let provider = stand_in.provider();
    let verify = async |key: &Key, later: i64| {
        let now = noon() + TimeDelta::seconds(later);
        let exp = json!({ "exp": now.timestamp() + 3600 });
        let token = key.sign(&but(&stand_in.claims("ann"), exp));
        let verified = provider.verify(&token, Purpose::Bearer, now).await;
        verified.map(|vouched| vouched.subject)
    };
    assert_eq!(verify(&old, 0).await, Ok("ann".into()));
    // Keys that nobody has published are asked for once, however often they come.
    for _ in 0..5 {
        assert_eq!(verify(&new, 10).await, Err(OidcError::UnknownKey));
    }
    assert_eq!(stand_in.fetched(), 1, "not within the minute");
    stand_in.publishes(&[&old, &new]);
    assert_eq!(verify(&new, 59).await, Err(OidcError::UnknownKey));
    assert_eq!(verify(&new, 61).await, Ok("ann".into()));
    assert_eq!(verify(&old, 61).await, Ok("ann".into()));
    assert_eq!(stand_in.fetched(), 2);
    // What it withdraws counts no more once it is fetched again, after an hour at the most.
    stand_in.publishes(&[&new]);
    assert_eq!(verify(&old, 3600).await, Ok("ann".into()));
    assert_eq!(verify(&old, 3662).await, Err(OidcError::UnknownKey));
    assert_eq!(verify(&new, 3662).await, Ok("ann".into()));
    assert_eq!(stand_in.fetched(), 3);
}

#[tokio::test]
async fn the_keys_of_a_provider_that_is_away_count_for_a_day() {
    let key = Key::new("one");
    let stand_in = StandIn::new(&[&key]).await;
    let (provider, claims) = (stand_in.provider(), stand_in.claims("ann"));
    let verify = async |hours: i64| {
        let now = noon() + TimeDelta::hours(hours);
        let exp = json!({ "exp": now.timestamp() + 3600 });
        let token = key.sign(&but(&claims, exp));
        let verified = provider.verify(&token, Purpose::Bearer, now).await;
        verified.map(|vouched| vouched.subject)
    };
    assert_eq!(verify(0).await, Ok("ann".into()));
    stand_in.goes_away().await;
    assert_eq!(verify(2).await, Ok("ann".into()));
    assert_eq!(verify(23).await, Ok("ann".into()));
    assert_eq!(verify(24).await, Err(OidcError::Provider));
}

#[tokio::test]
async fn a_provider_that_says_it_is_another_is_none() {
    let key = Key::new("one");
    for (field, value) in [
        ("issuer", json!("https://id.example.org")),
        ("issuer", Value::Null),
        ("jwks_uri", json!("http://id.example.org/keys")),
        ("token_endpoint", json!("http://id.example.org/token")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
    ] {
        let stand_in = StandIn::new(&[&key]).await;
        stand_in.says.lock().unwrap().about[field] = value;
        let token = key.sign(&stand_in.claims("ann"));
        let verified = stand_in.provider();
        let verified = verified.verify(&token, Purpose::Bearer, noon()).await;
        assert_eq!(verified.err(), Some(OidcError::Provider), "{field}");
    }
}
