//! Finding and changing rows, on SQLite and PostgreSQL alike.
//!
//! What is read comes out [`Protected`](crate::policy::Protected); what is written demands a
//! [`Permit`](crate::policy::Permit). Rows, filters, sorts, search, counts and cursors are put to
//! the database as the viewer's view of the data: a column is "the column where this viewer has it
//! in full, else null". The room knows no Cedar, no GraphQL and no HTTP.
//!
//! The SQL is written as text with bound values (`sql`): every name in it comes from the
//! catalogue, every value is bound, and the few constructs are those that both databases share.

mod carry;
mod cells;
mod connect;
mod cursor;
mod cut;
mod directory;
mod events;
mod fault;
mod filter;
mod find;
pub mod import;
mod notices;
mod order;
mod policy_sets;
mod postgres_readers;
mod raw;
mod readers;
mod record;
mod sql;
mod statements;
mod together;
mod view;
mod watch;
mod write;

pub use connect::{ConnectError, Terms, connect, connect_for_requests};
pub use cursor::{CursorKey, Seal, Unsealed};
pub use cut::Underway;
pub use events::{Changes, Event, Events, Heard};
pub use fault::Fault;
pub use filter::{CellTest, Filter};
pub use find::{Ask, Direction, Page, Pages, Span, Within};
pub use notices::ReceiptStanding;
pub use order::Order;
pub use policy_sets::{By, Kept, NewSet, PolicyAct, PolicyDeed, PublishedSet};
pub use statements::{Counts, Statements};
pub use watch::{Mark, READ, Read, Watch, Whose};
pub use write::{Change, Changed, Draft};

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;

use self::postgres_readers::PostgresReaders;
use self::readers::Readers;
use self::sql::Sql;

/// Where rows are kept.
#[derive(Clone)]
pub struct Store {
    database: DatabaseConnection,
    readers: Option<Arc<Readers>>,
    postgres_readers: Option<Arc<PostgresReaders>>,
    events: Events,
    statements: Statements,
    watch: Watch,
    now: DateTime<Utc>,
    deadline: Option<Instant>,
}

/// What went wrong in the database. Its text is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database failed")]
    Database(#[from] sea_orm::DbErr),
    /// A reader of SQLite failed.
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// A reader of SQLite stopped short.
    #[error("a reader stopped")]
    Reader,
    /// A page holds more than there is room for.
    #[error("a page is too large")]
    Overfull(#[from] crate::policy::Overfull),
    /// A value in the database is not of its column's type.
    #[error("column `{0}` holds another type")]
    Type(&'static str),
    /// A write came without the permit for it; a fault of the program.
    #[error("a write came without its permit")]
    Unpermitted,
}

impl Store {
    /// A store over this connection, as of the first instant of all.
    #[must_use]
    pub fn new(mut database: DatabaseConnection) -> Self {
        let statements = Statements::of(&mut database);
        let events = Events::new();
        Self {
            readers: Readers::of(&database, &statements),
            postgres_readers: PostgresReaders::of(&database, &statements),
            database,
            statements,
            watch: Watch::none(&events),
            events,
            now: DateTime::<Utc>::MIN_UTC,
            deadline: None,
        }
    }

    /// The same store, which knows when anything changed of which viewers are made and, on
    /// PostgreSQL, hears what other servers change.
    ///
    /// # Errors
    /// Where the database cannot be asked, or its file cannot be opened once more.
    pub async fn watched(self) -> Result<Self, StoreError> {
        let watch = Watch::over(&self.database, &self.events).await?;
        Ok(Self { watch, ..self })
    }

    /// The store at an instant: what has ended by then counts no more.
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> Self {
        Self {
            database: self.database.clone(),
            readers: self.readers.clone(),
            postgres_readers: self.postgres_readers.clone(),
            events: self.events.clone(),
            statements: self.statements.clone(),
            watch: self.watch.clone(),
            now,
            deadline: self.deadline,
        }
    }

    /// The same store for a request that has this much time from now.
    #[must_use]
    pub fn for_at_most(mut self, time: Duration) -> Self {
        self.deadline = Instant::now().checked_add(time);
        self
    }

    /// When the request that it serves is given up, if it ever is.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// A statement in the making.
    fn sql(&self) -> Sql {
        Sql::new(self.database.get_database_backend(), self.now)
    }

    /// What changes, as it changes.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Has the texts of the statements to come heard, for tests that look at what is asked of the
    /// database; no value is in them.
    pub fn listen(&self, listener: impl Fn(&str) + Send + 'static) {
        self.statements.listen(listener);
    }

    /// What was put to the database so far.
    #[must_use]
    pub fn statements(&self) -> Counts {
        self.statements.counts()
    }

    /// Whether anything changed of which viewers are made.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The connection, for loading data in bulk.
    #[must_use]
    pub fn database(&self) -> &DatabaseConnection {
        &self.database
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> bool {
        self.database.ping().await.is_ok()
    }
}
