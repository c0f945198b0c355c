//! The chain: each entry's hash covers the hash before it, its number and its bytes.

use sha2::{Digest as _, Sha256};

/// How many bytes a hash has.
pub const HASH: usize = 32;

/// A hash of the chain, SHA-256.
pub type Hash = [u8; HASH];

/// Where a chain stands: how many entries it has, and the hash that stands for all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chain {
    /// The number of the last entry; they count from 1.
    pub number: u64,
    /// Its hash; of no entries at all, zeros.
    pub hash: Hash,
}

/// An entry as it is kept.
pub struct Link<'a> {
    /// Its number.
    pub number: u64,
    /// Its bytes.
    pub body: &'a [u8],
    /// Its hash.
    pub hash: &'a [u8],
}

/// Where a chain does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Break {
    /// The number that was expected there.
    pub at: u64,
    /// What is wrong there.
    pub broken: Broken,
}

/// How a chain does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Broken {
    /// There is no entry of this number, or another stands in its place.
    Missing,
    /// The entry or its hash was altered, or the entry belongs elsewhere.
    Altered,
    /// What the entry holds is no entry.
    Unreadable,
    /// The log ends here, before the end that was recorded.
    CutShort,
    /// The recorded hash is another.
    OtherHead,
    /// No entry says that those before it went.
    Unrecorded,
}

impl Broken {
    /// In a word that does not change.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Altered => "ALTERED",
            Self::Unreadable => "UNREADABLE",
            Self::CutShort => "CUT_SHORT",
            Self::OtherHead => "OTHER_HEAD",
            Self::Unrecorded => "UNRECORDED",
        }
    }
}

impl Chain {
    /// A chain without entries.
    pub const EMPTY: Self = Self {
        number: 0,
        hash: [0; HASH],
    };

    /// A trail of changes without entries: it begins elsewhere than a log of disclosures, so that
    /// neither can stand in the other's place.
    #[must_use]
    pub fn trail() -> Self {
        Self {
            number: 0,
            hash: Sha256::digest(b"kaifong trail 1\0").into(),
        }
    }

    /// The chain with one more entry of these bytes.
    #[must_use]
    pub fn with(self, body: &[u8]) -> Self {
        let number = self.number + 1;
        let mut hash = Sha256::new();
        // What an entry's hash covers can be nothing else's.
        hash.update(b"kaifong audit entry 1\0");
        hash.update(number.to_be_bytes());
        hash.update(self.hash);
        hash.update(body);
        let hash = hash.finalize().into();
        Self { number, hash }
    }

    /// The chain with one more entry as it is kept.
    ///
    /// # Errors
    /// Where it is not the one that follows.
    pub fn follow(self, link: &Link<'_>) -> Result<Self, Break> {
        let at = self.number + 1;
        if link.number != at {
            let broken = Broken::Missing;
            return Err(Break { at, broken });
        }
        let next = self.with(link.body);
        if next.hash != link.hash {
            let broken = Broken::Altered;
            return Err(Break { at, broken });
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Kept = Vec<(u64, Vec<u8>, Hash)>;

    fn log(bodies: &[&[u8]]) -> Kept {
        let mut chain = Chain::EMPTY;
        let each = bodies.iter().map(|body| {
            chain = chain.with(body);
            (chain.number, body.to_vec(), chain.hash)
        });
        each.collect()
    }

    fn follows(log: &[(u64, Vec<u8>, Hash)]) -> Result<Chain, Break> {
        log.iter()
            .try_fold(Chain::EMPTY, |chain, (number, body, hash)| {
                let number = *number;
                chain.follow(&Link { number, body, hash })
            })
    }

    #[test]
    fn what_was_written_holds_and_nothing_else() {
        let log = log(&[b"one", b"two", b"three"]);
        assert_eq!(follows(&log).unwrap().number, 3);
        let broken = |change: fn(&mut Kept)| {
            let mut log = log.clone();
            change(&mut log);
            follows(&log).unwrap_err()
        };
        let at = |at, broken| Break { at, broken };
        let altered = broken(|log| log[1].1[0] ^= 1);
        assert_eq!(altered, at(2, Broken::Altered));
        let gone = broken(|log| drop(log.remove(1)));
        assert_eq!(gone, at(2, Broken::Missing));
        let swapped = broken(|log| {
            log.swap(0, 1);
            (log[0].0, log[1].0) = (1, 2);
        });
        assert_eq!(swapped, at(1, Broken::Altered));
        let renumbered = broken(|log| {
            log.remove(0);
            log.iter_mut().for_each(|entry| entry.0 -= 1);
        });
        assert_eq!(renumbered, at(1, Broken::Altered));
    }
}
