//! How the log names a record: by a pseudonym that follows from a secret of its own.
//!
//! The secret is kept outside of the log. Where it is destroyed, nobody can tell any more whose the
//! pseudonym was, not even who guesses the record's id; every hash of the log stays as it is.

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes256Siv;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256, Sha512};
use uuid::Uuid;

/// How many bits a pseudonym has: few enough for short lists, and enough that two records hardly
/// ever have the same (where they would, the second is given another secret).
const BITS: u32 = 48;

/// What links the log to one record.
pub struct Subject {
    secret: [u8; 32],
}

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes for a key of the log")]
pub struct NoRandom;

impl Subject {
    /// A new one.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn new() -> Result<Self, NoRandom> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| NoRandom)?;
        Ok(Self { secret })
    }

    /// The one with this secret; nothing where it is none.
    #[must_use]
    pub fn of(secret: &[u8]) -> Option<Self> {
        let secret = secret.try_into().ok()?;
        Some(Self { secret })
    }

    /// What is to be kept of it, and destroyed one day.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The pseudonym of its record.
    #[must_use]
    pub fn pseudonym(&self, record: Uuid) -> u64 {
        // A key of any length will do.
        let Ok(mut hash) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.secret) else {
            return 0;
        };
        hash.update(b"kaifong pseudonym 1\0");
        hash.update(record.as_bytes());
        let bytes = hash.finalize().into_bytes();
        let first = bytes
            .iter()
            .take(8)
            .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        first >> (64 - BITS)
    }

    /// Values of its record, sealed (AES-SIV, RFC 5297): whoever has not the secret reads nothing.
    /// Empty where sealing fails, which it does for no value that fits in memory.
    #[must_use]
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Vec<u8> {
        self.cipher().encrypt([context], plain).unwrap_or_default()
    }

    /// What was sealed in this context; nothing where it was not, or with another secret.
    #[must_use]
    pub fn open(&self, sealed: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        self.cipher().decrypt([context], sealed).ok()
    }

    fn cipher(&self) -> Aes256Siv {
        let mut hash = Sha512::new();
        hash.update(b"kaifong values 1\0");
        hash.update(self.secret);
        let key: [u8; 64] = hash.finalize().into();
        Aes256Siv::new(&key.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_makes_one_pseudonym_and_opens_what_it_sealed() {
        let (one, other) = (Subject::new().unwrap(), Subject::new().unwrap());
        let record = Uuid::from_u128(7);
        assert_eq!(one.pseudonym(record), one.pseudonym(record));
        assert_ne!(one.pseudonym(record), other.pseudonym(record));
        assert_ne!(one.pseudonym(record), one.pseudonym(Uuid::from_u128(8)));
        assert!(one.pseudonym(record) < 1 << BITS);
        let sealed = one.seal(b"9123 4567", b"phone");
        assert_eq!(one.open(&sealed, b"phone").unwrap(), b"9123 4567");
        assert_eq!(one.open(&sealed, b"email"), None);
        assert_eq!(other.open(&sealed, b"phone"), None);
        let kept = Subject::of(one.secret()).unwrap();
        assert_eq!(kept.pseudonym(record), one.pseudonym(record));
    }
}
