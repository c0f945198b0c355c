//! The types of the workshop that are plain data: sets, acts, reports, the matrix, explanations.

use super::plain::{Plain, Shapes, Words};
use super::{difference, kept, promised};

/// Every type of the workshop that is plain data.
pub fn shapes() -> Shapes {
    let all = TYPES.iter().chain(&difference::TYPES);
    let all = all.chain(&promised::TYPES);
    Shapes(all.chain(&kept::TYPES).collect())
}

/// Every enumeration of the workshop.
pub fn words() -> Vec<&'static Words> {
    let all = WORDS.iter().chain(&difference::WORDS);
    let all = all.chain(&promised::WORDS);
    all.chain(&kept::WORDS).collect()
}

const TYPES: [Plain; 16] = [
    Plain {
        name: "PolicySetResult",
        doc: "A set of policies with its files.",
        fields: &[
            (
                "number",
                "Int",
                "Its number, if it was published; else it is the built-in set or that of the settings.",
            ),
            (
                "version",
                "String!",
                "The first characters of the hash of its schema and its policies.",
            ),
            ("files", "[PolicyFileResult!]!", "Its files."),
            (
                "policies",
                "[PolicyRule!]!",
                "Its policies, in the order of files and lines.",
            ),
        ],
    },
    Plain {
        name: "PolicyFileResult",
        doc: "A file of a set.",
        fields: &[
            (
                "name",
                "String!",
                "Its name in the folder of the set, such as `volunteers.cedar` or `scenarios/people.toml`.",
            ),
            ("kind", "PolicyFileKind!", "What kind of file it is."),
            ("text", "String!", "Its text."),
        ],
    },
    Plain {
        name: "PolicyRule",
        doc: "A policy as it is written.",
        fields: &[
            ("id", "ID!", "Its id, which says who does what."),
            ("file", "String!", "The file that it is in."),
            ("line", "Int!", "The line at which it begins."),
            ("effect", "PolicyEffect!", "Whether it permits or forbids."),
            ("english", "String!", "Its sentence in English."),
            ("chinese", "String!", "Its sentence in traditional Chinese."),
            ("text", "String!", "Its text."),
        ],
    },
    Plain {
        name: "PolicyActResult",
        doc: "A publication, an approval or a rollback; never changed.",
        fields: &[
            ("number", "Int!", "Its number, from 1."),
            ("set", "Int!", "The number of the set."),
            ("deed", "PolicyDeed!", "What was done."),
            ("by", "ID!", "The user who did it."),
            ("at", "DateTime!", "When."),
            ("reason", "String!", "Why the set was published."),
            (
                "versionBefore",
                "String!",
                "The version that was in force before.",
            ),
            ("versionAfter", "String!", "The version of the set."),
            (
                "inForce",
                "Boolean!",
                "Whether the set came into force by it.",
            ),
            (
                "waiting",
                "Boolean!",
                "Whether the set waits for another person's approval.",
            ),
            (
                "restores",
                "Int",
                "The number of the earlier set that the set is.",
            ),
            ("report", "PolicyReportResult", "What the gate said."),
        ],
    },
    Plain {
        name: "PolicyReportResult",
        doc: "What the gate says of a set.",
        fields: &[
            ("ready", "Boolean!", "Whether the set may go live."),
            (
                "version",
                "String",
                "Its version, if it could be read as policies.",
            ),
            ("policies", "Int!", "How many policies there are."),
            ("scenarios", "Int!", "How many scenarios there are."),
            ("questions", "Int!", "How many questions the scenarios ask."),
            (
                "unexercised",
                "[String!]!",
                "The policies that decide no question of any scenario.",
            ),
            (
                "steps",
                "[PolicyStepResult!]!",
                "The steps, in their order.",
            ),
            ("milliseconds", "Float!", "How long it took."),
        ],
    },
    Plain {
        name: "PolicyStepResult",
        doc: "A step of the gate.",
        fields: &[
            ("name", "String!", "Its name, one word."),
            ("english", "String!", "What it looks at, in English."),
            (
                "chinese",
                "String!",
                "What it looks at, in traditional Chinese.",
            ),
            ("state", "PolicyStepState!", "How it went."),
            (
                "faults",
                "[PolicyFaultResult!]!",
                "Everything that is wrong.",
            ),
            (
                "notes",
                "[PolicyFaultResult!]!",
                "What is worth knowing and stops nothing.",
            ),
            ("milliseconds", "Float!", "How long it took."),
        ],
    },
    Plain {
        name: "PolicyFaultResult",
        doc: "Something that is wrong, or worth knowing.",
        fields: &[
            ("file", "String!", "The file."),
            ("line", "Int!", "The line, from 1."),
            (
                "policy",
                "String",
                "The policy that it is about, if it is about one.",
            ),
            ("english", "String!", "What it is, in English."),
            ("chinese", "String!", "What it is, in traditional Chinese."),
        ],
    },
    Plain {
        name: "PolicyGateEventResult",
        doc: "A step that ended, or the whole report at the end.",
        fields: &[
            (
                "step",
                "PolicyStepResult",
                "A step that ended; the last word on a step of one name counts.",
            ),
            (
                "report",
                "PolicyReportResult",
                "The whole report; nothing follows it.",
            ),
        ],
    },
    Plain {
        name: "PolicyMatrixResult",
        doc: "Who sees and does what: viewers against fields and deeds.",
        fields: &[
            ("version", "String!", "The version of the policies."),
            (
                "viewers",
                "[String!]!",
                "The viewers, in the order of the cells.",
            ),
            ("lines", "[PolicyMatrixLineResult!]!", "The lines."),
        ],
    },
    Plain {
        name: "PolicyMatrixLineResult",
        doc: "A field, the setting of a field, or a deed.",
        fields: &[
            ("type", "String!", "The type of the records."),
            ("sort", "PolicyMatrixSort!", "What the line is about."),
            (
                "name",
                "String!",
                "The field or the deed; `list` is whether a record is there.",
            ),
            (
                "cells",
                "[String!]!",
                "A cell for each viewer: `F organisation / M rosteredIn / –`.",
            ),
        ],
    },
    Plain {
        name: "ExplanationResult",
        doc: "Why a viewer sees or may do something, or not.",
        fields: &[
            (
                "action",
                "String!",
                "The question, as an action of the policies.",
            ),
            ("answer", "PolicyAnswer!", "The answer."),
            (
                "steps",
                "[ExplanationStepResult!]!",
                "The decisions on the way, in their order.",
            ),
            (
                "nearest",
                "[NearestYesResult!]!",
                "The policies that come closest to a yes; empty for whoever may not know.",
            ),
            (
                "givenTo",
                "[String!]!",
                "To which kinds of viewers policies give it, where they give it to none of the viewer's kind; empty for whoever may not know.",
            ),
        ],
    },
    Plain {
        name: "ExplanationStepResult",
        doc: "A decision on the way.",
        fields: &[
            ("action", "String!", "What was asked."),
            ("allowed", "Boolean!", "Whether it is allowed."),
            (
                "by",
                "[ToldPolicy!]!",
                "The policies that decided, as far as they may be told.",
            ),
            (
                "failed",
                "String",
                "Why no decision could be made, which is a no; only for keepers of the policies.",
            ),
        ],
    },
    Plain {
        name: "ToldPolicy",
        doc: "A policy as it is told.",
        fields: &[
            ("id", "ID!", "Its id."),
            ("english", "String!", "Its sentence in English."),
            ("chinese", "String!", "Its sentence in traditional Chinese."),
            (
                "file",
                "String",
                "The file that it is in; only for keepers of the policies.",
            ),
            (
                "line",
                "Int",
                "The line at which it begins; only for keepers of the policies.",
            ),
        ],
    },
    Plain {
        name: "NearestYesResult",
        doc: "A policy that would change the answer.",
        fields: &[
            ("policy", "ToldPolicy!", "The policy."),
            (
                "forbids",
                "Boolean!",
                "Whether it forbids, and so stands in the way.",
            ),
            (
                "clauses",
                "[ExplainedClauseResult!]!",
                "The parts of its condition, in their order.",
            ),
        ],
    },
    Plain {
        name: "ExplainedClauseResult",
        doc: "A part of a policy's condition.",
        fields: &[
            ("text", "String!", "As the policy writes it."),
            ("truth", "ClauseTruth!", "Whether it is so."),
            (
                "english",
                "String!",
                "What would have to be true, in English.",
            ),
            (
                "chinese",
                "String!",
                "What would have to be true, in traditional Chinese.",
            ),
        ],
    },
    Plain {
        name: "PublishPoliciesPayload",
        doc: "What became of a publication, an approval or a rollback.",
        fields: &[
            ("clientMutationId", "String", "What the client sent along."),
            (
                "number",
                "Int",
                "The number of the set; null where nothing was published.",
            ),
            (
                "inForce",
                "Boolean!",
                "Whether the set is in force; false where it waits or was refused.",
            ),
            (
                "versionBefore",
                "String",
                "The version that was in force before.",
            ),
            ("versionAfter", "String", "The version of the set."),
            ("report", "PolicyReportResult", "What the gate said."),
            (
                "userErrors",
                "[UserError!]!",
                "What stands in the way; empty where it was done.",
            ),
        ],
    },
];

