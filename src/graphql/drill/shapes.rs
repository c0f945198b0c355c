//! The types of the drill, which are plain data.

use crate::graphql::workshop::plain::Plain;

pub const TYPES: [Plain; 5] = [
    Plain {
        name: "BreachDrillResult",
        doc: "Who could have seen a record between two instants, and who did.",
        fields: &[
            ("record", "ID!", "The record."),
            ("from", "DateTime!", "From when."),
            ("until", "DateTime!", "Until before when."),
            (
                "policyVersions",
                "[String!]!",
                "The versions of the policies under which it was decided who could, the oldest first.",
            ),
            (
                "saw",
                "[DrillSawResult!]!",
                "Who saw the record, or rows about the person, as the log of disclosures has it; the last to see it first.",
            ),
            (
                "moreSaw",
                "Boolean!",
                "Whether more saw it than are listed.",
            ),
            (
                "could",
                "[DrillCouldResult!]!",
                "Who could have seen the record, those who could see most of it first.",
            ),
            (
                "moreCould",
                "Boolean!",
                "Whether more could have seen it than are listed.",
            ),
            (
                "notes",
                "[DrillNoteResult!]!",
                "What the drill does not know, and what it takes for granted.",
            ),
        ],
    },
    Plain {
        name: "DrillSawResult",
        doc: "Somebody who saw a record.",
        fields: &[
            ("viewerKind", "ViewerKind!", "What kind of viewer."),
            (
                "user",
                "ID",
                "The person, as far as the officer sees users, or the person held a role in the organisation then, and the log still tells.",
            ),
            (
                "partnerToken",
                "ID",
                "The token of a partner, as far as the officer sees tokens.",
            ),
            (
                "shares",
                "[ID!]!",
                "The shares under which a partner asked, as far as the officer sees them.",
            ),
            ("roles", "[Role!]!", "The roles that a person held."),
            ("full", "[DrillGroupResult!]!", "What was seen in full."),
            (
                "masked",
                "[DrillGroupResult!]!",
                "What was seen masked, and never in full.",
            ),
            ("firstAt", "DateTime!", "When it was seen first."),
            ("lastAt", "DateTime!", "When it was seen last."),
            ("answers", "Int!", "In how many answers it was seen."),
            (
                "hasAccess",
                "Boolean!",
                "Whether the record is there for the viewer now.",
            ),
        ],
    },
    Plain {
        name: "DrillCouldResult",
        doc: "Somebody who could have seen a record.",
        fields: &[
            ("viewerKind", "ViewerKind!", "What kind of viewer."),
            (
                "user",
                "ID",
                "The person, as far as the officer sees users, or the person held a role in the organisation then.",
            ),
            (
                "partnerToken",
                "ID",
                "The token of a partner, as far as the officer sees tokens.",
            ),
            (
                "shares",
                "[ID!]!",
                "The shares that a token was made for, as far as the officer sees them.",
            ),
            (
                "roles",
                "[Role!]!",
                "The roles that a person held while the record was there for the person.",
            ),
            (
                "full",
                "[DrillGroupResult!]!",
                "What could be seen in full at some instant.",
            ),
            (
                "masked",
                "[DrillGroupResult!]!",
                "What could be seen masked, and never in full.",
            ),
            ("saw", "Boolean!", "Whether the viewer saw any of it."),
        ],
    },
    Plain {
        name: "DrillGroupResult",
        doc: "Fields of one group of the policies.",
        fields: &[
            (
                "group",
                "String!",
                "The group, as the schema of the policies names it.",
            ),
            (
                "fields",
                "[String!]!",
                "The fields, such as `Volunteer.phone`.",
            ),
        ],
    },
    Plain {
        name: "DrillNoteResult",
        doc: "Something to know about a drill.",
        fields: &[
            ("code", "String!", "A word for it that does not change."),
            ("english", "String!", "What it is, in English."),
            ("chinese", "String!", "What it is, in traditional Chinese."),
        ],
    },
];
