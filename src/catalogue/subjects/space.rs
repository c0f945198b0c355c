//! Spaces in which organisations work together.

use crate::catalogue::define::{Type, attribute, creation, deed, derived, to_many, to_one, value};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static SPACE_PLACE: EnumKind = EnumKind {
    name: "SpacePlace",
    doc: "How an organisation stands in a space.",
    values: &[
        one("INVITED", "Asked to join, and has not answered."),
        one("JOINED", "In it."),
        one("DECLINED", "Was asked, and would not."),
        one("LEFT", "Was in it, and left."),
        one("REMOVED", "Was asked or in it, and is no longer."),
    ],
};

pub static SPACE_DEED: EnumKind = EnumKind {
    name: "SpaceDeed",
    doc: "What was done in a space.",
    values: &[
        one("CREATE", "The lead opened it."),
        one("CHANGE", "The lead changed its name or purpose."),
        one("ARCHIVE", "The lead closed it."),
        one("INVITE", "The lead asked an organisation to join."),
        one("JOIN", "An organisation joined."),
        one("DECLINE", "An organisation would not join."),
        one("LEAVE", "An organisation left."),
        one("REMOVE", "The lead put an organisation out of it."),
        one("BRING", "An organisation brought in a project of its own."),
        one(
            "TAKE_OUT",
            "A project was taken out, by its organisation or as that left.",
        ),
        one(
            "BRING_TEMPLATE",
            "An organisation brought in a template of its own.",
        ),
        one(
            "TAKE_OUT_TEMPLATE",
            "A template was taken out, by its organisation or as that left.",
        ),
    ],
};

/// Who is in the space of a row, by the table of the row.
macro_rules! members {
    ($table:literal) => {
        attribute::set(
            "members",
            "Organisation",
            concat!(
                $table,
                " q JOIN space_member m ON m.space_id = q.space_id AND m.state = 'JOINED' AND m.archived_at IS NULL"
            ),
            "q.id",
            "m.organisation_id",
            "TRUE",
        )
    };
}

pub static SPACE: Type = Type {
    name: "Space",
    plural: "spaces",
    singular: "space",
    entity: "Space",
    table: "space",
    doc: "Where organisations work together; being in it shares nothing, shares are made from it.",
    person: false,
    fields: &[
        value("nameEn", "name_en", Kind::Text, "Name in English.")
            .search()
            .free(),
        value("nameZh", "name_zh", Kind::Text, "Name in Chinese.")
            .search()
            .free(),
        value("purpose", "purpose", Kind::Text, "What it is for.").free(),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was closed.",
        ),
        to_one("lead", "lead_id", "Organisation", "Who opened it.").identity(),
        to_many(
            "members",
            "SpaceMember",
            "space_id",
            "The organisations that are in it, were, or are asked to be.",
        ),
        to_many(
            "projects",
            "SpaceProject",
            "space_id",
            "The projects that were brought into it.",
        ),
        to_many(
            "templates",
            "SpaceTemplate",
            "space_id",
            "The templates of standard activities that were brought into it.",
        ),
        to_many(
            "shares",
            "Partnership",
            "space_id",
            "The shares that were offered from it, each between two organisations.",
        ),
        to_many(
            "steps",
            "SpaceStep",
            "space_id",
            "What became of it, step by step.",
        ),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::set(
            "members",
            "Organisation",
            "space_member m",
            "m.space_id",
            "m.organisation_id",
            "m.state = 'JOINED' AND m.archived_at IS NULL",
        ),
        attribute::set(
            "invited",
            "Organisation",
            "space_member i",
            "i.space_id",
            "i.organisation_id",
            "i.state = 'INVITED' AND i.archived_at IS NULL",
        ),
    ],
    deeds: &[
        creation("Opens a space; the lead is in it."),
        deed("change", "Changes the name or the purpose of a space."),
        deed(
            "archive",
            "Closes a space; the shares that were made from it stay as they were agreed.",
        ),
        deed("invite", "Asks organisations to join."),
        deed(
            "remove",
            "Takes an invitation back, or puts an organisation out of the space.",
        ),
        deed(
            "join",
            "Joins a space to which one's organisation is asked.",
        ),
        deed("decline", "Refuses to join."),
        deed("leave", "Leaves a space, and takes one's projects along."),
        deed(
            "bring",
            "Brings projects of one's own organisation in; the members learn their names, and nothing else.",
        ),
        deed(
            "takeOut",
            "Takes projects of one's own organisation out again.",
        ),
        deed(
            "bringTemplates",
            "Brings templates of one's own organisation in; the members read them there, and use them.",
        ),
        deed(
            "takeOutTemplates",
            "Takes templates of one's own organisation out again.",
        ),
        deed(
            "share",
            "Offers a share of the same terms to several members, each of which accepts it or not.",
        ),
    ],
};

pub static SPACE_MEMBER: Type = Type {
    name: "SpaceMember",
    plural: "spaceMembers",
    singular: "spaceMember",
    entity: "SpaceMember",
    table: "space_member",
    doc: "How one organisation stands in a space.",
    person: false,
    fields: &[
        value(
            "state",
            "state",
            Kind::Enum(&SPACE_PLACE),
            "How the organisation stands in it.",
        ),
        value(
            "since",
            "updated_at",
            Kind::Time,
            "Since when it stands like that.",
        ),
        to_one("space", "space_id", "Space", "The space."),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The organisation.",
        ),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("organisation", "organisation_id", "Organisation"),
        members!("space_member"),
    ],
    deeds: &[],
};

pub static SPACE_PROJECT: Type = Type {
    name: "SpaceProject",
    plural: "spaceProjects",
    singular: "spaceProject",
    entity: "SpaceProject",
    table: "space_project",
    doc: "A project that was brought into a space: its name is told there, and nothing of what is in it.",
    person: false,
    fields: &[
        derived(
            "projectNameEn",
            "(SELECT p.name_en FROM space_project c JOIN project p ON p.id = c.project_id WHERE c.id = {row}.id)",
            Kind::Text,
            "Name of the project in English, as the space tells it.",
        ),
        derived(
            "projectNameZh",
            "(SELECT p.name_zh FROM space_project c JOIN project p ON p.id = c.project_id WHERE c.id = {row}.id)",
            Kind::Text,
            "Name of the project in Chinese, as the space tells it.",
        ),
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
        to_one("project", "project_id", "Project", "The project."),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "Who leads the project.",
        ),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("organisation", "organisation_id", "Organisation"),
        members!("space_project"),
    ],
    deeds: &[],
};

pub static SPACE_STEP: Type = Type {
    name: "SpaceStep",
    plural: "spaceSteps",
    singular: "spaceStep",
    entity: "SpaceStep",
    table: "space_step",
    doc: "Something that was done in a space; never changed and never taken away.",
    person: false,
    fields: &[
        value(
            "number",
            "number",
            Kind::Int,
            "Counts the steps of a space, from 1.",
        ),
        value("deed", "deed", Kind::Enum(&SPACE_DEED), "What was done."),
        value("at", "created_at", Kind::Time, "When it was done."),
        value(
            "before",
            "before_values",
            Kind::Text,
            "What the changed values were: a JSON object.",
        ),
        value(
            "after",
            "after_values",
            Kind::Text,
            "What the changed values became: a JSON object.",
        ),
        to_one("space", "space_id", "Space", "The space."),
        to_one(
            "organisation",
            "organisation_id",
            "Organisation",
            "The organisation that it is about.",
        ),
        to_one("by", "account_id", "User", "Who did it."),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("organisation", "organisation_id", "Organisation"),
    ],
    deeds: &[],
};
