//! A record is changed, unless it changed in between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_graphql::Value;
use uuid::Uuid;

use super::super::error::GraphError;
use super::super::id;
use super::super::plan::version_slots;
use super::super::schema::Mutate;
use super::super::scope::Scope;
use super::super::version::version;
use super::given::Given;
use super::payload::{Outcome, UserError, UserErrorCode};
use super::{Input, action, given, template};
use crate::catalogue::{AttributeShape, Cell, Field, Type};
use crate::policy::{Layout, Record, Shown, Value as Attribute};
use crate::store::{Change, Changed};

/// How often a change is decided again when another came in between.
const TRIES: usize = 5;

/// A record that the viewer sees, as it is at a revision.
pub struct Current {
    /// Its id.
    id: Uuid,
    /// What it shows, by column.
    shown: BTreeMap<&'static str, Cell>,
    /// What policies read of it.
    pub record: Record,
    /// Its revision.
    pub revision: i32,
    /// Whether it is archived.
    pub archived: bool,
}

/// The record that an input names, or what stands in the way.
pub async fn current(
    scope: &Scope,
    of: &'static Type,
    input: &Input,
) -> Result<Result<Current, UserError>, GraphError> {
    let missing = || Ok(Err(UserError::not_found("id")));
    let Some(id) = input.get("id").and_then(|value| id::of_type(value, of)) else {
        return missing();
    };
    // The revision comes first: what is read after it and is newer fails the write.
    let Some((revision, archived)) = scope.store.revision(of, id).await? else {
        return missing();
    };
    let mut layout = Layout::new(of, &scope.lens);
    let slots = version_slots(of, &mut layout);
    let fields: Vec<&'static Field> = of.fields.iter().filter(|f| f.column().is_some()).collect();
    let rows = scope.store.by_ids(&Arc::new(layout), &[id]).await?;
    let mut records = scope.store.records(of, &[id]).await?;
    let (Some(row), Some(record)) = (rows.get(0), records.remove(&id)) else {
        return missing();
    };
    let version = version(row, &slots, &scope.seal);
    let mut shown = BTreeMap::new();
    for (field, (slot, _)) in fields.iter().zip(&slots) {
        if let (Some(column), Shown::Full(cell)) = (field.column(), row.show(*slot)) {
            shown.insert(column, cell.kept());
        }
    }
    if let Some(Value::String(expected)) = input.get("version")
        && *expected != version
    {
        return Ok(Err(UserError::new(
            UserErrorCode::Stale,
            "The record changed since it was read.",
            "記錄在讀取後已被更改。",
            Some("version"),
        )));
    }
    Ok(Ok(Current {
        id,
        shown,
        record,
        revision,
        archived,
    }))
}

impl Current {
    /// The row's id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// A value that the viewer sees in full.
    pub fn shown(&self, column: &str) -> Option<&Cell> {
        self.shown.get(column)
    }

    /// The record as it would be with these values.
    fn with(&self, of: &'static Type, values: &Given) -> Record {
        let mut columns: BTreeMap<&str, Cell> = BTreeMap::new();
        let mut sets: BTreeMap<&'static str, BTreeSet<Uuid>> = BTreeMap::new();
        for attribute in of.attributes {
            match (&attribute.shape, self.record.value(attribute.name)) {
                (AttributeShape::Ref { column, .. }, Some(Attribute::Id(id))) => {
                    columns.insert(column, Cell::Id(*id));
                }
                (AttributeShape::Text(column), Some(Attribute::Text(text))) => {
                    columns.insert(column, Cell::Text(text.clone()));
                }
                (AttributeShape::Bool(column), Some(Attribute::Flag(flag))) => {
                    columns.insert(column, Cell::Bool(*flag));
                }
                (AttributeShape::Words(column), Some(Attribute::Words(words))) => {
                    let list = serde_json::json!(words).to_string();
                    columns.insert(column, Cell::Text(list));
                }
                (AttributeShape::Set { .. }, Some(Attribute::Ids(ids))) => {
                    sets.insert(attribute.name, ids.clone());
                }
                _ => {}
            }
        }
        for (field, cell) in values {
            if let Some(column) = field.column() {
                columns.insert(column, cell.clone());
            }
        }
        Record::from_columns(of, self.id(), |column| columns.get(column).cloned(), &sets)
    }
}

