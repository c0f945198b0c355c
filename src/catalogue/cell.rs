//! One value of one row, whatever the database.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A value as it is stored. It has no `Debug`: what it holds is only shown through a policy.
#[derive(Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number.
    Float(f64),
    /// A text; also an enumerated value and a list of words as JSON.
    Text(String),
    /// The id of a row.
    Id(Uuid),
    /// An instant.
    Time(DateTime<Utc>),
    /// A calendar date.
    Date(NaiveDate),
}

/// A value where it lies.
#[derive(Clone, Copy, PartialEq)]
pub enum CellRef<'a> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A decimal number.
    Float(f64),
    /// A text; also an enumerated value and a list of words as JSON.
    Text(&'a str),
    /// The id of a row.
    Id(Uuid),
    /// An instant.
    Time(DateTime<Utc>),
    /// A calendar date.
    Date(NaiveDate),
}

impl Cell {
    /// The value where it lies.
    #[must_use]
    pub fn lent(&self) -> CellRef<'_> {
        match self {
            Self::Null => CellRef::Null,
            Self::Bool(value) => CellRef::Bool(*value),
            Self::Int(value) => CellRef::Int(*value),
            Self::Float(value) => CellRef::Float(*value),
            Self::Text(text) => CellRef::Text(text),
            Self::Id(id) => CellRef::Id(*id),
            Self::Time(time) => CellRef::Time(*time),
            Self::Date(date) => CellRef::Date(*date),
        }
    }
}

impl CellRef<'_> {
    /// The value, kept.
    #[must_use]
    pub fn kept(self) -> Cell {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(value) => Cell::Bool(value),
            Self::Int(value) => Cell::Int(value),
            Self::Float(value) => Cell::Float(value),
            Self::Text(text) => Cell::Text(text.to_owned()),
            Self::Id(id) => Cell::Id(id),
            Self::Time(time) => Cell::Time(time),
            Self::Date(date) => Cell::Date(date),
        }
    }
}
