//! Which pseudonyms a run of entries may name: a Bloom filter.
//!
//! It never says no to one that is there, and says yes to one in a hundred that are not. So whoever
//! looks for a record reads the runs in which it is, and few others.

/// Bits for each pseudonym.
const BITS: usize = 10;
/// How many of them are looked at.
const LOOKS: u64 = 7;

/// The pseudonyms of a run of entries.
pub struct Filter {
    bits: Vec<u8>,
}

impl Filter {
    /// A filter of these, each given once or more.
    #[must_use]
    pub fn of(mut pseudonyms: Vec<u64>) -> Self {
        pseudonyms.sort_unstable();
        pseudonyms.dedup();
        let bytes = (pseudonyms.len() * BITS).div_ceil(8).max(8);
        let mut filter = Self {
            bits: vec![0; bytes],
        };
        for pseudonym in pseudonyms {
            for (byte, bit) in filter.places(pseudonym) {
                if let Some(byte) = filter.bits.get_mut(byte) {
                    *byte |= bit;
                }
            }
        }
        filter
    }

    /// The filter of these bytes.
    #[must_use]
    pub fn from_bytes(bits: Vec<u8>) -> Self {
        Self { bits }
    }

    /// As it is kept.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bits
    }

    /// Whether it may be there.
    #[must_use]
    pub fn may_have(&self, pseudonym: u64) -> bool {
        let set = |(byte, bit): (usize, u8)| self.bits.get(byte).is_none_or(|byte| byte & bit != 0);
        self.places(pseudonym).all(set)
    }

    /// Its places. (Pseudonyms are hashes already: two halves make as many as are wanted.)
    fn places(&self, pseudonym: u64) -> impl Iterator<Item = (usize, u8)> + use<> {
        let size = (self.bits.len() as u64 * 8).max(1);
        let (one, other) = (pseudonym & 0xff_ffff, (pseudonym >> 24) | 1);
        (0..LOOKS).map(move |look| {
            let spread = one.wrapping_add(other.wrapping_mul(look + 1));
            let place = spread.wrapping_mul(0x9e37_79b9_7f4a_7c15) % size;
            ((place / 8) as usize, 1 << (place % 8))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Subject;

    #[test]
    fn what_is_there_is_found_and_little_else() {
        let subject = Subject::new().unwrap();
        let pseudonym = |n: u128| subject.pseudonym(uuid::Uuid::from_u128(n));
        let there: Vec<u64> = (0..2000).map(pseudonym).collect();
        let filter = Filter::from_bytes(Filter::of(there.clone()).into_bytes());
        assert!(there.iter().all(|one| filter.may_have(*one)));
        let wrong = (2000..12_000).filter(|n| filter.may_have(pseudonym(*n)));
        let wrong = wrong.count();
        assert!(wrong < 300, "{wrong} of 10,000");
        assert!(!Filter::of(Vec::new()).may_have(7));
    }
}
