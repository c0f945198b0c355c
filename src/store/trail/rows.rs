//! Rows as the trail keeps them: the values of their fields, and whose they are.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use uuid::Uuid;

use crate::audit::{is_personal, subjects};
use crate::catalogue::{Cell, Field, Sealing, Type};
use crate::store::StoreError;
use crate::store::cells::{Holds, holds, read};
use crate::store::find::MOST_IDS;
use crate::store::sql::Sql;

/// A row.
#[derive(Clone)]
pub struct Kept {
    /// Its values, by the names of the fields; null is not there.
    pub values: BTreeMap<&'static str, Cell>,
    /// The persons that it is about, each once.
    pub persons: Vec<(Uuid, &'static Type)>,
}

/// These rows, as far as they are there.
pub async fn kept(
    database: &impl ConnectionTrait,
    of: &'static Type,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Kept>, StoreError> {
    let fields: Vec<(&'static Field, &'static str)> = of
        .fields
        .iter()
        .filter_map(|field| Some((field, field.column()?)))
        .collect();
    let persons: Vec<_> = subjects(of).collect();
    let mut rows = HashMap::with_capacity(ids.len());
    for part in ids.chunks(MOST_IDS) {
        let mut sql = Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC);
        sql.push("SELECT t.id");
        for column in fields.iter().map(|(_, column)| column) {
            sql.push(", ").column("t", column);
        }
        for (column, _) in &persons {
            sql.push(", ").column("t", column);
        }
        sql.push(" FROM ").push(of.table).push(" t WHERE t.id");
        sql.among(part.iter().copied());
        for row in database.query_all_raw(sql.finish()).await? {
            let id: Uuid = row.try_get_by_index(0)?;
            let mut values = BTreeMap::new();
            for (at, (field, _)) in fields.iter().enumerate() {
                let cell = read(&row, at + 1, holds(field))?;
                if cell != Cell::Null {
                    values.insert(field.name, cell);
                }
            }
            let mut about = Vec::new();
            if of.person {
                about.push((id, of));
            }
            for (at, (_, person)) in persons.iter().enumerate() {
                if let Cell::Id(id) = read(&row, fields.len() + at + 1, Holds::Id)?
                    && !about.iter().any(|(known, _)| *known == id)
                {
                    about.push((id, *person));
                }
            }
            // What is about persons is sealed, under its own secret where nobody is named.
            if about.is_empty() && is_personal(of) {
                about.push((id, of));
            }
            let persons = about;
            rows.insert(id, Kept { values, persons });
        }
    }
    Ok(rows)
}

/// The fields that differ, and their values before and after, as far as they may be kept.
pub struct Difference {
    /// The names of the fields.
    pub fields: Vec<&'static str>,
    /// The values before, by field; null is not there.
    pub before: BTreeMap<&'static str, Value>,
    /// The values after.
    pub after: BTreeMap<&'static str, Value>,
}

/// What differs between a row before and after.
pub fn difference(of: &'static Type, before: Option<&Kept>, after: Option<&Kept>) -> Difference {
    let mut found = Difference {
        fields: Vec::new(),
        before: BTreeMap::new(),
        after: BTreeMap::new(),
    };
    for field in of.fields {
        let name = field.name;
        let value = |row: Option<&Kept>| row.and_then(|row| row.values.get(name)).cloned();
        let (old, new) = (value(before), value(after));
        if old == new {
            continue;
        }
        found.fields.push(name);
        // Of what is sealed at rest no copy is made.
        if field.sealing != Sealing::Open {
            continue;
        }
        found.before.extend(old.map(|cell| (name, json(cell))));
        found.after.extend(new.map(|cell| (name, json(cell))));
    }
    found
}

fn json(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => value.into(),
        Cell::Int(value) => value.into(),
        Cell::Float(value) => value.into(),
        Cell::Text(text) => text.into(),
        Cell::Id(id) => id.to_string().into(),
        Cell::Time(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true).into(),
        Cell::Date(date) => date.to_string().into(),
    }
}
