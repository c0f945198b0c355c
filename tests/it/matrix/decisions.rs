//! What was decided about who sees and does what, written down by hand, apart from any policy.
//!
//! [`SEES`] is the table "Who sees what by default" of the project's decisions, in the notation of
//! the pages: `F mine / M same shift / –`. What the decisions left open is in [`BEYOND`], one entry
//! with its reason for each point on which the policies had to choose.

/// What there is of a shift besides time, place and task type, people and notes apart.
const PLAN: [&str; 10] = [
    "title",
    "outdoor",
    "needed",
    "filled",
    "progress",
    "language",
    "tags",
    "organisation",
    "project",
    "department",
];

/// A type and some of its fields.
pub type Fields = (&'static str, &'static [&'static str]);

/// A viewer, and what that one does: a type, deeds or fields of it, and a cell.
pub type Does = (&'static str, &'static [Entry]);

/// A type, deeds or fields of it, and a cell.
pub type Entry = (&'static str, &'static str, &'static str);

/// A point on which the policies had to choose.
pub struct Beyond {
    pub viewer: &'static str,
    pub about: Fields,
    /// Of which sort of row.
    pub word: &'static str,
    pub answer: char,
    pub why: &'static str,
}

/// A column of the decisions, and the fields that it is about.
pub const COLUMNS: [(&str, &[Fields]); 11] = [
    (
        "frame",
        &[
            (
                "Shift",
                &["list", "startsAt", "endsAt", "place", "taskType"],
            ),
            ("Class", &["list", "nameEn", "nameZh", "grade", "room"]),
        ],
    ),
    // "of a shift, a read-only partner sees exactly time, place, task type"
    ("the rest of the frame", &[("Shift", &PLAN)]),
    (
        "roster",
        &[
            ("Assignment", &["list", "shift", "volunteer"]),
            ("Enrolment", &["list", "class", "student"]),
        ],
    ),
    (
        "names",
        &[
            ("Volunteer", &["nameZh", "nameEn"]),
            ("Student", &["nameZh", "nameEn"]),
            ("Guardian", &["nameZh", "nameEn"]),
        ],
    ),
    // "their teachers F"; for the others, that "own" is one's own record
    ("names of users", &[("User", &["nameZh", "nameEn"])]),
    (
        "telephones",
        &[("Volunteer", &["phone"]), ("Guardian", &["phone"])],
    ),
    (
        "e-mail",
        &[("Volunteer", &["email"]), ("Guardian", &["email"])],
    ),
    (
        "emergency",
        &[(
            "Volunteer",
            &["emergencyContactName", "emergencyContactPhone"],
        )],
    ),
    (
        "notes",
        &[
            ("Volunteer", &["internalNotes"]),
            ("Student", &["internalNotes"]),
            ("Shift", &["internalNote"]),
            ("Assignment", &["remark"]),
        ],
    ),
    (
        "health",
        &[
            ("Volunteer", &["healthRemark"]),
            ("Student", &["healthRemark"]),
        ],
    ),
    (
        "identity numbers",
        &[
            ("Volunteer", &["identityNumber"]),
            ("Student", &["identityNumber"]),
        ],
    ),
];

/// Who sees what, by the columns above. "Contacts" of the decisions are three columns here.
// frame, the rest of it, roster, names, names of users,
// telephones, e-mail, emergency, notes, health, identity numbers
#[rustfmt::skip]
pub const SEES: [(&str, [&str; 11]); 10] = [
    ("administrator", [
        "F own / –", "F own / –", "F own / –", "F own / –", "F own / –",
        "F own / –", "F own / –", "F own / –", "F own / –", "–", "M own / –",
    ]),
    ("coordinator", [
        "F own / –", "F own / –", "F own / –", "F own / –", "F mine / M own / –",
        "F own / –", "F own / –", "F own / –", "F own / –", "–", "–",
    ]),
    ("team leader", [
        "F own / –", "F own / –", "F led / –", "F led / –", "F mine / –",
        "F today / M led / –", "F today / M led / –", "F today / M led / –", "–", "–", "–",
    ]),
    ("volunteer", [
        "F own / –", "F own / –", "F mine, same shift / –", "F mine / M same shift / –", "F mine / –",
        "F mine / –", "F mine / –", "F mine / –", "–", "F mine / –", "F mine / –",
    ]),
    ("partner, read-only", [
        "F shared / –", "–", "F shared / –", "M shared / –", "–",
        "–", "–", "–", "–", "–", "–",
    ]),
    ("partner, edit", [
        "F shared / –", "F shared / –", "F shared / –", "F shared / –", "–",
        "F shared / –", "F shared / –", "–", "–", "–", "–",
    ]),
    ("teacher", [
        "F own / –", "F own / –", "F own class / –", "F own class / –", "F mine / –",
        "F own class / –", "–", "–", "–", "–", "–",
    ]),
    ("guardian", [
        "F child's class / –", "–", "–", "F mine, own child / –", "F mine, child's teacher / –",
        "F mine / –", "F mine / –", "F mine / –", "–", "F own child / –", "F mine / –",
    ]),
    ("privacy officer", [
        "–", "–", "–", "M own / –", "F mine / M own / –",
        "–", "–", "–", "–", "–", "–",
    ]),
    ("anonymous", [
        "–", "–", "–", "–", "–",
        "–", "–", "–", "–", "–", "–",
    ]),
];

/// Who does what: deeds by type.
pub const DOES: [Does; 10] = [
    (
        "administrator",
        &[
            ("DataRequest", "open, withdraw", "✓ mine, answered / –"),
            ("DataRequest", "export", "✓ answered / –"),
            // into one's own organisation, but officers are named by officers
            ("Invitation", "send, revoke", "✓ own / – of an officer / –"),
            ("Organisation", "change, archive", "✓ own, branch / –"),
            // a branch is made below the headquarters
            ("Organisation", "create", "✓ branch / –"),
            // whose token it is, issues it; either side ends it
            ("PartnerToken", "issue, rename", "✓ received / –"),
            ("PartnerToken", "revoke", "✓ given, received / –"),
            ("Partnership", "create, change, archive", "✓ given / –"),
            // the partner agrees or does not; both hold a share, end it and agree on another
            ("Partnership", "accept, decline", "✓ received / –"),
            (
                "Partnership",
                "suspend, resume, revoke, proposeChange, acceptChange, declineChange",
                "✓ given, received / –",
            ),
            (
                "Space",
                "create, change, archive, invite, remove",
                "✓ own space / –",
            ),
            ("Space", "join, decline", "✓ invited / –"),
            // each side shares what is its own
            (
                "Space",
                "leave, bring, takeOut, bringTemplates, takeOutTemplates, share",
                "✓ own space, joined / –",
            ),
            ("Project", "create, change, archive", "✓ own / –"),
            ("Shift", "create, change, archive, assign", "✓ own / –"),
            ("ShiftTemplate", "create, change, archive", "✓ own / –"),
            ("Assignment", "unassign", "✓ own / –"),
            (
                "Volunteer",
                "create, change, archive, seeSmallGroups",
                "✓ own / –",
            ),
            ("Student", "seeSmallGroups", "✓ own / –"),
            ("Class", "create, change, archive", "✓ own / –"),
            ("Notice", "create, change, archive, publish", "✓ own / –"),
        ],
    ),
    (
        "coordinator",
        &[
            ("DataRequest", "open, withdraw", "✓ mine, answered / –"),
            ("DataRequest", "export", "✓ answered / –"),
            ("Project", "create, change, archive", "✓ own / –"),
            ("Shift", "create, change, archive, assign", "✓ own / –"),
            ("ShiftTemplate", "create, change, archive", "✓ own / –"),
            ("Assignment", "unassign", "✓ own / –"),
            ("Volunteer", "seeSmallGroups", "✓ own / –"),
            ("Notice", "create, change, archive, publish", "✓ own / –"),
        ],
    ),
    ("team leader", &[("Shift", "change", "✓ led / –")]),
    // "own F" of the names and of the identity number: the own pair too
    (
        "volunteer",
        &[
            ("DataRequest", "open, withdraw", "✓ mine, answered / –"),
            ("DataRequest", "export", "✓ answered / –"),
            (
                "Volunteer",
                "change, readDisclosures, readChanges, nameWithIdentityNumber, giveConsent, withdrawConsent",
                "✓ mine / –",
            ),
        ],
    ),
    ("partner, read-only", &[]),
    (
        "partner, edit",
        &[
            ("Shift", "change, assign", "✓ shared / –"),
            ("Assignment", "unassign", "✓ shared / –"),
        ],
    ),
    (
        "teacher",
        &[
            ("DataRequest", "open, withdraw", "✓ mine, answered / –"),
            ("DataRequest", "export", "✓ answered / –"),
            (
                "Notice",
                "create, change, archive, publish",
                "✓ own class / –",
            ),
        ],
    ),
    // a relevant person consents for a child
    (
        "guardian",
        &[
            (
                "DataRequest",
                "open, withdraw",
                "✓ mine, own child, answered / –",
            ),
            ("DataRequest", "export", "✓ answered / –"),
            ("Guardian", "readDisclosures, readChanges", "✓ mine / –"),
            (
                "Student",
                "readDisclosures, readChanges, giveConsent, withdrawConsent",
                "✓ own child / –",
            ),
        ],
    ),
    (
        "privacy officer",
        // "policies, logs, requests, holds"
        &[
            // requests of people, and those made for them
            (
                "DataRequest",
                "open, withdraw, answer, answerPartly, refuse",
                "✓ own / –",
            ),
            ("DataRequest", "export", "✓ answered, answered here / –"),
            ("DataRequest", "preview", "✓ waiting here / –"),
            // who answers for privacy is named by who does already
            ("Invitation", "send, revoke", "✓ of an officer / –"),
            (
                "Organisation",
                "publishPolicies, approvePolicies, rollBackPolicies",
                "✓",
            ),
            // how long data is kept, where it may go, what is held, and who is erased
            (
                "Organisation",
                "privacyOffice, placeHold, releaseHold, setRetention, setResidency",
                "✓ own / –",
            ),
            ("Volunteer", "erase", "✓ own / –"),
            ("User", "erase", "✓ own / –"),
            // and drafts what people are shown before they consent
            (
                "ConsentText",
                "create, change, publish, retire",
                "✓ own / –",
            ),
            (
                "User",
                "readDisclosures, drillBreach, readChanges",
                "✓ own / –",
            ),
            (
                "Volunteer",
                "readDisclosures, drillBreach, readChanges",
                "✓ own / –",
            ),
            (
                "Student",
                "readDisclosures, drillBreach, readChanges",
                "✓ own / –",
            ),
            (
                "Guardian",
                "readDisclosures, drillBreach, readChanges",
                "✓ own / –",
            ),
        ],
    ),
    ("anonymous", &[]),
];

/// Everybody signs and confirms what was sent to them in person, and reads to whom the own sign-in was
/// shown and how it was changed.
pub const EVERYBODY_DOES: [Entry; 3] = [
    ("NoticeReceipt", "confirm", "✓ mine / –"),
    ("User", "readDisclosures", "✓ mine / –"),
    ("User", "readChanges", "✓ mine / –"),
];

/// Who sets what: `*` are all the fields that can be set, `-` takes away.
pub const SETS: [Does; 10] = [
    (
        "administrator",
        &[
            ("DataRequest", "*", "✓ mine, answered / –"),
            ("Invitation", "*", "✓ own / – of an officer / –"),
            ("Organisation", "*", "✓ own, branch / –"),
            ("PartnerToken", "*", "✓ received / –"),
            ("Partnership", "*", "✓ given / –"),
            ("Space", "*", "✓ own space / –"),
            ("Project", "*", "✓ own / –"),
            ("Shift", "*", "✓ own / –"),
            ("ShiftTemplate", "*", "✓ own / –"),
            ("Volunteer", "* - healthRemark, identityNumber", "✓ own / –"),
            ("Class", "*", "✓ own / –"),
            ("Notice", "*", "✓ own / –"),
        ],
    ),
    (
        "coordinator",
        &[
            ("DataRequest", "*", "✓ mine, answered / –"),
            ("Project", "*", "✓ own / –"),
            ("Shift", "*", "✓ own / –"),
            ("ShiftTemplate", "*", "✓ own / –"),
            ("Notice", "*", "✓ own / –"),
        ],
    ),
    ("team leader", &[("Shift", "progress", "✓ led / –")]),
    (
        "volunteer",
        // not what the organisation says of the person
        &[
            ("DataRequest", "*", "✓ mine, answered / –"),
            (
                "Volunteer",
                "* - internalNotes, status, joinedOn, organisation, department",
                "✓ mine / –",
            ),
        ],
    ),
    ("partner, read-only", &[]),
    // progress, not the place
    ("partner, edit", &[("Shift", "progress", "✓ shared / –")]),
    (
        "teacher",
        &[
            ("DataRequest", "*", "✓ mine, answered / –"),
            ("Notice", "*", "✓ own class / –"),
        ],
    ),
    (
        "guardian",
        &[("DataRequest", "*", "✓ mine, own child, answered / –")],
    ),
    (
        "privacy officer",
        // drafts what people are shown before they consent
        &[
            ("DataRequest", "*", "✓ own / –"),
            ("Invitation", "*", "✓ of an officer / –"),
            ("ConsentText", "*", "✓ own / –"),
        ],
    ),
    ("anonymous", &[]),
];

/// Answers on which the decisions are silent or shorter than the data. An entry that is no
/// difference any more fails.
pub const BEYOND: [Beyond; 3] = [
    Beyond {
        viewer: "administrator",
        about: (
            "Shift",
            &["list", "startsAt", "endsAt", "place", "taskType"],
        ),
        word: "branch",
        answer: 'F',
        why: "headquarters plan with the calendars of their branches; nobody is named in them",
    },
    Beyond {
        viewer: "administrator",
        about: ("Shift", &PLAN),
        word: "branch",
        answer: 'F',
        why: "as for the frame: needs and progress name nobody",
    },
    Beyond {
        viewer: "guardian",
        about: ("Enrolment", &["list", "class", "student"]),
        word: "own child",
        answer: 'F',
        why: "which class an own child is in is of the child's record, not of the class's roster",
    },
];
