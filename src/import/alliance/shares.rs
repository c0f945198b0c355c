//! `partnerships.csv` and `partnership_projects.csv`.

use std::io::BufRead;

use super::super::table::Table;
use super::super::{External, ImportError, Parsed};
use super::cell::{Ascending, flag, number, word};
use super::numbered;

/// What one organisation shares with another. The rosters of the projects are part of it, with those
/// who withdrew from them, and the numbers by which both know the records.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareRecord {
    /// Its number.
    pub external_id: String,
    /// The number of the organisation that shares.
    pub lead: u64,
    /// The number of the one with which it shares.
    pub partner: u64,
    /// `READ_ONLY`, `EDIT` or `ADMIN`.
    pub level: &'static str,
    /// Whether people are shown as first character and XX.
    pub desensitised: bool,
    /// `PROPOSED`, `ACTIVE`, `SUSPENDED` or `ENDED`.
    pub state: &'static str,
}

/// A project that a share covers.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeRecord {
    /// The numbers of share and project.
    pub external_id: String,
    /// The number of the share.
    pub share: u64,
    /// The number of the project.
    pub project: u64,
}

impl External for ShareRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

impl External for ScopeRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

const LEVELS: [(&str, &str); 3] = [
    ("read_only", "READ_ONLY"),
    ("edit", "EDIT"),
    ("admin", "ADMIN"),
];

const STATES: [(&str, &str); 4] = [
    ("proposed", "PROPOSED"),
    ("active", "ACTIVE"),
    ("suspended", "SUSPENDED"),
    ("ended", "ENDED"),
];

/// Reads `partnerships.csv`.
pub fn shares<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<ShareRecord>, ImportError>>, ImportError> {
    let mut ids = Ascending::default();
    let columns = [
        "id",
        "owner_org_id",
        "partner_org_id",
        "level",
        "desensitized",
        "status",
    ];
    Table::ascending(input, &columns, move |cells| {
        Ok(ShareRecord {
            external_id: numbered(ids.next(cells)?),
            lead: number(cells, "owner_org_id")?,
            partner: number(cells, "partner_org_id")?,
            level: word(cells, "level", &LEVELS)?,
            desensitised: flag(cells, "desensitized")?,
            state: word(cells, "status", &STATES)?,
        })
    })
}

/// Reads `partnership_projects.csv`, in which a pair occurs once.
pub fn scopes<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<ScopeRecord>, ImportError>>, ImportError> {
    Table::open(input, &["partnership_id", "project_id"], &[], |cells| {
        let share = number(cells, "partnership_id")?;
        let project = number(cells, "project_id")?;
        Ok(ScopeRecord {
            external_id: format!("{}/{}", numbered(share), numbered(project)),
            share,
            project,
        })
    })
}
