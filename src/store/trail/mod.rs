//! The trail of changes: what a deed changes of a row is written in the transaction that changes it,
//! before and after, so that neither is ever there without the other.
//!
//! Whoever writes to guarded rows does it in a `Writing`, which notes the rows that are made and
//! how those were that are about to be changed. When it is kept, the rows are read once more, and
//! each that has other values now becomes an entry of a chain: who did it, by which deed, which
//! fields, and the values. Values about persons are sealed under the persons' own secrets, those
//! that destroy the links of the log too ([`super::log::forget_person`]): without them the chain
//! still holds, and nobody reads the values. Of what is sealed at rest only that it changed is kept.
//!
//! Where a person is erased, or what was kept long enough goes, the old values are not kept here
//! either: an entry says which row it was and no more, and of what is forgotten there is none; that
//! somebody was erased stands in the record of erasures, and that keys were destroyed in the log.

mod keep;
mod read;
mod rows;
mod since;

pub use read::{Turn, Values};

use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use uuid::Uuid;

pub(super) use self::keep::append;
use self::keep::sql;
use self::rows::{Kept, kept};
use super::{Store, StoreError};
use crate::audit::Actor;
use crate::catalogue::{TYPES, Type};

/// A transaction that changes guarded rows, and what it changes of them.
pub(super) struct Writing {
    transaction: DatabaseTransaction,
    by: By,
    noted: Mutex<Vec<Noted>>,
    forgotten: Mutex<HashSet<Uuid>>,
}

/// Who changes, by which deed, and when.
struct By {
    actor: Arc<Actor>,
    deed: String,
    now: DateTime<Utc>,
}

/// A row as it was; nothing where it was not there.
struct Noted {
    of: &'static Type,
    id: Uuid,
    before: Option<Box<Kept>>,
    /// Whether no value of it is to be kept.
    stripped: bool,
}

impl Store {
    /// Begins to change rows, by this deed.
    pub(super) async fn writing(&self, deed: &str, now: DateTime<Utc>) -> Result<Writing, DbErr> {
        // On SQLite a reader that turns writer half way finds that the log was written meanwhile.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.database.begin_with_options(options).await?;
        Ok(Writing::of(transaction, Arc::clone(&self.actor), deed, now))
    }

    /// The same as work of the server's own: whoever asked meanwhile did not do it.
    pub(super) async fn by_job(&self, job: &str, deed: &str) -> Result<Writing, DbErr> {
        self.by(Actor::job(job)).writing(deed, self.now).await
    }
}

impl Writing {
    /// What this transaction changes, by this deed.
    pub(super) fn of(
        transaction: DatabaseTransaction,
        actor: Arc<Actor>,
        deed: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let deed = deed.to_owned();
        Self {
            transaction,
            by: By { actor, deed, now },
            noted: Mutex::default(),
            forgotten: Mutex::default(),
        }
    }

    /// A row is made.
    pub(super) fn makes(&self, of: &'static Type, id: Uuid) {
        self.note(vec![Noted {
            of,
            id,
            before: None,
            stripped: false,
        }]);
    }

    /// These rows of a type are about to be changed, or taken away.
    pub(super) async fn changes(&self, of: &'static Type, ids: &[Uuid]) -> Result<(), StoreError> {
        self.read(of, ids, false).await
    }

    /// The rows of a table that have this id in a column are about to lose what they say of somebody,
    /// or to go: of them no value is kept. Which they are; none where no type has the table.
    pub(super) async fn strips(
        &self,
        table: &str,
        column: &str,
        id: Uuid,
    ) -> Result<Vec<Uuid>, StoreError> {
        let Some(of) = TYPES.iter().find(|of| of.table == table).copied() else {
            return Ok(Vec::new());
        };
        let mut sql = sql(&self.transaction);
        sql.push("SELECT id FROM ").push(of.table).push(" WHERE ");
        sql.push(column).push(" = ").bind(id);
        let rows = self.transaction.query_all_raw(sql.finish()).await?;
        let ids = rows.iter().map(|row| row.try_get_by_index(0));
        let ids: Vec<Uuid> = ids.collect::<Result<_, _>>()?;
        self.read(of, &ids, true).await?;
        Ok(ids)
    }

    /// The keys of these records are destroyed before the transaction ends.
    pub(super) fn forgets(&self, records: &[Uuid]) {
        let mut all = self
            .forgotten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.extend(records);
    }

    async fn read(
        &self,
        of: &'static Type,
        ids: &[Uuid],
        stripped: bool,
    ) -> Result<(), StoreError> {
        let rows = kept(&self.transaction, of, ids).await?;
        let noted = rows.into_iter().map(|(id, row)| Noted {
            of,
            id,
            before: Some(Box::new(row)),
            stripped,
        });
        self.note(noted.collect());
        Ok(())
    }

    fn note(&self, rows: Vec<Noted>) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.extend(rows);
    }

    /// Keeps what was changed, with its trail.
    pub(super) async fn keep(self) -> Result<(), StoreError> {
        let noted = self.noted.into_inner();
        let noted = noted.unwrap_or_else(PoisonError::into_inner);
        let forgotten = self.forgotten.into_inner();
        let forgotten = forgotten.unwrap_or_else(PoisonError::into_inner);
        keep::keep(&self.transaction, &self.by, noted, &forgotten).await?;
        Ok(self.transaction.commit().await?)
    }

    /// Undoes it.
    pub(super) async fn undo(self) -> Result<(), DbErr> {
        self.transaction.rollback().await
    }
}

impl Deref for Writing {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}
