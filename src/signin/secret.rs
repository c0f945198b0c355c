//! Secrets that are given out once and kept as their hash only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes for a secret: {0}")]
pub struct NoRandom(pub(super) getrandom::Error);

/// A text of 256 random bits. It has no `Debug`.
pub struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new() -> Result<Self, NoRandom> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(NoRandom)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text, for whom it is.
    #[must_use]
    pub fn show(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.0)
    }
}

/// What is kept of a secret: its SHA-256. Whoever has that cannot find a random secret of 80 bits or
/// more, so a slow hash would add nothing.
#[must_use]
pub fn digest(shown: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(shown.as_bytes()))
}

/// Letters and digits that are not taken for one another (Crockford's alphabet).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of 80 random bits that stands in once for a lost authenticator, such as
/// `7F3K-9QXT-0M2B-VHRA`. It has no `Debug`.
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new() -> Result<Self, NoRandom> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(NoRandom)?;
        let mut text = String::with_capacity(19);
        for (at, byte) in bytes.iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push('-');
            }
            // 32 divides 256, so each sign is as likely as another.
            let sign = ALPHABET.get(usize::from(byte % 32)).copied();
            text.push(char::from(sign.unwrap_or(b'0')));
        }
        Ok(Self(text))
    }

    /// The text, for whom it is.
    #[must_use]
    pub fn show(&self) -> &str {
        &self.0
    }

    /// What is kept of a code that was typed, however it was typed; nothing where it is no code.
    #[must_use]
    pub fn digest_of(typed: &str) -> Option<String> {
        let signs = typed
            .chars()
            .filter(|sign| !matches!(sign, '-' | ' '))
            .map(|sign| match sign.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                sign => sign,
            });
        let signs: String = signs.take(17).collect();
        let fits = signs.len() == 16 && signs.bytes().all(|sign| ALPHABET.contains(&sign));
        fits.then(|| digest(&signs))
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.0.replace('-', ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let code = RecoveryCode("7F3K-9QX1-0M2B-VHRA".to_owned());
        for typed in [
            "7F3K-9QX1-0M2B-VHRA",
            "7f3k 9qxl om2b vhra",
            "7F3K9QXI0M2BVHRA",
        ] {
            assert_eq!(
                RecoveryCode::digest_of(typed),
                Some(code.digest()),
                "{typed}"
            );
        }
        let other = RecoveryCode::digest_of("7F3K-9QX1-0M2B-VHRB");
        assert!(other.is_some() && other != Some(code.digest()));
        for none in [
            "",
            "7F3K",
            "7F3K-9QX1-0M2B-VHRU",
            "7F3K-9QX1-0M2B-VHRA-0",
            "123456",
        ] {
            assert_eq!(RecoveryCode::digest_of(none), None, "{none}");
        }
    }

    #[test]
    fn secrets_are_new_each_time_and_long() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        assert_ne!(one.show(), other.show());
        assert_eq!(one.show().len(), 43);
        assert_eq!(one.digest(), digest(one.show()));
        let code = RecoveryCode::new().unwrap();
        assert_eq!(RecoveryCode::digest_of(code.show()), Some(code.digest()));
    }
}
