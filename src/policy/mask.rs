//! How a masked value looks. Who gets the mask instead of the value is only in Cedar.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use crate::catalogue::{CellRef, Kind};

/// What a masked phone looks like: a constant, no digit kept.
const PHONE: &str = "**** ****";
/// What a masked e-mail address looks like.
const EMAIL: &str = "***@***";
/// What a masked identity number looks like: whole, since a part can identify a person.
const HKID: &str = "********";

/// The mask of a value; `None` where the kind has none. A masked null is the mask too, so that a
/// mask does not tell whether there is a value.
#[must_use]
pub fn masked(kind: Kind, value: CellRef<'_>) -> Option<Cow<'static, str>> {
    match kind {
        Kind::PersonName => Some(Cow::Owned(name(if let CellRef::Text(text) = value {
            text
        } else {
            ""
        }))),
        Kind::Phone => Some(Cow::Borrowed(PHONE)),
        Kind::Email => Some(Cow::Borrowed(EMAIL)),
        Kind::Hkid => Some(Cow::Borrowed(HKID)),
        _ => None,
    }
}

/// The first character (a grapheme cluster) and a constant, so that length does not leak.
fn name(text: &str) -> String {
    let first = text
        .graphemes(true)
        .find(|g| !g.trim().is_empty())
        .unwrap_or_default();
    format!("{first}XX")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Cow<'static, str> {
        masked(Kind::PersonName, CellRef::Text(text)).unwrap()
    }

    #[test]
    fn a_name_keeps_its_first_character_only() {
        for (name, mask) in [
            ("張大文", "張XX"),
            ("歐陽修", "歐XX"),
            ("陳", "陳XX"),
            ("CHAN Tai Man, Peter", "CXX"),
            ("阿卜杜拉·買買提", "阿XX"),
            ("e\u{301}mile", "e\u{301}XX"),
            ("  ", "XX"),
            ("", "XX"),
            ("\u{20bb7}野", "\u{20bb7}XX"),
        ] {
            assert_eq!(of(name), mask);
        }
    }

    #[test]
    fn a_mask_does_not_tell_whether_there_is_a_value() {
        for kind in [Kind::Phone, Kind::Email, Kind::Hkid] {
            assert!(masked(kind, CellRef::Null) == masked(kind, CellRef::Text("A123456(3)")));
        }
    }

    #[test]
    fn plain_kinds_have_no_mask() {
        assert!(masked(Kind::Text, CellRef::Text("secret")).is_none());
        assert!(masked(Kind::Date, CellRef::Null).is_none());
    }
}
