//! One provider: what it publishes of itself, kept for a while.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use tokio::task::spawn_blocking;
use ureq::Agent;

use super::verify::{self, Purpose, Vouched};
use super::{OidcError, ProviderSettings, fetch};

/// How long what was fetched is taken as it is.
const FRESH: TimeDelta = TimeDelta::hours(1);

/// How long it counts where the provider cannot be reached.
const USABLE: TimeDelta = TimeDelta::hours(24);

/// How long after one fetch the next is made, whatever is sent here.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// A provider of identity.
#[derive(Clone)]
pub struct Provider(Arc<State>);

struct State {
    settings: ProviderSettings,
    agent: Agent,
    known: Mutex<Known>,
    /// Held while something is fetched, so that many who wait for it fetch it once.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    published: Option<Arc<Published>>,
    fetched: Option<DateTime<Utc>>,
    tried: Option<DateTime<Utc>>,
}

/// What a provider publishes.
struct Published {
    about: About,
    keys: JwkSet,
}

#[derive(Deserialize)]
struct About {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// Keys are read one by one: a kind that is not known here spoils no other.
#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Given {
    id_token: String,
}

impl Provider {
    /// A provider of which nothing is known yet.
    #[must_use]
    pub fn new(settings: ProviderSettings) -> Self {
        Self(Arc::new(State {
            agent: fetch::agent(&settings.issuer),
            settings,
            known: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }))
    }

    /// What the settings say of it.
    #[must_use]
    pub fn settings(&self) -> &ProviderSettings {
        &self.0.settings
    }

    /// For whom a token vouches, if it is good.
    ///
    /// # Errors
    /// The first check that it fails, or the provider cannot be asked.
    pub async fn verify(
        &self,
        token: &str,
        purpose: Purpose<'_>,
        now: DateTime<Utc>,
    ) -> Result<Vouched, OidcError> {
        let header = verify::header(token, &self.0.settings)?;
        let published = self.published(now).await?;
        let key = match published.keys.find(&header.id) {
            Some(key) => key.clone(),
            None => {
                let renewed = self.renewed(now).await?;
                let key = renewed.keys.find(&header.id);
                key.cloned().ok_or(OidcError::UnknownKey)?
            }
        };
        verify::token(token, &header, &key, &self.0.settings, purpose, now)
    }

    /// Where a browser is sent to sign in there.
    ///
    /// # Errors
    /// The provider cannot be asked, or nobody is sent there by the settings.
    pub async fn address(
        &self,
        state: &str,
        nonce: &str,
        challenge: &str,
        now: DateTime<Utc>,
    ) -> Result<String, OidcError> {
        let published = self.published(now).await?;
        let settings = &self.0.settings;
        let redirect = settings.redirect_uri.as_deref();
        let parameters = [
            ("response_type", "code"),
            ("scope", "openid email"),
            ("client_id", settings.client_id.as_str()),
            ("redirect_uri", redirect.ok_or(OidcError::Provider)?),
            ("state", state),
            ("nonce", nonce),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ];
        let mut address = published.about.authorization_endpoint.clone();
        for (at, (name, value)) in parameters.iter().enumerate() {
            let sign = match at {
                0 if !address.contains('?') => '?',
                _ => '&',
            };
            address.push(sign);
            address.push_str(name);
            address.push('=');
            address.push_str(&escaped(value));
        }
        Ok(address)
    }

    /// For whom the provider vouches by a code that a browser brought.
    ///
    /// # Errors
    /// The provider takes the code for nothing or gives a token that is not good.
    pub async fn redeem(
        &self,
        code: String,
        verifier: String,
        nonce: &str,
        now: DateTime<Utc>,
    ) -> Result<Vouched, OidcError> {
        let published = self.published(now).await?;
        let state = Arc::clone(&self.0);
        let asked = spawn_blocking(move || {
            let settings = &state.settings;
            let redirect = settings.redirect_uri.as_deref();
            let mut form = vec![
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("code_verifier", &verifier),
                ("redirect_uri", redirect.ok_or(OidcError::Provider)?),
            ];
            // RFC 6749, 2.3.1: name and secret are escaped before they are joined.
            let secret = settings.client_secret.as_ref().map(|secret| {
                let pair = format!("{}:{}", escaped(&settings.client_id), escaped(secret));
                format!("Basic {}", STANDARD.encode(pair))
            });
            if secret.is_none() {
                form.push(("client_id", &settings.client_id));
            }
            fetch::post::<Given>(&state.agent, &published.about.token_endpoint, secret, &form)
        });
        let given = asked.await.map_err(|_| OidcError::Provider)??;
        let given = given.ok_or(OidcError::Code)?;
        self.verify(&given.id_token, Purpose::Code { nonce }, now)
            .await
    }

    /// What the provider publishes, as fresh as can be.
    async fn published(&self, now: DateTime<Utc>) -> Result<Arc<Published>, OidcError> {
        let (published, age) = self.kept(now);
        match published {
            Some(published) if age < FRESH => Ok(published),
            _ => self.renewed(now).await,
        }
    }

    /// What it publishes now, unless that was asked a moment ago; what it published before where it
    /// cannot be reached.
    async fn renewed(&self, now: DateTime<Utc>) -> Result<Arc<Published>, OidcError> {
        let _fetching = self.0.fetching.lock().await;
        let tried = self.with(|known| {
            let tried = known.tried;
            let again = tried.is_none_or(|tried| now - tried >= PAUSE || tried > now);
            if again {
                known.tried = Some(now);
            }
            again
        });
        if tried {
            let state = Arc::clone(&self.0);
            let fetched = spawn_blocking(move || state.fetch());
            match fetched.await.map_err(|_| OidcError::Provider)? {
                Ok(published) => {
                    let published = Arc::new(published);
                    self.with(|known| {
                        known.published = Some(Arc::clone(&published));
                        known.fetched = Some(now);
                    });
                    return Ok(published);
                }
                Err(error) => {
                    let provider = &self.0.settings.name;
                    tracing::warn!(provider, %error, "what a provider publishes cannot be fetched");
                }
            }
        }
        let (published, age) = self.kept(now);
        published
            .filter(|_| age < USABLE)
            .ok_or(OidcError::Provider)
    }

    fn kept(&self, now: DateTime<Utc>) -> (Option<Arc<Published>>, TimeDelta) {
        self.with(|known| {
            let age = known.fetched.map_or(TimeDelta::MAX, |at| (now - at).abs());
            (known.published.clone(), age)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        act(&mut self.0.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn fetch(&self) -> Result<Published, OidcError> {
        let issuer = &self.settings.issuer;
        let address = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let about: About = fetch::get(&self.agent, &address)?;
        let safe = [&about.authorization_endpoint, &about.token_endpoint];
        if about.issuer != *issuer || !safe.into_iter().all(|address| fetch::is_safe(address)) {
            return Err(OidcError::Provider);
        }
        let keys: Keys = fetch::get(&self.agent, &about.jwks_uri)?;
        let keys = keys.keys.into_iter();
        let keys = keys.filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let keys = JwkSet {
            keys: keys.collect(),
        };
        Ok(Published { about, keys })
    }
}

/// As a part of a form or an address: everything but letters, digits and `-._~` is escaped.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
