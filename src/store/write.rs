//! Changing rows. Every change demands the permit for it.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::cells::{bound, written};
use super::events::{Changes, Event};
use super::sql::Sql;
use super::trail::Writing;
use super::vault::unsealed;
use super::{Store, StoreError, carry};
use crate::catalogue::{self, Cell, Field, Type};
use crate::policy::Permit;

/// A row to be made.
pub struct Draft {
    /// Its type.
    pub of: &'static Type,
    /// Its id.
    pub id: Uuid,
    /// Its columns.
    pub columns: Vec<(&'static str, Value)>,
}

/// A change of a row, as it was at a revision.
pub struct Change {
    /// Its type.
    pub of: &'static Type,
    /// Its id.
    pub id: Uuid,
    /// The revision that the change was decided on.
    pub revision: i32,
    /// The columns to set.
    pub columns: Vec<(&'static str, Value)>,
}

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changed {
    /// It was made.
    Done,
    /// The row had changed in between; decide again.
    Overtaken,
}

impl Draft {
    /// An empty row of a type, with a new id that reveals nothing of a person.
    #[must_use]
    pub fn new(of: &'static Type) -> Self {
        let id = if of.person {
            Uuid::new_v4()
        } else {
            Uuid::now_v7()
        };
        Self {
            of,
            id,
            columns: Vec::new(),
        }
    }

    /// Sets a column.
    pub fn put(&mut self, column: &'static str, cell: &Cell) {
        let field = self
            .of
            .fields
            .iter()
            .find(|field| field.column() == Some(column));
        let value = match (field, cell) {
            (Some(field), cell) => written(field, cell),
            // A null that no field describes is the column's default.
            (None, Cell::Null) => return,
            (None, cell) => bound(cell),
        };
        self.columns.push((column, value));
    }
}

impl Change {
    /// Sets the column of a field.
    pub fn set(&mut self, field: &'static Field, cell: &Cell) {
        if let Some(column) = field.column() {
            self.columns.push((column, written(field, cell)));
        }
    }
}

impl Store {
    /// Makes rows, all or none, under the permit for this action on that row.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn insert(
        &self,
        permit: &Permit,
        action: &str,
        on: Uuid,
        drafts: Vec<Draft>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !permit.covers(action, on) {
            return Err(StoreError::Unpermitted);
        }
        let made = drafts.iter().map(|draft| {
            let (of, id, what) = (draft.of, draft.id, Changes::Made);
            Event { of, id, what }
        });
        let mut events: Vec<_> = made.collect();
        let _counting: Vec<_> = events
            .iter()
            .map(|event| self.watch.counts(event.of.table, &[]))
            .collect();
        events.extend(drafts.iter().filter_map(follows));
        let transaction = self.writing(action, now).await?;
        for mut draft in drafts {
            self.seal_for(&*transaction, draft.of, draft.id, &mut draft.columns)
                .await?;
            insert(&transaction, draft, now).await?;
        }
        self.commit(transaction, events).await
    }

    /// Keeps what a transaction did, and tells it.
    pub(super) async fn commit(
        &self,
        transaction: Writing,
        events: Vec<Event>,
    ) -> Result<(), StoreError> {
        if let Some(server) = self.watch.tells() {
            carry::send(&*transaction, server, &events).await?;
        }
        transaction.keep().await?;
        if self.watch.hears() {
            return Ok(());
        }
        events.into_iter().for_each(|event| self.events.tell(event));
        Ok(())
    }

