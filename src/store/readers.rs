//! Connections that only read a SQLite file.
//!
//! SQLite answers in the thread that asks. A driver that hands each row from one thread to another
//! spends most of its time on handing over; here a statement runs to its end on one thread, and its
//! rows are read where they lie.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value as Sqlite};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};
use sea_orm::{DatabaseConnection, Statement, Value};
use tokio::sync::Semaphore;

use super::StoreError;
use super::raw::Raw;
use super::statements::Statements;

/// How many statements run at a time.
const MOST: usize = 4;
/// How many steps of SQLite's machine a short statement takes: some milliseconds.
const BRIEF: i32 = 300_000;
/// How many prepared statements a connection keeps.
const PREPARED: usize = 128;
/// How much of the file a connection keeps, in KiB: what is not here is in the system's own cache.
const KEPT: i64 = 512;

/// Takes rows as they come.
///
/// It is copied before it takes any, in case a statement must begin again.
pub trait Visit: Clone + Send + 'static {
    /// Takes a row.
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError>;

    /// Whether it opens what is sealed.
    fn opens(&self) -> bool {
        false
    }
}

/// A connection that only reads.
struct Reader {
    connection: Connection,
    /// Whether it was told how much it may keep.
    told: bool,
}

/// Connections that only read.
pub struct Readers {
    file: PathBuf,
    /// How long a statement waits for another process that has locked the file.
    wait: Duration,
    idle: Mutex<Vec<Reader>>,
    free: Semaphore,
    statements: Statements,
}

impl Readers {
    /// Readers of the file that this connection writes; none where it is no file.
    pub fn of(database: &DatabaseConnection, statements: &Statements) -> Option<Arc<Self>> {
        if !matches!(database.get_database_backend(), sea_orm::DbBackend::Sqlite) {
            return None;
        }
        let pool = database.get_sqlite_connection_pool();
        // As long as a write, and as whoever wants a connection.
        let wait = pool.options().get_acquire_timeout();
        let file = pool.connect_options().get_filename().to_owned();
        // A database in memory is its connection's own.
        let named = file.to_str().is_some_and(|name| !name.contains(":memory:"));
        (named && file.is_file()).then(|| {
            Arc::new(Self {
                file,
                wait,
                idle: Mutex::default(),
                free: Semaphore::new(MOST),
                statements: statements.clone(),
            })
        })
    }

    /// Runs a statement: a short one here and now, since to hand it to another thread would cost
    /// more than it does; one that turns out to be long again, from its beginning, where it holds
    /// up nobody.
    pub async fn read<V: Visit>(
        self: &Arc<Self>,
        statement: Statement,
        visit: V,
    ) -> Result<V, StoreError> {
        let turn = self.free.acquire().await;
        let reader = self.reader()?;
        let mut taken = visit.clone();
        let done = match self.briefly(&reader.connection, &statement, &mut taken)? {
            true => {
                self.give_back(reader);
                Ok(taken)
            }
            false => self.at_length(reader, statement, visit).await,
        };
        drop(turn);
        done
    }

    /// Runs a statement unless it is long or has to wait; whether it came to its end.
    fn briefly(
        &self,
        connection: &Connection,
        statement: &Statement,
        visit: &mut impl Visit,
    ) -> Result<bool, StoreError> {
        connection.busy_timeout(Duration::ZERO)?;
        connection.progress_handler(BRIEF, Some(|| true))?;
        let begun = Instant::now();
        let done = run(connection, statement, visit);
        connection.progress_handler(0, None::<fn() -> bool>)?;
        if let Err(StoreError::Sqlite(error)) = &done
            && is_unfinished(error)
        {
            return Ok(false);
        }
        self.statements
            .put(&statement.sql, begun.elapsed(), done.is_err());
        done.map(|()| true)
    }

    /// Runs a statement in a thread that may wait. If its caller gives up, it ends.
    async fn at_length<V: Visit>(
        self: &Arc<Self>,
        reader: Reader,
        statement: Statement,
        visit: V,
    ) -> Result<V, StoreError> {
        let connection = &reader.connection;
        connection.busy_timeout(self.wait)?;
        let stop = Stop(Arc::new(Mutex::new(Some(
            connection.get_interrupt_handle(),
        ))));
        let (readers, running) = (Arc::clone(self), Arc::clone(&stop.0));
        let work = move || {
            let mut visit = visit;
            let begun = Instant::now();
            let done = run(&reader.connection, &statement, &mut visit);
            readers
                .statements
                .put(&statement.sql, begun.elapsed(), done.is_err());
            *running.lock().unwrap_or_else(PoisonError::into_inner) = None;
            done?;
            readers.give_back(reader);
            Ok(visit)
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| StoreError::Reader)?
    }

