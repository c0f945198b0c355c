//! What a token says, and why one is refused.
//!
//! Claims are what the bearer was given, not what the bearer may do: whether a
//! share still stands is for the directory to say, and what follows from it for
//! the policies.

use std::{fmt, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a token says about its bearer. Times are seconds since 1970 in UTC.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For which service.
    pub aud: String,
    /// The user, or for a partner the token's own id.
    pub sub: String,
    /// From this second on it is no longer valid.
    pub exp: i64,
    /// Before this second it is not valid yet.
    pub nbf: i64,
    /// When it was issued.
    pub iat: i64,
    /// Its own id, by which it can be revoked.
    pub jti: String,
    /// Whether a person or a partner organisation bears it.
    pub typ: TokenKind,
    /// The organisation that bears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// The scopes it was narrowed to, separated by spaces; absent means not narrowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The shares it covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<String>,
    /// The projects of those to which it was narrowed; absent means not narrowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
    /// The networks from which it may be used; absent means from everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub net: Vec<String>,
    /// What the data may be used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The session in which a person was given it; with the session it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Whether it came of an exchange.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub narrowed: bool,
}

/// What a refresh token says: whose it is, and which of its line. Times are seconds since 1970.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshClaims {
    /// Who issued it.
    pub iss: String,
    /// For which service.
    pub aud: String,
    /// The token that it refreshes, as it is listed.
    pub sub: String,
    /// From this second on it is no longer valid.
    pub exp: i64,
    /// Before this second it is not valid yet.
    pub nbf: i64,
    /// Its number in the line: only the newest is good.
    pub number: i32,
}

/// Who bears a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// A person.
    User,
    /// A partner organisation, under one or more shares.
    Partner,
}

impl Claims {
    /// Claims for a person, valid from now on for a while.
    #[must_use]
    pub fn of_user(user: &str, now: DateTime<Utc>, lifetime: Duration) -> Self {
        Self::of(TokenKind::User, user.to_owned(), now, lifetime)
    }

    /// Claims for a person in a session, valid from now on for a while.
    #[must_use]
    pub fn of_session(user: &str, session: Uuid, now: DateTime<Utc>, lifetime: Duration) -> Self {
        Self {
            sid: Some(session.to_string()),
            ..Self::of_user(user, now, lifetime)
        }
    }

    /// Claims for a partner under these shares, valid from now on for a while.
    /// Claims under a partner's token that is listed, for these of its shares, valid from now on
    /// for a while.
    #[must_use]
    pub fn of_partner(
        token: Uuid,
        shares: Vec<String>,
        now: DateTime<Utc>,
        lifetime: Duration,
    ) -> Self {
        Self {
            shares,
            ..Self::of(TokenKind::Partner, token.to_string(), now, lifetime)
        }
    }

    /// The scopes it was narrowed to, one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope
            .iter()
            .flat_map(|scope| scope.split_ascii_whitespace())
    }

    /// The instant from which it is no longer valid.
    #[must_use]
    pub fn expires(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.exp, 0).unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    fn of(kind: TokenKind, sub: String, now: DateTime<Utc>, lifetime: Duration) -> Self {
        let lifetime = TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
        let expires = now
            .checked_add_signed(lifetime)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            iss: String::new(),
            aud: String::new(),
            sub,
            exp: expires.timestamp(),
            nbf: now.timestamp(),
            iat: now.timestamp(),
            jti: Uuid::new_v4().to_string(),
            typ: kind,
            org: None,
            scope: None,
            shares: Vec::new(),
            projects: Vec::new(),
            net: Vec::new(),
            purpose: None,
            sid: None,
            narrowed: false,
        }
    }
}

/// Only what a log may hold: which token it is, not whose.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("typ", &self.typ)
            .field("jti", &self.jti)
            .finish_non_exhaustive()
    }
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Larger than any token of ours.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url, or not JSON inside.
    #[error("the token is malformed")]
    Malformed,
    /// Its header asks for more than algorithm, type and key id, such as a key of its own.
    #[error("the token's header has a field that is not accepted")]
    Header,
    /// Not signed with EdDSA.
    #[error("the token's algorithm is not EdDSA")]
    Algorithm,
    /// Signed with a key that is not ours.
    #[error("the token names no key of this server")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the token's signature is wrong")]
    Signature,
    /// A claim is missing or of the wrong type.
    #[error("the token's claims are incomplete")]
    Claims,
    /// From another issuer.
    #[error("the token is from another issuer")]
    Issuer,
    /// For another service.
    #[error("the token is for another audience")]
    Audience,
    /// From a network from which it may not be used.
    #[error("the token may not be used from there")]
    Network,
    /// No longer valid.
    #[error("the token has expired")]
    Expired,
    /// Not valid yet.
    #[error("the token is not valid yet")]
    NotYetValid,
}

impl TokenError {
    /// A code for the log that never changes.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "TOKEN_TOO_LONG",
            Self::Malformed => "TOKEN_MALFORMED",
            Self::Header => "TOKEN_HEADER",
            Self::Algorithm => "TOKEN_ALGORITHM",
            Self::UnknownKey => "TOKEN_UNKNOWN_KEY",
            Self::Signature => "TOKEN_SIGNATURE",
            Self::Claims => "TOKEN_CLAIMS",
            Self::Issuer => "TOKEN_ISSUER",
            Self::Audience => "TOKEN_AUDIENCE",
            Self::Network => "TOKEN_NETWORK",
            Self::Expired => "TOKEN_EXPIRED",
            Self::NotYetValid => "TOKEN_NOT_YET_VALID",
        }
    }
}
