//! People who sign in, and the roles they hold.

use crate::catalogue::define::{
    Type, attribute, deed, import, look, right, to_many, to_one, value,
};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static ROLE: EnumKind = EnumKind {
    name: "Role",
    doc: "What a person does in an organisation, a project or a class.",
    values: &[
        one(
            "ADMINISTRATOR",
            "Runs the organisation's records and shares.",
        ),
        one("COORDINATOR", "Plans projects, shifts and rosters."),
        one("TEAM_LEADER", "Leads the shifts of a project."),
        one("VOLUNTEER", "Takes part in shifts."),
        one("TEACHER", "Teaches a class."),
        one("GUARDIAN", "Is responsible for a student."),
        one(
            "PRIVACY_OFFICER",
            "Looks after policies, logs and requests.",
        ),
    ],
};

pub static ACCOUNT_STATUS: EnumKind = EnumKind {
    name: "UserStatus",
    doc: "Whether a person can sign in.",
    values: &[
        one("ACTIVE", "Can sign in."),
        one("DISABLED", "Cannot sign in."),
    ],
};

pub static USER: Type = Type {
    name: "User",
    plural: "users",
    singular: "user",
    entity: "Account",
    table: "account",
    doc: "A person who signs in.",
    person: true,
    fields: &[
        value("nameEn", "name_en", Kind::PersonName, "Name in English.").search(),
        value("nameZh", "name_zh", Kind::PersonName, "Name in Chinese.").search(),
        value("email", "email", Kind::Email, "Address for signing in."),
        value(
            "locale",
            "locale",
            Kind::Text,
            "Preferred language, as a BCP 47 tag.",
        ),
        value(
            "status",
            "status",
            Kind::Enum(&ACCOUNT_STATUS),
            "Whether the person can sign in.",
        ),
        to_many(
            "memberships",
            "Membership",
            "account_id",
            "The roles the person holds.",
        ),
        to_many(
            "receipts",
            "NoticeReceipt",
            "recipient_id",
            "The notices the person was sent.",
        ),
        to_many(
            "correctionNotes",
            "CorrectionNote",
            "account_id",
            "What of the record the person disputes.",
        ),
    ],
    attributes: &[
        attribute::itself("account", "Account"),
        attribute::set(
            "organisations",
            "Organisation",
            "membership m",
            "m.account_id",
            "m.organisation_id",
            "m.archived_at IS NULL AND (m.valid_from IS NULL OR m.valid_from <= {now}) AND (m.valid_to IS NULL OR m.valid_to > {now})",
        ),
        attribute::set(
            "teaches",
            "Class",
            "membership m",
            "m.account_id",
            "m.class_id",
            "m.archived_at IS NULL AND (m.valid_from IS NULL OR m.valid_from <= {now}) AND (m.valid_to IS NULL OR m.valid_to > {now}) AND m.role = 'TEACHER' AND m.class_id IS NOT NULL",
        ),
    ],
    deeds: &[
        look("readDisclosures", "Reads to whom the record was shown."),
        right(
            "drillBreach",
            "Reads who could have seen the record between two instants, and who did.",
        ),
        look(
            "readChanges",
            "Reads how the record was changed, and by whom.",
        ),
        import("Loads accounts from a file."),
        deed("erase", "Erases a sign-in and all that hangs on it."),
    ],
};

pub static MEMBERSHIP: Type = Type {
    name: "Membership",
    plural: "memberships",
    singular: "membership",
    entity: "Membership",
    table: "membership",
    doc: "A role that a person holds in an organisation, a project or a class, for a time.",
    person: false,
    fields: &[
        value("role", "role", Kind::Enum(&ROLE), "The role."),
        value(
            "validFrom",
            "valid_from",
            Kind::Time,
            "From when it is held.",
        ),
        value("validTo", "valid_to", Kind::Time, "Until when it is held."),
        to_one("user", "account_id", "User", "Who holds it."),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "In which organisation.",
        ),
        to_one(
            "project",
            "project_id",
            "Project",
            "In which project, if in one.",
        ),
        to_one("class", "class_id", "Class", "In which class, if in one."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::to("account", "account_id", "Account"),
        attribute::maybe("class", "class_id", "Class"),
        attribute::text("role", "role"),
    ],
    deeds: &[import("Loads memberships from a file.")],
};
