//! Opening a database.

use std::time::Duration;

use sea_orm::sqlx::Connection as _;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use super::cut::ending_statements;

/// How much of a SQLite file each connection that serves requests keeps in memory, as a pragma has
/// it: 512 KiB.
const KEPT: &str = "-512";

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

/// On what terms a database is used.
#[derive(Clone)]
pub struct Terms {
    /// How long is waited for a free connection and, on SQLite, for another's write to end.
    pub wait: Duration,
    /// Whether a write to SQLite is on the disk itself when it is acknowledged, and so survives
    /// that the power fails; it survives that the process is killed in any case.
    pub sqlite_syncs: bool,
    /// PostgreSQL's `synchronous_commit` for what is written here; its own where there is none.
    pub postgres_commits: Option<String>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(5),
            sqlite_syncs: false,
            postgres_commits: None,
        }
    }
}

/// Opens `sqlite:path` (made if it is not there) or `postgres://…`.
///
/// # Errors
/// Where the address is of no known kind, or the database cannot be reached.
pub async fn connect(url: &str, terms: Terms) -> Result<DatabaseConnection, ConnectError> {
    open(url, terms, None).await
}

/// Opens it for requests that take at most this long, and none of whose statements is to run on
/// once nobody waits for it.
///
/// # Errors
/// Where the address is of no known kind, or the database cannot be reached.
pub async fn connect_for_requests(
    url: &str,
    terms: Terms,
    limit: Duration,
) -> Result<DatabaseConnection, ConnectError> {
    open(url, terms, Some(limit)).await
}

async fn open(
    url: &str,
    terms: Terms,
    limit: Option<Duration>,
) -> Result<DatabaseConnection, ConnectError> {
    let sqlite = url.starts_with("sqlite:");
    if !sqlite && !url.starts_with("postgres:") && !url.starts_with("postgresql:") {
        return Err(ConnectError::Address);
    }
    let memory = sqlite && url.contains(":memory:");
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(terms.wait);
    // A database in memory is one connection's own.
    options
        .max_connections(match (memory, sqlite) {
            (true, _) => 1,
            // Lists are read by others, and one writes at a time.
            (false, true) => 4,
            (false, false) => 8,
        })
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
    if let Some(limit) = limit {
        options.map_sqlx_postgres_pool_opts(move |pool| ending_statements(pool, limit));
    }
    let synchronous = match terms.sqlite_syncs {
        true => SqliteSynchronous::Full,
        false => SqliteSynchronous::Normal,
    };
    let serves = limit.is_some();
    options.map_sqlx_sqlite_opts(move |options| {
        let options = options.create_if_missing(true).foreign_keys(true);
        // There are several, and lists are read by others.
        let options = match serves {
            true => options.pragma("cache_size", KEPT),
            false => options,
        };
        // What is deleted is written over with zeros, not only taken off the list.
        let options = options.pragma("secure_delete", "ON");
        let options = options.busy_timeout(terms.wait);
        if memory {
            return options;
        }
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
    });
    if sqlite && !memory {
        // SQLite itself rolls a transaction back that finds no room; the driver then believes that
        // it goes on, and what is committed later on that connection would not be kept.
        options.map_sqlx_sqlite_pool_opts(|options| {
            options.after_release(|connection, _| {
                Box::pin(async move {
                    // What it has been told to do is done first.
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
        });
    }
    if let Some(commits) = terms.postgres_commits {
        options.map_sqlx_postgres_opts(move |options| {
            options.options([("synchronous_commit", commits.as_str())])
        });
    }
    Ok(Database::connect(options).await?)
}
