//! Why somebody does not come in. The texts are safe to show, and tell no more than they must.

use std::time::Duration;

use crate::border::Stopped;
use crate::oidc::OidcError;
use crate::residency::REFUSED;
use crate::signin::{NoRandom, PasswordFault};
use crate::store::StoreError;

/// Why somebody does not come in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The name, the password or the code is not right, or there is nobody of that name.
    #[error("the e-mail address, the password or the code is not right")]
    Credentials,
    /// The password is right, and a code is needed beside it.
    #[error("a one-time code is needed as well")]
    CodeNeeded,
    /// The code is not right, or was used before.
    #[error("the code is not right")]
    Code,
    /// Too many tries.
    #[error("too many tries; come again later")]
    TooMany(Duration),
    /// Too many come at once.
    #[error("too many are signing in; come again in a moment")]
    Busy,
    /// The password cannot be chosen.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// Something else is no e-mail address.
    #[error("this is no e-mail address")]
    Name,
    /// A name of a person is too long, or has signs that no name has.
    #[error("this is no name of a person")]
    PersonName,
    /// The address of an invitation has an account.
    #[error("this address has an account; sign in to accept")]
    HasAccount,
    /// There is no session, or it is over.
    #[error("this needs a session that goes on; sign in")]
    Session,
    /// The token renews no session.
    #[error("the refresh token is not good any more; sign in again")]
    Token,
    /// The session is too old for this.
    #[error("for this, sign in again first")]
    SignInAgain,
    /// The account has an authenticator.
    #[error("there is an authenticator already")]
    Enrolled,
    /// The account has none.
    #[error("there is no authenticator to confirm or to ask")]
    NotEnrolled,
    /// The account has no password.
    #[error("this account has no password")]
    NoPassword,
    /// An outside provider does not vouch for anybody.
    #[error("{0}")]
    Outside(#[from] OidcError),
    /// The provider vouches for somebody who is nobody here.
    #[error("nobody here is who the provider says; ask an administrator")]
    Unknown,
    /// There is no such provider, or no sign-in has begun there.
    #[error("no such sign-in has begun here")]
    NoFlow,
    /// The link is not good, or not any more.
    #[error("the link is not good any more; ask for another")]
    Link,
    /// Data about the person may not go where this would take it.
    #[error("data about this person may not go to the place where this would take it")]
    Residency,
    /// Something failed here.
    #[error("something went wrong on the server")]
    Internal,
}

impl Refused {
    /// A code for clients that never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Credentials => "SIGN_IN_FAILED",
            Self::CodeNeeded => "CODE_NEEDED",
            Self::Code => "CODE_WRONG",
            Self::TooMany(_) => "TOO_MANY_REQUESTS",
            Self::Busy => "BUSY",
            Self::Password(fault) => fault.code(),
            Self::Name => "EMAIL_INVALID",
            Self::PersonName => "NAME_INVALID",
            Self::HasAccount => "SIGN_IN_TO_ACCEPT",
            Self::Session => "UNAUTHENTICATED",
            Self::Token => "REFRESH_TOKEN_REFUSED",
            Self::SignInAgain => "SIGN_IN_AGAIN",
            Self::Enrolled => "CODE_ENROLLED",
            Self::NotEnrolled => "CODE_NOT_ENROLLED",
            Self::NoPassword => "NO_PASSWORD",
            Self::Outside(error) => error.reason(),
            Self::Unknown => "IDENTITY_UNKNOWN",
            Self::Link => "LINK_REFUSED",
            Self::NoFlow => "OIDC_SIGN_IN_UNKNOWN",
            Self::Residency => REFUSED,
            Self::Internal => "INTERNAL",
        }
    }

    /// After how long to come again, where that helps.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::TooMany(wait) => Some(*wait),
            Self::Busy => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "sign-in failed in the database");
        Self::Internal
    }
}

impl From<Stopped> for Refused {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Kept => Self::Residency,
            Stopped::Undecided(error) => error.into(),
        }
    }
}

impl From<NoRandom> for Refused {
    fn from(error: NoRandom) -> Self {
        tracing::error!(%error, "sign-in failed");
        Self::Internal
    }
}
