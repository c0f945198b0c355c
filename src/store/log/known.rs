//! The pseudonyms that a server knows without asking the database.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use uuid::Uuid;

/// How many it keeps: some 50 MB.
const MOST: usize = 1_000_000;

/// Pseudonyms by record.
#[derive(Default)]
pub struct Known {
    pseudonyms: HashMap<Uuid, u64, BuildHasherDefault<Folded>>,
    /// How many keys had been destroyed when they were learned.
    forgotten: i64,
}

impl Known {
    /// The pseudonym of a record.
    pub fn get(&self, record: Uuid) -> Option<u64> {
        self.pseudonyms.get(&record).copied()
    }

    /// How many keys had been destroyed when they were learned.
    pub fn forgotten(&self) -> i64 {
        self.forgotten
    }

    /// Forgets all of them where keys were destroyed since.
    pub fn as_of(&mut self, forgotten: i64) {
        if self.forgotten != forgotten {
            self.pseudonyms.clear();
            self.forgotten = forgotten;
        }
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.pseudonyms.clear();
    }

    /// Keeps more of them.
    pub fn learn(&mut self, more: Learned) {
        if more.forgotten != self.forgotten {
            return;
        }
        if self.pseudonyms.len() + more.pseudonyms.len() > MOST {
            self.pseudonyms.clear();
        }
        self.pseudonyms.extend(more.pseudonyms);
    }
}

/// Pseudonyms that were found or made, to be kept when the transaction is.
#[derive(Default)]
pub struct Learned {
    /// Them, by record.
    pub pseudonyms: HashMap<Uuid, u64>,
    /// How many keys had been destroyed by then.
    pub forgotten: i64,
}

/// Ids of persons and pseudonyms are random already: their halves are hash enough.
#[derive(Default)]
pub struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            // Ids that are made one after another differ at their ends.
            self.0 = (self.0.rotate_left(29) ^ u64::from_le_bytes(word))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
}
