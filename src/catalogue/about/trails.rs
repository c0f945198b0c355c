//! Requests for data and what came of them; and trails and texts that mention who wrote them.

use super::persons::Person;
use super::places::{PLACE, Place};
use crate::catalogue::Kind;

/// Whose data a request, a step of its trail or a note is about.
const ASKED: &[(&str, Person)] = &[
    ("volunteer_id", Person::Volunteer),
    ("student_id", Person::Student),
    ("guardian_id", Person::Guardian),
    ("account_id", Person::User),
];

/// Whose data a hold is on; it can be on a notice or a shift too.
const HELD: &[(&str, Person)] = &[
    ("subject_id", Person::Volunteer),
    ("subject_id", Person::Student),
    ("subject_id", Person::Guardian),
    ("subject_id", Person::User),
];

#[rustfmt::skip]
pub(super) static PLACES: &[Place] = &[
    Place {
        table: "data_request",
        whose: ASKED,
        facts: &["kind", "state", "capacity", "statement", "corrected_field", "proposed_value", "opened_on", "due_on",
            "settled_at", "ground", "reasons", "withheld"],
        refers: &["organisation_id"],
        mentions: &["opened_by_id"],
        rest: &["next_reminder_on"],
        ..PLACE
    },
    Place {
        table: "data_request_step",
        whose: ASKED,
        facts: &["number", "deed", "day", "ground"],
        refers: &["data_request_id"],
        mentions: &["actor_id"],
        rest: &["organisation_id"],
        ..PLACE
    },
    Place {
        table: "correction_note",
        whose: ASKED,
        facts: &["disputed_field", "statement", "proposed_value"],
        rest: &["organisation_id", "data_request_id"],
        ..PLACE
    },
    Place {
        table: "notice",
        facts: &["title_en", "title_zh", "published_at"],
        refers: &["organisation_id"],
        mentions: &["author_id"],
        rest: &["project_id", "class_id", "body_en", "body_zh", "urgency", "status", "version", "requires_signature",
            "forwardable"],
        ..PLACE
    },
    Place {
        table: "partner_token",
        facts: &["name"],
        refers: &["organisation_id"],
        mentions: &["issuer_id", "revoked_by_id"],
        rest: &["purpose", "scopes", "networks", "audience", "long_lived", "expires_at", "last_used_at", "revoked_at",
            "refreshes"],
        ..PLACE
    },
    Place {
        table: "partnership_step",
        facts: &["deed"],
        mentions: &["account_id"],
        rest: &["partnership_id", "lead_id", "partner_id", "number", "side", "before_values", "after_values"],
        ..PLACE
    },
    Place {
        table: "space_step",
        facts: &["deed"],
        mentions: &["account_id"],
        rest: &["space_id", "lead_id", "organisation_id", "number", "before_values", "after_values"],
        ..PLACE
    },
    Place {
        table: "policy_set",
        words: Some(("published set of policies", "已發布的政策")),
        mentions: &["account_id"],
        rest: &["number", "version", "documents", "reason", "report", "restores"],
        ..PLACE
    },
    Place {
        table: "policy_act",
        words: Some(("act on policies", "政策操作")),
        mentions: &["account_id"],
        rest: &["number", "policy_set_id", "deed", "version_before", "version_after", "in_force", "report"],
        ..PLACE
    },
    Place {
        table: "policy_keeper_act",
        words: Some(("act on who looks after policies", "政策保管操作")),
        mentions: &["account_id"],
        rest: &["number", "organisation_id", "deed", "reason"],
        ..PLACE
    },
    Place {
        table: "legal_hold",
        words: Some(("hold", "保留令")),
        whose: HELD,
        own: &[
            ("ends_at", Kind::Time, "end", "結束時間"),
            ("released_at", Kind::Time, "time of the release", "解除時間"),
        ],
        mentions: &["account_id", "released_by_id"],
        // what an office writes of a matter that is going on is its own
        rest: &["organisation_id", "subject_type", "reason", "release_reason"],
        ..PLACE
    },
    // who was erased is a keyed pseudonym there: nobody that is still known
    Place {
        table: "erasure",
        words: Some(("erasure", "刪除紀錄")),
        mentions: &["account_id"],
        rest: &["organisation_id", "kind", "pseudonym", "ground", "way", "external", "counts"],
        ..PLACE
    },
    Place {
        table: "retention_rule",
        words: Some(("rule on how long data is kept", "保留期規則")),
        mentions: &["account_id"],
        rest: &["organisation_id", "subject", "number", "months", "reason"],
        ..PLACE
    },
];
