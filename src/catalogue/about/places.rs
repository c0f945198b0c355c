//! Where persons are: a table, and what its columns say of whom.

use super::persons::Person;
use super::{sign_in, trails, work};
use crate::catalogue::Kind;

/// A table with rows about persons, or with rows that mention them.
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// In English and in Chinese, where the table is no type of the catalogue.
    pub words: Option<(&'static str, &'static str)>,
    /// The columns that name a person whom the row is about.
    pub whose: &'static [(&'static str, Person)],
    /// Through which other table the row is about a person, where no column of its own says so.
    pub via: Option<Via>,
    /// Columns of the catalogue that say something of that person.
    pub facts: &'static [&'static str],
    /// Columns that no field of the catalogue shows and that say something of that person.
    pub own: &'static [(&'static str, Kind, &'static str, &'static str)],
    /// Columns about a third person whom the row mentions by more than an id.
    pub third: &'static [&'static str],
    /// Columns that lead to rows that are nobody's.
    pub refers: &'static [&'static str],
    /// Columns that name a user who did something to the row, and whom it is not about.
    pub mentions: &'static [&'static str],
    /// Columns that hold a secret of the person, or its trace: they are never told.
    pub secrets: &'static [&'static str],
    /// Columns that say nothing of a person: counters, hashes, what follows from other columns.
    pub rest: &'static [&'static str],
}

/// A way to the person over another table.
pub struct Via {
    /// The column here.
    pub column: &'static str,
    /// The table to which it leads.
    pub table: &'static str,
    /// The column there that names the user.
    pub whose: &'static str,
}

/// Nothing is known yet: each place says what it has.
pub(super) const PLACE: Place = Place {
    table: "",
    words: None,
    whose: &[],
    via: None,
    facts: &[],
    own: &[],
    third: &[],
    refers: &[],
    mentions: &[],
    secrets: &[],
    rest: &[],
};

/// Columns that tables have in common; when a row was made and archived is told of each.
pub const COMMON: [&str; 5] = ["id", "created_at", "updated_at", "revision", "archived_at"];

/// Every place, those with the records themselves first.
pub fn places() -> impl Iterator<Item = &'static Place> {
    work::PLACES
        .iter()
        .chain(trails::PLACES)
        .chain(sign_in::PLACES)
}

/// Tables in which no row is about a person or mentions one, with all their columns.
#[rustfmt::skip]
pub const NOBODYS: [(&str, &[&str]); 29] = [
    // the log and the trail name persons by pseudonyms, and only who has the key of one can tell whose it is: what
    // it says of a person is asked of the log, and to forget the person is to destroy the key
    ("audit_block", &["number", "filter"]),
    ("audit_cut", &["book", "number", "hash", "entry"]),
    ("audit_entry", &["number", "at", "body", "hash"]),
    ("audit_head", &["number", "hash", "forgotten"]),
    ("audit_key", &["record_id", "record_type", "pseudonym", "secret"]),
    ("consent_text", &["organisation_id", "purpose", "text_en", "text_zh", "status", "published_at"]),
    // an entry of the log names nobody, so that it outlives whoever asked
    ("data_request_refusal", &["organisation_id", "kind", "ground", "particulars", "opened_on", "refused_on", "kept_until"]),
    ("data_key", &["purpose", "number", "wrapped_by", "wrapped"]),
    ("department", &["organisation_id", "name_en", "name_zh"]),
    ("holiday", &["date", "name_en", "name_zh", "name_zh_hans", "source", "external_id"]),
    ("organisation", &["name_en", "name_zh", "kind", "parent_id", "district", "address_en", "address_zh", "telephone", "email",
        "website", "registration_number", "school_category", "school_level", "school_session", "school_gender", "finance_type",
        "religion", "longitude", "latitude", "source", "external_id", "keeps_policies", "residency"]),
    // the number of a person while that person is being erased, and never afterwards
    ("erasure_under_way", &[]),
    ("partner_token_share", &["partner_token_id", "partnership_id", "project_id", "lead_id", "partner_id"]),
    ("partnership", &["lead_id", "partner_id", "state", "level", "field_groups", "desensitised", "purpose", "valid_from",
        "valid_to", "suspended_by", "proposed_by", "proposed_change", "last_step", "space_id", "settled_at"]),
    ("partnership_scope", &["partnership_id", "lead_id", "partner_id", "project_id", "department_id", "shift_id"]),
    ("project", &["organisation_id", "department_id", "name_en", "name_zh", "category", "status", "description_en",
        "description_zh", "starts_on", "ends_on"]),
    ("retention_count", &["run_id", "organisation_id", "subject", "months", "done", "held"]),
    ("retention_run", &["day", "dry_run", "ended_at"]),
    ("school_class", &["organisation_id", "name_en", "name_zh", "grade", "academic_year", "room"]),
    ("shift", &["organisation_id", "project_id", "department_id", "title", "starts_at", "ends_at", "place", "task_type",
        "outdoor", "needed", "progress", "internal_note", "language", "tags", "source", "external_id"]),
    // a template names nobody
    ("shift_template", &["organisation_id", "name_en", "name_zh", "task_type", "tags", "outdoor", "needed",
        "duration_minutes", "instructions_en", "instructions_zh", "forwardable"]),
    // it counts tries under a hash of a name or an address, and says whose they are to nobody
    ("sign_in_rate", &["full_until"]),
    ("space", &["lead_id", "name_en", "name_zh", "purpose", "last_step"]),
    ("space_member", &["space_id", "lead_id", "organisation_id", "state"]),
    ("space_project", &["space_id", "lead_id", "organisation_id", "project_id"]),
    // what it says of persons is sealed under the keys of the log
    ("trail_entry", &["number", "at", "record", "body", "hash"]),
    ("trail_head", &["number", "hash"]),
    ("space_template", &["space_id", "organisation_id", "shift_template_id"]),
    ("tag", &["vocabulary", "code", "name_en", "name_zh", "name_fr", "parent_code"]),
];
