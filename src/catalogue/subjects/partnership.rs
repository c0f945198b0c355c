//! Shares between organisations.

use crate::catalogue::define::{
    Type, attribute, creation, deed, derived, import, to_many, to_one, value, whole,
};
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
        one(
            "SUSPENDED",
            "Stopped for the moment, by one side or by both.",
        ),
        one("DECLINED", "Refused by the partner."),
        one("ENDED", "Over."),
    ],
};

pub static PARTNERSHIP_SIDE: EnumKind = EnumKind {
    name: "PartnershipSide",
    doc: "One of the two that a share is between.",
    values: &[
        one("LEAD", "Who shares."),
        one("PARTNER", "With whom."),
        one(
            "NEITHER",
            "Of a step: time took it, or a file that was loaded.",
        ),
    ],
};

pub static PARTNERSHIP_HOLD: EnumKind = EnumKind {
    name: "PartnershipHold",
    doc: "Who holds a share that is suspended.",
    values: &[
        one("LEAD", "The lead alone."),
        one("PARTNER", "The partner alone."),
        one("BOTH", "Each of the two; both must let go of it."),
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
        ),
        derived(
            "inForce",
            "(SELECT i.state = 'ACTIVE' AND i.archived_at IS NULL AND (i.valid_from IS NULL OR i.valid_from <= {now}) AND (i.valid_to IS NULL OR i.valid_to > {now}) FROM partnership i WHERE i.id = {row}.id)",
            Kind::Bool,
            "Whether it is in force at this instant: agreed, not suspended, and within its times.",
        ),
        value(
            "suspendedBy",
            "suspended_by",
            Kind::Enum(&PARTNERSHIP_HOLD),
            "Who holds it while it is suspended.",
        ),
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
            "Groups of fields beyond the frame: ROSTER, CONTACTS, NOTES, HISTORY, ORIGINS.",
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
            "proposedBy",
            "proposed_by",
            Kind::Enum(&PARTNERSHIP_SIDE),
            "Whose change waits for the other side, if one does.",
        ),
        value(
            "proposedChange",
            "proposed_change",
            Kind::Text,
            "The change that waits: a JSON object of the values that would change, by the names of the input.",
        ),
        value(
            "lastStep",
            "last_step",
            Kind::Int,
            "The number of the last step of its trail.",
        ),
        derived(
            "projectsReached",
            "(SELECT COUNT(DISTINCT c.project_id) FROM partnership_scope c WHERE c.partnership_id = {row}.id AND c.archived_at IS NULL)",
            Kind::Int,
            "How many projects it reaches into, as long as it is in force.",
        ),
        derived(
            "shiftsReached",
            "(SELECT COUNT(DISTINCT s.id) FROM partnership_scope c JOIN shift s ON s.project_id = c.project_id AND (c.department_id IS NULL OR s.department_id = c.department_id) AND (c.shift_id IS NULL OR s.id = c.shift_id) WHERE c.partnership_id = {row}.id AND c.archived_at IS NULL AND s.archived_at IS NULL)",
            Kind::Int,
            "How many shifts it shows, as long as it is in force.",
        ),
        derived(
            "peopleReached",
            "(SELECT COUNT(DISTINCT a.volunteer_id) FROM partnership o JOIN partnership_scope c ON c.partnership_id = o.id AND c.archived_at IS NULL JOIN shift s ON s.project_id = c.project_id AND (c.department_id IS NULL OR s.department_id = c.department_id) AND (c.shift_id IS NULL OR s.id = c.shift_id) JOIN assignment a ON a.shift_id = s.id AND a.archived_at IS NULL JOIN volunteer v ON v.id = a.volunteer_id AND v.archived_at IS NULL WHERE o.id = {row}.id AND o.field_groups LIKE '%\"ROSTER\"%' AND (a.status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED', 'ABSENT') OR o.field_groups LIKE '%\"HISTORY\"%'))",
            Kind::Int,
            "How many volunteers it shows, by name or as first character and XX, as long as it is in force.",
        ),
        value(
            "archivedAt",
            "archived_at",
            Kind::Time,
            "When it was archived.",
        ),
        to_one("lead", "lead_id", "Organisation", "Who shares.").identity(),
        to_one("partner", "partner_id", "Organisation", "With whom.").identity(),
        to_one(
            "space",
            "space_id",
            "Space",
            "The space from which it was offered, if from one.",
        ),
        to_many(
            "scopes",
            "PartnershipScope",
            "partnership_id",
            "The projects shared, and within them the departments or shifts.",
        ),
        to_many(
            "steps",
            "PartnershipStep",
            "partnership_id",
            "What became of it, step by step.",
        ),
    ],
    attributes: &[
        attribute::itself("share", "Partnership"),
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("partner", "partner_id", "Organisation"),
        attribute::text("state", "state"),
    ],
    deeds: &[
        creation("Offers a share to a partner."),
        deed(
            "change",
            "Changes an offer, takes away from what was agreed, or switches the desensitised display; at once.",
        ),
        deed("archive", "Ends a share and archives it."),
        deed("accept", "Accepts an offer as it was read."),
        deed("decline", "Refuses an offer."),
        deed(
            "proposeChange",
            "Proposes other terms to the other side; a later proposal takes the place of an earlier one.",
        ),
        deed(
            "acceptChange",
            "Agrees, as it was read, to what the other side proposed.",
        ),
        deed(
            "declineChange",
            "Refuses what the other side proposed, or takes back what one's own side did.",
        ),
        deed(
            "suspend",
            "Stops a share for the moment; whoever did lets go of it.",
        ),
        deed(
            "resume",
            "Lets go of a share that one's own side suspended.",
        ),
        deed("revoke", "Ends a share at once and for good."),
        import("Loads shares from a file."),
        whole(
            "recordTime",
            "Records in the trails of shares that their time began or ended.",
        ),
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
        derived(
            "projectNameEn",
            "(SELECT p.name_en FROM partnership_scope c JOIN project p ON p.id = c.project_id WHERE c.id = {row}.id)",
            Kind::Text,
            "Name of the project in English, as the share tells it.",
        ),
        derived(
            "projectNameZh",
            "(SELECT p.name_zh FROM partnership_scope c JOIN project p ON p.id = c.project_id WHERE c.id = {row}.id)",
            Kind::Text,
            "Name of the project in Chinese, as the share tells it.",
        ),
        derived(
            "departmentNameEn",
            "(SELECT d.name_en FROM partnership_scope c JOIN department d ON d.id = c.department_id WHERE c.id = {row}.id)",
            Kind::Text,
            "Name of the department in English, as the share tells it.",
        ),
        derived(
            "departmentNameZh",
            "(SELECT d.name_zh FROM partnership_scope c JOIN department d ON d.id = c.department_id WHERE c.id = {row}.id)",
            Kind::Text,
            "Name of the department in Chinese, as the share tells it.",
        ),
        derived(
            "shiftStartsAt",
            "(SELECT s.starts_at FROM partnership_scope c JOIN shift s ON s.id = c.shift_id WHERE c.id = {row}.id)",
            Kind::Time,
            "When the shift starts, as the share tells it.",
        ),
    ],
    attributes: &[
        attribute::to("share", "partnership_id", "Partnership"),
        attribute::to("lead", "lead_id", "Organisation"),
        attribute::to("partner", "partner_id", "Organisation"),
    ],
    deeds: &[import("Loads the scopes of shares from a file.")],
};
