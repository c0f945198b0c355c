//! The connection that asks a SQLite file for its count of commits, and through which the log is
//! written.
//!
//! The count (`PRAGMA data_version`) moves for the commits of every connection but the one that
//! asks. So what the log adds by this connection is no change of the data to this server; to another
//! server with the same file it is one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// It waits for nobody: whoever asks for the count must not.
pub struct Lookout(Mutex<Connection>);

impl Lookout {
    /// One on this file.
    pub(super) fn on(path: &str) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// The count of commits by others; none where it cannot be had.
    pub(super) fn commits(&self) -> Option<u64> {
        let connection = self.lock();
        // In a transaction that was left open it would stand still.
        if !connection.is_autocommit() {
            return None;
        }
        let mut statement = connection.prepare_cached("PRAGMA data_version").ok()?;
        let count: i64 = statement.query_row([], |row| row.get(0)).ok()?;
        u64::try_from(count).ok()
    }

    /// The connection, for as long as it is held; nobody gets a count meanwhile.
    pub(in crate::store) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
