//! Projects.

use crate::catalogue::define::{Type, attribute, creation, deed, import, to_many, to_one, value};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static PROJECT_STATUS: EnumKind = EnumKind {
    name: "ProjectStatus",
    doc: "Whether a project is running.",
    values: &[
        one("PLANNED", "Not yet begun."),
        one("ACTIVE", "Running."),
        one("CLOSED", "Over."),
    ],
};

pub static PROJECT: Type = Type {
    name: "Project",
    plural: "projects",
    singular: "project",
    entity: "Project",
    table: "project",
    doc: "A service with a calendar of its own, such as a community canteen.",
    person: false,
    fields: &[
        value("nameEn", "name_en", Kind::Text, "Name in English.")
            .search()
            .free(),
        value("nameZh", "name_zh", Kind::Text, "Name in Chinese.")
            .search()
            .free(),
        value(
            "category",
            "category",
            Kind::Text,
            "What sort of service it is.",
        )
        .required(),
        value(
            "status",
            "status",
            Kind::Enum(&PROJECT_STATUS),
            "Whether it is running.",
        )
        .free(),
        value(
            "descriptionEn",
            "description_en",
            Kind::Text,
            "What it is about, in English.",
        )
        .free(),
        value(
            "descriptionZh",
            "description_zh",
            Kind::Text,
            "What it is about, in Chinese.",
        )
        .free(),
        value("startsOn", "starts_on", Kind::Date, "First day.").free(),
        value("endsOn", "ends_on", Kind::Date, "Last day.").free(),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was archived.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The lead organisation.",
        )
        .identity(),
        to_one(
            "department",
            "department_id",
            "Department",
            "The department that runs it.",
        )
        .free(),
        to_many("shifts", "Shift", "project_id", "Its calendar."),
        to_many(
            "assignments",
            "Assignment",
            "project_id",
            "Its roster, over all shifts.",
        ),
        to_many(
            "memberships",
            "Membership",
            "project_id",
            "Who holds a role in it.",
        ),
        to_many("notices", "Notice", "project_id", "Notices to the project."),
        to_many(
            "scopes",
            "PartnershipScope",
            "project_id",
            "The shares that cover it.",
        ),
    ],
    attributes: &[
        attribute::itself("project", "Project"),
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::set("shifts", "Shift", "shift s", "s.project_id", "s.id", "TRUE"),
    ],
    deeds: &[
        creation("Adds a project."),
        deed("change", "Changes a project."),
        deed("archive", "Archives a project."),
        import("Loads projects from a file."),
    ],
};
