//! The load that is the same for every kind of record.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, EntityName, EntityTrait, IdenStatic, IntoActiveModel, Iterable, QuerySelect,
    Select, SqliteTransactionMode, TransactionOptions, TransactionTrait, Value,
};
use uuid::{ContextV7, Timestamp, Uuid};

use super::super::trail::Writing;
use super::super::{StoreError, carry};
use super::{LoadError, Progress, Run};
use crate::audit::Actor;
use crate::catalogue;
use crate::import::{ImportError, Kind, Parsed, Reason, Rejection, Report};

/// How many rows go into one statement. The widest table has fewer than 40 columns, so that a batch
/// stays below the 32,766 values that SQLite binds.
const BATCH: usize = 500;

/// A table that records of one kind are loaded into.
pub(super) trait Target: Send + Sync {
    type Record: Send;
    type Entity: EntityTrait;

    const KIND: Kind;

    /// What identifies a record.
    fn key(&self, record: &Self::Record) -> String;

    /// What identifies a row, in the same form.
    fn key_of(&self, row: &Row<Self>) -> Option<String>;

    /// Finds the rows of some records.
    fn existing(&self, records: &[(u64, Self::Record)], source: &str) -> Select<Self::Entity>;

    /// The columns of which the record speaks, and no others.
    fn owned(&self, record: Self::Record, row: Option<&Row<Self>>) -> Active<Self>;

