//! Passwords: which may be chosen (NIST SP 800-63B), and how they are kept (argon2id, with the
//! parameters that OWASP recommends unless the settings say otherwise).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization as _;

use super::secret::NoRandom;

/// The fewest characters of a password.
const SHORTEST: usize = 12;

/// The most. What is longer is not even normalised.
const LONGEST: usize = 128;

/// The commonest passwords that are long enough; the shorter ones are refused for being short.
/// Comparison ignores case.
const COMMONEST: [&str; 24] = [
    "123456789012",
    "1234567890123",
    "123456789abc",
    "123123123123",
    "111111111111",
    "000000000000",
    "qwertyuiop123",
    "qwertyuiopasdfghjkl",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "administrator",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "passw0rd1234",
    "iloveyou1234",
    "iloveyouforever",
    "letmeinletmein",
    "welcome12345",
    "changemechangeme",
    "hongkong1234",
    "hongkong2026",
    "abcdefghijkl",
];

/// Why a password cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too short.
    #[error("a password has at least {SHORTEST} characters")]
    Short,
    /// Too long.
    #[error("a password has at most {LONGEST} characters")]
    Long,
    /// Known to everybody.
    #[error("this password is among the commonest; choose another")]
    Common,
}

impl PasswordFault {
    /// A code for clients that never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Short => "PASSWORD_TOO_SHORT",
            Self::Long => "PASSWORD_TOO_LONG",
            Self::Common => "PASSWORD_TOO_COMMON",
        }
    }
}

/// A password as it was typed, normalised (NFKC), so that it is the same from every keyboard. It
/// has no `Debug`.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// One that was typed to sign in. One that is too long for any is cut, and so is wrong.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.chars().take(LONGEST + 1).nfkc().collect())
    }

    /// One that is to be chosen. There are no rules on what it is made of.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn chosen(text: &str) -> Result<Self, PasswordFault> {
        let password = Self::typed(text);
        match password.0.chars().count() {
            ..SHORTEST => Err(PasswordFault::Short),
            SHORTEST..=LONGEST if text.chars().count() <= LONGEST => {
                let lower = password.0.to_lowercase();
                match COMMONEST.contains(&lower.as_str()) {
                    true => Err(PasswordFault::Common),
                    false => Ok(password),
                }
            }
            _ => Err(PasswordFault::Long),
        }
    }
}

/// How passwords are hashed. Each hash takes its memory for some hundredths of a second, so it
/// belongs on a thread of its own, and few at a time.
#[derive(Clone)]
pub struct Hashing {
    params: Params,
    /// The hash of a password that nobody has.
    nobody: String,
}

impl Hashing {
    /// With so many KiB of memory and so many passes; nothing where argon2 knows no such.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new(memory: u32, passes: u32) -> Result<Option<Self>, NoRandom> {
        let Ok(params) = Params::new(memory, passes, 1, None) else {
            return Ok(None);
        };
        let mut hashing = Self {
            params,
            nobody: String::new(),
        };
        let nobody = Password(super::Secret::new()?.show().to_owned());
        Ok(hashing.hash(&nobody)?.map(|hash| {
            hashing.nobody = hash;
            hashing
        }))
    }

    /// The hash of a password, with its parameters and a salt of its own (PHC string format).
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn hash(&self, password: &Password) -> Result<Option<String>, NoRandom> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(NoRandom)?;
        let hash = self
            .argon2()
            .hash_password_with_salt(password.0.as_bytes(), &salt);
        Ok(hash.ok().map(|hash| hash.to_string()))
    }

    /// Whether the password is the one of this hash. Where there is none the same work is done, for
    /// nothing.
    #[must_use]
    pub fn verify(&self, password: &Password, hash: Option<&str>) -> bool {
        let kept = hash.unwrap_or(&self.nobody);
        let right = PasswordHash::new(kept).is_ok_and(|kept| {
            let verified = self.argon2().verify_password(password.0.as_bytes(), &kept);
            verified.is_ok()
        });
        right && hash.is_some()
    }

    /// Whether a hash was made with other parameters than are set now.
    #[must_use]
    pub fn is_stale(&self, hash: &str) -> bool {
        PasswordHash::new(hash).is_ok_and(|kept| match Params::try_from(&kept) {
            Ok(params) => {
                (params.m_cost(), params.t_cost(), params.p_cost())
                    != (
                        self.params.m_cost(),
                        self.params.t_cost(),
                        self.params.p_cost(),
                    )
            }
            Err(_) => true,
        })
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashing(memory: u32) -> Hashing {
        Hashing::new(memory, 1).unwrap().unwrap()
    }

    #[test]
    fn length_is_the_only_rule_but_for_the_commonest() {
        let fault = |text: &str| Password::chosen(text).map(|_| ());
        assert_eq!(fault("eleven char"), Err(PasswordFault::Short));
        assert_eq!(fault("twelve chars"), Ok(()));
        assert_eq!(fault("張王李陳趙黃周吳徐孫胡朱"), Ok(()));
        assert_eq!(fault(&"a".repeat(128)), Ok(()));
        assert_eq!(fault(&"a".repeat(129)), Err(PasswordFault::Long));
        assert_eq!(fault(&"字".repeat(100_000)), Err(PasswordFault::Long));
        assert_eq!(fault("PassWordPassWord"), Err(PasswordFault::Common));
        // One sign of Arabic becomes eighteen characters: the length counts what is kept.
        assert_eq!(fault(&"\u{fdfa}".repeat(8)), Err(PasswordFault::Long));
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        let hashing = hashing(64);
        let hash = hashing
            .hash(&Password::typed("ﬁne café, twelve"))
            .unwrap()
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(hashing.verify(&Password::typed("fine cafe\u{301}, twelve"), Some(&hash)));
        assert!(!hashing.verify(&Password::typed("fine cafe, twelve"), Some(&hash)));
        assert!(!hashing.verify(&Password::typed("ﬁne café, twelve"), None));
    }

    #[test]
    fn a_hash_of_other_parameters_is_verified_and_stale() {
        let (old, new) = (hashing(64), hashing(128));
        let password = Password::typed("a password of some length");
        let hash = old.hash(&password).unwrap().unwrap();
        assert!(new.verify(&password, Some(&hash)));
        assert!(new.is_stale(&hash) && !old.is_stale(&hash));
        assert!(!new.verify(&password, Some("no hash")));
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let hashing = hashing(64);
        let password = Password::typed("a password of some length");
        assert_ne!(
            hashing.hash(&password).unwrap(),
            hashing.hash(&password).unwrap()
        );
    }
}
