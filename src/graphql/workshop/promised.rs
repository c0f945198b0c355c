//! The promises and scenarios that a draft takes away, changes or adds: plain data of the contract's
//! shape.

use serde::Serialize;

use super::plain::{Plain, Words};

/// A promise or a scenario that is not as it was.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyPromise {
    /// What it is.
    pub sort: PolicyPromiseSort,
    /// What became of it.
    pub turn: PolicyPromiseTurn,
    /// The file that it is in, or was.
    pub file: String,
    /// Its sentence in English.
    pub english: String,
    /// Its sentence in Chinese.
    pub chinese: String,
}

/// What can be promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyPromiseSort {
    /// A promise, proved for all requests.
    Promise,
    /// A scenario, asked by example.
    Scenario,
    /// The people and records that the scenarios of a file are about.
    Ground,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyPromiseTurn {
    /// It is not there any more.
    Gone,
    /// It says something else.
    Changed,
    /// It is there now.
    New,
}

/// The type as the contract has it.
pub const TYPES: [Plain; 1] = [Plain {
    name: "PolicyPromiseResult",
    doc: "A promise or a scenario that is gone, changed or new.",
    fields: &[
        ("sort", "PolicyPromiseSort!", "What it is."),
        ("turn", "PolicyPromiseTurn!", "What became of it."),
        ("file", "String!", "The file that it is in, or was."),
        (
            "english",
            "String!",
            "Its sentence in English; of what scenarios are about, their file.",
        ),
        (
            "chinese",
            "String!",
            "Its sentence in traditional Chinese; of what scenarios are about, their file.",
        ),
    ],
}];

/// The enumerations as the contract has them.
pub const WORDS: [Words; 2] = [
    Words {
        name: "PolicyPromiseSort",
        doc: "What can be promised of a set of policies.",
        values: &[
            ("PROMISE", "A promise, proved for all requests."),
            ("SCENARIO", "A scenario, asked by example."),
            (
                "GROUND",
                "The people and records that the scenarios of a file are about.",
            ),
        ],
    },
    Words {
        name: "PolicyPromiseTurn",
        doc: "What became of a promise or a scenario.",
        values: &[
            ("GONE", "It is not there any more."),
            ("CHANGED", "It says something else."),
            ("NEW", "It is there now."),
        ],
    },
];
