//! The key that signs tokens, and the whole verification of one.
//!
//! The algorithm is EdDSA and nothing a token says can change that; the key is
//! looked up by an id we made, never taken from the token. Time is a parameter.
//! One key signs; those before it verify until they retire.

mod file;
mod notes;
mod ring;
mod rotate;
#[cfg(test)]
mod tests;
mod verified;

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signer as _, SigningKey, pkcs8::DecodePrivateKey};
use jsonwebtoken::{Algorithm, Header, Validation, errors::ErrorKind};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha512};

use self::ring::{Kept, Ring};
use self::verified::Verified;
pub use self::{ring::Retiring, rotate::KeyFiles};
use super::{Claims, RefreshClaims, TokenError};

/// No token of ours is larger; what is larger is not even decoded.
pub const LONGEST_TOKEN: usize = 8 * 1024;

/// How far a clock of ours may be behind the one that issued a token.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::seconds(10);

/// The kind of a token by which somebody asks, and that of a refresh token, as headers name them.
const TOKEN: &str = "JWT";
const REFRESH: &str = "refresh+jwt";

/// The header fields of a token of ours.
const HEADER_FIELDS: [&str; 3] = ["alg", "kid", "typ"];

/// Signs and verifies tokens for one issuer and audience.
#[derive(Clone)]
pub struct Keys {
    ring: Kept,
    derived: [u8; 64],
    validation: Validation,
    verified: Verified,
    issuer: String,
    audience: String,
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key's file or its folder cannot be used.
    #[error("signing key `{}`: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// Others than the owner may read the key.
    #[error("signing key `{}` can be read by others; make it `chmod 600`", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no Ed25519 key.
    #[error("signing key `{}` is not an ed25519 key in PKCS#8 PEM", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no list of keys.
    #[error("`{}` is not a list of keys", path.display())]
    NotAList {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("no random bytes for a signing key: {0}")]
    Random(getrandom::Error),
    /// The key or the claims cannot be encoded.
    #[error("the token cannot be signed")]
    Encoding,
    /// The claims do not fit in a token.
    #[error("the token would be longer than {LONGEST_TOKEN} bytes")]
    TooLong,
}

impl Keys {
    /// The key of the data folder, made at the first start, or the one of the file named.
    ///
    /// # Errors
    ///
    /// The file cannot be read or made, can be read by others, or is no key.
    pub fn open(
        data_dir: &Path,
        named: Option<&Path>,
        issuer: &str,
        audience: &str,
    ) -> Result<Self, KeyError> {
        let (key, place) = match named {
            Some(path) => (file::read(path)?, path.to_owned()),
            None => file::read_or_make(data_dir)?,
        };
        let retiring = ring::retiring(&place)?;
        Self::with(&key, retiring, Some(place), issuer, audience)
    }

