//! The types whose rows are persons.

use crate::catalogue::{Field, Kind, Shape, Source, Type, find};

/// A type whose rows are persons.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Person {
    /// A volunteer.
    Volunteer,
    /// A student.
    Student,
    /// A guardian.
    Guardian,
    /// Somebody who signs in.
    User,
}

/// All of them.
pub const PERSONS: [Person; 4] = [
    Person::Volunteer,
    Person::Student,
    Person::Guardian,
    Person::User,
];

impl Person {
    /// The type of the catalogue.
    #[must_use]
    pub fn of(self) -> Option<&'static Type> {
        find(match self {
            Self::Volunteer => "Volunteer",
            Self::Student => "Student",
            Self::Guardian => "Guardian",
            Self::User => "User",
        })
    }

    /// The column by which requests, their steps and notes name such a person.
    #[must_use]
    pub const fn column(self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer_id",
            Self::Student => "student_id",
            Self::Guardian => "guardian_id",
            Self::User => "account_id",
        }
    }

    /// The table.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Volunteer => "volunteer",
            Self::Student => "student",
            Self::Guardian => "guardian",
            Self::User => "account",
        }
    }
}

/// What the server itself notes of a row, and no one can put right.
const OF_THE_SERVER: [&str; 4] = ["created_at", "archived_at", "source", "external_id"];

/// The field of a person's record that can be put right under this name.
#[must_use]
pub fn correctable(of: &'static Type, name: &str) -> Option<&'static Field> {
    of.field(name).filter(|field| {
        let kept = matches!(
            field.shape,
            Shape::Value {
                source: Source::Column(_),
                ..
            }
        );
        let own = field
            .column()
            .is_some_and(|column| !OF_THE_SERVER.contains(&column));
        // Whether somebody may sign in is no fact about them, and an address is a way in.
        let way_in =
            of.table == "account" && matches!(field.kind(), Some(Kind::Enum(_) | Kind::Email));
        kept && own && !way_in
    })
}
