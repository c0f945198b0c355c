//! Opening a database.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use super::cut::ending_statements;

/// A database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is of no known kind.
    #[error("a database address begins with `sqlite:` or `postgres:`")]
    Address,
    /// The database refused or could not be reached.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] DbErr),
}

/// Opens `sqlite:path` (made if it is not there) or `postgres://…`.
///
/// # Errors
/// Where the address is of no known kind, or the database cannot be reached.
pub async fn connect(url: &str) -> Result<DatabaseConnection, ConnectError> {
    open(url, None).await
}

/// Opens it for requests that take at most this long, and none of whose statements is to run on
/// once nobody waits for it.
///
/// # Errors
/// Where the address is of no known kind, or the database cannot be reached.
pub async fn connect_for_requests(
    url: &str,
    limit: Duration,
) -> Result<DatabaseConnection, ConnectError> {
    open(url, Some(limit)).await
}

async fn open(url: &str, limit: Option<Duration>) -> Result<DatabaseConnection, ConnectError> {
    let sqlite = url.starts_with("sqlite:");
    if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
        return Err(ConnectError::Address);
    }
    let memory = sqlite && url.contains(":memory:");
    let mut options = ConnectOptions::new(url);
    options
        .sqlx_logging(false)
        .acquire_timeout(Duration::from_secs(10));
    // A database in memory is one connection's own.
    options
        .max_connections(if memory { 1 } else { 8 })
        .test_before_acquire(!sqlite);
    if let Some(limit) = limit {
        options.map_sqlx_postgres_pool_opts(move |pool| ending_statements(pool, limit));
    }
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options.create_if_missing(true).foreign_keys(true);
        let options = options.busy_timeout(Duration::from_secs(5));
        if memory {
            return options;
        }
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
    });
    Ok(Database::connect(options).await?)
}
