//! The types of the privacy office that are plain data.

use crate::graphql::workshop::plain::{Plain, Words};

pub const TYPES: [Plain; 10] = [
    Plain {
        name: "ResidencyResult",
        doc: "Where data about an organisation's people may go: codes of ISO 3166-1, or ANYWHERE.",
        fields: &[
            ("places", "[String!]!", "What the organisation says."),
            (
                "effective",
                "[String!]!",
                "What holds, with what the organisations above it say; nowhere where it is empty.",
            ),
        ],
    },
    Plain {
        name: "ErasurePreviewResult",
        doc: "What erasing a person would do.",
        fields: &[
            ("possible", "Boolean!", "Whether nothing stands in the way."),
            ("obstacle", "ErasureObstacle", "What stands in the way."),
            (
                "lines",
                "[ErasureLineResult!]!",
                "What becomes of the rows, place by place.",
            ),
        ],
    },
    Plain {
        name: "ErasureLineResult",
        doc: "What becomes of some rows when a person is erased.",
        fields: &[
            ("table", "String!", "Where they are."),
            (
                "column",
                "String",
                "By what they refer to the person; the record itself where there is none.",
            ),
            ("treatment", "ErasureTreatment!", "What becomes of them."),
            (
                "rows",
                "Int",
                "How many there are; unsaid where others may have a part in it.",
            ),
            ("english", "String!", "Why, in English."),
            ("chinese", "String!", "Why, in traditional Chinese."),
        ],
    },
    Plain {
        name: "ErasureResult",
        doc: "That a person was erased; it names nobody.",
        fields: &[
            ("at", "DateTime!", "When."),
            ("kind", "String!", "The type of the record."),
            (
                "pseudonym",
                "String!",
                "By what it is known again, under a key of the server.",
            ),
            ("ground", "ErasureGround!", "Why."),
            ("way", "ErasureWay!", "How it came about."),
            ("by", "ID", "The user who did it, if one did."),
            ("counts", "[ErasureCount!]!", "How many rows were touched."),
        ],
    },
    Plain {
        name: "ErasureCount",
        doc: "How many rows of a table an erasure touched.",
        fields: &[
            ("table", "String!", "The table."),
            ("rows", "Int!", "How many."),
        ],
    },
    Plain {
        name: "HoldResult",
        doc: "That a record is held, or was; never changed but by its release.",
        fields: &[
            ("id", "ID!", "By which it is released."),
            ("record", "ID!", "The record."),
            ("reason", "String!", "Why."),
            ("at", "DateTime!", "When it was placed."),
            ("by", "ID", "The user who placed it."),
            ("until", "DateTime", "When it ends by itself."),
            ("releasedAt", "DateTime", "When it was released."),
            ("releasedBy", "ID", "The user who released it."),
            ("releaseReason", "String", "Why."),
        ],
    },
    Plain {
        name: "RetentionResult",
        doc: "How long a kind of data is kept.",
        fields: &[
            ("subject", "RetentionSubject!", "The kind of data."),
            (
                "months",
                "Int",
                "For how many months it is kept; without end where there are none.",
            ),
            (
                "shipped",
                "Int",
                "For how many the server keeps it where an organisation says nothing.",
            ),
            ("least", "Int", "The fewest that an organisation may say."),
            ("most", "Int", "The most."),
            ("end", "RetentionEnd!", "What happens then."),
            (
                "fromEnglish",
                "String",
                "What starts the clock, in English.",
            ),
            (
                "fromChinese",
                "String",
                "What starts the clock, in traditional Chinese.",
            ),
            ("english", "String!", "Why so long, in English."),
            ("chinese", "String!", "Why so long, in traditional Chinese."),
            (
                "history",
                "[RetentionStepResult!]!",
                "What the organisation said, the newest first.",
            ),
        ],
    },
    Plain {
        name: "RetentionStepResult",
        doc: "What an organisation said of how long it keeps a kind of data; never changed.",
        fields: &[
            ("number", "Int!", "Its number, from 1."),
            (
                "months",
                "Int",
                "For how many months; as the server has it where there are none.",
            ),
            ("reason", "String!", "Why."),
            ("by", "ID", "The user who said so."),
            ("at", "DateTime!", "When."),
        ],
    },
    Plain {
        name: "RetentionDueResult",
        doc: "What the job would erase of a kind of data, were it to run now.",
        fields: &[
            ("subject", "RetentionSubject!", "The kind of data."),
            ("months", "Int!", "After how many months."),
            ("due", "Int!", "How many records would go."),
            ("held", "Int!", "How many would, but are held."),
        ],
    },
    Plain {
        name: "RetentionRunResult",
        doc: "What a run of the job did with a kind of data.",
        fields: &[
            ("began", "DateTime!", "When it began."),
            (
                "ended",
                "DateTime",
                "When it ended; unsaid of one that did not.",
            ),
            ("dryRun", "Boolean!", "Whether it only counted."),
            ("subject", "RetentionSubject!", "The kind of data."),
            ("months", "Int!", "After how many months."),
            ("done", "Int!", "How many records went, or would have."),
            ("held", "Int!", "How many were due but are held."),
        ],
    },
];

