//! What is signed for a partner's token that is listed.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Claims, Grant, KeyError, Keys, RefreshClaims};

/// Signs for tokens that are listed, and says how long they last.
#[derive(Clone)]
pub struct Mint {
    keys: Arc<Keys>,
    life: Duration,
    limit: Duration,
    audiences: Arc<[String]>,
}

/// What was signed. It has no `Debug`.
pub struct Issued {
    /// By which somebody asks.
    pub token: String,
    /// From when it is no longer good.
    pub expires: DateTime<Utc>,
    /// By which the next is had, where it does not hold to the end by itself.
    pub refresh: Option<String>,
}

impl Mint {
    /// One with these keys. What is signed holds for `life`, or to the end of a token that is
    /// long-lived; no token lasts longer than the limit. The first audience is this server's own.
    #[must_use]
    pub fn new(keys: Arc<Keys>, life: Duration, limit: Duration, audiences: Vec<String>) -> Self {
        let audiences = audiences.into();
        Self {
            keys,
            life,
            limit,
            audiences,
        }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The latest end of a token that is issued now.
    #[must_use]
    pub fn latest(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let limit = TimeDelta::from_std(self.limit).unwrap_or(TimeDelta::MAX);
        let latest = now.checked_add_signed(limit);
        latest.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The services for which tokens can be, this one first.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// A token by which somebody asks, and the refresh token of this number beside it.
    ///
    /// # Errors
    ///
    /// It does not fit.
    pub fn issue(
        &self,
        grant: &Grant,
        number: i32,
        now: DateTime<Utc>,
    ) -> Result<Issued, KeyError> {
        let claims = self.claims(grant, now);
        let refresh = RefreshClaims {
            iss: String::new(),
            aud: String::new(),
            sub: grant.id.to_string(),
            exp: grant.expires.timestamp(),
            nbf: now.timestamp(),
            number,
        };
        let refresh = (!grant.long_lived).then(|| self.keys.sign_refresh(&refresh));
        Ok(Issued {
            token: self.keys.sign_for(&grant.audience, &claims)?,
            expires: claims.expires(),
            refresh: refresh.transpose()?,
        })
    }

    /// What a token says that is signed now.
    #[must_use]
    pub fn claims(&self, grant: &Grant, now: DateTime<Utc>) -> Claims {
        let shares = grant.shares.keys().map(ToString::to_string).collect();
        let mut claims = Claims::of_partner(grant.id, shares, now, self.life);
        let end = grant.expires.timestamp();
        claims.exp = match grant.long_lived {
            true => end,
            false => claims.exp.min(end),
        };
        claims.org = Some(grant.partner.to_string());
        claims.scope = (!grant.scopes.is_empty()).then(|| grant.scopes.join(" "));
        claims.net = grant.networks.clone();
        claims.purpose = grant.purpose.clone();
        claims
    }
}
