//! A memory with an end: what was not asked for since the last round makes room.

use std::hash::Hash;

use async_graphql::indexmap::{Equivalent, IndexMap};

/// At most so many values by their keys.
pub struct Kept<K, V> {
    most: usize,
    hand: usize,
    items: IndexMap<K, Item<V>>,
}

struct Item<V> {
    value: V,
    asked: bool,
}

impl<K: Hash + Eq, V> Kept<K, V> {
    /// An empty one.
    pub fn of(most: usize) -> Self {
        let (hand, items) = (0, IndexMap::new());
        Self { most, hand, items }
    }

    /// What is kept under a key.
    pub fn get<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<&V> {
        let item = self.items.get_mut(key)?;
        item.asked = true;
        Some(&item.value)
    }

    /// Keeps a value. Where there is no room, the hand goes round: whatever was asked for since it
    /// last came by is spared once.
    pub fn put(&mut self, key: K, value: V) {
        let full = self.items.len() >= self.most && !self.items.contains_key(&key);
        while full {
            self.hand = (self.hand + 1) % self.items.len().max(1);
            match self.items.get_index_mut(self.hand) {
                Some((_, item)) if item.asked => item.asked = false,
                _ => {
                    self.items.swap_remove_index(self.hand);
                    break;
                }
            }
        }
        let asked = false;
        self.items.insert(key, Item { value, asked });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_memory_has_an_end() {
        let mut kept = Kept::of(8);
        for number in 0..1000 {
            kept.put(number.to_string(), number);
            assert!(kept.items.len() <= 8);
            assert_eq!(kept.get("0"), Some(&0), "after {number}");
        }
        assert_eq!(kept.items.len(), 8);
        kept.put("0".into(), 7);
        assert_eq!(kept.get("0"), Some(&7), "the newest counts");
        assert_eq!(kept.get("1"), None);
    }
}