    /// Changes a row, under the permit for this action on it.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn change(
        &self,
        permit: &Permit,
        action: &str,
        mut change: Change,
        now: DateTime<Utc>,
    ) -> Result<Changed, StoreError> {
        if !permit.covers(action, change.id) {
            return Err(StoreError::Unpermitted);
        }
        let (of, id) = (change.of, change.id);
        let columns: Vec<_> = change.columns.iter().map(|(column, _)| *column).collect();
        let _counting = self.watch.counts(of.table, &columns);
        let transaction = self.writing(action, now).await?;
        self.seal_for(&*transaction, of, id, &mut change.columns)
            .await?;
        if update(&transaction, change, now).await? == Changed::Overtaken {
            return Ok(Changed::Overtaken);
        }
        let what = Changes::Columns(columns);
        let mut events = vec![Event { of, id, what }];
        if of.table == "assignment" {
            events.extend(self.roster_changed(&transaction, id).await?);
        }
        self.commit(transaction, events).await?;
        Ok(Changed::Done)
    }

    /// That the roster of an assignment's shift changed.
    async fn roster_changed(
        &self,
        transaction: &Writing,
        assignment: Uuid,
    ) -> Result<Option<Event>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT shift_id FROM assignment WHERE id = ")
            .bind(assignment);
        let row = transaction.query_one_raw(sql.finish()).await?;
        let (Some(row), Some(of)) = (row, catalogue::find("Shift")) else {
            return Ok(None);
        };
        let (id, what) = (row.try_get_by_index(0)?, Changes::Fields(ROSTER.to_vec()));
        Ok(Some(Event { of, id, what }))
    }

    /// The revision of a row, and whether it is archived.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn revision(
        &self,
        of: &'static Type,
        id: Uuid,
    ) -> Result<Option<(i32, bool)>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT revision, archived_at IS NOT NULL FROM ")
            .push(of.table)
            .push(" WHERE id = ")
            .bind(id);
        let row = self.database.query_one_raw(sql.finish()).await?;
        let read =
            |row: sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        row.map(read).transpose()
    }
}

/// The fields of a shift that change with its roster.
const ROSTER: &[&str] = &["filled", "assignments"];

/// What else changes with a new row: a shift with its roster.
fn follows(draft: &Draft) -> Option<Event> {
    if draft.of.table != "assignment" {
        return None;
    }
    let shift = draft
        .columns
        .iter()
        .find(|(column, _)| *column == "shift_id");
    match shift {
        Some((_, Value::Uuid(Some(id)))) => Some(Event {
            of: catalogue::find("Shift")?,
            id: *id,
            what: Changes::Fields(ROSTER.to_vec()),
        }),
        _ => None,
    }
}

pub(super) async fn insert(
    database: &Writing,
    draft: Draft,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(column) = unsealed(draft.of, &draft.columns) {
        return Err(StoreError::Sealed(column));
    }
    let mut sql = Sql::new(database.get_database_backend(), now);
    sql.push("INSERT INTO ")
        .push(draft.of.table)
        .push(" (id, created_at, updated_at");
    for (column, _) in &draft.columns {
        sql.push(", ").push(column);
    }
    sql.push(") VALUES (")
        .bind(draft.id)
        .push(", ")
        .bind(now)
        .push(", ")
        .bind(now);
    for (_, value) in draft.columns {
        sql.push(", ").bind(value);
    }
    sql.push(")");
    database.execute_raw(sql.finish()).await?;
    database.makes(draft.of, draft.id);
    Ok(())
}

pub(super) async fn update(
    database: &Writing,
    change: Change,
    now: DateTime<Utc>,
) -> Result<Changed, StoreError> {
    if let Some(column) = unsealed(change.of, &change.columns) {
        return Err(StoreError::Sealed(column));
    }
    database.changes(change.of, &[change.id]).await?;
    let mut sql = Sql::new(database.get_database_backend(), now);
    sql.push("UPDATE ")
        .push(change.of.table)
        .push(" SET revision = revision + 1, updated_at = ");
    sql.bind(now);
    for (column, value) in change.columns {
        sql.push(", ").push(column).push(" = ").bind(value);
    }
    sql.push(" WHERE id = ")
        .bind(change.id)
        .push(" AND revision = ")
        .bind(change.revision);
    let done = database.execute_raw(sql.finish()).await?;
    Ok(if done.rows_affected() == 1 {
        Changed::Done
    } else {
        Changed::Overtaken
    })
}
