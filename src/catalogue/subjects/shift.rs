//! Shifts and who is asked for them.

use crate::catalogue::define::{
    Type, attribute, creation, deed, derived, import, to_many, to_one, value,
};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static PROGRESS: EnumKind = EnumKind {
    name: "ShiftProgress",
    doc: "How far a shift has come.",
    values: &[
        one("PLANNED", "Not yet open for volunteers."),
        one("OPEN", "Volunteers are wanted."),
        one("IN_PROGRESS", "It is happening."),
        one("DONE", "It is over."),
        one("CANCELLED", "It will not happen."),
    ],
};

pub static ASSIGNMENT_STATUS: EnumKind = EnumKind {
    name: "AssignmentStatus",
    doc: "Where a request to a volunteer stands.",
    values: &[
        one("PENDING", "The volunteer applied and waits for an answer."),
        one("OFFERED", "The volunteer was asked."),
        one("ACCEPTED", "The volunteer will come."),
        one("CONFIRMED", "The organisation counts on the volunteer."),
        one("DECLINED", "The volunteer will not come."),
        one("CANCELLED", "Taken off the roster."),
        one("ATTENDED", "The volunteer came."),
        one("ABSENT", "The volunteer did not come."),
    ],
};

pub static SHIFT: Type = Type {
    name: "Shift",
    plural: "shifts",
    singular: "shift",
    entity: "Shift",
    table: "shift",
    doc: "A piece of work at a time and a place for which volunteers are needed.",
    person: false,
    fields: &[
        value("title", "title", Kind::Text, "What it is called.")
            .search()
            .free(),
        value("startsAt", "starts_at", Kind::Time, "When it begins.").required(),
        value("endsAt", "ends_at", Kind::Time, "When it ends.").required(),
        value("place", "place", Kind::Text, "Where it is.")
            .search()
            .free(),
        value(
            "taskType",
            "task_type",
            Kind::Text,
            "What kind of task it is.",
        )
        .search()
        .free(),
        value("outdoor", "outdoor", Kind::Bool, "Whether it is outdoors.").free(),
        value(
            "needed",
            "needed",
            Kind::Int,
            "How many volunteers are needed.",
        )
        .free(),
        derived(
            "filled",
            "(SELECT COUNT(*) FROM assignment a WHERE a.shift_id = {row}.id AND a.archived_at IS NULL AND a.status IN ('ACCEPTED', 'CONFIRMED', 'ATTENDED'))",
            Kind::Int,
            "How many volunteers have accepted.",
        ),
        value(
            "progress",
            "progress",
            Kind::Enum(&PROGRESS),
            "How far it has come.",
        )
        .free(),
        value(
            "internalNote",
            "internal_note",
            Kind::Text,
            "Note of the coordinators.",
        )
        .free(),
        value(
            "language",
            "language",
            Kind::Text,
            "Language of the task, as a BCP 47 tag.",
        )
        .free(),
        value("tags", "tags", Kind::Words, "Tags.").free(),
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
        ),
        to_one(
            "project",
            "project_id",
            "Project",
            "The project whose calendar it is in.",
        )
        .identity(),
        to_one(
            "department",
            "department_id",
            "Department",
            "The department that runs it.",
        )
        .free(),
        to_many("assignments", "Assignment", "shift_id", "Its roster."),
    ],
    attributes: &[
        attribute::itself("shift", "Shift"),
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::to("project", "project_id", "Project"),
        attribute::maybe("department", "department_id", "Department"),
        attribute::text("progress", "progress"),
    ],
    deeds: &[
        creation("Adds a shift to a project."),
        deed("change", "Changes a shift."),
        deed("archive", "Archives a shift."),
        deed("assign", "Puts a volunteer on the roster."),
        import("Loads shifts from a file."),
    ],
};

pub static ASSIGNMENT: Type = Type {
    name: "Assignment",
    plural: "assignments",
    singular: "assignment",
    entity: "Assignment",
    table: "assignment",
    doc: "A volunteer on the roster of a shift.",
    person: false,
    fields: &[
        value(
            "status",
            "status",
            Kind::Enum(&ASSIGNMENT_STATUS),
            "Where the request stands.",
        ),
        value(
            "role",
            "role",
            Kind::Text,
            "What the volunteer does in the shift.",
        ),
        value("hours", "hours", Kind::Float, "Hours served."),
        value(
            "remark",
            "remark",
            Kind::Text,
            "Remark of the coordinators.",
        ),
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
        to_one("shift", "shift_id", "Shift", "The shift."),
        to_one("project", "project_id", "Project", "The project."),
        to_one("volunteer", "volunteer_id", "Volunteer", "The volunteer."),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::to("project", "project_id", "Project"),
        attribute::to("shift", "shift_id", "Shift"),
        attribute::to("volunteer", "volunteer_id", "Volunteer"),
        attribute::text("status", "status"),
    ],
    deeds: &[
        deed("unassign", "Takes a volunteer off the roster."),
        import("Loads rosters from a file."),
    ],
};
