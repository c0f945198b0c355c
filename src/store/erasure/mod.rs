//! Erasing people: what goes, what stays without the person, what is held, and what is kept of it.
//!
//! One transaction erases one person, or nothing. What stays is said column by column in
//! `references`; that it happened is kept under a keyed pseudonym. The room knows no policies and
//! no schedules: it is told whom, and by whose permit.

mod erase;
mod holds;
mod known;
mod leave;
mod nobody;
mod preview;
mod pseudonym;
mod records;
mod references;
mod replay;

pub(in crate::store) use erase::{EXPIRE, rosters};
pub use erase::{Erased, Ground, Order, Way};
pub(in crate::store) use holds::in_force;
pub use holds::{HeldRow, NewHold, Released};
pub(in crate::store) use nobody::NOBODY;
pub use preview::{Obstacle, Preview, PreviewLine};
pub(in crate::store) use pseudonym::erased_among;
pub use records::ErasureRow;
pub use references::{REFERENCES, Reference, Treatment};
pub use replay::{Export, Replayed};

use crate::catalogue::{self, Type};

/// A kind of record of a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Person {
    /// A volunteer, as one organisation knows them.
    Volunteer,
    /// A student, as one school knows them.
    Student,
    /// A guardian, as one school knows them.
    Guardian,
    /// Somebody who signs in.
    User,
}

impl Person {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Volunteer, Self::Student, Self::Guardian, Self::User];

    /// The name of its type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Volunteer => "Volunteer",
            Self::Student => "Student",
            Self::Guardian => "Guardian",
            Self::User => "User",
        }
    }

    /// Its table.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer",
            Self::Student => "student",
            Self::Guardian => "guardian",
            Self::User => "account",
        }
    }

    /// The kind of a type, if its records are of persons.
    #[must_use]
    pub fn of(of: &Type) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|person| person.name() == of.name)
    }

    /// Its type.
    #[must_use]
    pub fn catalogued(self) -> Option<&'static Type> {
        catalogue::find(self.name())
    }
}
