//! Values on their way into and out of a database.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{QueryResult, TryGetable, Value};
use uuid::Uuid;

use super::StoreError;
use crate::catalogue::{AttributeShape, Cell, Field, Kind, Sealing, Shape, Source};
use crate::policy::Column;

/// A value to bind.
pub fn bound(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::String(None),
        Cell::Bool(value) => (*value).into(),
        Cell::Int(value) => (*value).into(),
        Cell::Float(value) => (*value).into(),
        Cell::Text(text) => text.clone().into(),
        Cell::Id(id) => (*id).into(),
        Cell::Time(time) => (*time).into(),
        Cell::Date(date) => (*date).into(),
    }
}

/// A value to write into the column of a field, with the column's type even if it is null.
pub fn written(field: &Field, cell: &Cell) -> Value {
    match (cell, field.kind()) {
        (Cell::Null, None) => Value::Uuid(None),
        (Cell::Null, Some(Kind::Int)) => Value::Int(None),
        (Cell::Null, Some(Kind::Float)) => Value::Double(None),
        (Cell::Null, Some(Kind::Bool)) => Value::Bool(None),
        (Cell::Null, Some(Kind::Time)) => Value::ChronoDateTimeUtc(None),
        (Cell::Null, Some(Kind::Date)) => Value::ChronoDate(None),
        (Cell::Int(value), Some(Kind::Int)) => match i32::try_from(*value) {
            Ok(value) => value.into(),
            Err(_) => (*value).into(),
        },
        _ => bound(cell),
    }
}

/// What a column holds.
#[derive(Clone, Copy)]
pub enum Holds {
    /// A truth value.
    Bool,
    /// A whole number of four bytes.
    Int,
    /// A whole number of eight bytes, as counts are.
    Long,
    /// A decimal number.
    Float,
    /// A text.
    Text,
    /// A text that is sealed, in this column.
    Sealed(&'static str),
    /// An id.
    Id,
    /// An instant.
    Time,
    /// A date.
    Date,
}

/// What a field's column holds.
pub fn holds(field: &Field) -> Holds {
    if let (true, Some(column)) = (field.sealing != Sealing::Open, field.column()) {
        return Holds::Sealed(column);
    }
    match &field.shape {
        Shape::Value {
            source: Source::Derived(_),
            kind: Kind::Int,
            ..
        } => Holds::Long,
        Shape::Value { kind, .. } => match kind {
            Kind::Int => Holds::Int,
            Kind::Float => Holds::Float,
            Kind::Bool => Holds::Bool,
            Kind::Time => Holds::Time,
            Kind::Date => Holds::Date,
            _ => Holds::Text,
        },
        Shape::One { .. } | Shape::Many { .. } => Holds::Id,
    }
}

/// What a column of a layout holds.
pub fn column_holds(column: &Column) -> Holds {
    match column {
        Column::Field(field) | Column::Target(field) => holds(field),
        Column::Attribute(attribute) => match attribute.shape {
            AttributeShape::Text(_) | AttributeShape::Words(_) => Holds::Text,
            AttributeShape::Bool(_) => Holds::Bool,
            _ => Holds::Id,
        },
        Column::Fact(_) => Holds::Bool,
    }
}

/// Reads one value of a row.
pub fn read(row: &QueryResult, at: usize, holds: Holds) -> Result<Cell, StoreError> {
    fn get<T: TryGetable>(row: &QueryResult, at: usize) -> Result<Option<T>, StoreError> {
        Ok(row.try_get_by_index::<Option<T>>(at)?)
    }
    Ok(match holds {
        Holds::Bool => get::<bool>(row, at)?.map_or(Cell::Null, Cell::Bool),
        Holds::Int => get::<i32>(row, at)?.map_or(Cell::Null, |v| Cell::Int(v.into())),
        Holds::Long => get::<i64>(row, at)?.map_or(Cell::Null, Cell::Int),
        Holds::Float => get::<f64>(row, at)?.map_or(Cell::Null, Cell::Float),
        Holds::Text | Holds::Sealed(_) => get::<String>(row, at)?.map_or(Cell::Null, Cell::Text),
        Holds::Id => get::<Uuid>(row, at)?.map_or(Cell::Null, Cell::Id),
        Holds::Time => get::<DateTime<Utc>>(row, at)?.map_or(Cell::Null, Cell::Time),
        Holds::Date => get::<NaiveDate>(row, at)?.map_or(Cell::Null, Cell::Date),
    })
}
