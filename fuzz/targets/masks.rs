//! Masks: a masked name has its first character and no more; the others are constants.
#![no_main]

use kaifong::catalogue::{CellRef, Kind};
use kaifong::policy::masked;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let cell = CellRef::Text(&text);
    let mask = masked(Kind::PersonName, cell).unwrap();
    let first = mask.strip_suffix("XX").unwrap();
    // What it shows is in the name, and whatever follows it in the name changes nothing.
    let at = text.find(first).unwrap();
    assert!(text[..at].trim().is_empty());
    let alone = masked(Kind::PersonName, CellRef::Text(first));
    assert_eq!(alone.as_deref(), Some(&*mask));
    // It is one character: at most one of those that stand by themselves.
    let letters = first
        .chars()
        .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c) || c.is_ascii_alphanumeric());
    assert!(letters.count() <= 1, "{first:?} of {text:?}");
    for kind in [Kind::Phone, Kind::Email, Kind::Hkid] {
        assert_eq!(masked(kind, cell), masked(kind, CellRef::Null));
    }
    assert_eq!(masked(Kind::Text, cell), None);
});
