//! A provider of identity that says what a test has it say.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kaifong::oidc::{Provider, ProviderSettings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use crate::app::noon;

pub const PAGE: &str = "https://app.example.org/signed-in";

/// A key of the provider's.
pub struct Key {
    pub id: String,
    key: SigningKey,
}

impl Key {
    pub fn new(id: &str) -> Self {
        let seed: [u8; 32] = Sha256::digest(id.as_bytes()).into();
        Self {
            id: id.to_owned(),
            key: SigningKey::from_bytes(&seed),
        }
    }

    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    fn published(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.public());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.id, "use": "sig" })
    }

    /// A token that says this, with these fields in its header.
    pub fn signed_with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let der = self.key.to_pkcs8_der().unwrap();
        let key = EncodingKey::from_ed_der(der.as_bytes());
        let signed = jsonwebtoken::crypto::sign(text.as_bytes(), &key, Algorithm::EdDSA);
        format!("{text}.{}", signed.unwrap())
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.signed_with(
            &json!({ "alg": "EdDSA", "typ": "JWT", "kid": self.id }),
            claims,
        )
    }
}

/// A token with a key that both sides would share.
pub fn with_shared_secret(id: &str, secret: &[u8], claims: &Value) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(id.to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
}

/// What the provider says, and what it was asked.
#[derive(Default)]
pub struct Says {
    pub about: Value,
    pub keys: Vec<Value>,
    /// What the codes are good for.
    pub token: Option<String>,
    pub fetched: usize,
    pub asked: Vec<Value>,
}

pub struct StandIn {
    pub issuer: String,
    pub says: Arc<Mutex<Says>>,
    serving: JoinHandle<()>,
}

impl StandIn {
    pub async fn new(keys: &[&Key]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(Says {
            about: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
            }),
            keys: keys.iter().map(|key| key.published()).collect(),
            ..Says::default()
        }));
        type Shared = State<Arc<Mutex<Says>>>;
        let router = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(async |State(says): Shared| Json(says.lock().unwrap().about.clone())),
            )
            .route(
                "/keys",
                get(async |State(says): Shared| {
                    let mut says = says.lock().unwrap();
                    says.fetched += 1;
                    Json(json!({ "keys": says.keys }))
                }),
            )
            .route(
                "/token",
                post(
                    async |State(says): Shared, headers: axum::http::HeaderMap, body: String| {
                        let mut says = says.lock().unwrap();
                        let authorization = headers.get("authorization");
                        let authorization = authorization.map(|one| one.to_str().unwrap());
                        let asked = json!({ "body": body, "authorization": authorization });
                        says.asked.push(asked);
                        match says.token.take() {
                            Some(token) => (
                                axum::http::StatusCode::OK,
                                Json(json!({ "id_token": token, "token_type": "Bearer" })),
                            ),
                            None => (
                                axum::http::StatusCode::BAD_REQUEST,
                                Json(json!({ "error": "invalid_grant" })),
                            ),
                        }
                    },
                ),
            )
            .with_state(Arc::clone(&says));
        let serving = tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            issuer,
            says,
            serving,
        }
    }

    pub fn settings(&self) -> ProviderSettings {
        ProviderSettings {
            name: "school".into(),
            issuer: self.issuer.clone(),
            client_id: "kaifong".into(),
            client_secret: Some("a secret & more".into()),
            audiences: vec!["https://api.example.org".into(), "kaifong".into()],
            algorithms: vec!["EdDSA".into(), "RS256".into()],
            redirect_uri: Some("https://api.example.org/auth/oidc/school/callback".into()),
            second_factor: vec!["mfa".into()],
            links_by_email: false,
            return_to: vec![PAGE.into()],
            place: None,
        }
    }

    pub fn provider(&self) -> Provider {
        Provider::new(self.settings())
    }

    pub fn publishes(&self, keys: &[&Key]) {
        self.says.lock().unwrap().keys = keys.iter().map(|key| key.published()).collect();
    }

    pub fn fetched(&self) -> usize {
        self.says.lock().unwrap().fetched
    }

    /// Claims of somebody, good for an hour.
    pub fn claims(&self, subject: &str) -> Value {
        let now = noon().timestamp();
        json!({
            "iss": self.issuer, "sub": subject, "aud": "kaifong",
            "iat": now, "exp": now + 3600,
        })
    }

    /// The provider is away from now on.
    pub async fn goes_away(self) {
        self.serving.abort();
        let _ = self.serving.await;
    }
}

/// With these members in the place of others; null takes one out.
pub fn but(claims: &Value, changes: Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
    claims
}
