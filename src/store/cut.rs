//! Requests that are cut off in the middle: they took too long, or nobody waits for them any more.
//!
//! Whoever drops a request drops the statement that it waits for, but the database goes on with it.
//! So a request is marked as under way; where the mark is dropped before the request is done, the
//! connections that come back to the pool soon after are looked at, and one that is still busy is
//! closed instead of waited for. PostgreSQL ends the statement of a client that is gone.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::{PgConnection, PgPoolOptions};
use sea_orm::sqlx::{AssertSqlSafe, Connection as _, Executor as _};

/// How long after a cut the connections that come back are looked at.
const WATCH: Duration = Duration::from_secs(5);

/// How long a connection may take to say that it is free.
const PATIENCE: Duration = Duration::from_millis(50);

/// How often PostgreSQL looks whether the client of a running statement is still there.
const GLANCE: Duration = Duration::from_millis(250);

/// How much longer than a request one of its statements may take: whoever waits for the request is
/// to hear that it took too long, not that a statement failed.
const GRACE: Duration = Duration::from_secs(1);

/// When the process began, as far as this room is concerned.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Until when connections are looked at, in milliseconds after the beginning. It is only a hint, so
/// all stores of the process share it.
static WATCHED: AtomicU64 = AtomicU64::new(0);

/// A request that is under way. Dropped before it is done, its statements are ended.
pub struct Underway(());

impl Underway {
    /// Marks the beginning of a request.
    #[must_use]
    pub fn begin() -> Self {
        Self(())
    }

    /// The request is done, and holds no connection.
    pub fn done(self) {
        std::mem::forget(self);
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        WATCHED.fetch_max(milliseconds(BEGAN.elapsed() + WATCH), Ordering::Relaxed);
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The pool with what ends the statements of requests that are gone, and of those that take longer
/// than `limit`.
pub fn ending_statements(pool: PgPoolOptions, limit: Duration) -> PgPoolOptions {
    pool.after_connect(move |connection, _| {
        Box::pin(async move {
            let limit = milliseconds(limit.saturating_add(GRACE)).min(i32::MAX as u64);
            let set = format!("SET statement_timeout = {limit}");
            connection.execute(AssertSqlSafe(set)).await?;
            // Not every database that speaks the protocol knows it.
            let glance = milliseconds(GLANCE);
            let set = format!("SET client_connection_check_interval = {glance}");
            connection.execute(AssertSqlSafe(set)).await.ok();
            Ok(())
        })
    })
    .after_release(|connection, _| {
        Box::pin(async move {
            let watched = WATCHED.load(Ordering::Relaxed);
            Ok(milliseconds(BEGAN.elapsed()) > watched || is_free(connection).await)
        })
    })
}

async fn is_free(connection: &mut PgConnection) -> bool {
    let answered = tokio::time::timeout(PATIENCE, connection.ping()).await;
    matches!(answered, Ok(Ok(())))
}
