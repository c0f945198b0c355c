//! Tokens that were verified before: a signature is checked once, not at each request.
//!
//! Only what the signature and the issuer guarantee is remembered; whether the
//! token is valid at this instant, and its key still ours, is asked each time, and
//! whether it was revoked is for the directory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::viewer::Claims;

/// More than the bearers of an alliance at one time; some 10 MB.
const MOST: usize = 10_000;

/// What a token says, by the key that signed it.
type Known = HashMap<[u8; 32], (String, Claims)>;

/// Verified tokens by their SHA-256, so that no token is kept in memory.
#[derive(Clone, Default)]
pub(super) struct Verified(Arc<Mutex<Known>>);

impl Verified {
    pub(super) fn get(&self, token: &str) -> Option<(String, Claims)> {
        self.known().get(&digest(token)).cloned()
    }

    /// Remembers it. When there is no more room, those that have ended by this
    /// second go first, and if that is not enough, all.
    pub(super) fn put(&self, token: &str, kid: &str, claims: &Claims, now: i64) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.retain(|_, (_, claims)| claims.exp > now);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(digest(token), (kid.to_owned(), claims.clone()));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::Utc;

    use super::*;

    #[test]
    fn the_memory_has_an_end() {
        let (verified, now) = (Verified::default(), Utc::now());
        let short = Claims::of_user("ann", now, Duration::from_secs(10));
        let long = Claims::of_user("bob", now, Duration::from_secs(99));
        verified.put("kept", "k", &long, now.timestamp());
        for number in 1..MOST {
            verified.put(&number.to_string(), "k", &short, now.timestamp());
        }
        verified.put("one more", "k", &long, now.timestamp() + 50);
        assert_eq!(verified.known().len(), 2, "what has ended went first");
        for number in 0..=MOST {
            verified.put(&number.to_string(), "k", &long, now.timestamp());
        }
        assert!(verified.known().len() <= MOST);
    }
}
