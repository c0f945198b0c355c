//! What an organisation says of where data about its people may go.

use std::collections::BTreeSet;

use super::{ANYWHERE, Place};

/// Where data may go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tag {
    /// To any place, those too that nobody has stated.
    Anywhere,
    /// To these; where there are none, nowhere.
    Only(BTreeSet<Place>),
}

/// Words that say nothing of places.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadTag {
    /// One of them is no code.
    #[error("`{0}` is no code of ISO 3166-1 with two letters")]
    Place(String),
    /// Anywhere, and only somewhere.
    #[error("`ANYWHERE` stands alone")]
    Both,
}

impl Tag {
    /// What words say, in any order and as often as they may come.
    ///
    /// # Errors
    /// A word is no place, or there are places beside `ANYWHERE`.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, BadTag> {
        let (mut places, mut anywhere) = (BTreeSet::new(), false);
        for word in words {
            match Place::of(word) {
                _ if word == ANYWHERE => anywhere = true,
                Some(place) => drop(places.insert(place)),
                None => return Err(BadTag::Place(word.chars().take(20).collect())),
            }
        }
        match (anywhere, places.is_empty()) {
            (true, true) => Ok(Self::Anywhere),
            (true, false) => Err(BadTag::Both),
            (false, _) => Ok(Self::Only(places)),
        }
    }

    /// The words for it, in their order.
    #[must_use]
    pub fn words(&self) -> Vec<&'static str> {
        match self {
            Self::Anywhere => vec![ANYWHERE],
            Self::Only(places) => places.iter().map(|place| place.code()).collect(),
        }
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Anywhere, tag) | (tag, Self::Anywhere) => tag,
            (Self::Only(one), Self::Only(other)) => {
                Self::Only(one.intersection(&other).copied().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(words: &str) -> Tag {
        Tag::of(words.split_whitespace()).unwrap()
    }

    #[test]
    fn words_become_a_tag_and_the_tag_those_words_again() {
        assert_eq!(tag("MO HK HK").words(), ["HK", "MO"]);
        assert_eq!(tag("ANYWHERE ANYWHERE"), Tag::Anywhere);
        assert_eq!(tag("").words(), Vec::<&str>::new());
        assert_eq!(Tag::of(["HK", "hk"]), Err(BadTag::Place("hk".to_owned())));
        assert_eq!(Tag::of(["HK", "ANYWHERE"]), Err(BadTag::Both));
    }

    #[test]
    fn of_two_tags_holds_what_both_allow() {
        assert_eq!(tag("ANYWHERE").and(tag("HK")), tag("HK"));
        assert_eq!(tag("HK SG").and(tag("SG MO")), tag("SG"));
        assert_eq!(tag("HK").and(tag("SG")), tag(""));
        assert_eq!(tag("").and(tag("ANYWHERE")), tag(""));
        assert_eq!(tag("ANYWHERE").and(tag("ANYWHERE")), Tag::Anywhere);
    }
}
