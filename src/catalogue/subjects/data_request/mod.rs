//! What people ask of those who hold their data: to see it, or to have it put right (Cap. 486,
//! sections 18 to 27). A request has a clock, an answer and a trail.

mod grounds;
mod note;
mod refusal;
mod step;

use crate::catalogue::define::{
    Sealing, Type, attribute, creation, deed, derived, right, to_many, to_one, value, whole,
};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub use self::grounds::{DATA_REQUEST_GROUND, GROUNDS, Ground};
pub use self::note::CORRECTION_NOTE;
pub use self::refusal::DATA_REQUEST_REFUSAL;
pub use self::step::DATA_REQUEST_STEP;

pub static DATA_REQUEST_KIND: EnumKind = EnumKind {
    name: "DataRequestKind",
    doc: "What is asked for.",
    values: &[
        one("ACCESS", "A copy of everything that is held on a person."),
        one(
            "CORRECTION",
            "That a field of a person's record is put right.",
        ),
    ],
};

pub static DATA_REQUEST_STATE: EnumKind = EnumKind {
    name: "DataRequestState",
    doc: "Where a request stands.",
    values: &[
        one("OPEN", "Waiting for its answer; the clock runs."),
        one(
            "ANSWERED",
            "Answered in whole: the copy can be fetched, or the field was put right.",
        ),
        one(
            "PARTLY_ANSWERED",
            "Answered in part, with written reasons; the copy of that part can be fetched.",
        ),
        one(
            "REFUSED",
            "Refused, on a ground of the Ordinance and with written reasons.",
        ),
        one("WITHDRAWN", "Taken back by whoever asked."),
    ],
};

pub static DATA_REQUEST_CAPACITY: EnumKind = EnumKind {
    name: "DataRequestCapacity",
    doc: "As what somebody asks.",
    values: &[
        one("SELF", "The person."),
        one("RELEVANT_PERSON", "A guardian, for a child."),
        one(
            "OFFICER",
            "A privacy officer, who was asked on paper or by word of mouth.",
        ),
    ],
};

pub static DATA_REQUEST: Type = Type {
    name: "DataRequest",
    plural: "dataRequests",
    singular: "dataRequest",
    entity: "DataRequest",
    table: "data_request",
    doc: "A request of a person to see the data held on them, or to have it put right.",
    person: false,
    fields: &[
        value(
            "kind",
            "kind",
            Kind::Enum(&DATA_REQUEST_KIND),
            "What is asked for.",
        )
        .identity(),
        value(
            "state",
            "state",
            Kind::Enum(&DATA_REQUEST_STATE),
            "Where it stands.",
        ),
        value(
            "capacity",
            "capacity",
            Kind::Enum(&DATA_REQUEST_CAPACITY),
            "As what it was asked.",
        ),
        value(
            "statement",
            "statement",
            Kind::Text,
            "What is asked for, in the person's own words.",
        )
        .sealed(Sealing::Sealed)
        .origin(),
        value(
            "correctedField",
            "corrected_field",
            Kind::Text,
            "Of a correction: the field of the record that is wrong, such as `birthDate`.",
        )
        .origin(),
        value(
            "proposedValue",
            "proposed_value",
            Kind::Text,
            "Of a correction: what the field should be, as text; items of a list in lines.",
        )
        .sealed(Sealing::Sealed)
        .origin(),
        value(
            "openedOn",
            "opened_on",
            Kind::Date,
            "The day in Hong Kong on which it came.",
        ),
        value(
            "dueOn",
            "due_on",
            Kind::Date,
            "The last day for the answer: 40 days after it came.",
        ),
        value(
            "nextReminderOn",
            "next_reminder_on",
            Kind::Date,
            "When the officer is reminded next, while it is open.",
        ),
        derived(
            "isOverdue",
            "(SELECT o.state = 'OPEN' AND o.due_on < {today} FROM data_request o WHERE o.id = {row}.id)",
            Kind::Bool,
            "Whether it is open and its last day is over.",
        ),
        value(
            "settledAt",
            "settled_at",
            Kind::Time,
            "When it was last answered, refused or withdrawn.",
        ),
        value(
            "ground",
            "ground",
            Kind::Enum(&DATA_REQUEST_GROUND),
            "On which ground it was refused.",
        ),
        value(
            "reasons",
            "reasons",
            Kind::Text,
            "The written reasons of a refusal or of a partial answer.",
        )
        .sealed(Sealing::Sealed),
        value(
            "withheld",
            "withheld",
            Kind::Words,
            "What a partial answer leaves out: types such as `Assignment`, or fields such as `Assignment.remark`.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "Who holds the data.",
        )
        .origin(),
        to_one(
            "volunteer",
            "volunteer_id",
            "Volunteer",
            "Whose data it is, if a volunteer's.",
        )
        .origin(),
        to_one(
            "student",
            "student_id",
            "Student",
            "Whose data it is, if a student's.",
        )
        .origin(),
        to_one(
            "guardian",
            "guardian_id",
            "Guardian",
            "Whose data it is, if a guardian's.",
        )
        .origin(),
        to_one(
            "user",
            "account_id",
            "User",
            "Whose data it is, if a user's.",
        )
        .origin(),
        to_one("openedBy", "opened_by_id", "User", "Who asked."),
        to_many(
            "steps",
            "DataRequestStep",
            "data_request_id",
            "What became of it, step by step.",
        ),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::maybe("volunteer", "volunteer_id", "Volunteer"),
        attribute::maybe("student", "student_id", "Student"),
        attribute::maybe("guardian", "guardian_id", "Guardian"),
        attribute::maybe("account", "account_id", "Account"),
        attribute::maybe("opener", "opened_by_id", "Account"),
        attribute::set(
            "wasVolunteer",
            "Account",
            "data_request q JOIN volunteer v ON v.id = q.volunteer_id",
            "q.id",
            "v.account_id",
            "v.account_id IS NOT NULL AND v.archived_at IS NOT NULL",
        ),
        attribute::set(
            "wasGuardian",
            "Account",
            "data_request q JOIN guardian g ON g.id = q.guardian_id",
            "q.id",
            "g.account_id",
            "g.account_id IS NOT NULL AND g.archived_at IS NOT NULL",
        ),
        attribute::text("kind", "kind"),
        attribute::text("state", "state"),
    ],
    deeds: &[
        super::super::define::Deed {
            name: "open",
            ..creation("Asks to see the data held on a person, or to have it put right.")
        },
        deed(
            "answer",
            "Answers a request in whole; of a correction, puts the field right.",
        ),
        deed(
            "answerPartly",
            "Answers a request in part, with written reasons.",
        ),
        deed("refuse", "Refuses a request on a ground of the Ordinance."),
        deed("withdraw", "Takes a request back."),
        right(
            "export",
            "Fetches the copy of everything that is held on a person.",
        ),
        right(
            "preview",
            "Looks at the copy before the answer, as it would be given.",
        ),
        whole(
            "remind",
            "Records that the day of an answer comes near, or is over.",
        ),
    ],
};
