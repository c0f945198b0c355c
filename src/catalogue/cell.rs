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
