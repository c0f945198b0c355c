//! What becomes of each column that refers to a person when the person is erased.
//!
//! Every column is decided about here; a test asks both databases, the entities and the catalogue
//! for columns that refer to persons, and fails at one that is not in the list.

use super::Person;

/// What becomes of a row that refers to a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Treatment {
    /// The row goes.
    Erased,
    /// The row stays, and no longer says who.
    Emptied,
    /// The row stays, and names somebody of whom nothing is known.
    TakenOut,
    /// The row stays and keeps a number behind which nobody is any more.
    Kept,
}

impl Treatment {
    /// The word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Erased => "ERASED",
            Self::Emptied => "EMPTIED",
            Self::TakenOut => "TAKEN_OUT",
            Self::Kept => "KEPT",
        }
    }
}

/// A column that refers to a person.
pub struct Reference {
    /// Its table.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// To whom it refers.
    pub to: Person,
    /// What becomes of its rows.
    pub treatment: Treatment,
    /// Why, in English.
    pub en: &'static str,
    /// Why, in traditional Chinese.
    pub zh: &'static str,
}

const fn erased(to: Person, table: &'static str, column: &'static str) -> Reference {
    Reference {
        table,
        column,
        to,
        treatment: Treatment::Erased,
        en: "It is about the person alone.",
        zh: "只關乎該人。",
    }
}

const fn emptied(to: Person, table: &'static str, column: &'static str) -> Reference {
    Reference {
        table,
        column,
        to,
        treatment: Treatment::Emptied,
        en: "It is about others too; it no longer says whom.",
        zh: "亦關乎他人；不再載有該人。",
    }
}

const fn kept(table: &'static str, column: &'static str) -> Reference {
    Reference {
        table,
        column,
        to: Person::User,
        treatment: Treatment::Kept,
        en: "It says what was done, not by whom: nobody is behind the number any more.",
        zh: "只載有所作之事；編號已不再對應任何人。",
    }
}

use Person::{Guardian, Student, User, Volunteer};

/// Every column that refers to a person, in an order in which rows can go.
pub const REFERENCES: &[Reference] = &[
    erased(Volunteer, "certificate", "volunteer_id"),
    Reference {
        table: "assignment",
        column: "volunteer_id",
        to: Volunteer,
        treatment: Treatment::TakenOut,
        en: "Hours and task are statistics of the shift; name, remark and origin go.",
        zh: "時數及職務屬更次的統計；姓名、備註及來源會刪除。",
    },
    erased(Volunteer, "consent", "volunteer_id"),
    erased(Student, "consent", "student_id"),
    erased(Volunteer, "correction_note", "volunteer_id"),
    erased(Student, "correction_note", "student_id"),
    erased(Guardian, "correction_note", "guardian_id"),
    erased(User, "correction_note", "account_id"),
    erased(Volunteer, "data_request_step", "volunteer_id"),
    erased(Student, "data_request_step", "student_id"),
    erased(Guardian, "data_request_step", "guardian_id"),
    erased(User, "data_request_step", "account_id"),
    erased(Volunteer, "data_request", "volunteer_id"),
    erased(Student, "data_request", "student_id"),
    erased(Guardian, "data_request", "guardian_id"),
    erased(User, "data_request", "account_id"),
    erased(Student, "guardianship", "student_id"),
    erased(Student, "enrolment", "student_id"),
    emptied(Student, "notice_receipt", "student_id"),
    erased(Guardian, "guardianship", "guardian_id"),
    erased(User, "login", "account_id"),
    erased(User, "session", "account_id"),
    erased(User, "authenticator", "account_id"),
    erased(User, "recovery_code", "account_id"),
    erased(User, "outside_identity", "account_id"),
    erased(User, "outside_sign_in", "account_id"),
    erased(User, "sign_in_place", "account_id"),
    erased(User, "sign_in_link", "account_id"),
    erased(User, "letter", "account_id"),
    erased(User, "invitation", "account_id"),
    erased(User, "membership", "account_id"),
    emptied(User, "volunteer", "account_id"),
    emptied(User, "guardian", "account_id"),
    kept("notice", "author_id"),
    kept("notice_receipt", "recipient_id"),
    kept("consent", "account_id"),
    kept("data_request", "opened_by_id"),
    kept("data_request_step", "actor_id"),
    kept("invitation", "invited_by_id"),
    kept("partner_token", "issuer_id"),
    kept("partner_token", "revoked_by_id"),
    kept("partnership_step", "account_id"),
    kept("space_step", "account_id"),
    kept("policy_set", "account_id"),
    kept("policy_act", "account_id"),
    kept("policy_keeper_act", "account_id"),
    kept("legal_hold", "account_id"),
    kept("legal_hold", "released_by_id"),
    kept("erasure", "account_id"),
    kept("retention_rule", "account_id"),
];

/// Those that refer to persons of a kind.
pub fn of(person: Person) -> impl Iterator<Item = &'static Reference> {
    REFERENCES
        .iter()
        .filter(move |reference| reference.to == person)
}
