//! The trail of who looks after the policies: plain data of the contract's shape.

use super::plain::{Plain, Words};

/// The type as the contract has it.
pub const TYPES: [Plain; 1] = [Plain {
    name: "PolicyKeeperActResult",
    doc: "That an organisation was named to look after the policies, or let go; never changed.",
    fields: &[
        ("number", "Int!", "Its number, from 1."),
        ("deed", "PolicyKeeperDeed!", "What was done."),
        ("organisation", "ID!", "With which organisation."),
        (
            "by",
            "ID",
            "The user who did it; null where whoever runs the server did not say.",
        ),
        ("at", "DateTime!", "When."),
        ("reason", "String", "Why; null where nothing was said."),
    ],
}];

/// The enumeration as the contract has it.
pub const WORDS: [Words; 1] = [Words {
    name: "PolicyKeeperDeed",
    doc: "What was done with an organisation that looks after the policies.",
    values: &[
        ("ADD", "It was named to look after them."),
        ("REMOVE", "It was let go."),
    ],
}];
