//! Tokens of partners are exchanged for narrower ones, refreshed and given back.
//!
//! Who bears a token and wants to hand on less of it exchanges it (RFC 8693): narrower scopes, fewer
//! shares or projects, a shorter life, another audience; never more. What comes out is signed under
//! the same listed token, so that revoking the one ends all that came of it, and nothing is written.
//!
//! Why by exchange, and not by the holder alone: for tokens that a holder can narrow offline there
//! are Macaroons (no standard, and whoever verifies could also sign) and Biscuit (sound, but its
//! library brings a Datalog engine and a token format of its own beside JWT, which partners' tools
//! verify by the published keys). A token of ours is looked up at each request anyway, since its
//! shares and its issuer may have changed; one more request where it is handed on costs less than a
//! second language in which rights are written.
//!
//! A refresh token is good once. The next one comes with each token that it brings; if one that was
//! used is shown again, somebody has stolen it, and the whole line ends.
//!
//! The room knows no HTTP and no policies: possession of a token is what is asked here.

mod exchange;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::{Store, StoreError};
use crate::viewer::{Claims, Directory, Grant, KeyError, Mint, TokenKind};

/// The names of what is asked for, as RFC 6749 and RFC 8693 have them.
pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// That somebody shows a refresh token.
pub const REFRESH: &str = "refresh_token";
/// A token by which somebody asks.
pub const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The same, by its form.
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// Gives out tokens for tokens.
#[derive(Clone)]
pub struct Tokens {
    store: Store,
    mint: Mint,
}

/// What is given out. It has no `Debug`.
pub struct Given {
    /// By which somebody asks.
    pub token: String,
    /// How many seconds it is good.
    pub seconds: i64,
    /// The scopes that it was narrowed to, if to some.
    pub scope: Option<String>,
    /// By which the next is had.
    pub refresh: Option<String>,
}

/// Why nothing is given out: the codes of RFC 6749, 5.2, and RFC 8693, 2.2.2.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A parameter is missing, is there twice or makes no sense.
    #[error("{0}")]
    Request(&'static str),
    /// The token that is shown is not good.
    #[error("the token is not valid")]
    Grant,
    /// There is no such way to a token.
    #[error("there is no such grant type here")]
    GrantType,
    /// More is asked for than the token has.
    #[error("the scope is wider than that of the token")]
    Scope,
    /// Tokens for this audience are not given out.
    #[error("no tokens are given out for this audience")]
    Target,
    /// Nothing can be said.
    #[error("the server failed")]
    Failed,
}

impl Refused {
    /// The code for clients.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Request(_) => "invalid_request",
            Self::Grant => "invalid_grant",
            Self::GrantType => "unsupported_grant_type",
            Self::Scope => "invalid_scope",
            Self::Target => "invalid_target",
            Self::Failed => "server_error",
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a token could not be looked up");
        Self::Failed
    }
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        tracing::error!(%error, "a token could not be signed");
        Self::Failed
    }
}

impl Tokens {
    /// One over this store, with what signs.
    #[must_use]
    pub fn new(store: Store, mint: Mint) -> Self {
        Self { store, mint }
    }

    /// What these parameters ask for.
    ///
    /// # Errors
    /// Why nothing is given out.
    pub async fn give(
        &self,
        parameters: &BTreeMap<String, String>,
        now: DateTime<Utc>,
        good: impl Fn(&str) -> Option<Claims>,
    ) -> Result<Given, Refused> {
        let get = |name: &str| parameters.get(name).map(String::as_str);
        match get("grant_type") {
            None => Err(Refused::Request("`grant_type` is missing")),
            Some(EXCHANGE) => {
                let asked = exchange::Asked::read(parameters)?;
                let claims = good(asked.subject).ok_or(Refused::Grant)?;
                self.exchange(&asked, claims, now).await
            }
            Some(REFRESH) => {
                let token = get("refresh_token");
                let token = token.ok_or(Refused::Request("`refresh_token` is missing"))?;
                self.refresh(token, get("scope"), now).await
            }
            Some(_) => Err(Refused::GrantType),
        }
    }

    /// The listed token behind claims, if it is good.
    async fn grant(&self, subject: &str, now: DateTime<Utc>) -> Result<Grant, Refused> {
        let id = Uuid::parse_str(subject).map_err(|_| Refused::Grant)?;
        self.store.grant(id, now).await?.ok_or(Refused::Grant)
    }

    async fn exchange(
        &self,
        asked: &exchange::Asked<'_>,
        claims: Claims,
        now: DateTime<Utc>,
    ) -> Result<Given, Refused> {
        if claims.typ != TokenKind::Partner {
            return Err(Refused::Grant);
        }
        self.grant(&claims.sub, now).await?;
        let own = self.mint.audiences().first().map_or("", String::as_str);
        let audience = asked.audience.unwrap_or(own);
        if !self.mint.audiences().iter().any(|known| known == audience) {
            return Err(Refused::Target);
        }
        let narrow = exchange::narrowed(claims, asked, now)?;
        Ok(Given {
            token: self.mint.keys().sign_for(audience, &narrow)?,
            seconds: narrow.exp - now.timestamp(),
            scope: narrow.scope,
            refresh: None,
        })
    }

    async fn refresh(
        &self,
        token: &str,
        scope: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Given, Refused> {
        let shown = self.mint.keys().verify_refresh(token, now);
        let shown = shown.map_err(|_| Refused::Grant)?;
        let grant = self.grant(&shown.sub, now).await?;
        if scope.is_some() {
            return Err(Refused::Request(
                "a refresh keeps the scope; exchange the token for a narrower one",
            ));
        }
        if !self.store.refresh_token(grant.id, shown.number).await? {
            // It was used before, by whoever shows it now or by another: nobody can say which.
            tracing::warn!("a refresh token was shown again; its line ends");
            self.store.end_token(grant.id, now).await?;
            return Err(Refused::Grant);
        }
        let issued = self.mint.issue(&grant, shown.number + 1, now)?;
        Ok(Given {
            token: issued.token,
            seconds: issued.expires.timestamp() - now.timestamp(),
            scope: (!grant.scopes.is_empty()).then(|| grant.scopes.join(" ")),
            refresh: issued.refresh,
        })
    }

    /// Ends the listed token behind a token or a refresh token (RFC 7009). What is no good token
    /// needs no end, and nobody is told which it was. A token that came of an exchange ends only
    /// itself, which it does soon: it must not end the one from which it came.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end(&self, token: &str, now: DateTime<Utc>) -> Result<(), Refused> {
        let keys = self.mint.keys();
        let subject = match keys.verify_refresh(token, now) {
            Ok(refresh) => Some(refresh.sub),
            Err(_) => {
                let claims = keys.verify(token, now).ok();
                let claims = claims.filter(|claims| claims.typ == TokenKind::Partner);
                claims
                    .filter(|claims| !claims.narrowed)
                    .map(|claims| claims.sub)
            }
        };
        let id = subject.and_then(|subject| Uuid::parse_str(&subject).ok());
        match id {
            Some(id) => Ok(self.store.end_token(id, now).await?),
            None => Ok(()),
        }
    }
}
