//! A whole alliance in a folder: organisations, what they share, and their volunteers on rosters.
//!
//! One CSV file for each kind of record, as a former system would write them out. Each record has a
//! whole number as its id, and other files speak of it by that number; the numbers ascend through a
//! file, so that one of a million rows is checked without being kept in memory. What a number stands
//! for is found out by `store::import`.

mod cell;
mod members;
mod organisations;
mod rosters;
mod shares;
mod volunteers;

pub use members::{MemberRecord, members};
pub use organisations::{
    DepartmentRecord, MemberOrganisationRecord, ProjectRecord, departments, organisations, projects,
};
pub use rosters::{AllianceShiftRecord, AssignmentRecord, alliance_shifts, assignments};
pub use shares::{ScopeRecord, ShareRecord, scopes, shares};
pub use volunteers::{VolunteerRecord, volunteers};

/// The number of a record in its file as records of the database keep it: nine digits at least, so
/// that numbers sort as numbers do.
pub fn numbered(number: u64) -> String {
    format!("{number:09}")
}
