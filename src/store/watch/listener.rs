//! The connection on which PostgreSQL tells what other processes changed.

use std::sync::Weak;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sea_orm::sqlx::{self, Executor as _};
use tokio::time::{sleep, timeout};

use super::{State, carry};

/// The channel of the triggers on what the directory reads; a notice names the table.
const DIRECTORY: &str = "kaifong_directory";

/// The channel on which it is told that somebody published policies, or approved them.
pub(super) const POLICIES: &str = "kaifong_policies";

/// After so long without a notice the connection is asked for a sign of life.
const PULSE: Duration = Duration::from_secs(3);

/// What takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(3);

/// The first and the longest pause before a new connection is tried.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Listens until nobody watches any more; a connection that is lost is made anew.
pub(super) async fn run(state: Weak<State>, options: PgConnectOptions) {
    let mut pause = PAUSES.0;
    loop {
        let outcome = listen(&state, options.clone(), &mut pause).await;
        let Some(watched) = state.upgrade() else {
            return;
        };
        watched.arriving(false);
        drop(watched);
        // The driver's error may name the server; it has no values of rows.
        let cause = outcome.err().map(|error| error.to_string());
        tracing::warn!(cause, "no notices from the database; trying again");
        sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Listens until the connection is lost.
async fn listen(
    state: &Weak<State>,
    options: PgConnectOptions,
    pause: &mut Duration,
) -> Result<(), sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options.application_name("kaifong listener"));
    let mut listener = PgListener::connect_with(&pool).await?;
    // What was missed while a connection was away is for `arriving` to say.
    listener.eager_reconnect(false);
    listener
        .listen_all([DIRECTORY, carry::EVENTS, POLICIES])
        .await?;
    match state.upgrade() {
        Some(state) => state.arriving(true),
        None => return Ok(()),
    }
    *pause = PAUSES.0;
    loop {
        match timeout(PULSE, listener.try_recv()).await {
            Ok(heard) => {
                let (Some(notice), Some(state)) = (heard?, state.upgrade()) else {
                    return Ok(());
                };
                state.noticed(notice.channel(), notice.payload());
            }
            Err(_) => {
                let alive = timeout(PATIENCE, listener.execute("SELECT 1"));
                alive.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}