    /// A new key that is kept nowhere.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub fn generate(issuer: &str, audience: &str) -> Result<Self, KeyError> {
        Self::with(&new_key()?, Vec::new(), None, issuer, audience)
    }

    /// The id of the key that signs: its thumbprint after RFC 7638.
    #[must_use]
    pub fn id(&self) -> String {
        self.ring.now().id.clone()
    }

    /// A key for sealing cursors that follows from the signing key (the hash of its signature of a
    /// fixed text): whoever has the one key has the other, and nobody else. It stays as it was when
    /// these keys were opened; a server that starts after a rotation seals cursors anew.
    #[must_use]
    pub fn cursor_key(&self) -> [u8; 64] {
        self.derived
    }

    /// The public keys that verify at this instant as a JSON Web Key Set, the signing one first.
    #[must_use]
    pub fn jwks(&self, now: DateTime<Utc>) -> Value {
        let ring = self.ring.now();
        let key = |kid: &str, x: &str| json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig" });
        let signing = key(&ring.id, &URL_SAFE_NO_PAD.encode(ring.public));
        let others = ring.retiring.iter().map(|(key, _)| key);
        let others = others.filter(|other| now < other.until);
        let others = others.map(|other| key(&other.kid, &other.x));
        let keys: Vec<Value> = std::iter::once(signing).chain(others).collect();
        json!({ "keys": keys })
    }

    /// A token that says this, in the name of this issuer and for this audience.
    ///
    /// # Errors
    ///
    /// The claims do not fit in a token.
    pub fn sign(&self, claims: &Claims) -> Result<String, KeyError> {
        self.sign_for(&self.audience, claims)
    }

    /// The same for another audience; this server does not take it.
    ///
    /// # Errors
    ///
    /// The claims do not fit in a token.
    pub fn sign_for(&self, audience: &str, claims: &Claims) -> Result<String, KeyError> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: audience.to_owned(),
            ..claims.clone()
        };
        self.signed(TOKEN, &claims)
    }

    /// A refresh token: it opens nothing, and is taken where tokens are given out only.
    ///
    /// # Errors
    ///
    /// The claims do not fit in a token.
    pub fn sign_refresh(&self, claims: &RefreshClaims) -> Result<String, KeyError> {
        let claims = RefreshClaims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            ..claims.clone()
        };
        self.signed(REFRESH, &claims)
    }

    fn signed(&self, kind: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let ring = self.ring.now();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(kind.to_owned());
        header.kid = Some(ring.id.clone());
        let token = jsonwebtoken::encode(&header, claims, &ring.encoding)
            .map_err(|_| KeyError::Encoding)?;
        if token.len() > LONGEST_TOKEN {
            return Err(KeyError::TooLong);
        }
        Ok(token)
    }

    /// What the token says, if it is one of ours and valid at this instant.
    ///
    /// # Errors
    ///
    /// The first check that it fails.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::TooLong);
        }
        if let Some((kid, claims)) = self.verified.get(token) {
            let ring = self.ring.now();
            ring.verifying(&kid, now).ok_or(TokenError::UnknownKey)?;
            check_times([claims.nbf, claims.iat, claims.exp], now)?;
            return Ok(claims);
        }
        let (kid, claims): (_, Claims) = self.check_signature(token, TOKEN, now)?;
        check_times([claims.nbf, claims.iat, claims.exp], now)?;
        self.verified.put(token, &kid, &claims, now.timestamp());
        Ok(claims)
    }

    /// What a refresh token says, if it is one of ours and valid at this instant.
    ///
    /// # Errors
    ///
    /// The first check that it fails.
    pub fn verify_refresh(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<RefreshClaims, TokenError> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenError::TooLong);
        }
        let (_, claims): (_, RefreshClaims) = self.check_signature(token, REFRESH, now)?;
        check_times([claims.nbf, claims.nbf, claims.exp], now)?;
        Ok(claims)
    }

    /// Everything about a token that does not change with time, but for the retirement of its key.
    fn check_signature<T: DeserializeOwned>(
        &self,
        token: &str,
        kind: &str,
        now: DateTime<Utc>,
    ) -> Result<(String, T), TokenError> {
        let kid = check_header(token, kind)?;
        let ring = self.ring.now();
        let key = ring.verifying(&kid, now).ok_or(TokenError::UnknownKey)?;
        let token = jsonwebtoken::decode::<T>(token, key, &self.validation);
        let token = token.map_err(|cause| refusal(cause.kind()))?;
        Ok((kid, token.claims))
    }

    fn with(
        key: &SigningKey,
        retiring: Vec<Retiring>,
        place: Option<PathBuf>,
        issuer: &str,
        audience: &str,
    ) -> Result<Self, KeyError> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library would ask the system's clock; `check_times` asks the request's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            derived: Sha512::digest(key.sign(b"kaifong cursors 1").to_bytes()).into(),
            ring: Kept::new(Ring::of(key, retiring)?, place),
            validation,
            verified: Verified::default(),
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }
}

/// Everything a header may try, before any of it is believed; the id of the key that it names.
fn check_header(token: &str, kind: &str) -> Result<String, TokenError> {
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TokenError::Malformed);
    };
    let header = URL_SAFE_NO_PAD
        .decode(header)
        .map_err(|_| TokenError::Malformed)?;
    let header: Map<String, Value> =
        serde_json::from_slice(&header).map_err(|_| TokenError::Malformed)?;
    let text = |field| header.get(field).and_then(Value::as_str);
    if header
        .keys()
        .any(|field| !HEADER_FIELDS.contains(&field.as_str()))
    {
        return Err(TokenError::Header);
    }
    // A refresh token is no access token, and the other way round.
    let plain = kind == TOKEN && !header.contains_key("typ");
    if !plain && text("typ") != Some(kind) {
        return Err(TokenError::Header);
    }
    if text("alg") != Some("EdDSA") {
        return Err(TokenError::Algorithm);
    }
    text("kid").map(str::to_owned).ok_or(TokenError::UnknownKey)
}

fn check_times(
    [not_before, issued, expires]: [i64; 3],
    now: DateTime<Utc>,
) -> Result<(), TokenError> {
    let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(TokenError::Claims);
    let (starts, ends) = (time(not_before)?.max(time(issued)?), time(expires)?);
    if ends <= now {
        return Err(TokenError::Expired);
    }
    if starts > now + CLOCK_DIFFERENCE {
        return Err(TokenError::NotYetValid);
    }
    Ok(())
}

fn refusal(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenError::Algorithm,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::Json(_) => TokenError::Claims,
        _ => TokenError::Malformed,
    }
}

fn new_key() -> Result<SigningKey, KeyError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(KeyError::Random)?;
    Ok(SigningKey::from_bytes(&seed))
}

fn from_pem(text: &str) -> Option<SigningKey> {
    SigningKey::from_pkcs8_pem(text).ok()
}

/// RFC 7638: the SHA-256 of the key's required members, in the order of their names.
fn thumbprint(public: &[u8; 32]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members.as_bytes()))
}
