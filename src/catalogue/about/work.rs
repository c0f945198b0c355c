//! The records of persons, and the rows of the trade about them.

use super::persons::Person;
use super::places::{PLACE, Place};
use crate::catalogue::Kind;

#[rustfmt::skip]
pub(super) static PLACES: &[Place] = &[
    Place {
        table: "volunteer",
        whose: &[("id", Person::Volunteer)],
        facts: &["name_zh", "name_en", "phone", "email", "address", "district", "birth_date", "identity_number",
            "health_remark", "internal_notes", "skills", "availability", "preferences", "hours_total", "status", "joined_on",
            "source", "external_id"],
        third: &["emergency_contact_name", "emergency_contact_phone"],
        refers: &["organisation_id", "department_id", "account_id"],
        rest: &["identity_number_hash"],
        ..PLACE
    },
    Place {
        table: "student",
        whose: &[("id", Person::Student)],
        facts: &["name_zh", "name_en", "birth_date", "identity_number", "health_remark", "internal_notes",
            "student_number", "status"],
        refers: &["organisation_id"],
        rest: &["identity_number_hash"],
        ..PLACE
    },
    Place {
        table: "guardian",
        whose: &[("id", Person::Guardian)],
        facts: &["name_zh", "name_en", "phone", "email"],
        refers: &["organisation_id", "account_id"],
        ..PLACE
    },
    Place {
        table: "account",
        whose: &[("id", Person::User)],
        facts: &["name_zh", "name_en", "email", "locale", "status"],
        ..PLACE
    },
    Place {
        table: "membership",
        whose: &[("account_id", Person::User)],
        facts: &["role", "valid_from", "valid_to"],
        refers: &["organisation_id", "project_id", "class_id"],
        ..PLACE
    },
    Place {
        table: "invitation",
        whose: &[("account_id", Person::User)],
        facts: &["email", "role", "ends_at", "accepted_at", "revoked_at"],
        refers: &["organisation_id", "project_id", "class_id"],
        mentions: &["invited_by_id"],
        secrets: &["hash"],
        rest: &["email_hash", "state"],
        ..PLACE
    },
    Place {
        table: "assignment",
        whose: &[("volunteer_id", Person::Volunteer)],
        facts: &["status", "role", "hours", "remark", "source", "external_id"],
        refers: &["shift_id", "project_id"],
        rest: &["organisation_id"],
        ..PLACE
    },
    Place {
        table: "certificate",
        whose: &[("volunteer_id", Person::Volunteer)],
        facts: &["skill", "title", "issuer", "issued_on", "expires_on"],
        rest: &["organisation_id"],
        ..PLACE
    },
    Place {
        table: "guardianship",
        whose: &[("student_id", Person::Student), ("guardian_id", Person::Guardian)],
        // of another guardian of the same child they are that guardian's
        third: &["relation", "has_access", "receives_notices", "may_sign", "may_collect"],
        rest: &["organisation_id"],
        ..PLACE
    },
    Place {
        table: "enrolment",
        whose: &[("student_id", Person::Student)],
        facts: &["class_number", "starts_on", "ends_on"],
        refers: &["class_id"],
        rest: &["organisation_id"],
        ..PLACE
    },
    Place {
        table: "notice_receipt",
        whose: &[("recipient_id", Person::User), ("student_id", Person::Student)],
        // who received it for a child is not always who reads the copy
        third: &["notice_version", "delivered_at", "read_at", "signed_at"],
        refers: &["notice_id"],
        rest: &["organisation_id"],
        ..PLACE
    },
    Place {
        table: "consent",
        whose: &[("volunteer_id", Person::Volunteer), ("student_id", Person::Student)],
        facts: &["purpose", "act", "capacity", "channel"],
        own: &[("number", Kind::Int, "number", "編號")],
        refers: &["receiver_id", "text_id"],
        mentions: &["account_id"],
        rest: &["organisation_id"],
        ..PLACE
    },
];