/// Changes a record.
pub async fn change(scope: &Scope, mutate: Mutate, input: &Input) -> Result<Outcome, GraphError> {
    let of = mutate.of;
    let (values, errors) = given::read(scope, mutate, input).await?;
    for _ in 0..TRIES {
        let current = match current(scope, of, input).await? {
            Ok(current) => current,
            Err(error) => return Ok(Outcome::because(error)),
        };
        let permit = scope.permit(mutate, &current.record)?;
        given::permitted(scope, of, &values, &current.record)?;
        if let Some(error) = super::consent::settled(of, &current.record) {
            return Ok(Outcome::because(error));
        }
        let after = current.with(of, &values);
        scope.permit(mutate, &after)?;
        given::permitted(scope, of, &values, &after)?;
        let mut errors: Vec<UserError> = errors.iter().map(UserError::again).collect();
        if let Some(Attribute::Id(organisation)) = after.value("organisation") {
            errors.extend(given::astray(scope, &values, Some(*organisation)).await?);
        }
        let given = |column: &str| {
            values
                .iter()
                .find(|(f, _)| f.column() == Some(column))
                .map(|(_, cell)| cell)
        };
        errors.extend(inconsistent(of, |column| {
            given(column).or_else(|| current.shown(column)).cloned()
        }));
        if !errors.is_empty() {
            return Ok(Outcome::refused(errors));
        }
        let mut change = Change {
            of,
            id: current.id(),
            revision: current.revision,
            columns: Vec::new(),
        };
        for (field, cell) in &values {
            change.set(field, cell);
        }
        if of.table == "notice" && reworded(&values) && published(&current.record) {
            // What was read and signed was the edition before.
            let edition = scope.store.edition(change.id).await? + 1;
            change.columns.push(("version", edition.into()));
        }
        let id = change.id;
        let done = scope
            .store
            .change(&permit, &action(of, mutate.deed.name), change, scope.now)
            .await?;
        if done == Changed::Done {
            return Ok(Outcome::done(id));
        }
    }
    Ok(Outcome::because(overtaken()))
}

/// Whether the text of a notice, or what is asked of its readers, is to change.
fn reworded(values: &Given) -> bool {
    let read = [
        "title_en",
        "title_zh",
        "body_en",
        "body_zh",
        "urgency",
        "requires_signature",
    ];
    values
        .iter()
        .any(|(field, _)| field.column().is_some_and(|column| read.contains(&column)))
}

fn published(record: &Record) -> bool {
    record.value("status") == Some(&Attribute::Text("PUBLISHED".into()))
}

/// Others kept changing the record.
pub fn overtaken() -> UserError {
    UserError::new(
        UserErrorCode::Stale,
        "The record is being changed by others; try again.",
        "其他人正在更改此記錄，請再試。",
        None,
    )
}

/// What does not go together in a record.
pub fn inconsistent(of: &Type, value: impl Fn(&str) -> Option<Cell>) -> Vec<UserError> {
    let pairs: &[(&str, &str, &str)] = match of.table {
        "shift" => &[("starts_at", "ends_at", "endsAt")],
        "project" => &[("starts_on", "ends_on", "endsOn")],
        "partnership" => &[("valid_from", "valid_to", "validTo")],
        _ => &[],
    };
    let backwards = pairs
        .iter()
        .filter(|(from, to, _)| match (value(from), value(to)) {
            (Some(Cell::Time(from)), Some(Cell::Time(to))) => from >= to,
            (Some(Cell::Date(from)), Some(Cell::Date(to))) => from > to,
            _ => false,
        });
    let error = |(_, _, name): &(&str, &str, &str)| {
        let (en, zh) = (
            "The end must come after the beginning.",
            "結束時間須在開始時間之後。",
        );
        UserError::new(UserErrorCode::Invalid, en, zh, Some(name))
    };
    let backwards = backwards.map(error);
    backwards.chain(template::unfit(of, &value)).collect()
}
