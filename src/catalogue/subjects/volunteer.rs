//! Volunteers and their certificates.

use super::consent::{MARKETING, SCORING, SHARING};
use crate::catalogue::define::{
    Attribute, Sealing, Type, attribute, creation, deed, derived, import, look, pair, right,
    small_groups, to_many, to_one, value,
};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static VOLUNTEER_STATUS: EnumKind = EnumKind {
    name: "VolunteerStatus",
    doc: "Whether a volunteer can be asked.",
    values: &[
        one("ACTIVE", "Can be asked."),
        one("PAUSED", "Takes a break."),
        one("LEFT", "Has left."),
    ],
};

/// Assignments that put a volunteer on a roster.
pub const ON_ROSTER: &str = "a.archived_at IS NULL AND a.status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED', 'ABSENT')";

/// Assignments by which a roster names a volunteer, whatever came of them.
pub const LISTED: &str = "a.archived_at IS NULL";

/// To whom the person consents for a purpose, the last act about each of them being the one.
const fn consented(name: &'static str, when: &'static str) -> Attribute {
    attribute::set(
        name,
        "Organisation",
        "consent c",
        "c.volunteer_id",
        "c.receiver_id",
        when,
    )
}

pub static VOLUNTEER: Type = Type {
    name: "Volunteer",
    plural: "volunteers",
    singular: "volunteer",
    entity: "Volunteer",
    table: "volunteer",
    doc: "A person who volunteers for one organisation.",
    person: true,
    fields: &[
        value("nameZh", "name_zh", Kind::PersonName, "Name in Chinese.")
            .search()
            .free(),
        value("nameEn", "name_en", Kind::PersonName, "Name in English.")
            .search()
            .free(),
        value(
            "phone",
            "phone",
            Kind::Phone,
            "Telephone number, +852 and eight digits.",
        )
        .free(),
        value("email", "email", Kind::Email, "E-mail address.").free(),
        value("address", "address", Kind::Text, "Postal address.").free(),
        value(
            "district",
            "district",
            Kind::Text,
            "One of the 18 districts.",
        )
        .free(),
        value("birthDate", "birth_date", Kind::Date, "Date of birth.").free(),
        value(
            "identityNumber",
            "identity_number",
            Kind::Hkid,
            "Hong Kong identity card number, where it is needed.",
        )
        .sealed(Sealing::Found("identity_number_hash"))
        .free(),
        value(
            "emergencyContactName",
            "emergency_contact_name",
            Kind::PersonName,
            "Whom to call in an emergency.",
        )
        .free(),
        value(
            "emergencyContactPhone",
            "emergency_contact_phone",
            Kind::Phone,
            "Their telephone number.",
        )
        .free(),
        value(
            "healthRemark",
            "health_remark",
            Kind::Text,
            "What helpers must know about the person's health.",
        )
        .sealed(Sealing::Sealed)
        .free(),
        value(
            "internalNotes",
            "internal_notes",
            Kind::Text,
            "Notes of the coordinators.",
        )
        .free(),
        value("skills", "skills", Kind::Words, "Skills, as codes of tags.").free(),
        value(
            "availability",
            "availability",
            Kind::Words,
            "When the person can come.",
        )
        .free(),
        value(
            "preferences",
            "preferences",
            Kind::Words,
            "What the person likes to do.",
        )
        .free(),
        value("hours", "hours_total", Kind::Int, "Hours served."),
        value(
            "status",
            "status",
            Kind::Enum(&VOLUNTEER_STATUS),
            "Whether the person can be asked.",
        )
        .free(),
        value("joinedOn", "joined_on", Kind::Date, "Day of joining.").free(),
        value(
            "source",
            "source",
            Kind::Text,
            "Where an imported record came from.",
        ),
        value(
            "externalId",
            "external_id",
            Kind::Text,
            "Its identifier there.",
        ),
        value(
            "createdAt",
            "created_at",
            Kind::Time,
            "When the record was made.",
        ),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was archived.",
        ),
        derived(
            "upcomingShifts",
            "(SELECT COUNT(*) FROM assignment a WHERE a.volunteer_id = {row}.id AND a.archived_at IS NULL AND a.status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED'))",
            Kind::Int,
            "Shifts offered or accepted and not yet attended.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The organisation that holds the record.",
        )
        .identity(),
        to_one(
            "department",
            "department_id",
            "Department",
            "The department the person belongs to.",
        )
        .free(),
        to_one(
            "user",
            "account_id",
            "User",
            "The person's sign-in, if any.",
        ),
        to_many(
            "certificates",
            "Certificate",
            "volunteer_id",
            "Certificates held.",
        ),
        to_many(
            "assignments",
            "Assignment",
            "volunteer_id",
            "Shifts the person was asked for.",
        ),
        to_many(
            "consents",
            "Consent",
            "volunteer_id",
            "What the person consented to and withdrew.",
        ),
        to_many(
            "correctionNotes",
            "CorrectionNote",
            "volunteer_id",
            "What of the record the person disputes.",
        ),
    ],
    attributes: &[
        attribute::itself("volunteer", "Volunteer"),
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::maybe("department", "department_id", "Department"),
        attribute::text("status", "status"),
        attribute::set(
            "rosteredIn",
            "Project",
            "assignment a",
            "a.volunteer_id",
            "a.project_id",
            ON_ROSTER,
        ),
        attribute::set(
            "rosteredShifts",
            "Shift",
            "assignment a",
            "a.volunteer_id",
            "a.shift_id",
            ON_ROSTER,
        ),
        attribute::set(
            "listedIn",
            "Project",
            "assignment a",
            "a.volunteer_id",
            "a.project_id",
            LISTED,
        ),
        attribute::set(
            "listedShifts",
            "Shift",
            "assignment a",
            "a.volunteer_id",
            "a.shift_id",
            LISTED,
        ),
        consented("scoringConsentedTo", SCORING),
        consented("marketingConsentedTo", MARKETING),
        consented("sharingConsentedTo", SHARING),
    ],
    deeds: &[
        creation("Adds a volunteer."),
        deed("change", "Changes a volunteer's record."),
        deed("archive", "Archives a volunteer's record."),
        look("readDisclosures", "Reads to whom the record was shown."),
        right(
            "drillBreach",
            "Reads who could have seen the record between two instants, and who did.",
        ),
        look(
            "readChanges",
            "Reads how the record was changed, and by whom.",
        ),
        import("Loads volunteers from a file."),
        pair(),
        right(
            "score",
            "Works out from the replies how firmly a volunteer has agreed.",
        ),
        small_groups(),
        deed("giveConsent", "Consents to what a text says."),
        deed("withdrawConsent", "Withdraws a consent."),
        deed(
            "erase",
            "Erases all that is kept of a volunteer; what was served is kept without the person.",
        ),
    ],
};

pub static CERTIFICATE: Type = Type {
    name: "Certificate",
    plural: "certificates",
    singular: "certificate",
    entity: "Certificate",
    table: "certificate",
    doc: "A certificate that a volunteer holds for a skill.",
    person: false,
    fields: &[
        value(
            "skill",
            "skill",
            Kind::Text,
            "The skill, as the code of a tag.",
        ),
        value(
            "title",
            "title",
            Kind::Text,
            "What the certificate is called.",
        ),
        value("issuer", "issuer", Kind::Text, "Who issued it."),
        value("issuedOn", "issued_on", Kind::Date, "Day of issue."),
        value(
            "expiresOn",
            "expires_on",
            Kind::Date,
            "Last day on which it is valid.",
        ),
        to_one("volunteer", "volunteer_id", "Volunteer", "Who holds it."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::to("volunteer", "volunteer_id", "Volunteer"),
    ],
    deeds: &[],
};
