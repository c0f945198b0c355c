//! Connections that only read a SQLite file.
//!
//! SQLite answers in the thread that asks. A driver that hands each row from one thread to another
//! spends most of its time on handing over; here a statement runs to its end on one thread, and its
//! rows are read where they lie.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, Value as Sqlite};
use rusqlite::{Connection, OpenFlags, ToSql};
use sea_orm::{DatabaseConnection, Statement, Value};
use tokio::sync::Semaphore;

use super::StoreError;
use super::raw::Raw;
use super::statements::Statements;

/// How many statements run at a time.
const MOST: usize = 4;
/// How many prepared statements a connection keeps.
const PREPARED: usize = 128;

/// Takes rows as they come.
pub trait Visit: Send + 'static {
    /// Takes a row.
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError>;
}

/// Connections that only read.
pub struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    free: Semaphore,
    statements: Statements,
}

impl Readers {
    /// Readers of the file that this connection writes; none where it is no file.
    pub fn of(database: &DatabaseConnection, statements: &Statements) -> Option<Arc<Self>> {
        if !matches!(database.get_database_backend(), sea_orm::DbBackend::Sqlite) {
            return None;
        }
        let options = database.get_sqlite_connection_pool().connect_options();
        let file = options.get_filename().to_owned();
        // A database in memory is its connection's own.
        let named = file.to_str().is_some_and(|name| !name.contains(":memory:"));
        (named && file.is_file()).then(|| {
            Arc::new(Self {
                file,
                idle: Mutex::default(),
                free: Semaphore::new(MOST),
                statements: statements.clone(),
            })
        })
    }

    /// Runs a statement. If its caller gives up, it ends.
    pub async fn read<V: Visit>(
        self: &Arc<Self>,
        statement: Statement,
        visit: V,
    ) -> Result<V, StoreError> {
        let turn = self.free.acquire().await;
        let connection = self.connection()?;
        let stop = Stop(Arc::new(Mutex::new(Some(
            connection.get_interrupt_handle(),
        ))));
        let (readers, running) = (Arc::clone(self), Arc::clone(&stop.0));
        let work = move || {
            let mut visit = visit;
            let begun = Instant::now();
            let done = run(&connection, &statement, &mut visit);
            readers
                .statements
                .put(&statement.sql, begun.elapsed(), done.is_err());
            *running.lock().unwrap_or_else(PoisonError::into_inner) = None;
            done?;
            readers.give_back(connection);
            Ok(visit)
        };
        let done = tokio::task::spawn_blocking(work).await;
        drop(turn);
        done.map_err(|_| StoreError::Reader)?
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = idle().pop() {
            return Ok(connection);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(connection);
    }
}

/// Interrupts a statement whose caller has gone, while it runs.
struct Stop(Arc<Mutex<Option<rusqlite::InterruptHandle>>>);

impl Drop for Stop {
    fn drop(&mut self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = &*running {
            handle.interrupt();
        }
    }
}

fn run(
    connection: &Connection,
    statement: &Statement,
    visit: &mut impl Visit,
) -> Result<(), StoreError> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let values = statement.values.as_ref();
    for (at, value) in values.iter().flat_map(|values| values.0.iter()).enumerate() {
        prepared.raw_bind_parameter(at + 1, Bound(value))?;
    }
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next()? {
        visit.row(row)?;
    }
    Ok(())
}

/// A value as sqlx binds it, so that both find the same.
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let unknown = || {
            let error = StoreError::Type("bound value");
            Err(rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
        };
        let owned = |value: Option<Sqlite>| Ok(ToSqlOutput::Owned(value.unwrap_or(Sqlite::Null)));
        match self.0 {
            Value::String(Some(text)) => Ok(ToSqlOutput::Borrowed(text.as_str().into())),
            Value::String(None) => owned(None),
            Value::Uuid(id) => owned(id.map(|id| Sqlite::Blob(id.as_bytes().to_vec()))),
            Value::Bool(flag) => owned(flag.map(|flag| Sqlite::Integer(flag.into()))),
            Value::Int(number) => owned(number.map(|number| Sqlite::Integer(number.into()))),
            Value::BigInt(number) => owned(number.map(Sqlite::Integer)),
            Value::Double(number) => owned(number.map(Sqlite::Real)),
            Value::ChronoDateTimeUtc(time) => {
                let text =
                    time.map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false));
                owned(text.map(Sqlite::Text))
            }
            Value::ChronoDate(date) => {
                owned(date.map(|date| Sqlite::Text(date.format("%F").to_string())))
            }
            _ => unknown(),
        }
    }
}