    /// Completes a new row with the columns that the record does not speak of.
    fn complete(&self, row: &mut Active<Self>, id: Uuid, key: &str, run: Run<'_>);

    /// Counts a change of a row.
    fn touch(&self, row: &mut Active<Self>, before: &Row<Self>, run: Run<'_>);

    /// Refuses a record whose row must not be changed by this load.
    fn admit(&self, _row: &Row<Self>) -> Result<(), (Reason, String)>;

    /// Looks up the rows of which some records speak, where there are too many to know them all.
    fn refer(
        &mut self,
        _transaction: &DatabaseTransaction,
        _records: &[(u64, Self::Record)],
        _source: &str,
    ) -> impl Future<Output = Result<(), DbErr>> + Send {
        std::future::ready(Ok(()))
    }

    /// Refuses a record that speaks of a row that is not there.
    fn placed(&self, record: &Self::Record) -> Result<(), (Reason, String)>;
}

pub(super) type Row<T> = <<T as Target>::Entity as EntityTrait>::Model;
pub(super) type Active<T> = <<T as Target>::Entity as EntityTrait>::ActiveModel;

pub(super) async fn load<T, I>(
    db: &DatabaseConnection,
    target: T,
    records: I,
    run: Run<'_>,
    progress: Progress<'_>,
) -> Result<Report, LoadError>
where
    T: Target,
    Row<T>: IntoActiveModel<Active<T>> + Send + Sync,
    Active<T>: Send,
    I: Iterator<Item = Result<Parsed<T::Record>, ImportError>> + Send,
{
    let deed = format!("{}.import", type_of(T::KIND));
    let transaction = begin(db, &deed, run).await?;
    let report = load_into(&transaction, target, records, run, progress).await?;
    end(db, transaction, run).await?;
    Ok(report)
}

/// Begins the transaction of a load.
pub(super) async fn begin(
    db: &DatabaseConnection,
    deed: &str,
    run: Run<'_>,
) -> Result<Writing, DbErr> {
    let options = TransactionOptions {
        // a reader that turns writer half way may find the database busy and fail
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(options).await?;
    let actor = Arc::new(Actor::job("import"));
    Ok(Writing::of(transaction, actor, deed, run.now))
}

/// Keeps what was loaded, or undoes it.
pub(super) async fn end(
    db: &DatabaseConnection,
    transaction: Writing,
    run: Run<'_>,
) -> Result<(), LoadError> {
    if run.dry_run {
        return Ok(transaction.undo().await?);
    }
    transaction.keep().await?;
    if db.get_database_backend() == DbBackend::Sqlite {
        // SQLite keeps what is written beside the file, and after a large load whoever opens it
        // next would read through all of that first. What others still need stays there.
        let settle = "PRAGMA wal_checkpoint(TRUNCATE)";
        if let Err(error) = db.execute_unprepared(settle).await {
            tracing::debug!(%error, "the write-ahead log stays as it is for now");
        }
    }
    Ok(())
}

/// Loads records as one part of a transaction.
pub(super) async fn load_into<T, I>(
    transaction: &Writing,
    mut target: T,
    records: I,
    run: Run<'_>,
    progress: Progress<'_>,
) -> Result<Report, LoadError>
where
    T: Target,
    Row<T>: IntoActiveModel<Active<T>> + Send + Sync,
    Active<T>: Send,
    I: Iterator<Item = Result<Parsed<T::Record>, ImportError>> + Send,
{
    let mut report = Report::new(T::KIND, run.source, run.dry_run);
    let mut ids = ContextV7::new();
    let mut batch = Vec::with_capacity(BATCH);
    let mut batches = 0_u64;
    for parsed in records {
        match parsed? {
            Parsed::Rejected(rejection) => report.rejected.push(rejection),
            Parsed::Record { line, record } => batch.push((line, record)),
        }
        if batch.len() == BATCH {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            store(transaction, &mut target, full, run, &mut ids, &mut report).await?;
            progress(&report);
            batches += 1;
            let postgres = transaction.get_database_backend() == DbBackend::Postgres;
            if postgres && batches.is_power_of_two() && batches > 2 {
                analyse::<T>(transaction).await?;
            }
        }
    }
    store(transaction, &mut target, batch, run, &mut ids, &mut report).await?;
    analyse::<T>(transaction).await?;
    report.rejected.sort_by_key(|rejection| rejection.line);
    if report.inserted + report.updated > 0 {
        carry::send_many(&**transaction, type_of(T::KIND)).await?;
    }
    progress(&report);
    Ok(report)
}

/// Tells the database how the table has grown. PostgreSQL would read it whole for each batch
/// otherwise; SQLite is told at the end, for the lists to come.
async fn analyse<T: Target>(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let table = T::Entity::default();
    let text = format!("ANALYZE {}", table.table_name());
    transaction.execute_unprepared(&text).await.map(drop)
}

/// The type of the rows that a load makes.
const fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Schools | Kind::Organisations => "Organisation",
        Kind::Shifts => "Shift",
        Kind::Holidays => "Holiday",
        Kind::Tags => "Tag",
        Kind::Departments => "Department",
        Kind::Projects => "Project",
        Kind::Accounts => "User",
        Kind::Memberships => "Membership",
        Kind::Shares => "Partnership",
        Kind::Scopes => "PartnershipScope",
        Kind::Volunteers => "Volunteer",
        Kind::Assignments => "Assignment",
    }
}

async fn store<T>(
    transaction: &Writing,
    target: &mut T,
    batch: Vec<(u64, T::Record)>,
    run: Run<'_>,
    ids: &mut ContextV7,
    report: &mut Report,
) -> Result<(), LoadError>
where
    T: Target,
    Row<T>: IntoActiveModel<Active<T>> + Send + Sync,
    Active<T>: Send,
{
    if batch.is_empty() {
        return Ok(());
    }
    target.refer(transaction, &batch, run.source).await?;
    let existing = target.existing(&batch, run.source).lock_exclusive();
    let mut rows = HashMap::new();
    for row in existing.all(&**transaction).await? {
        if let Some(key) = target.key_of(&row) {
            rows.insert(key, row);
        }
    }
    let (mut new, mut made) = (Vec::new(), Vec::new());
    let of = catalogue::find(type_of(T::KIND)).ok_or(StoreError::Type("import"))?;
    for (line, record) in batch {
        if let Err((code, reason)) = target.placed(&record) {
            report.rejected.push(Rejection { line, code, reason });
            continue;
        }
        let key = target.key(&record);
        let Some(row) = rows.remove(&key) else {
            let mut row = target.owned(record, None);
            target.complete(&mut row, id(ids, run), &key, run);
            made.extend(id_of::<T>(&row));
            new.push(row);
            continue;
        };
        if let Err((code, reason)) = target.admit(&row) {
            report.rejected.push(Rejection { line, code, reason });
            continue;
        }
        let owned = target.owned(record, Some(&row));
        match changed::<T>(&row, owned) {
            None => report.unchanged += 1,
            Some(mut change) => {
                target.touch(&mut change, &row, run);
                let changed: Vec<Uuid> = id_of::<T>(&change).into_iter().collect();
                transaction.changes(of, &changed).await?;
                change.update(&**transaction).await?;
                report.updated += 1;
            }
        }
    }
    report.inserted += new.len() as u64;
    if new.is_empty() {
        return Ok(());
    }
    T::Entity::insert_many(new)
        .exec_without_returning(&**transaction)
        .await?;
    made.into_iter().for_each(|id| transaction.makes(of, id));
    Ok(())
}

/// The id of a row that is about to be written.
fn id_of<T: Target>(row: &Active<T>) -> Option<Uuid> {
    let mut columns = <T::Entity as EntityTrait>::Column::iter();
    let id = columns.find(|column| column.as_str() == "id")?;
    match row.get(id).into_value() {
        Some(Value::Uuid(id)) => id,
        _ => None,
    }
}

/// The row with the columns that differ, or none if all agree.
fn changed<T>(row: &Row<T>, mut owned: Active<T>) -> Option<Active<T>>
where
    T: Target,
    Row<T>: IntoActiveModel<Active<T>>,
{
    let mut current = row.clone().into_active_model();
    let mut differs = false;
    for column in <T::Entity as EntityTrait>::Column::iter() {
        let ActiveValue::Set(value) = owned.take(column) else {
            continue;
        };
        if current.get(column).into_value().as_ref() != Some(&value) {
            current.set(column, value);
            differs = true;
        }
    }
    differs.then_some(current)
}

/// An id that sorts by the run's time and, within the run, by the order of the file.
fn id(context: &mut ContextV7, run: Run<'_>) -> Uuid {
    let seconds = u64::try_from(run.now.timestamp()).unwrap_or_default();
    let time = Timestamp::from_unix(&*context, seconds, run.now.timestamp_subsec_nanos());
    Uuid::new_v7(time)
}
