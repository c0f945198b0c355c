//! Outside providers of identity (OpenID Connect): what they publish of themselves, whose tokens are
//! good, and the code of a browser taken for one.
//!
//! The room knows no people: it says that an issuer vouches for a subject, never who that is here.
//! It is a small room over `jsonwebtoken` and `ureq`, which are there anyway; the crate
//! `openidconnect` (MIT, well kept) brings an HTTP stack and some fifteen crates of its own, and the
//! rules that matter here (which algorithms, which audiences, how long old keys count) would still be
//! ours to say.
//!
//! - The algorithm is one of the setting's, never the token's choice; a key serves its own kind only.
//! - The issuer matches letter by letter. Addresses are `https`, or of this machine.
//! - Keys are fetched when they are unknown or old, and not more than once a minute, whatever is
//!   sent here. Where a provider cannot be reached its keys count for a day.

mod fetch;
mod provider;
mod settings;
mod verify;

pub use fetch::is_safe;
pub use provider::Provider;
pub use settings::ProviderSettings;
pub use verify::{Purpose, Vouched};

/// Why a provider does not vouch for anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider cannot be reached, or answers what it should not.
    #[error("the provider cannot be asked")]
    Provider,
    /// Too large, or not three parts of base64url with JSON inside.
    #[error("the token is malformed")]
    Malformed,
    /// The header says what is not accepted.
    #[error("the token's header has a field that is not accepted")]
    Header,
    /// The algorithm is none of the setting's.
    #[error("the token's algorithm is not accepted")]
    Algorithm,
    /// No key of the provider's has this id.
    #[error("the token names no key of its issuer")]
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
    /// No longer valid.
    #[error("the token has expired")]
    Expired,
    /// Not valid yet.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Not the answer to what was asked.
    #[error("the token answers another request")]
    Nonce,
    /// The provider takes the code for nothing.
    #[error("the provider does not accept the code")]
    Code,
}

impl OidcError {
    /// A code for clients that never changes.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Provider => "OIDC_PROVIDER",
            Self::Malformed => "TOKEN_MALFORMED",
            Self::Header => "TOKEN_HEADER",
            Self::Algorithm => "TOKEN_ALGORITHM",
            Self::UnknownKey => "TOKEN_UNKNOWN_KEY",
            Self::Signature => "TOKEN_SIGNATURE",
            Self::Claims => "TOKEN_CLAIMS",
            Self::Issuer => "TOKEN_ISSUER",
            Self::Audience => "TOKEN_AUDIENCE",
            Self::Expired => "TOKEN_EXPIRED",
            Self::NotYetValid => "TOKEN_NOT_YET_VALID",
            Self::Nonce => "TOKEN_NONCE",
            Self::Code => "OIDC_CODE",
        }
    }
}
