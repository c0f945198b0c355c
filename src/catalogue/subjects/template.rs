//! Templates of what standard activities need, and how spaces share them.

use crate::catalogue::define::{Type, attribute, creation, deed, to_one, value};
use crate::catalogue::kind::Kind;

/// What a template that is read in a space is brought by: it is there, it is in use and may be
/// forwarded, and so is the space; and who is in that.
macro_rules! brought {
    () => {
        "space_template q JOIN space s ON s.id = q.space_id AND s.archived_at IS NULL JOIN shift_template x ON x.id = q.shift_template_id AND x.archived_at IS NULL AND x.forwardable JOIN space_member m ON m.space_id = q.space_id AND m.state = 'JOINED' AND m.archived_at IS NULL"
    };
}

pub static SHIFT_TEMPLATE: Type = Type {
    name: "ShiftTemplate",
    plural: "shiftTemplates",
    singular: "shiftTemplate",
    entity: "ShiftTemplate",
    table: "shift_template",
    doc: "What a standard activity needs: shifts take it over when they are made. It names nobody and no date.",
    person: false,
    fields: &[
        value("nameEn", "name_en", Kind::Text, "Name in English.")
            .search()
            .free(),
        value("nameZh", "name_zh", Kind::Text, "Name in Chinese.")
            .search()
            .free(),
        value(
            "taskType",
            "task_type",
            Kind::Text,
            "What kind of task it is, as shifts name it.",
        )
        .search()
        .free(),
        value(
            "tags",
            "tags",
            Kind::Words,
            "Tags, such as the skills that are needed, as shifts name them.",
        )
        .free(),
        value("outdoor", "outdoor", Kind::Bool, "Whether it is outdoors.").free(),
        value(
            "needed",
            "needed",
            Kind::Int,
            "How many volunteers are needed.",
        )
        .free(),
        value(
            "durationMinutes",
            "duration_minutes",
            Kind::Int,
            "How long it takes, in minutes.",
        )
        .required(),
        value(
            "instructionsEn",
            "instructions_en",
            Kind::Text,
            "How it is done, in English; it is about nobody in particular.",
        )
        .free(),
        value(
            "instructionsZh",
            "instructions_zh",
            Kind::Text,
            "How it is done, in Chinese; it is about nobody in particular.",
        )
        .free(),
        value(
            "forwardable",
            "forwardable",
            Kind::Bool,
            "Whether it may be brought into spaces; where it may not, no other organisation sees it.",
        )
        .free(),
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
            "Whose it is.",
        )
        .identity(),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::flag("forwardable", "forwardable"),
        attribute::set(
            "sharedWith",
            "Organisation",
            brought!(),
            "q.shift_template_id",
            "m.organisation_id",
            "q.archived_at IS NULL",
        ),
    ],
    deeds: &[
        creation("Makes a template."),
        deed("change", "Changes a template."),
        deed(
            "archive",
            "Archives a template; it is then in no space any more.",
        ),
    ],
};

pub static SPACE_TEMPLATE: Type = Type {
    name: "SpaceTemplate",
    plural: "spaceTemplates",
    singular: "spaceTemplate",
    entity: "SpaceTemplate",
    table: "space_template",
    doc: "A template that was brought into a space, where the members read it.",
    person: false,
    fields: &[
        value(
            "broughtAt",
            "created_at",
            Kind::Time,
            "When it was brought in.",
        ),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was taken out.",
        ),
        to_one("space", "space_id", "Space", "The space."),
        to_one(
            "template",
            "shift_template_id",
            "ShiftTemplate",
            "The template.",
        ),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "Whose the template is.",
        ),
    ],
    attributes: &[
        attribute::to("organisation", "organisation_id", "Organisation"),
        attribute::set(
            "members",
            "Organisation",
            brought!(),
            "q.id",
            "m.organisation_id",
            "q.archived_at IS NULL",
        ),
    ],
    deeds: &[],
};