pub const WORDS: [Words; 6] = [
    Words {
        name: "ErasureObstacle",
        doc: "What stands in the way of erasing somebody.",
        values: &[
            (
                "HELD",
                "The person, or what the person has a part in, is held.",
            ),
            ("ELSEWHERE", "The sign-in is not this organisation's alone."),
        ],
    },
    Words {
        name: "ErasureTreatment",
        doc: "What becomes of rows that refer to a person.",
        values: &[
            ("ERASED", "They go."),
            ("EMPTIED", "They stay and no longer say who."),
            (
                "TAKEN_OUT",
                "They stay, under somebody of whom nothing is known.",
            ),
            (
                "KEPT",
                "They stay, with a number behind which nobody is any more.",
            ),
        ],
    },
    Words {
        name: "ErasureGround",
        doc: "Why somebody is erased.",
        values: &[
            ("REQUEST", "The person asked for it."),
            ("NO_LONGER_NEEDED", "What the data was kept for is done."),
            (
                "CONSENT_WITHDRAWN",
                "The person withdrew what it rested on.",
            ),
            ("MISTAKE", "It should never have been there."),
        ],
    },
    Words {
        name: "ErasureWay",
        doc: "How an erasure came about.",
        values: &[
            ("OFFICER", "A privacy officer did it."),
            ("RETENTION", "The nightly job did it."),
            ("COMMAND", "Whoever keeps the server did it."),
        ],
    },
    Words {
        name: "RetentionSubject",
        doc: "A kind of data that is kept for a time.",
        values: &[
            ("NOTICES", "Notices, with who received and signed them."),
            ("ROSTERS", "Who was on which roster."),
            ("LEFT_VOLUNTEERS", "Volunteers who have left."),
            (
                "IDLE_VOLUNTEERS",
                "Volunteers without hours who are on no roster.",
            ),
            ("LEFT_STUDENTS", "Students who have left."),
            ("LONE_GUARDIANS", "Guardians of no child."),
            ("SESSIONS", "Sessions that are over."),
            (
                "SIGN_IN_LINKS",
                "Links by which a password was or could be set.",
            ),
            ("LETTERS", "Letters that were never sent."),
            ("RECOVERY_CODES", "Recovery codes that were used."),
            (
                "OUTSIDE_SIGN_INS",
                "Sign-ins at a provider that came to nothing.",
            ),
            ("SIGN_IN_PLACES", "From where somebody signed in."),
            ("INVITATIONS", "Invitations that nobody accepted."),
            (
                "DISCLOSURES",
                "The log of disclosures, of all organisations.",
            ),
            ("CHANGES", "The trail of changes, of all organisations."),
            ("CONSENT_TEXTS", "What people consented to."),
            ("TRAILS", "What accounts for what was done."),
        ],
    },
    Words {
        name: "RetentionEnd",
        doc: "What is done with what was kept long enough.",
        values: &[
            ("ROW_ERASED", "It goes, with what hangs on it."),
            ("PERSON_ERASED", "The person is erased."),
            (
                "PERSON_TAKEN_OUT",
                "The person is taken out; the statistic stays.",
            ),
            ("NEVER", "Nothing: it is kept."),
        ],
    },
];
