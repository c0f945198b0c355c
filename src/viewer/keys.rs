//! The key that signs tokens, and the whole verification of one.
//!
//! The algorithm is EdDSA and nothing a token says can change that; the key is
//! looked up by an id we made, never taken from the token. Time is a parameter.

mod file;
#[cfg(test)]
mod tests;
mod verified;

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{
    Signer as _, SigningKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha512};

use self::verified::Verified;
use super::{Claims, TokenError};

/// No token of ours is larger; what is larger is not even decoded.
pub const LONGEST_TOKEN: usize = 8 * 1024;

/// How far a clock of ours may be behind the one that issued a token.
const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::seconds(10);

/// The header fields of a token of ours.
const HEADER_FIELDS: [&str; 3] = ["alg", "kid", "typ"];

/// Signs and verifies tokens for one issuer and audience.
#[derive(Clone)]
pub struct Keys {
    id: String,
    public: [u8; 32],
    derived: [u8; 64],
    encoding: EncodingKey,
    decoding: DecodingKey,
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
        let key = match named {
            Some(path) => file::read(path)?,
            None => file::read_or_make(data_dir)?,
        };
        Self::with(&key, issuer, audience)
    }

    /// A new key that is kept nowhere.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub fn generate(issuer: &str, audience: &str) -> Result<Self, KeyError> {
        Self::with(&new_key()?, issuer, audience)
    }

    /// The key's id: its thumbprint after RFC 7638.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A key for sealing cursors that follows from the signing key (the hash of its signature of a
    /// fixed text): whoever has the one key has the other, and nobody else.
    #[must_use]
    pub fn cursor_key(&self) -> [u8; 64] {
        self.derived
    }

    /// The public key as a JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": [{
            "kty": "OKP",
            "crv": "Ed25519",
            "x": URL_SAFE_NO_PAD.encode(self.public),
            "kid": self.id,
            "alg": "EdDSA",
            "use": "sig",
        }] })
    }

    /// A token that says this, in the name of this issuer and for this audience.
    ///
    /// # Errors
    ///
    /// The claims do not fit in a token.
    pub fn sign(&self, claims: &Claims) -> Result<String, KeyError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.id.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            ..claims.clone()
        };
        let token = jsonwebtoken::encode(&header, &claims, &self.encoding)
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
        if let Some(claims) = self.verified.get(token) {
            check_times(&claims, now)?;
            return Ok(claims);
        }
        let claims = self.check_signature(token)?;
        check_times(&claims, now)?;
        self.verified.put(token, &claims, now.timestamp());
        Ok(claims)
    }

    /// Everything about a token that does not change with time.
    fn check_signature(&self, token: &str) -> Result<Claims, TokenError> {
        self.check_header(token)?;
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map(|token| token.claims)
            .map_err(|cause| refusal(cause.kind()))
    }

    fn with(key: &SigningKey, issuer: &str, audience: &str) -> Result<Self, KeyError> {
        let der = key.to_pkcs8_der().map_err(|_| KeyError::Encoding)?;
        let public = key.verifying_key().to_bytes();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library would ask the system's clock; `check_times` asks the request's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            id: thumbprint(&public),
            public,
            derived: Sha512::digest(key.sign(b"kaifong cursors 1").to_bytes()).into(),
            encoding: EncodingKey::from_ed_der(der.as_bytes()),
            decoding: DecodingKey::from_ed_der(&public),
            validation,
            verified: Verified::default(),
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// Everything a header may try, before any of it is believed.
    fn check_header(&self, token: &str) -> Result<(), TokenError> {
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
        if header.contains_key("typ") && text("typ") != Some("JWT") {
            return Err(TokenError::Header);
        }
        if text("alg") != Some("EdDSA") {
            return Err(TokenError::Algorithm);
        }
        if text("kid") != Some(self.id.as_str()) {
            return Err(TokenError::UnknownKey);
        }
        Ok(())
    }
}

fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<(), TokenError> {
    let starts = DateTime::from_timestamp(claims.nbf, 0).ok_or(TokenError::Claims)?;
    let ends = DateTime::from_timestamp(claims.exp, 0).ok_or(TokenError::Claims)?;
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
