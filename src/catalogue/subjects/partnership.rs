//! Shares between organisations.

use crate::catalogue::define::{Type, attribute, creation, deed, import, to_many, to_one, value};
use crate::catalogue::kind::{EnumKind, Kind, one};

pub static PARTNERSHIP_STATE: EnumKind = EnumKind {
    name: "PartnershipState",
    doc: "Where a share is in its life.",
    values: &[
        one(
            "PROPOSED",
            "Offered by the lead organisation, not yet in force.",
        ),
        one("ACTIVE", "In force, within its times."),
        one("SUSPENDED", "Stopped for the moment."),
        one("ENDED", "Over."),
    ],
};

pub static PARTNERSHIP_LEVEL: EnumKind = EnumKind {
    name: "PartnershipLevel",
    doc: "What a partner may do.",
    values: &[
        one(
            "READ_ONLY",
            "See the frame of shared shifts: time, place, task type.",
        ),
        one(
            "EDIT",
            "Also report progress and change the roster, within the scope.",
        ),
        one("ADMIN", "Also plan the shared shifts."),
    ],
};

pub static PARTNERSHIP: Type = Type {
    name: "Partnership",
    plural: "partnerships",
    singular: "partnership",
    entity: "Partnership",
    table: "partnership",
    doc: "A share: what a lead organisation lets a partner see and do, for which purpose and until when.",
    person: false,
    fields: &[
        value(
            "state",
            "state",
            Kind::Enum(&PARTNERSHIP_STATE),
            "Where the share is in its life.",
        )
        .free(),
        value(
            "level",
            "level",
            Kind::Enum(&PARTNERSHIP_LEVEL),
            "What the partner may do.",
        )
        .required(),
        value(
            "fieldGroups",
            "field_groups",
            Kind::Words,
            "Groups of fields beyond the frame: ROSTER, NAMES, CONTACTS, NOTES, HISTORY, ORIGINS.",
        )
        .free(),
        value(
            "desensitised",
            "desensitised",
            Kind::Bool,
            "Whether people are shown as first character and XX.",
        )
        .free(),
        value(
            "purpose",
            "purpose",
            Kind::Text,
            "What the partner may use the data for.",
        )
        .free(),
        value(
            "validFrom",
            "valid_from",
            Kind::Time,
            "From when it is in force.",
        )
        .free(),
        value(
            "validTo",
            "valid_to",
            Kind::Time,
            "Until when it is in force.",
        )
        .free(),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was archived.",
        ),
        to_one("lead", "lead_id", "Organisation", "Who shares.").identity(),
        to_one("partner", "partner_id", "Organisation", "With whom.").identity(),
        to_many(
            "scopes",
            "PartnershipScope",
            "partnership_id",
            "The projects shared, and within them the departments or shifts.",
        ),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("partner", "partner_id", "Organisation"),
        attribute::text("state", "state"),
    ],
    deeds: &[
        creation("Proposes a share."),
        deed("change", "Changes a share."),
        deed("archive", "Ends a share and archives it."),
        import("Loads shares from a file."),
    ],
};

pub static PARTNERSHIP_SCOPE: Type = Type {
    name: "PartnershipScope",
    plural: "partnershipScopes",
    singular: "partnershipScope",
    entity: "PartnershipScope",
    table: "partnership_scope",
    doc: "A project that a share covers, whole or only one department or shift of it.",
    person: false,
    fields: &[
        to_one("partnership", "partnership_id", "Partnership", "The share."),
        to_one("project", "project_id", "Project", "The project."),
        to_one(
            "department",
            "department_id",
            "Department",
            "The department, if only one is shared.",
        ),
        to_one(
            "shift",
            "shift_id",
            "Shift",
            "The shift, if only one is shared.",
        ),
    ],
    attributes: &[
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("partner", "partner_id", "Organisation"),
    ],
    deeds: &[import("Loads the scopes of shares from a file.")],
};
