use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::*;
use crate::viewer::TokenKind;

const ISSUER: &str = "kaifong";
const AUDIENCE: &str = "kaifong";

fn keys() -> Keys {
    Keys::generate(ISSUER, AUDIENCE).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

fn claims() -> Claims {
    Claims::of_user("ann", now(), Duration::from_secs(3600))
}

/// A token with this header and these claims, signed well with our key.
fn signed(keys: &Keys, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = jsonwebtoken::crypto::sign(
        message.as_bytes(),
        &keys.ring.now().encoding,
        Algorithm::EdDSA,
    )
    .unwrap();
    format!("{message}.{signature}")
}

fn header(keys: &Keys) -> Value {
    json!({ "alg": "EdDSA", "kid": keys.id() })
}

fn body() -> Value {
    let ours = Claims {
        iss: ISSUER.into(),
        aud: AUDIENCE.into(),
        ..claims()
    };
    serde_json::to_value(ours).unwrap()
}

/// What happens to a token when one claim is changed, or removed with null.
fn verdict_with(claim: &str, value: Value) -> Result<Claims, TokenError> {
    let keys = keys();
    let mut body = body();
    match value {
        Value::Null => body.as_object_mut().unwrap().remove(claim),
        value => body.as_object_mut().unwrap().insert(claim.into(), value),
    };
    keys.verify(&signed(&keys, &header(&keys), &body), now())
}

/// What happens to a token when one header field is added or changed.
fn verdict_with_header(field: &str, value: Value) -> Result<Claims, TokenError> {
    let keys = keys();
    let mut header = header(&keys);
    header[field] = value;
    keys.verify(&signed(&keys, &header, &body()), now())
}

#[test]
fn what_is_signed_is_verified() {
    let keys = keys();
    let mut claims = Claims::of_partner(
        uuid::Uuid::new_v4(),
        vec!["s1".into(), "s2".into()],
        now(),
        Duration::from_secs(60),
    );
    claims.org = Some("org-1".into());
    claims.scope = Some("shift:read roster:read".into());
    claims.purpose = Some("clinic".into());
    let read = keys.verify(&keys.sign(&claims).unwrap(), now()).unwrap();
    assert_eq!(read.shares, ["s1", "s2"]);
    assert_eq!(
        read.scopes().collect::<Vec<_>>(),
        ["shift:read", "roster:read"]
    );
    assert_eq!(read.typ, TokenKind::Partner);
    assert_eq!(read.iss, ISSUER);
    assert_eq!(
        read,
        Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            ..claims
        }
    );
    assert!(verdict_with("unheard_of", json!(1)).is_ok());
    assert!(verdict_with_header("typ", json!("JWT")).is_ok());
}

#[test]
fn a_token_is_valid_from_its_first_second_up_to_its_last() {
    let keys = keys();
    let token = keys.sign(&claims()).unwrap();
    let at = |seconds| {
        keys.verify(&token, now() + TimeDelta::seconds(seconds))
            .map(|_| ())
    };
    assert_eq!(at(-11), Err(TokenError::NotYetValid));
    assert_eq!(
        at(-10),
        Ok(()),
        "another machine's clock may differ by some seconds"
    );
    assert_eq!(at(3599), Ok(()));
    assert_eq!(at(3600), Err(TokenError::Expired), "not one second longer");
}

#[test]
fn each_claim_is_checked() {
    let table = [
        ("iss", json!("someone-else"), TokenError::Issuer),
        ("iss", Value::Null, TokenError::Claims),
        ("iss", json!(["kaifong", "x"]), TokenError::Claims),
        ("aud", json!("another-service"), TokenError::Audience),
        ("aud", Value::Null, TokenError::Claims),
        ("aud", json!(["kaifong"]), TokenError::Claims),
        ("sub", Value::Null, TokenError::Claims),
        ("exp", Value::Null, TokenError::Claims),
        ("exp", json!("tomorrow"), TokenError::Claims),
        ("exp", json!(i64::MAX), TokenError::Claims),
        ("exp", json!(-1), TokenError::Claims),
        ("exp", json!(1.5e300), TokenError::Claims),
        ("nbf", Value::Null, TokenError::Claims),
        ("iat", Value::Null, TokenError::Claims),
        ("jti", Value::Null, TokenError::Claims),
        ("typ", Value::Null, TokenError::Claims),
        ("typ", json!("job"), TokenError::Claims),
        ("shares", json!("s1"), TokenError::Claims),
    ];
    for (claim, value, expected) in table {
        assert_eq!(
            verdict_with(claim, value.clone()),
            Err(expected),
            "{claim} {value}"
        );
    }
}

#[test]
fn a_header_brings_no_key_and_no_algorithm_of_its_own() {
    let own = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" });
    let table = [
        ("alg", json!("none"), TokenError::Algorithm),
        ("alg", json!("None"), TokenError::Algorithm),
        ("alg", json!("HS256"), TokenError::Algorithm),
        ("alg", json!("ES256"), TokenError::Algorithm),
        ("alg", json!(["EdDSA"]), TokenError::Algorithm),
        ("kid", json!("another"), TokenError::UnknownKey),
        ("kid", Value::Null, TokenError::UnknownKey),
        ("typ", json!("at+jwt"), TokenError::Header),
        (
            "jku",
            json!("https://keys.example/jwks.json"),
            TokenError::Header,
        ),
        ("jwk", own, TokenError::Header),
        (
            "x5u",
            json!("https://keys.example/cert.pem"),
            TokenError::Header,
        ),
        ("x5c", json!(["AAAA"]), TokenError::Header),
        ("crit", json!(["exp"]), TokenError::Header),
        ("zip", json!("DEF"), TokenError::Header),
    ];
    for (field, value, expected) in table {
        assert_eq!(
            verdict_with_header(field, value.clone()),
            Err(expected),
            "{field} {value}"
        );
    }
}

