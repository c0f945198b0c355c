//! Tokens that are not good: each is refused, on every transport, with one and the same answer.

use axum::body::Body;
use axum::http::{Request, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use ed25519_dalek::{Signer, SigningKey, pkcs8::DecodePrivateKey};
use jsonwebtoken::{Algorithm, EncodingKey};
use kaifong::viewer::Keys;
use serde_json::{Value, json};

use crate::http_rig::{Rig, post};
use crate::socket_rig;

/// Makes tokens as somebody would who holds the key, or only the public half of it.
struct Forge {
    key: SigningKey,
    kid: String,
}

impl Forge {
    fn of(folder: &std::path::Path, keys: &Keys) -> Self {
        let pem = std::fs::read_to_string(folder.join("data/signing-key.pem")).unwrap();
        Self {
            key: SigningKey::from_pkcs8_pem(&pem).unwrap(),
            kid: keys.id(),
        }
    }

    fn message(header: &str, claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}", part(header), part(claims))
    }

    /// Signed well, whatever it says.
    fn sign(&self, header: &str, claims: &str) -> String {
        let message = Self::message(header, claims);
        let signature = self.key.sign(message.as_bytes()).to_bytes();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// With the public key taken for a shared secret.
    fn confuse(&self, secret: &[u8], claims: &str) -> String {
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": self.kid }).to_string();
        let message = Self::message(&header, claims);
        let secret = EncodingKey::from_secret(secret);
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &secret, Algorithm::HS256).unwrap();
        format!("{message}.{signature}")
    }

    fn header(&self, change: Value) -> String {
        let mut header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.kid });
        for (name, value) in change.as_object().unwrap() {
            header[name] = value.clone();
        }
        header.to_string()
    }

    /// Every trick, by its name.
    fn tricks(&self, subject: &str, now: i64) -> Vec<(String, String)> {
        let claims = |change: Value| {
            let mut claims = json!({
                "iss": "kaifong", "aud": "kaifong", "sub": subject, "jti": "j", "typ": "user",
                "exp": now + 600, "nbf": now - 10, "iat": now - 10,
            });
            for (name, value) in change.as_object().unwrap() {
                match value {
                    Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                    value => claims[name] = value.clone(),
                }
            }
            claims.to_string()
        };
        let fine = claims(json!({}));
        let good = self.sign(&self.header(json!({})), &fine);
        let public = self.key.verifying_key().to_bytes();
        let x = URL_SAFE_NO_PAD.encode(public);
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
        let mut all: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
        add("the public key as a secret", self.confuse(&public, &fine));
        add("its text as a secret", self.confuse(x.as_bytes(), &fine));
        for alg in [
            "none", "None", "NONE", "HS256", "RS256", "ES256", "Ed25519", "", "eddsa",
        ] {
            let header = self.header(json!({ "alg": alg }));
            add(&format!("alg {alg}"), self.sign(&header, &fine));
            let unsigned = format!("{}.", Forge::message(&header, &fine));
            add(&format!("alg {alg} without a signature"), unsigned);
        }
        for (name, value) in [
            ("jku", json!("https://example.org/jwks.json")),
            ("jwk", jwk),
            ("x5u", json!("https://example.org/x.pem")),
            ("x5c", json!(["MIIB"])),
            ("x5t", json!("thumb")),
            ("crit", json!(["exp"])),
            ("b64", json!(false)),
            ("zip", json!("DEF")),
            ("enc", json!("A256GCM")),
            ("cty", json!("JWT")),
        ] {
            let token = self.sign(&self.header(json!({ name: value })), &fine);
            add(&format!("header {name}"), token);
        }
        for kid in [
            json!("../../etc/passwd"),
            json!(""),
            json!(7),
            json!(["a"]),
            json!("' OR 1=1"),
        ] {
            let token = self.sign(&self.header(json!({ "kid": kid })), &fine);
            add(&format!("kid {kid}"), token);
        }
        add("no kid", self.sign(r#"{"alg":"EdDSA","typ":"JWT"}"#, &fine));
        for typ in ["refresh+jwt", "at+jwt", "JOSE"] {
            let token = self.sign(&self.header(json!({ "typ": typ })), &fine);
            add(&format!("typ {typ}"), token);
        }
        let twice = format!(
            r#"{{"alg":"none","alg":"EdDSA","kid":"{}","kid":"x"}}"#,
            self.kid
        );
        add("a header field twice", self.sign(&twice, &fine));
        for (name, change) in [
            ("another issuer", json!({ "iss": "kaifong2" })),
            ("no issuer", json!({ "iss": null })),
            ("issuers", json!({ "iss": ["kaifong"] })),
            ("another audience", json!({ "aud": "other" })),
            ("audiences", json!({ "aud": ["kaifong", "other"] })),
            ("no audience", json!({ "aud": null })),
            ("expired", json!({ "exp": now - 1 })),
            ("expires now", json!({ "exp": now })),
            ("no expiry", json!({ "exp": null })),
            ("a negative expiry", json!({ "exp": -1 })),
            ("an expiry beyond time", json!({ "exp": i64::MAX })),
            ("an expiry beyond numbers", json!({ "exp": u64::MAX })),
            ("a broken expiry", json!({ "exp": now as f64 + 600.5 })),
            (
                "an expiry in words",
                json!({ "exp": (now + 600).to_string() }),
            ),
            ("not yet", json!({ "nbf": now + 60 })),
            ("no beginning", json!({ "nbf": null })),
            ("a broken beginning", json!({ "nbf": 0.5 })),
            ("issued in the future", json!({ "iat": now + 60 })),
            ("never issued", json!({ "iat": null })),
            ("no subject", json!({ "sub": null })),
            ("a subject that is none", json!({ "sub": "ann" })),
            (
                "nobody",
                json!({ "sub": "00000000-0000-4000-8000-000000000000" }),
            ),
            ("another kind", json!({ "typ": "job" })),
            ("a partner that is not listed", json!({ "typ": "partner" })),
            ("another network", json!({ "net": ["192.0.2.0/24"] })),
            ("a network that is none", json!({ "net": ["everywhere"] })),
        ] {
            add(name, self.sign(&self.header(json!({})), &claims(change)));
        }
        let twice = fine.replacen('{', r#"{"sub":"x","#, 1);
        add("a claim twice", self.sign(&self.header(json!({})), &twice));
        let list = self.sign(&self.header(json!({})), "[]");
        add("claims that are a list", list);
        let long = claims(json!({ "more": "x".repeat(9_000) }));
        add(
            "an oversized token",
            self.sign(&self.header(json!({})), &long),
        );
        let foreign = SigningKey::from_bytes(&[7; 32]);
        let foreign = Self {
            key: foreign,
            kid: self.kid.clone(),
        };
        add(
            "a foreign key under our id",
            foreign.sign(&self.header(json!({})), &fine),
        );
        add("one letter more", format!("{good}x"));
        add("one letter less", good[..good.len() - 1].to_owned());
        add("padded", format!("{good}=="));
        add("a part more", format!("{good}.e30"));
        add("two parts", good.rsplit_once('.').unwrap().0.to_owned());
        add("no token", "...".to_owned());
        let (head, signature) = good.rsplit_once('.').unwrap();
        let swapped = claims(json!({ "sub": "other" }));
        let (header, _) = head.split_once('.').unwrap();
        let swapped = URL_SAFE_NO_PAD.encode(swapped);
        add("other claims", format!("{header}.{swapped}.{signature}"));
        all
    }
}

fn administrator() -> String {
    match &kaifong::demo::holders()[0].kind {
        kaifong::demo::DemoToken::User { account_id, .. } => account_id.to_string(),
        kaifong::demo::DemoToken::Partner { .. } => panic!("the first holder is a person"),
    }
}

/// What a client gets to see of an answer.
fn told(reply: &crate::http_rig::Reply) -> (u16, String, String) {
    let body = String::from_utf8(reply.body.to_vec()).unwrap();
    let challenge = reply.header("www-authenticate").to_owned();
    (reply.status.as_u16(), challenge, body)
}

#[tokio::test]
async fn every_trick_has_the_same_answer_over_http_and_event_streams() {
    let rig = Rig::new("").await;
    let forge = Forge::of(&rig.folder(), &rig.keys);
    let now = rig.now.timestamp();
    let mut tokens = forge.tricks(&administrator(), now);
    let good = forge.sign(
        &forge.header(json!({})),
        &json!({
            "iss": "kaifong", "aud": "kaifong", "sub": administrator(), "jti": "j", "typ": "user",
            "exp": now + 600, "nbf": now, "iat": now,
        })
        .to_string(),
    );
    assert_eq!(
        rig.ask_with(&format!("Bearer {good}")).await.status,
        200,
        "what the forge makes is good where nothing is wrong with it"
    );
    assert!(tokens.len() > 60, "{}", tokens.len());
    let expected = told(&rig.ask_with("Bearer x.y.z").await);
    assert_eq!(expected.0, 401);
    assert!(
        expected.1.contains("error=\"invalid_token\""),
        "{}",
        expected.1
    );
    let error: Value = serde_json::from_str(&expected.2).unwrap();
    assert_eq!(
        error,
        json!({ "errors": [{ "message": "the token is not valid",
            "extensions": { "code": "UNAUTHENTICATED", "reason": "TOKEN_INVALID" } }] })
    );
    for (name, authorization) in [
        ("no scheme", good.clone()),
        ("another scheme", format!("Basic {good}")),
        ("two tokens", format!("Bearer {good}, Bearer {good}")),
        ("nothing", String::new()),
    ] {
        assert_eq!(
            told(&rig.ask_with(&authorization).await),
            expected,
            "{name}"
        );
    }
    tokens.push(("nothing after the scheme".to_owned(), String::new()));
    for (name, token) in &tokens {
        let bearer = format!("Bearer {token}");
        assert_eq!(told(&rig.ask_with(&bearer).await), expected, "{name}");
        let stream = Request::post("/graphql/stream")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/event-stream")
            .header(header::AUTHORIZATION, &bearer);
        let query = r#"{"query":"subscription { shiftChanged { id } }"}"#;
        let reply = rig.send(stream.body(Body::from(query)).unwrap()).await;
        // Who is nobody to the directory alone is told so by the stream itself.
        match reply.status.as_u16() {
            200 => {
                let body = String::from_utf8(reply.body.to_vec()).unwrap();
                assert!(body.contains("TOKEN_INVALID"), "{name}: {body}");
                assert!(
                    body.ends_with("event: complete\ndata: \n\n"),
                    "{name}: {body}"
                );
            }
            _ => assert_eq!(told(&reply), expected, "{name}"),
        }
    }
    let twice = post()
        .header(header::AUTHORIZATION, format!("Bearer {good}"))
        .header(header::AUTHORIZATION, format!("Bearer {good}"));
    let twice = rig.send(twice.body(Body::from("{}")).unwrap()).await;
    assert_eq!(told(&twice), expected);
    for name in ["access_token", "token", "authorization", "ACCESS_TOKEN"] {
        let address = format!("/graphql?query=%7B__typename%7D&{name}={good}");
        let reply = rig.get(&address).await;
        assert_eq!(reply.status, 401, "{name}");
        assert_eq!(reply.json(), error, "{name}");
    }
}

#[tokio::test]
async fn every_trick_closes_a_socket_alike() {
    let rig = socket_rig::Rig::real("").await;
    let forge = Forge::of(&rig.folder(), &rig.keys);
    let tricks = forge.tricks(
        "00000000-0000-4000-8000-000000000001",
        Utc::now().timestamp(),
    );
    let nobody = [
        "a partner that is not listed",
        "nobody",
        "a subject that is none",
    ];
    for (name, token) in tricks {
        let mut client = rig.client().await;
        let init = json!({ "type": "connection_init", "payload": { "token": token } });
        client.say(init).await;
        if nobody.contains(&name.as_str()) {
            // The token is genuine; that it is nobody's is said to each operation.
            assert_eq!(client.hear().await["type"], "connection_ack", "{name}");
            client.ask("1", "{ __typename }").await;
            let answer = client.hear().await.to_string();
            assert!(answer.contains("TOKEN_INVALID"), "{name}: {answer}");
            assert!(
                !answer.contains("\"__typename\":\"Query\""),
                "{name}: {answer}"
            );
            continue;
        }
        let expected = (4403, "Forbidden: the token is not valid".to_owned());
        assert_eq!(client.closed().await, expected, "{name}");
    }
}
