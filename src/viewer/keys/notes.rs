//! The signing key signs notes too: texts of lines, which no token is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto};

use super::{KeyError, Keys};

impl Keys {
    /// Who issues: whose notes they are.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The signature of a note, Ed25519.
    ///
    /// # Errors
    /// Where the key cannot sign, which any can.
    pub fn sign_note(&self, note: &[u8]) -> Result<[u8; 64], KeyError> {
        let signature = crypto::sign(note, &self.ring.now().encoding, Algorithm::EdDSA);
        let signature = signature.map_err(|_| KeyError::Encoding)?;
        let bytes = URL_SAFE_NO_PAD.decode(signature);
        let bytes = bytes.map_err(|_| KeyError::Encoding)?;
        bytes.try_into().map_err(|_| KeyError::Encoding)
    }

    /// Whether the key that signs, or one before it that is still listed, signed that note. (A key
    /// that has retired signs nothing new, but what it signed does not become untrue.)
    #[must_use]
    pub fn signed_note(&self, note: &[u8], signature: &[u8; 64]) -> bool {
        let signature = URL_SAFE_NO_PAD.encode(signature);
        let ring = self.ring.now();
        let before = ring.retiring.iter().map(|(_, decoding)| decoding);
        std::iter::once(&ring.decoding)
            .chain(before)
            .any(|key| crypto::verify(&signature, note, key, Algorithm::EdDSA).unwrap_or(false))
    }
}