    fn reader(&self) -> Result<Reader, StoreError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = idle().pop() {
            return Ok(reader);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        connection.pragma_update(None, "query_only", true)?;
        // Otherwise the planner looks at the values, and plans again for each that is bound anew.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(Reader {
            connection,
            told: false,
        })
    }

    fn give_back(&self, mut reader: Reader) {
        // To tell it, SQLite reads the schema, and so waits where the file is locked; whoever has
        // just read has read that too. Where it does not work, it is tried again.
        if !reader.told {
            let small = reader.connection.pragma_update(None, "cache_size", -KEPT);
            reader.told = small.is_ok();
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(reader);
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

/// Whether a statement was stopped, or would have had to wait.
fn is_unfinished(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::OperationInterrupted | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
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

#[cfg(test)]
mod tests {
    use rusqlite::types::Value as Sqlite;
    use sea_orm::{DbBackend, Statement, Value};

    use super::*;
    use crate::catalogue::CellRef;
    use crate::store::cells::Holds;

    #[derive(Clone, Default)]
    struct Numbers(Vec<i64>);

    impl Visit for Numbers {
        fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
            if let CellRef::Int(number) = row.cell(0, Holds::Long)? {
                self.0.push(number);
            }
            Ok(())
        }
    }

    fn readers(file: PathBuf) -> Arc<Readers> {
        Arc::new(Readers {
            file,
            wait: Duration::from_secs(60),
            idle: Mutex::default(),
            free: Semaphore::new(MOST),
            statements: Statements::default(),
        })
    }

    fn counting(to: i64) -> Statement {
        let text = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n";
        Statement::from_sql_and_values(DbBackend::Sqlite, text, [Value::from(to)])
    }

    fn file(name: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("{name}-{}.db", uuid::Uuid::new_v4()));
        Connection::open(&file).unwrap();
        file
    }

    #[test]
    fn readers_side_by_side_share_no_lock() {
        let file = file("locks");
        let connection = Connection::open(&file).unwrap();
        let mut options = connection.prepare("PRAGMA compile_options").unwrap();
        let options = options.query_map([], |row| row.get::<_, String>(0));
        let options: Vec<String> = options.unwrap().map(Result::unwrap).collect();
        assert!(options.iter().any(|option| option == "DEFAULT_MEMSTATUS=0"));
        let shared = |option: &String| option.contains("ENABLE_MEMORY_MANAGEMENT");
        assert!(!options.iter().any(shared), "see .cargo/config.toml");
        std::fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn a_long_statement_begins_again_and_gives_each_row_once() {
        let file = file("long");
        let readers = readers(file.clone());
        for to in [1, 100, 200_000, 10] {
            let Numbers(found) = readers
                .read(counting(to), Numbers::default())
                .await
                .unwrap();
            assert!(found.iter().copied().eq(1..=to), "{to}: {}", found.len());
        }
        let kept = readers.idle.lock().unwrap().len();
        assert_eq!(kept, 1, "one connection did all of it");
        std::fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn a_statement_whose_caller_has_gone_ends() {
        let file = file("gone");
        let readers = readers(file.clone());
        let endless = readers.read(counting(i64::MAX), Numbers::default());
        let gone = tokio::time::timeout(Duration::from_millis(50), endless).await;
        assert!(gone.is_err());
        // Its turn and its thread are free again, however often that happens.
        for _ in 0..MOST {
            let endless = readers.read(counting(i64::MAX), Numbers::default());
            tokio::time::timeout(Duration::from_millis(20), endless)
                .await
                .ok();
        }
        let Numbers(found) = readers.read(counting(3), Numbers::default()).await.unwrap();
        assert_eq!(found, [1, 2, 3]);
        std::fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn a_locked_file_is_waited_for_as_long_as_the_settings_say() {
        let file = file("locked");
        let wait = Duration::from_secs(77);
        let terms = crate::store::Terms {
            wait,
            ..Default::default()
        };
        let address = format!("sqlite:{}", file.display());
        let database = crate::store::connect(&address, terms).await.unwrap();
        let patient = Readers::of(&database, &Statements::default()).unwrap();
        assert_eq!(patient.wait, wait);
        database.close().await.unwrap();
        let lock = Connection::open(&file).unwrap();
        lock.execute_batch("PRAGMA journal_mode = DELETE; CREATE TABLE t (a); BEGIN EXCLUSIVE")
            .unwrap();
        let all = || Statement::from_string(DbBackend::Sqlite, "SELECT a FROM t");
        let mut hasty = Arc::into_inner(readers(file.clone())).unwrap();
        hasty.wait = Duration::ZERO;
        let busy = Arc::new(hasty).read(all(), Numbers::default()).await;
        let Err(StoreError::Sqlite(error)) = busy.map(|_| ()) else {
            panic!("not busy");
        };
        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
        let waiting = tokio::spawn(async move { patient.read(all(), Numbers::default()).await });
        tokio::task::yield_now().await;
        lock.execute_batch("COMMIT").unwrap();
        assert!(waiting.await.unwrap().is_ok());
        std::fs::remove_file(file).unwrap();
    }

    #[tokio::test]
    async fn a_reader_writes_nothing() {
        let file = file("reader");
        let readers = readers(file.clone());
        let text = "CREATE TABLE t (a)";
        let statement = Statement::from_string(DbBackend::Sqlite, text);
        assert!(readers.read(statement, Numbers::default()).await.is_err());
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_is_bound_is_what_the_other_driver_binds() {
        let id = uuid::Uuid::from_u128(7);
        let time = chrono::DateTime::from_timestamp(1_700_000_000, 250_000_000).unwrap();
        for (value, expected) in [
            (Value::from(id), Sqlite::Blob(id.as_bytes().to_vec())),
            (Value::from(true), Sqlite::Integer(1)),
            (
                Value::from(time),
                Sqlite::Text("2023-11-14T22:13:20.250+00:00".into()),
            ),
            (
                Value::from(time.date_naive()),
                Sqlite::Text("2023-11-14".into()),
            ),
            (Value::String(None), Sqlite::Null),
        ] {
            let ToSqlOutput::Owned(bound) = Bound(&value).to_sql().unwrap() else {
                panic!("borrowed");
            };
            assert_eq!(bound, expected);
        }
    }
}
