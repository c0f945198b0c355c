//! `shifts.csv` and `assignments.csv`.

use std::io::BufRead;

use chrono::{DateTime, Utc};

use super::super::field::Fault;
use super::super::report::Reason;
use super::super::table::Table;
use super::super::{External, ImportError, Parsed};
use super::cell::{Ascending, count, flag, number, optional_number, time, word};
use super::numbered;

/// A shift of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct AllianceShiftRecord {
    /// Its number.
    pub external_id: String,
    /// The number of the project.
    pub project: u64,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// When it ends, always after the start.
    pub ends_at: DateTime<Utc>,
    /// Where it is.
    pub place: Option<String>,
    /// The kind of task.
    pub task_type: Option<String>,
    /// Whether it is outdoors.
    pub outdoor: bool,
    /// How many volunteers are needed.
    pub needed: i32,
    /// A note of the coordinators.
    pub internal_note: Option<String>,
}

/// A volunteer on the roster of a shift.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignmentRecord {
    /// Its number.
    pub external_id: String,
    /// The number of the shift.
    pub shift: u64,
    /// The number of the volunteer.
    pub volunteer: u64,
    /// `CONFIRMED`, `PENDING`, `CANCELLED` or `ATTENDED`.
    pub status: &'static str,
    /// Hours served.
    pub hours: Option<u64>,
}

impl External for AllianceShiftRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

impl External for AssignmentRecord {
    fn external_id(&self) -> &str {
        &self.external_id
    }
}

const SHIFT: [&str; 9] = [
    "id",
    "project_id",
    "starts_at",
    "ends_at",
    "place",
    "task_type",
    "outdoor",
    "capacity",
    "internal_note",
];

/// Reads `shifts.csv`.
pub fn alliance_shifts<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<AllianceShiftRecord>, ImportError>>, ImportError> {
    let mut ids = Ascending::default();
    Table::ascending(input, &SHIFT, move |cells| {
        let record = AllianceShiftRecord {
            external_id: numbered(ids.next(cells)?),
            project: number(cells, "project_id")?,
            starts_at: time(cells, "starts_at")?,
            ends_at: time(cells, "ends_at")?,
            place: cells.text("place")?,
            task_type: cells.text("task_type")?,
            outdoor: flag(cells, "outdoor")?,
            needed: count(cells, "capacity")?,
            internal_note: cells.text("internal_note")?,
        };
        if record.ends_at <= record.starts_at {
            let reason = "`ends_at` is not after `starts_at`".to_owned();
            return Err(Fault::new(Reason::BadDuration, reason));
        }
        Ok(record)
    })
}

const STATUS: [(&str, &str); 4] = [
    ("confirmed", "CONFIRMED"),
    ("pending", "PENDING"),
    ("cancelled", "CANCELLED"),
    ("attended", "ATTENDED"),
];

/// Reads `assignments.csv`.
pub fn assignments<I: BufRead>(
    input: I,
) -> Result<impl Iterator<Item = Result<Parsed<AssignmentRecord>, ImportError>>, ImportError> {
    let mut ids = Ascending::default();
    let columns = ["id", "shift_id", "volunteer_id", "status", "hours"];
    Table::ascending(input, &columns, move |cells| {
        Ok(AssignmentRecord {
            external_id: numbered(ids.next(cells)?),
            shift: number(cells, "shift_id")?,
            volunteer: number(cells, "volunteer_id")?,
            status: word(cells, "status", &STATUS)?,
            hours: optional_number(cells, "hours")?,
        })
    })
}
