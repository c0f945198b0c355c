//! Chance that comes out the same each time.
//!
//! Every person and thing draws from a stream of its own, begun from its key, so that adding one
//! does not change the others.

use uuid::{Builder, Uuid};

/// The namespace of the demo's ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b61_6966_6f6e_4764_a56d_6f00_0000_0001);

/// The id of a thing that is no person.
pub(super) fn id(key: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, key.as_bytes())
}

/// The id of a person, shaped as a random one: neither table nor order nor key can be read from it.
pub(super) fn person_id(key: &str) -> Uuid {
    let mut seed = Seed::of(&format!("id/{key}"));
    let high = u128::from(seed.next());
    let bytes = (high << 64 | u128::from(seed.next())).to_be_bytes();
    Builder::from_random_bytes(bytes).into_uuid()
}

/// A stream of numbers (splitmix64).
pub(super) struct Seed(u64);

impl Seed {
    /// The stream of this key (begun from its FNV-1a hash).
    pub(super) fn of(key: &str) -> Self {
        let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        (self.next() >> 32) as u32 % bound.max(1)
    }

    /// True in so many cases of a hundred.
    pub(super) fn percent(&mut self, share: u32) -> bool {
        self.below(100) < share
    }

    /// One of a list that is not empty.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }

    /// Some of a list, between `least` and `most`, in its order.
    pub(super) fn some<T: Copy>(&mut self, list: &[T], least: u32, most: u32) -> Vec<T> {
        let mut wanted = least + self.below(most - least + 1);
        let mut left = list.len() as u32;
        let mut chosen = Vec::new();
        for item in list {
            if self.below(left) < wanted {
                chosen.push(*item);
                wanted -= 1;
            }
            left -= 1;
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_comes_out_the_same_each_time() {
        let draw = |key| {
            let mut seed = Seed::of(key);
            [seed.next(), seed.next()]
        };
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
        assert_eq!(person_id("a").get_version_num(), 4);
        let mut seed = Seed::of("some");
        assert!((0..100).all(|_| (1..=3).contains(&seed.some(&[1, 2, 3, 4], 1, 3).len())));
    }
}
