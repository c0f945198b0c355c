//! The notes that travel with data whose accuracy is disputed (Cap. 486, section 25).

use crate::catalogue::define::{Attribute, Sealing, Type, attribute, to_one, value};
use crate::catalogue::kind::Kind;
use crate::catalogue::subjects::consent::MARKETING;
use crate::catalogue::subjects::volunteer::{LISTED, ON_ROSTER};

/// Where the volunteer whose record it is was asked to be.
const fn asked(
    name: &'static str,
    entity: &'static str,
    value: &'static str,
    when: &'static str,
) -> Attribute {
    attribute::set(
        name,
        entity,
        "correction_note n JOIN assignment a ON a.volunteer_id = n.volunteer_id",
        "n.id",
        value,
        when,
    )
}

pub static CORRECTION_NOTE: Type = Type {
    name: "CorrectionNote",
    plural: "correctionNotes",
    singular: "correctionNote",
    entity: "CorrectionNote",
    table: "correction_note",
    doc: "That a person disputes a field of their record, the correction of which was refused.",
    person: false,
    fields: &[
        value(
            "disputedField",
            "disputed_field",
            Kind::Text,
            "The field whose accuracy is disputed.",
        ),
        value(
            "statement",
            "statement",
            Kind::Text,
            "What the person says, in their own words.",
        )
        .sealed(Sealing::Sealed),
        value(
            "proposedValue",
            "proposed_value",
            Kind::Text,
            "What the field should be, as the person says.",
        )
        .sealed(Sealing::Sealed),
        value(
            "notedAt",
            "created_at",
            Kind::Time,
            "Since when it is noted.",
        ),
        to_one(
            "volunteer",
            "volunteer_id",
            "Volunteer",
            "Whose record it is, if a volunteer's.",
        ),
        to_one(
            "student",
            "student_id",
            "Student",
            "Whose record it is, if a student's.",
        ),
        to_one(
            "guardian",
            "guardian_id",
            "Guardian",
            "Whose record it is, if a guardian's.",
        ),
        to_one(
            "user",
            "account_id",
            "User",
            "Whose record it is, if a user's.",
        ),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::maybe("volunteer", "volunteer_id", "Volunteer"),
        attribute::maybe("student", "student_id", "Student"),
        attribute::maybe("guardian", "guardian_id", "Guardian"),
        attribute::maybe("account", "account_id", "Account"),
        attribute::text("disputedField", "disputed_field"),
        asked("rosteredIn", "Project", "a.project_id", ON_ROSTER),
        asked("rosteredShifts", "Shift", "a.shift_id", ON_ROSTER),
        asked("listedIn", "Project", "a.project_id", LISTED),
        asked("listedShifts", "Shift", "a.shift_id", LISTED),
        attribute::set(
            "marketingConsentedTo",
            "Organisation",
            "correction_note n JOIN consent c ON c.volunteer_id = n.volunteer_id",
            "n.id",
            "c.receiver_id",
            MARKETING,
        ),
        attribute::set(
            "classes",
            "Class",
            "correction_note n JOIN enrolment e ON e.student_id = n.student_id OR e.student_id IN (SELECT g.student_id FROM guardianship g WHERE g.guardian_id = n.guardian_id AND g.archived_at IS NULL)",
            "n.id",
            "e.class_id",
            "e.archived_at IS NULL AND (e.ends_on IS NULL OR e.ends_on >= {today})",
        ),
    ],
    deeds: &[],
};
