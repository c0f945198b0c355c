//! Values on their way into and out of GraphQL.

use async_graphql::Value;
use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat};

use super::arguments::{items, word};
use super::error::GraphError;
use super::sink::words;
use crate::catalogue::{Cell, CellRef, Kind};

/// A stored value as GraphQL shows it.
pub fn shown(kind: Kind, cell: CellRef<'_>) -> Value {
    match cell {
        CellRef::Null => Value::Null,
        CellRef::Bool(value) => Value::Boolean(value),
        CellRef::Int(value) => Value::from(value),
        CellRef::Float(value) => Value::from(value),
        CellRef::Text(text) if matches!(kind, Kind::Words) => Value::from(words(text)),
        CellRef::Text(text) => Value::String(text.to_owned()),
        CellRef::Id(id) => Value::String(id.to_string()),
        CellRef::Time(time) => Value::String(time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        CellRef::Date(date) => Value::String(date.to_string()),
    }
}

/// Whether a year has four digits, so that texts of dates are ordered as the dates are.
fn written_alike(year: i32) -> bool {
    (1..=9999).contains(&year)
}

/// A given value as it is compared and stored; `None` where it is not of the kind.
pub fn given(kind: Kind, value: &Value) -> Option<Cell> {
    Some(match (kind, value) {
        (_, Value::Null) => Cell::Null,
        // The specification has 32 bits for an `Int`.
        (Kind::Int, Value::Number(number)) => {
            Cell::Int(i32::try_from(number.as_i64()?).ok()?.into())
        }
        (Kind::Float, Value::Number(number)) => Cell::Float(number.as_f64()?),
        (Kind::Bool, Value::Boolean(flag)) => Cell::Bool(*flag),
        (Kind::Time, Value::String(text)) => {
            let time = DateTime::parse_from_rfc3339(text).ok()?;
            // Both databases keep microseconds, and neither knows leap seconds.
            let time = DateTime::from_timestamp_micros(time.timestamp_micros())?;
            // In UTC it may be of another year.
            written_alike(time.year()).then_some(Cell::Time(time))?
        }
        (Kind::Date, Value::String(text)) => {
            let date = text.parse::<NaiveDate>().ok()?;
            written_alike(date.year()).then_some(Cell::Date(date))?
        }
        (Kind::Enum(kind), value) => {
            let name = word(value)?;
            Cell::Text(kind.values.iter().find(|v| v.name == name)?.name.to_owned())
        }
        (Kind::Words, value) => {
            let words = items(value).iter().map(word).collect::<Option<Vec<_>>>()?;
            Cell::Text(serde_json::to_string(&words).ok()?)
        }
        (
            Kind::Text | Kind::PersonName | Kind::Phone | Kind::Email | Kind::Hkid,
            Value::String(text),
        ) => Cell::Text(text.clone()),
        _ => return None,
    })
}

/// A given value, or the error that it is not of the kind.
pub fn expected(kind: Kind, name: &str, value: &Value) -> Result<Cell, GraphError> {
    let wrong = || GraphError::Input(format!("`{name}` is not a {}", kind.graphql()));
    let cell = given(kind, value).ok_or_else(wrong)?;
    if let Cell::Text(text) = &cell {
        sane(name, text)?;
    }
    Ok(cell)
}

/// The longest text that a filter takes.
const LONGEST: usize = 1000;

/// Refuses texts that no database looks for.
pub fn sane(name: &str, text: &str) -> Result<(), GraphError> {
    if text.len() > LONGEST {
        return Err(GraphError::Limit(format!(
            "`{name}` is longer than {LONGEST} bytes"
        )));
    }
    if text.contains('\0') {
        return Err(GraphError::Input(format!(
            "`{name}` has a character that no text has"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_without_four_digits_is_no_date_of_ours() {
        let taken = |kind, text: &str| given(kind, &Value::from(text)).is_some();
        for text in ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"] {
            assert!(taken(Kind::Time, text), "{text}");
        }
        // Of the year 10000 and of the year 0, as UTC has it.
        for text in ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"] {
            assert!(!taken(Kind::Time, text), "{text}");
        }
        assert!(taken(Kind::Date, "9999-12-31"));
        for text in ["+10000-01-01", "0000-01-01", "-0001-01-01"] {
            assert!(!taken(Kind::Date, text), "{text}");
        }
    }
}
