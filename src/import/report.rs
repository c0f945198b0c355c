//! What came of an import: counts, and each rejected row with its reason.

use std::fmt;

use serde::Serialize;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A list of schools, which become organisations.
    Schools,
    /// A schedule, whose events become shifts of a project.
    Shifts,
    /// A list of general holidays in one language.
    Holidays,
    /// A vocabulary of tags.
    Tags,
    /// The organisations of an alliance.
    Organisations,
    /// Their departments.
    Departments,
    /// Their projects.
    Projects,
    /// Who signs in.
    Accounts,
    /// The roles they hold.
    Memberships,
    /// What one organisation shares with another.
    Shares,
    /// The projects that a share covers.
    Scopes,
    /// Volunteers.
    Volunteers,
    /// Who is on which roster.
    Assignments,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Schools => "schools",
            Self::Shifts => "shifts",
            Self::Holidays => "holidays",
            Self::Tags => "tags",
            Self::Organisations => "organisations",
            Self::Departments => "departments",
            Self::Projects => "projects",
            Self::Accounts => "accounts",
            Self::Memberships => "memberships",
            Self::Shares => "shares",
            Self::Scopes => "scopes",
            Self::Volunteers => "volunteers",
            Self::Assignments => "assignments",
        })
    }
}

/// The stable code of a reason for which a row is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// The row is not UTF-8 text.
    InvalidUtf8,
    /// The row has more or fewer fields than the header.
    FieldCount,
    /// A quoted field does not end, or goes on after its end.
    BadQuote,
    /// The row is longer than any real one.
    TooLong,
    /// A required field is empty.
    EmptyField,
    /// A field holds a control character.
    ControlCharacter,
    /// A date or time does not exist or is not written as expected.
    BadDate,
    /// A duration is not a positive `HH:MM`.
    BadDuration,
    /// A longitude or latitude is no number or out of range.
    BadCoordinate,
    /// The id occurred before in the same file.
    DuplicateId,
    /// An element of a JSON list has not the expected shape.
    BadJson,
    /// The record is already there, in another project than the one that is loaded.
    OtherProject,
    /// The ids of a file that must ascend do not.
    NotAscending,
    /// A field is not a whole number.
    BadNumber,
    /// A field is none of the words that it may be.
    UnknownWord,
    /// A record speaks of another that is not there.
    UnknownReference,
    /// The volunteer is on the roster of the shift already, by another record.
    OnRosterTwice,
    /// Two sides have agreed on the share already: what it covers is theirs to change.
    AgreedAlready,
    /// A share is with another organisation.
    WithItself,
    /// The person was erased; whoever comes back is entered anew.
    Erased,
}

impl Reason {
    /// The code as reports show it.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidUtf8 => "INVALID_UTF8",
            Self::FieldCount => "FIELD_COUNT",
            Self::BadQuote => "BAD_QUOTE",
            Self::TooLong => "TOO_LONG",
            Self::EmptyField => "EMPTY_FIELD",
            Self::ControlCharacter => "CONTROL_CHARACTER",
            Self::BadDate => "BAD_DATE",
            Self::BadDuration => "BAD_DURATION",
            Self::BadCoordinate => "BAD_COORDINATE",
            Self::DuplicateId => "DUPLICATE_ID",
            Self::BadJson => "BAD_JSON",
            Self::OtherProject => "OTHER_PROJECT",
            Self::NotAscending => "NOT_ASCENDING",
            Self::BadNumber => "BAD_NUMBER",
            Self::UnknownWord => "UNKNOWN_WORD",
            Self::UnknownReference => "UNKNOWN_REFERENCE",
            Self::OnRosterTwice => "ON_ROSTER_TWICE",
            Self::AgreedAlready => "AGREED_ALREADY",
            Self::WithItself => "WITH_ITSELF",
            Self::Erased => "ERASED",
        }
    }
}

/// A row that was not taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The line on which the row starts (the first line of the file is 1).
    pub line: u64,
    /// The stable code of the reason.
    pub code: Reason,
    /// The reason as a sentence.
    pub reason: String,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}: {}: {}",
            self.line,
            self.code.code(),
            self.reason
        )
    }
}

/// What an import did, or would have done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the file holds.
    pub kind: Kind,
    /// The name under which the records' external ids are kept.
    pub source: String,
    /// Records that were not there before.
    pub inserted: u64,
    /// Records that were there and said something else.
    pub updated: u64,
    /// Records that were there and said the same.
    pub unchanged: u64,
    /// Rows that were not taken over, in the order of the file.
    pub rejected: Vec<Rejection>,
    /// Whether nothing was kept.
    pub dry_run: bool,
}

impl Report {
    /// A report of nothing yet.
    pub fn new(kind: Kind, source: &str, dry_run: bool) -> Self {
        Self {
            kind,
            source: source.to_owned(),
            inserted: 0,
            updated: 0,
            unchanged: 0,
            rejected: Vec::new(),
            dry_run,
        }
    }

    /// How many rows were read.
    pub fn rows(&self) -> u64 {
        self.inserted + self.updated + self.unchanged + self.rejected.len() as u64
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} from {}: {} inserted, {} updated, {} unchanged, {} rejected",
            self.kind,
            self.source,
            self.inserted,
            self.updated,
            self.unchanged,
            self.rejected.len()
        )?;
        if self.dry_run {
            f.write_str(" (dry run: nothing was kept)")?;
        }
        for rejection in &self.rejected {
            write!(f, "\n  {rejection}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_well_on_a_terminal() {
        let mut report = Report::new(Kind::Schools, "edb", true);
        report.inserted = 2;
        report.rejected.push(Rejection {
            line: 4,
            code: Reason::DuplicateId,
            reason: "`1` occurred before, on line 2".to_owned(),
        });
        assert_eq!(
            report.to_string(),
            "schools from edb: 2 inserted, 0 updated, 0 unchanged, 1 rejected \
             (dry run: nothing was kept)\n  line 4: DUPLICATE_ID: `1` occurred before, on line 2"
        );
        assert_eq!(report.rows(), 3);
    }

    #[test]
    fn a_reason_has_one_spelling() {
        for reason in [Reason::InvalidUtf8, Reason::BadQuote, Reason::OtherProject] {
            assert_eq!(serde_json::json!(reason), reason.code());
        }
    }
}