/// What the user can put right, as other payloads have it too.
pub const USER_ERROR: Plain = Plain {
    name: "UserError",
    doc: "",
    fields: &[
        ("code", "UserErrorCode!", ""),
        ("message", "String!", ""),
        ("messageZh", "String!", ""),
        ("field", "[String!]", ""),
    ],
};

const WORDS: [Words; 7] = [
    Words {
        name: "PolicyFileKind",
        doc: "What kind of file it is.",
        values: &[
            ("SCHEMA", "What there is to speak of: `schema.cedarschema`."),
            ("POLICIES", "Policies: `NAME.cedar`."),
            ("SCENARIOS", "What must come out: `scenarios/NAME.toml`."),
            ("INVARIANTS", "What is promised: `invariants/NAME.cedar`."),
            (
                "CERTIFICATE",
                "The proof: `certificate.json`; written by the prover.",
            ),
        ],
    },
    Words {
        name: "PolicyEffect",
        doc: "What a policy does where it applies.",
        values: &[
            ("PERMIT", "It permits."),
            ("FORBID", "It forbids, whatever permits."),
        ],
    },
    Words {
        name: "PolicyDeed",
        doc: "What was done with a set.",
        values: &[
            ("PUBLISH", "It was published."),
            ("APPROVE", "Another person approved it."),
            ("ROLLBACK", "An earlier one was published again."),
        ],
    },
    Words {
        name: "PolicyStepState",
        doc: "How a step of the gate went.",
        values: &[
            ("PASSED", "Nothing is wrong."),
            ("FAILED", "Something is wrong."),
            ("SKIPPED", "It was not tried."),
            ("CERTIFIED", "The promises are proved for exactly this set."),
            ("NOT_PROVED", "The promises are not proved for this set."),
        ],
    },
    Words {
        name: "PolicyMatrixSort",
        doc: "What a line of the matrix is about.",
        values: &[
            ("SEES", "That a record is there, or that a field is seen."),
            ("SETS", "That a field may be set."),
            ("DOES", "That a deed may be done."),
        ],
    },
    Words {
        name: "PolicyAnswer",
        doc: "What comes of a question to the policies.",
        values: &[
            ("FULL", "The value is seen."),
            ("MASKED", "Its mask is seen."),
            ("HIDDEN", "Nothing is seen."),
            ("ALLOWED", "It may be done."),
            ("REFUSED", "It may not be done."),
        ],
    },
    Words {
        name: "ClauseTruth",
        doc: "Whether a part of a condition is so.",
        values: &[
            ("TRUE", "It is so."),
            ("FALSE", "It is not so."),
            ("FAILS", "It cannot be told of such a record."),
        ],
    },
];
