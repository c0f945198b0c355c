//! What the fields of the workshop may come to.

use super::contract::{DEEDS, EXPLAIN, GATE};

/// How much heavy work one request may ask for, in steps.
pub const MOST_WORK: u64 = 2;

/// The steps of heavy work that a field of a root, or of the workshop, is.
pub fn work(name: &str, in_workshop: bool) -> u64 {
    match (name, in_workshop) {
        ("gate" | "difference", true) | (GATE, false) => MOST_WORK,
        ("matrix", true) => 1,
        (name, false) if DEEDS.iter().any(|(deed, ..)| *deed == name) => MOST_WORK,
        _ => 0,
    }
}

/// As how many values each field below a field of the workshop counts; `first` is how many items it
/// is asked for.
pub fn values(name: &str, first: Option<u64>) -> u64 {
    match name {
        "history" | "keeperHistory" => first.unwrap_or(50),
        "inForce" | "set" | "gate" | "difference" => 100,
        "matrix" => 1_000,
        // A few values, but many decisions.
        EXPLAIN => 2_000,
        _ => 1,
    }
}
