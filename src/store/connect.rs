//! Opening a database.

use std::time::Duration;

use sea_orm::sqlx::Connection as _;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

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
        .test_before_acquire(false)
        // One that was used a moment ago need not be asked whether it still lives.
        .map_sqlx_postgres_before_acquire(|connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for > Duration::from_secs(1) {
                    connection.ping().await?;
                }
                Ok(true)
            })
        });
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
