//! A row as it stood: as it is now, with what was changed since undone.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use uuid::Uuid;

use crate::catalogue::{Cell, Type};
use crate::store::cells::{Holds, holds, read};
use crate::store::sql::Sql;
use crate::store::{Store, StoreError};

/// A row, and what was changed of it since an instant.
pub struct Row {
    /// Its id.
    pub id: Uuid,
    made: DateTime<Utc>,
    archived: Option<DateTime<Utc>>,
    cells: BTreeMap<&'static str, Cell>,
    /// When, and the values before; the newest first.
    turns: Vec<(DateTime<Utc>, BTreeMap<&'static str, Cell>)>,
}

/// A row as it stood at an instant.
pub struct Stood<'a> {
    row: &'a Row,
    at: DateTime<Utc>,
}

impl Row {
    /// How it stood then; nothing where it was not there yet, or no longer.
    pub fn at(&self, at: DateTime<Utc>) -> Option<Stood<'_>> {
        let there = self.made <= at && self.archived.is_none_or(|archived| archived > at);
        there.then_some(Stood { row: self, at })
    }

    /// The value of a field as it is now.
    pub fn now(&self, field: &str) -> &Cell {
        self.cells.get(field).unwrap_or(&Cell::Null)
    }

    /// The id that it has in a field now.
    pub fn names(&self, field: &str) -> Option<Uuid> {
        id(self.now(field))
    }

    /// When anything of it changed, or began or ended by a time that it holds or held.
    pub fn instants(&self) -> impl Iterator<Item = DateTime<Utc>> {
        let time = |cell: &Cell| match cell {
            Cell::Time(time) => Some(*time),
            _ => None,
        };
        let held = self.cells.values().filter_map(time);
        let before = self.turns.iter().flat_map(|(_, before)| before.values());
        let turned = self.turns.iter().map(|(at, _)| *at);
        held.chain(before.filter_map(time))
            .chain(turned)
            .chain([self.made])
            .chain(self.archived)
    }
}

impl Stood<'_> {
    /// The value of a field.
    pub fn cell(&self, field: &str) -> &Cell {
        let undone = self.row.turns.iter().take_while(|(at, _)| *at > self.at);
        let before = undone.filter_map(|(_, before)| before.get(field)).last();
        before.unwrap_or_else(|| self.row.now(field))
    }

    /// A text; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        match self.cell(field) {
            Cell::Text(text) => text,
            _ => "",
        }
    }

    /// A text, if there is one.
    pub fn word(&self, field: &str) -> Option<String> {
        match self.cell(field) {
            Cell::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Words that are kept as JSON.
    pub fn words(&self, field: &'static str) -> Result<Vec<String>, StoreError> {
        match self.cell(field) {
            Cell::Text(text) => serde_json::from_str(text).map_err(|_| StoreError::Type(field)),
            _ => Ok(Vec::new()),
        }
    }

    /// A truth value.
    pub fn flag(&self, field: &str) -> bool {
        *self.cell(field) == Cell::Bool(true)
    }

    /// An id.
    pub fn id(&self, field: &str) -> Option<Uuid> {
        id(self.cell(field))
    }

    /// An instant.
    pub fn time(&self, field: &str) -> Option<DateTime<Utc>> {
        match self.cell(field) {
            Cell::Time(time) => Some(*time),
            _ => None,
        }
    }

    /// A day.
    pub fn date(&self, field: &str) -> Option<NaiveDate> {
        match self.cell(field) {
            Cell::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// Whether the instant is within its times.
    pub fn in_its_time(&self) -> bool {
        self.time("validFrom").is_none_or(|from| from <= self.at)
            && self.time("validTo").is_none_or(|to| to > self.at)
    }
}

fn id(cell: &Cell) -> Option<Uuid> {
    match cell {
        Cell::Id(id) => Some(*id),
        _ => None,
    }
}

/// Rows, and whether there are changes of them that nobody can read any more.
#[derive(Default)]
pub struct Rows {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether some change cannot be undone.
    pub unread: bool,
}

impl Store {
    /// These fields of the rows of a type, as they stood since an instant.
    pub(super) async fn rows_since(
        &self,
        of: &'static Type,
        fields: &[&'static str],
        since: DateTime<Utc>,
        which: impl FnOnce(&mut Sql),
    ) -> Result<Rows, StoreError> {
        let fields = fields.iter().filter_map(|name| of.field(name));
        let fields: Vec<_> = fields.collect();
        let mut sql = self.sql();
        sql.push("SELECT t.id, t.created_at, t.archived_at");
        for column in fields.iter().filter_map(|field| field.column()) {
            sql.push(", ").column("t", column);
        }
        sql.push(" FROM ").push(of.table).push(" t WHERE ");
        which(&mut sql);
        let mut found = Rows::default();
        for row in self.database.query_all_raw(sql.finish()).await? {
            let mut cells = BTreeMap::new();
            for (at, field) in fields.iter().enumerate() {
                cells.insert(field.name, read(&row, at + 3, holds(field))?);
            }
            found.rows.push(Row {
                id: row.try_get_by_index(0)?,
                made: row.try_get_by_index(1)?,
                archived: row.try_get_by_index(2)?,
                cells,
                turns: Vec::new(),
            });
        }
        let ids: Vec<Uuid> = found.rows.iter().map(|row| row.id).collect();
        let mut turns = self.turns_since(of, &ids, since).await?;
        for row in &mut found.rows {
            for turn in turns.remove(&row.id).unwrap_or_default() {
                let at = DateTime::from_timestamp_micros(turn.entry.at).unwrap_or_default();
                let Some(turned) = turn.turned().filter(|turned| !turned.made) else {
                    continue;
                };
                let changed = |name: &str| turned.fields.iter().any(|field| field == name);
                let mut before = BTreeMap::new();
                for field in fields.iter().filter(|field| changed(field.name)) {
                    let Some(values) = &turn.values else {
                        found.unread = true;
                        continue;
                    };
                    let value = values.before.get(field.name).unwrap_or(&Value::Null);
                    match cell(holds(field), value) {
                        Some(cell) => before.insert(field.name, cell),
                        None => return Err(StoreError::Type("trail_entry")),
                    };
                }
                row.turns.push((at, before));
            }
        }
        Ok(found)
    }
}

/// A value of the trail as it was in its column; nothing where it is of another type.
fn cell(holds: Holds, value: &Value) -> Option<Cell> {
    Some(match (holds, value) {
        (_, Value::Null) => Cell::Null,
        (Holds::Bool, Value::Bool(value)) => Cell::Bool(*value),
        (Holds::Int | Holds::Long, Value::Number(value)) => Cell::Int(value.as_i64()?),
        (Holds::Float, Value::Number(value)) => Cell::Float(value.as_f64()?),
        (Holds::Text | Holds::Sealed(_), Value::String(text)) => Cell::Text(text.clone()),
        (Holds::Id, Value::String(text)) => Cell::Id(text.parse().ok()?),
        (Holds::Time, Value::String(text)) => {
            Cell::Time(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
        }
        (Holds::Date, Value::String(text)) => Cell::Date(text.parse().ok()?),
        _ => return None,
    })
}
