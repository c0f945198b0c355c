//! Files in, typed records or reasons out.
//!
//! This room knows how the files of the outside world are written: the columns of a school list,
//! the durations of a schedule, the languages of a list of holidays. It reads them as a stream and
//! gives, for each row, a record that is fit to be stored or a [`Rejection`] that says where and why.
//! A bad row is rejected alone; a file whose header is wrong is refused as a whole.
//!
//! It refuses to know where records go: no SQL, no GraphQL, no clock. `store::import` loads them.

mod alliance;
mod district;
mod elements;
mod field;
mod holidays;
mod report;
mod rows;
mod schools;
mod shifts;
mod table;
mod tags;

pub use alliance::{
    AllianceShiftRecord, AssignmentRecord, DepartmentRecord, MemberOrganisationRecord,
    MemberRecord, ProjectRecord, ScopeRecord, ShareRecord, VolunteerRecord, alliance_shifts,
    assignments, departments, members, numbered, organisations, projects, scopes, shares,
    volunteers,
};
pub use district::{DISTRICTS, district};
pub use holidays::{HolidayRecord, Language, holidays, language_of, sibling_languages};
pub use report::{Kind, Reason, Rejection, Report};
pub use schools::{OrganisationRecord, schools};
pub use shifts::{ShiftRecord, TRACK, shifts};
pub use tags::{TagRecord, tags, vocabulary_of};

/// Why a whole file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be read to its end.
    #[error("the file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// There is no header row.
    #[error("the file is empty: a header row is expected")]
    Empty,
    /// The header row is not text in UTF-8.
    #[error("the header row is not UTF-8 text")]
    HeaderEncoding,
    /// A column that the kind needs is not in the header row.
    #[error("the column `{0}` is missing from the header row")]
    MissingColumn(&'static str),
    /// A column that the kind reads is in the header row twice.
    #[error("the column `{0}` occurs twice in the header row")]
    RepeatedColumn(&'static str),
    /// A JSON file holds something else than one list.
    #[error("the file is not a JSON list")]
    NotAList,
    /// A JSON list does not end.
    #[error("the JSON list that the file starts does not end")]
    Unfinished,
    /// The language of a list of holidays is neither in the file's name nor given.
    #[error("the language of `{0}` is unknown: name the file *-en, *-tc or *-sc, or give it")]
    UnknownLanguage(String),
}

/// What one row of a file turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed<R> {
    /// A record, and the line on which it starts (the first line is 1).
    Record {
        /// The line of the file.
        line: u64,
        /// What the row says.
        record: R,
    },
    /// A row that cannot be taken over.
    Rejected(Rejection),
}

/// A record with the name by which its source knows it.
pub trait External {
    /// The id that is unique within the file and that a later import finds the record by.
    fn external_id(&self) -> &str;
}
