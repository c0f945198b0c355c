//! One-time codes by time (TOTP, RFC 6238, over HOTP, RFC 4226): HMAC-SHA-1, six digits, thirty
//! seconds, as every authenticator app has them.
//!
//! It is written here since it is thirty lines over `hmac`, which is there anyway; the crate for it
//! brings its own base32, URLs and pictures.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use super::secret::NoRandom;

/// How long a code is shown, in seconds.
const STEP: i64 = 30;

/// How many steps a clock may be ahead or behind.
const DRIFT: i32 = 1;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that a person's app and this server share. It has no `Debug`.
pub struct Authenticator([u8; 20]);

impl Authenticator {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn new() -> Result<Self, NoRandom> {
        let mut bytes = [0; 20];
        getrandom::fill(&mut bytes).map_err(NoRandom)?;
        Ok(Self(bytes))
    }

    /// One from its bytes; nothing where there are not twenty of them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes, to be sealed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as people type it into an app.
    #[must_use]
    pub fn base32(&self) -> String {
        let mut text = String::with_capacity(32);
        let (mut held, mut bits) = (0_u32, 0);
        for byte in self.0 {
            held = (held << 8) | u32::from(byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                let sign = BASE32.get(((held >> bits) & 31) as usize).copied();
                text.push(char::from(sign.unwrap_or(b'A')));
            }
        }
        text
    }

    /// What an app reads from a picture: the secret, of whom and for what.
    #[must_use]
    pub fn uri(&self, issuer: &str, name: &str) -> String {
        let (issuer, name, secret) = (escaped(issuer), escaped(name), self.base32());
        format!(
            "otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}"
        )
    }

    /// The step of a typed code, if it is right now and later than the last that was used: a code is
    /// used once. Each step that might be is worked out, whichever is right.
    #[must_use]
    pub fn step(&self, typed: &str, last: i32, now: DateTime<Utc>) -> Option<i32> {
        let typed = typed.trim().replace(' ', "");
        let current = i32::try_from(now.timestamp().div_euclid(STEP)).ok()?;
        let mut found = None;
        for step in current.saturating_sub(DRIFT)..=current.saturating_add(DRIFT) {
            let code = format!("{:06}", self.number(step) % 1_000_000);
            if step > last && same(code.as_bytes(), typed.as_bytes()) {
                found = Some(step);
            }
        }
        found
    }

    /// The 31 bits of a step (RFC 4226, 5.3).
    fn number(&self, step: i32) -> u32 {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else {
            return 0;
        };
        mac.update(&i64::from(step).to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let offset = usize::from(hash.last().copied().unwrap_or_default() & 15);
        let four = hash.get(offset..offset + 4).unwrap_or_default();
        let number = four.iter().fold(0, |n, byte| (n << 8) | u32::from(*byte));
        number & 0x7fff_ffff
    }
}

/// Whether two texts are the same, in a time that does not say where they differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .fold(0, |differ, (one, other)| differ | (one ^ other))
            == 0
}

/// As a part of an address (RFC 3986): everything but letters, digits and `-._~` is escaped.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, for SHA-1: eight digits, of which these are the last six.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn of_the_standard() -> Authenticator {
        Authenticator::of(b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, code) in VECTORS {
            let step = of_the_standard().step(code, 0, at(seconds));
            assert_eq!(step.map(i64::from), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_used_once_and_for_a_minute_and_a_half() {
        let secret = of_the_standard();
        let (step, code) = (1_111_111_109 / 30, "081804");
        for seconds in [step * 30 - 30, step * 30, step * 30 + 59] {
            assert_eq!(
                secret.step(code, 0, at(seconds)).map(i64::from),
                Some(step),
                "{seconds}"
            );
        }
        for seconds in [step * 30 - 31, step * 30 + 60] {
            assert_eq!(secret.step(code, 0, at(seconds)), None, "{seconds}");
        }
        let step = i32::try_from(step).unwrap();
        assert_eq!(secret.step(code, step, at(1_111_111_109)), None);
        assert_eq!(secret.step(code, step - 1, at(1_111_111_109)), Some(step));
        for wrong in ["", "081805", "81804", "0818040", "08180a", "０８１８０４"] {
            assert_eq!(secret.step(wrong, 0, at(1_111_111_109)), None, "{wrong}");
        }
    }

    #[test]
    fn the_secret_is_written_as_apps_read_it() {
        // RFC 4648 over the bytes of the standard's secret.
        assert_eq!(
            of_the_standard().base32(),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
        assert_eq!(
            of_the_standard().uri("kai fong", "ann+1@example.org"),
            "otpauth://totp/kai%20fong:ann%2B1%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=kai%20fong&algorithm=SHA1&digits=6&period=30"
        );
    }
}
