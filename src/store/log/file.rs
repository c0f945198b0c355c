//! Entries into a SQLite file by a connection of their own, or by the one that watches the file,
//! where there is one: to it what the log adds is no change of the data.
//!
//! A driver that hands each statement from thread to thread takes longer to hand over than SQLite to
//! write. Where nothing has to be looked up, which is nearly always, the whole transaction runs here
//! on one thread; otherwise it is left to the other way.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};

use crate::audit::{Chain, HASH};
use crate::store::StoreError;
use crate::store::watch::Lookout;

/// A SQLite file into which entries are written.
pub struct File {
    path: PathBuf,
    wait: Duration,
    /// As a pragma has it: how far a commit waits for the disk.
    synchronous: i64,
    by: By,
}

/// By which connection.
enum By {
    /// The one that watches.
    Lookout(Arc<Lookout>),
    /// One of its own.
    Own(Mutex<Option<Connection>>),
}

/// How much of the file it keeps in memory, in KiB: the end of one table is all that it needs.
const KEPT: i64 = 256;
/// After what time is tried again where somebody else writes.
const AGAIN: Duration = Duration::from_millis(1);

impl File {
    /// The file of this connection; none where it is no file.
    pub async fn of(
        database: &DatabaseConnection,
        lookout: Option<Arc<Lookout>>,
    ) -> Result<Option<Arc<Self>>, StoreError> {
        if database.get_database_backend() != DbBackend::Sqlite {
            return Ok(None);
        }
        let pool = database.get_sqlite_connection_pool();
        let path = pool.connect_options().get_filename().to_owned();
        let named = path.to_str().is_some_and(|name| !name.contains(":memory:"));
        if !named || !path.is_file() {
            return Ok(None);
        }
        let wait = pool.options().get_acquire_timeout();
        // What is kept here is kept as safely as whatever else is written.
        let pragma = Statement::from_string(DbBackend::Sqlite, "PRAGMA synchronous");
        let row = database.query_one_raw(pragma).await?;
        let row = row.ok_or(StoreError::Type("synchronous"))?;
        let synchronous = row.try_get_by_index(0)?;
        let by = match lookout {
            Some(lookout) => {
                let connection = lookout.lock();
                connection.pragma_update(None, "synchronous", synchronous)?;
                keep_little(&connection);
                drop(connection);
                By::Lookout(lookout)
            }
            None => By::Own(Mutex::default()),
        };
        Ok(Some(Arc::new(Self {
            path,
            wait,
            synchronous,
            by,
        })))
    }

    /// Adds entries of these bytes, each with its time, to the chain, and tells where it stood before
    /// and stands now; nothing is done where keys were destroyed since they were made.
    pub async fn put(
        self: &Arc<Self>,
        bodies: Vec<(i64, Vec<u8>)>,
        forgotten: i64,
    ) -> Result<Option<(u64, u64)>, StoreError> {
        self.work(move |connection| written(connection, &bodies, forgotten))
            .await
    }

    /// Keeps the filter of a block.
    pub async fn close(self: &Arc<Self>, block: u64, filter: Vec<u8>) -> Result<(), StoreError> {
        self.work(move |connection| {
            let insert = "INSERT INTO audit_block (number, filter) VALUES (?, ?)
                ON CONFLICT (number) DO NOTHING";
            connection.execute(insert, (block.cast_signed(), &filter))?;
            Ok(())
        })
        .await
    }

    /// Does this on the connection, in a thread that may wait.
    async fn work<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl Fn(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = Arc::clone(self);
        let whole = move || match &file.by {
            By::Lookout(lookout) => file.patiently(lookout, work),
            By::Own(kept) => {
                let kept = || kept.lock().unwrap_or_else(PoisonError::into_inner);
                // A connection on which something failed is not used again.
                let connection = kept().take();
                let mut connection = connection.map_or_else(|| file.open(), Ok)?;
                let done = work(&mut connection)?;
                *kept() = Some(connection);
                Ok(done)
            }
        };
        let done = tokio::task::spawn_blocking(whole).await;
        done.map_err(|_| StoreError::Reader)?
    }

    /// The same by the connection that watches, which is let go while somebody else writes.
    fn patiently<T>(
        &self,
        lookout: &Lookout,
        work: impl Fn(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let begun = Instant::now();
        loop {
            let done = work(&mut lookout.lock());
            match done {
                Err(error) if is_busy(&error) && begun.elapsed() < self.wait => {
                    std::thread::sleep(AGAIN);
                }
                done => return Ok(done?),
            }
        }
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.wait)?;
        connection.pragma_update(None, "synchronous", self.synchronous)?;
        keep_little(&connection);
        Ok(connection)
    }
}

fn written(
    connection: &mut Connection,
    bodies: &[(i64, Vec<u8>)],
    forgotten: i64,
) -> rusqlite::Result<Option<(u64, u64)>> {
    let behavior = rusqlite::TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(behavior)?;
    let mut head = transaction
        .prepare_cached("SELECT number, hash, forgotten FROM audit_head WHERE id = 1")?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, [u8; HASH]>(1)?,
            row.get::<_, i64>(2)?,
        ))
    };
    let (number, hash, destroyed) = head.query_row([], read)?;
    drop(head);
    if destroyed != forgotten {
        return Ok(None);
    }
    let before = number.cast_unsigned();
    let mut chain = Chain {
        number: before,
        hash,
    };
    let mut insert = transaction
        .prepare_cached("INSERT INTO audit_entry (number, at, body, hash) VALUES (?, ?, ?, ?)")?;
    for (at, body) in bodies {
        chain = chain.with(body);
        let at = DateTime::from_timestamp_micros(*at).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, false);
        insert.execute((chain.number.cast_signed(), at, body, chain.hash))?;
    }
    drop(insert);
    transaction
        .prepare_cached("UPDATE audit_head SET number = ?, hash = ? WHERE id = 1")?
        .execute((chain.number.cast_signed(), chain.hash))?;
    transaction.commit()?;
    Ok(Some((before, chain.number)))
}

/// Has a connection keep little of the file. To be told, SQLite reads the schema, which it does not
/// where the file is locked; then the connection keeps what it keeps by itself.
fn keep_little(connection: &Connection) {
    let told = connection.pragma_update(None, "cache_size", -KEPT);
    if let Err(error) = told {
        tracing::debug!(%error, "the log's connection keeps its pages");
    }
}

/// Whether somebody else writes.
fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}
