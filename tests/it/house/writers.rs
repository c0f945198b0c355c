//! Whoever writes to rows of the catalogue does so where the trail of changes sees it.
//!
//! `tests/it/audit/writers.rs` watches the databases while things are done; this reads the sources, so
//! that a way to write that nothing there walks is found too.

use std::collections::BTreeSet;

use kaifong::catalogue::TYPES;

use super::sources::sources;

/// Files that write to rows of the catalogue apart from a `Writing`, and why that is right.
const APART: [(&str, &str); 4] = [
    (
        "src/store/uses.rs",
        "a use changes nothing that anybody decided",
    ),
    (
        "src/store/vault/sweep.rs",
        "no value changes, only how it is sealed",
    ),
    (
        "src/store/erasure/holds.rs",
        "a row is held, and left as it is",
    ),
    (
        "src/store/retention/rules.rs",
        "an organisation's row is held, and left as it is",
    ),
];

/// Whether a file takes a `Writing`, or begins one.
fn writes_in_the_trail(place: &str) -> bool {
    let text = std::fs::read_to_string(place).unwrap();
    ["&Writing", ".writing(", ".by_job(", "Writing::of("]
        .iter()
        .any(|word| text.contains(word))
}

/// The table that a statement writes to; empty where the text ends before it.
fn written(text: &str) -> Option<&str> {
    let begins = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
    let rest = begins.iter().find_map(|begin| text.strip_prefix(begin))?;
    Some(rest.split([' ', '(']).next().unwrap_or_default())
}

#[test]
fn nobody_writes_past_the_trail_of_changes() {
    let tables: BTreeSet<&str> = TYPES.iter().map(|of| of.table).collect();
    let (mut wrong, mut apart, mut seen) = (Vec::new(), BTreeSet::new(), 0);
    for source in sources() {
        if source.room != "store" {
            continue;
        }
        let mut writes = source.used.texts.iter().filter_map(|text| written(text));
        // What is named only when it runs may be any table.
        if !writes.any(|table| table.is_empty() || tables.contains(table)) {
            continue;
        }
        seen += 1;
        let listed = APART
            .iter()
            .find(|(place, _)| source.place.ends_with(place));
        match listed {
            Some((place, _)) => drop(apart.insert(*place)),
            None if writes_in_the_trail(&source.place) => {}
            None => wrong.push(source.place),
        }
    }
    assert!(wrong.is_empty(), "written past the trail: {wrong:?}");
    let listed: BTreeSet<&str> = APART.iter().map(|(place, _)| *place).collect();
    assert_eq!(apart, listed, "no longer written there: strike it off");
    assert!(seen > 8, "{seen}");
}
