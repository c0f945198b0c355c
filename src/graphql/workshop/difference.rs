//! The difference that a draft makes, as the workshop tells it: plain data of the contract's shape.
//!
//! Whoever works it out fills these in; their names in camel case are the fields.

use serde::Serialize;

use super::plain::{Plain, Words};
use super::promised::PolicyPromise;

/// What a draft changes against the set in force, over the live data.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyDifference {
    /// The version in force.
    pub version_before: String,
    /// The version of the draft.
    pub version_after: String,
    /// The whole in sentences, in English.
    pub english: Vec<String>,
    /// The same in Chinese.
    pub chinese: Vec<String>,
    /// The promises and scenarios that are gone, changed or new.
    pub promises: Vec<PolicyPromise>,
    /// Who gains and loses what.
    pub changes: Vec<PolicyChange>,
    /// What the prover says; nothing where it was not asked.
    pub verdicts: Vec<PolicyVerdict>,
    /// Whether the prover was asked.
    pub proved: bool,
    /// Whether everything was looked at.
    pub complete: bool,
    /// How long it took.
    pub milliseconds: f64,
}

/// Some viewers gain or lose something of some records.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyChange {
    /// Whether they gain; else they lose.
    pub gains: bool,
    /// How many viewers.
    pub viewers: i64,
    /// Whether there are more than were counted.
    pub viewers_capped: bool,
    /// Their role, as a word of the data.
    pub role: String,
    /// The role in English.
    pub role_english: String,
    /// The role in Chinese.
    pub role_chinese: String,
    /// The name of the organisation whose people or partners they are.
    pub organisation: Option<String>,
    /// The type of the records.
    #[serde(rename = "type")]
    pub of: String,
    /// The field, `edit` and a field, a deed, or `there`.
    pub subject: String,
    /// The answer under the set in force.
    pub before: PolicyAnswer,
    /// The answer under the draft.
    pub after: PolicyAnswer,
    /// How many records.
    pub records: i64,
    /// Whether there are more than were counted.
    pub records_capped: bool,
    /// The name of the organisation whose records they are.
    pub records_organisation: Option<String>,
    /// The change as a sentence in English.
    pub english: String,
    /// The change as a sentence in Chinese.
    pub chinese: String,
    /// Some of them, at most five.
    pub examples: Vec<PolicyExample>,
}

/// What comes of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyAnswer {
    /// The value is seen.
    Full,
    /// Its mask is seen.
    Masked,
    /// Nothing is seen.
    Hidden,
    /// It may be done.
    Allowed,
    /// It may not be done.
    Refused,
}

/// A viewer, a record and a field to ask about, by their global ids.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyExample {
    /// The viewer, as `explain` takes it.
    pub viewer: String,
    /// The record.
    pub record: String,
    /// The field, as `explain` takes it.
    pub field: String,
}

/// What the prover says of one kind of viewer, one action and one type.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyVerdict {
    /// The kind of viewer.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The type.
    #[serde(rename = "type")]
    pub of: String,
    /// What it says.
    pub verdict: PolicyVerdictKind,
}

/// How the draft compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyVerdictKind {
    /// It allows the same.
    Same,
    /// It allows more.
    Wider,
    /// It allows less.
    Narrower,
    /// It allows more of some and less of others.
    Neither,
}

/// The types as the contract has them.
pub const TYPES: [Plain; 4] = [
    Plain {
        name: "PolicyDifferenceResult",
        doc: "What a draft changes against the set in force, over the live data.",
        fields: &[
            ("versionBefore", "String!", "The version in force."),
            ("versionAfter", "String!", "The version of the draft."),
            (
                "english",
                "[String!]!",
                "The whole in sentences, in English.",
            ),
            (
                "chinese",
                "[String!]!",
                "The whole in sentences, in traditional Chinese.",
            ),
            (
                "promises",
                "[PolicyPromiseResult!]!",
                "The promises and scenarios that are gone, changed or new; what is gone comes first.",
            ),
            (
                "changes",
                "[PolicyChangeResult!]!",
                "Who gains and loses what.",
            ),
            (
                "verdicts",
                "[PolicyVerdictResult!]!",
                "What the prover says for all requests; empty where there is no prover.",
            ),
            ("proved", "Boolean!", "Whether the prover was asked."),
            (
                "complete",
                "Boolean!",
                "Whether everything was looked at; if not, more may change than is told.",
            ),
            ("milliseconds", "Float!", "How long it took."),
        ],
    },
    Plain {
        name: "PolicyChangeResult",
        doc: "Some viewers gain or lose something of some records.",
        fields: &[
            (
                "gains",
                "Boolean!",
                "True where they gain, false where they lose.",
            ),
            ("viewers", "Int!", "How many viewers."),
            (
                "viewersCapped",
                "Boolean!",
                "Whether there are more viewers than were counted.",
            ),
            ("role", "String!", "The role of the viewers."),
            ("roleEnglish", "String!", "The role in English."),
            ("roleChinese", "String!", "The role in traditional Chinese."),
            (
                "organisation",
                "String",
                "The name of the organisation whose people or partners they are.",
            ),
            ("type", "String!", "The type of the records."),
            (
                "subject",
                "String!",
                "The field, `edit` and a field, a deed, or `there`.",
            ),
            (
                "before",
                "PolicyAnswer!",
                "The answer under the set in force.",
            ),
            ("after", "PolicyAnswer!", "The answer under the draft."),
            ("records", "Int!", "How many records."),
            (
                "recordsCapped",
                "Boolean!",
                "Whether there are more records than were counted.",
            ),
            (
                "recordsOrganisation",
                "String",
                "The name of the organisation whose records they are.",
            ),
            ("english", "String!", "The change as a sentence in English."),
            (
                "chinese",
                "String!",
                "The change as a sentence in traditional Chinese.",
            ),
            (
                "examples",
                "[PolicyExampleResult!]!",
                "Some of them, at most 5.",
            ),
        ],
    },
    Plain {
        name: "PolicyExampleResult",
        doc: "A viewer, a record and a field to ask `explain` about.",
        fields: &[
            ("viewer", "ID!", "The viewer."),
            ("record", "ID!", "The record."),
            ("field", "String!", "The field."),
        ],
    },
    Plain {
        name: "PolicyVerdictResult",
        doc: "What the prover says of one kind of viewer, one action and one type.",
        fields: &[
            ("principal", "String!", "The kind of viewer."),
            ("action", "String!", "The action."),
            ("type", "String!", "The type."),
            (
                "verdict",
                "PolicyVerdictKind!",
                "How the draft compares with the set in force.",
            ),
        ],
    },
];

/// The enumerations as the contract has them.
pub const WORDS: [Words; 1] = [Words {
    name: "PolicyVerdictKind",
    doc: "How a draft compares with the set in force, for all requests.",
    values: &[
        ("SAME", "It allows the same."),
        ("WIDER", "It allows more."),
        ("NARROWER", "It allows less."),
        ("NEITHER", "It allows more of some and less of others."),
    ],
}];