#[test]
fn a_token_without_signature_is_refused() {
    let keys = keys();
    let token = keys.sign(&claims()).unwrap();
    let (message, _) = token.rsplit_once('.').unwrap();
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", part(json!({ "alg": "none" })), part(body()));
    assert_eq!(keys.verify(&none, now()), Err(TokenError::Algorithm));
    assert_eq!(
        keys.verify(&format!("{message}."), now()),
        Err(TokenError::Signature)
    );
    assert_eq!(
        keys.verify(&format!("{message}.AAAA"), now()),
        Err(TokenError::Signature)
    );
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let keys = keys();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(keys.id());
    let secret = EncodingKey::from_secret(&keys.ring.now().public);
    let token = jsonwebtoken::encode(&header, &body(), &secret).unwrap();
    assert_eq!(keys.verify(&token, now()), Err(TokenError::Algorithm));
}

#[test]
fn another_servers_key_is_unknown_and_its_signature_wrong() {
    let (ours, theirs) = (keys(), keys());
    let token = theirs.sign(&claims()).unwrap();
    assert_eq!(ours.verify(&token, now()), Err(TokenError::UnknownKey));
    let posing = signed(&theirs, &header(&ours), &body());
    assert_eq!(ours.verify(&posing, now()), Err(TokenError::Signature));
}

#[test]
fn changed_claims_break_the_signature() {
    let keys = keys();
    let token = keys.sign(&claims()).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let mut body = body();
    body["sub"] = json!("bob");
    let changed = URL_SAFE_NO_PAD.encode(body.to_string());
    let forged = format!("{}.{changed}.{}", parts[0], parts[2]);
    assert_eq!(keys.verify(&forged, now()), Err(TokenError::Signature));
}

#[test]
fn what_is_no_token_is_malformed() {
    let keys = keys();
    let token = keys.sign(&claims()).unwrap();
    let extra = format!("{token}.x");
    let padded = format!("{token}=");
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "e30.e30",
        &extra,
        &padded,
        "null.e30.x",
    ] {
        assert!(keys.verify(text, now()).is_err(), "{text}");
    }
    assert_eq!(keys.verify("a.b.c", now()), Err(TokenError::Malformed));
    let twice = format!(r#"{{"alg":"EdDSA","alg":"none","kid":"{}"}}"#, keys.id());
    let twice = URL_SAFE_NO_PAD.encode(twice);
    let rest = token.split_once('.').unwrap().1;
    assert!(keys.verify(&format!("{twice}.{rest}"), now()).is_err());
}

#[test]
fn oversized_tokens_are_refused_and_not_made() {
    let keys = keys();
    let huge = "a".repeat(LONGEST_TOKEN + 1);
    assert_eq!(keys.verify(&huge, now()), Err(TokenError::TooLong));
    let mut claims = claims();
    claims.purpose = Some(huge);
    assert!(matches!(keys.sign(&claims), Err(KeyError::TooLong)));
}

#[test]
fn the_key_id_is_the_thumbprint_of_rfc_8037() {
    let public = URL_SAFE_NO_PAD
        .decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        .unwrap();
    let public: [u8; 32] = public.try_into().unwrap();
    assert_eq!(
        thumbprint(&public),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}

#[test]
fn the_key_set_shows_the_public_key_only() {
    let keys = keys();
    let set = keys.jwks(now());
    let key = set["keys"][0].as_object().unwrap();
    assert_eq!(key["kid"], keys.id());
    assert!(!key.contains_key("d"));
}

#[test]
fn a_token_that_is_almost_one_seen_before_is_unknown() {
    let keys = keys();
    let token = keys.sign(&claims()).unwrap();
    assert!(keys.verify(&token, now()).is_ok());
    let last = token.len() - 1;
    // Twice each: what was refused is not remembered as good.
    for at in [0, token.len() / 2, last - 60, last].repeat(2) {
        let mut other = token.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'Q' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        assert!(keys.verify(&other, now()).is_err(), "changed at {at}");
    }
    assert!(keys.verify(&format!("{token} "), now()).is_err());
    assert!(keys.verify(&token, now()).is_ok());
}

#[test]
fn a_token_seen_before_is_asked_for_its_time_again() {
    let keys = keys();
    let token = keys.sign(&claims()).unwrap();
    let at = |seconds| {
        keys.verify(&token, now() + TimeDelta::seconds(seconds))
            .map(|claims| claims.sub)
    };
    assert_eq!(at(0).as_deref(), Ok("ann"));
    assert_eq!(at(1).as_deref(), Ok("ann"));
    assert_eq!(at(3600), Err(TokenError::Expired));
    assert_eq!(at(-60), Err(TokenError::NotYetValid));
}
