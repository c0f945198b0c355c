//! Organisations, in a tree of headquarters and branches, and their departments.

use crate::catalogue::define::{
    Type, attribute, creation, deed, import, right, to_many, to_one, value, whole,
};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static ORGANISATION_KIND: EnumKind = EnumKind {
    name: "OrganisationKind",
    doc: "What sort of body an organisation is.",
    values: &[
        one("NGO", "A charity or other non-governmental organisation."),
        one("SCHOOL", "A school or kindergarten."),
        one("FUNDER", "A body that pays for services."),
        one("GOVERNMENT", "A department or public body."),
        one("COMPANY", "A business."),
        one("OTHER", "Anything else."),
    ],
};

pub static ORGANISATION: Type = Type {
    name: "Organisation",
    plural: "organisations",
    singular: "organisation",
    entity: "Organisation",
    table: "organisation",
    doc: "A charity, a school or another body; branches name their headquarters as parent.",
    person: false,
    fields: &[
        value("nameEn", "name_en", Kind::Text, "Name in English.")
            .search()
            .free(),
        value("nameZh", "name_zh", Kind::Text, "Name in Chinese.")
            .search()
            .free(),
        value(
            "kind",
            "kind",
            Kind::Enum(&ORGANISATION_KIND),
            "What sort of body it is.",
        )
        .required(),
        value(
            "district",
            "district",
            Kind::Text,
            "One of the 18 districts.",
        )
        .free(),
        value("addressEn", "address_en", Kind::Text, "Address in English.").free(),
        value("addressZh", "address_zh", Kind::Text, "Address in Chinese.").free(),
        value(
            "telephone",
            "telephone",
            Kind::Text,
            "Public telephone number of the office.",
        )
        .free(),
        value(
            "email",
            "email",
            Kind::Text,
            "Public e-mail address of the office.",
        )
        .free(),
        value("website", "website", Kind::Text, "Public web site.").free(),
        value(
            "registrationNumber",
            "registration_number",
            Kind::Text,
            "Registration number of the charity or school.",
        )
        .free(),
        value(
            "schoolCategory",
            "school_category",
            Kind::Text,
            "Category in the Education Bureau's list.",
        )
        .free(),
        value(
            "schoolLevel",
            "school_level",
            Kind::Text,
            "Level taught: kindergarten, primary, secondary.",
        )
        .free(),
        value(
            "schoolSession",
            "school_session",
            Kind::Text,
            "Session: whole day, morning, afternoon, evening.",
        )
        .free(),
        value(
            "schoolGender",
            "school_gender",
            Kind::Text,
            "Whether it takes boys, girls or both.",
        )
        .free(),
        value(
            "financeType",
            "finance_type",
            Kind::Text,
            "How the school is financed.",
        )
        .free(),
        value(
            "religion",
            "religion",
            Kind::Text,
            "Religion of the sponsoring body.",
        )
        .free(),
        value(
            "longitude",
            "longitude",
            Kind::Float,
            "Longitude in degrees east.",
        )
        .free(),
        value(
            "latitude",
            "latitude",
            Kind::Float,
            "Latitude in degrees north.",
        )
        .free(),
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
            "residency",
            "residency",
            Kind::Words,
            "Where data about its people may go: ISO 3166 codes of two letters; ANYWHERE, or nowhere if empty. What the organisations above it say holds too.",
        ),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was archived.",
        ),
        to_one(
            "parent",
            "parent_id",
            "Organisation",
            "The headquarters of a branch.",
        )
        .origin(),
        to_many("branches", "Organisation", "parent_id", "Its branches."),
        to_many(
            "departments",
            "Department",
            "organisation_id",
            "Its departments.",
        ),
        to_many("projects", "Project", "organisation_id", "Its projects."),
        to_many(
            "volunteers",
            "Volunteer",
            "organisation_id",
            "Its volunteers.",
        ),
        to_many(
            "shifts",
            "Shift",
            "organisation_id",
            "Its shifts, of all projects.",
        ),
        to_many(
            "classes",
            "Class",
            "organisation_id",
            "The classes of a school.",
        ),
        to_many(
            "students",
            "Student",
            "organisation_id",
            "The students of a school.",
        ),
        to_many("notices", "Notice", "organisation_id", "Its notices."),
        to_many(
            "memberships",
            "Membership",
            "organisation_id",
            "Who holds which role in it.",
        ),
        to_many(
            "sharesGiven",
            "Partnership",
            "lead_id",
            "Shares in which it is the lead.",
        ),
        to_many(
            "sharesReceived",
            "Partnership",
            "partner_id",
            "Shares in which it is the partner.",
        ),
    ],
    attributes: &[
        attribute::itself("organisation", "Organisation"),
        attribute::maybe("parent", "parent_id", "Organisation"),
        attribute::text("kind", "kind"),
        attribute::words("residency", "residency"),
    ],
    deeds: &[
        creation("Adds an organisation."),
        deed("change", "Changes an organisation."),
        deed("archive", "Archives an organisation."),
        import("Loads organisations from a file."),
        whole(
            "publishPolicies",
            "Puts policies in force, for all organisations.",
        ),
        whole(
            "approvePolicies",
            "Approves policies that another person published.",
        ),
        whole("rollBackPolicies", "Puts earlier policies in force again."),
        right(
            "privacyOffice",
            "Reads how long data is kept, what is held and what was erased.",
        ),
        deed("placeHold", "Holds a record, so that nothing erases it."),
        deed("releaseHold", "Ends a hold."),
        deed("setRetention", "Says how long a kind of data is kept."),
        whole("expire", "Erases what was kept long enough."),
        deed("setResidency", "Says where data about its people may go."),
        right(
            "transfer",
            "Is sent data about its people, at the place where it is.",
        ),
    ],
};

pub static DEPARTMENT: Type = Type {
    name: "Department",
    plural: "departments",
    singular: "department",
    entity: "Department",
    table: "department",
    doc: "A part of an organisation, such as the volunteer section (義工組).",
    person: false,
    fields: &[
        value("nameEn", "name_en", Kind::Text, "Name in English.").search(),
        value("nameZh", "name_zh", Kind::Text, "Name in Chinese.").search(),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The organisation it belongs to.",
        ),
        to_many(
            "volunteers",
            "Volunteer",
            "department_id",
            "The volunteers of the department.",
        ),
    ],
    attributes: &[attribute::to(
        "organisation",
        "organisation_id",
        "Organisation",
    )],
    deeds: &[import("Loads departments from a file.")],
};
