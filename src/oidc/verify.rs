//! The whole verification of a provider's token (OpenID Connect Core 3.1.3.7, RFC 8725).

use std::str::FromStr as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{OidcError, ProviderSettings};

/// The largest token. What is larger is not even decoded.
const LONGEST: usize = 16 * 1024;

/// How far the clock of a provider may be off.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::seconds(30);

/// Header fields that would have a token bring its own key, or that must be understood.
const REFUSED_FIELDS: [&str; 7] = ["jku", "jwk", "x5u", "x5c", "crit", "enc", "zip"];

/// What kinds of tokens there are among those of a provider. Others, such as `logout+jwt`, are signed
/// by the same keys and say something else.
const KINDS: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

/// What a token is shown for.
#[derive(Clone, Copy)]
pub enum Purpose<'a> {
    /// At the graph.
    Bearer,
    /// As the answer to a browser's sign-in.
    Code {
        /// What was sent along.
        nonce: &'a str,
    },
}

/// For whom a provider vouches.
#[derive(Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Whom, by the provider's own name.
    pub subject: String,
    /// The e-mail address, if the provider has verified it.
    pub email: Option<String>,
    /// Whether the provider has seen a second factor, by a word that the setting takes for it.
    pub second_factor: bool,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// What a header says, as far as it is believed.
pub(super) struct Header {
    algorithm: Algorithm,
    pub(super) id: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    azp: Option<String>,
    nonce: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
    #[serde(default)]
    amr: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Everything a header may try, before any of it is believed.
pub(super) fn header(token: &str, settings: &ProviderSettings) -> Result<Header, OidcError> {
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(OidcError::Malformed);
    };
    if token.len() > LONGEST {
        return Err(OidcError::Malformed);
    }
    let header = URL_SAFE_NO_PAD
        .decode(header)
        .map_err(|_| OidcError::Malformed)?;
    let header: Map<String, Value> =
        serde_json::from_slice(&header).map_err(|_| OidcError::Malformed)?;
    let text = |field| header.get(field).and_then(Value::as_str);
    if REFUSED_FIELDS
        .iter()
        .any(|field| header.contains_key(*field))
    {
        return Err(OidcError::Header);
    }
    if header.contains_key("typ") && !text("typ").is_some_and(|typ| KINDS.contains(&typ)) {
        return Err(OidcError::Header);
    }
    let named = text("alg").ok_or(OidcError::Algorithm)?;
    let accepted = settings.algorithms.iter().any(|name| name == named);
    let algorithm = Algorithm::from_str(named).ok().filter(|_| accepted);
    let algorithm = algorithm.ok_or(OidcError::Algorithm)?;
    if matches!(
        algorithm,
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512
    ) {
        return Err(OidcError::Algorithm);
    }
    let id = text("kid").ok_or(OidcError::UnknownKey)?.to_owned();
    Ok(Header { algorithm, id })
}

/// Everything else.
pub(super) fn token(
    token: &str,
    header: &Header,
    key: &Jwk,
    settings: &ProviderSettings,
    purpose: Purpose<'_>,
    now: DateTime<Utc>,
) -> Result<Vouched, OidcError> {
    let serves = match key.common.key_algorithm {
        None => true,
        Some(algorithm) => is(algorithm, header.algorithm),
    };
    let signs = matches!(
        key.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    if !serves || !signs {
        return Err(OidcError::Algorithm);
    }
    let decoding = DecodingKey::from_jwk(key).map_err(|_| OidcError::UnknownKey)?;
    let mut validation = Validation::new(header.algorithm);
    // The library would ask the system's clock, and takes one of many for all of them.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = jsonwebtoken::decode::<Claims>(token, &decoding, &validation)
        .map_err(|cause| refusal(cause.kind()))?
        .claims;
    check(claims, settings, purpose, now)
}

fn check(
    claims: Claims,
    settings: &ProviderSettings,
    purpose: Purpose<'_>,
    now: DateTime<Utc>,
) -> Result<Vouched, OidcError> {
    if claims.iss != settings.issuer {
        return Err(OidcError::Issuer);
    }
    let named = match &claims.aud {
        Audience::One(one) => std::slice::from_ref(one),
        Audience::Many(many) => many.as_slice(),
    };
    let own = std::slice::from_ref(&settings.client_id);
    let accepted = match purpose {
        Purpose::Bearer if !settings.audiences.is_empty() => settings.audiences.as_slice(),
        _ => own,
    };
    if !named.iter().any(|one| accepted.contains(one)) {
        return Err(OidcError::Audience);
    }
    // Who else may hold it must be known, and whoever asked for it must be one of ours.
    let party = |azp: &String| own.contains(azp) || accepted.contains(azp);
    match &claims.azp {
        Some(azp) if !party(azp) => return Err(OidcError::Audience),
        None if named.len() > 1 => return Err(OidcError::Audience),
        _ => {}
    }
    let instant = |second| DateTime::from_timestamp(second, 0).ok_or(OidcError::Claims);
    let until = instant(claims.exp)?;
    if until <= now {
        return Err(OidcError::Expired);
    }
    for begins in [claims.nbf, claims.iat].into_iter().flatten() {
        if instant(begins)? > now + CLOCK_DIFFERENCE {
            return Err(OidcError::NotYetValid);
        }
    }
    if let Purpose::Code { nonce } = purpose
        && claims.nonce.as_deref() != Some(nonce)
    {
        return Err(OidcError::Nonce);
    }
    if claims.sub.is_empty() || claims.sub.len() > 255 {
        return Err(OidcError::Claims);
    }
    let verified = claims.email_verified == Some(Value::Bool(true));
    let shown = |word: &String| settings.second_factor.contains(word);
    Ok(Vouched {
        subject: claims.sub,
        email: claims.email.filter(|_| verified),
        second_factor: claims.amr.iter().any(shown),
        until,
    })
}

/// Whether a key that names an algorithm is for this one.
fn is(of_key: KeyAlgorithm, algorithm: Algorithm) -> bool {
    let of_key = format!("{of_key:?}");
    of_key == format!("{algorithm:?}")
}

fn refusal(kind: &ErrorKind) -> OidcError {
    match kind {
        ErrorKind::InvalidSignature => OidcError::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => OidcError::Algorithm,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::Json(_) => OidcError::Claims,
        _ => OidcError::Signature,
    }
}
