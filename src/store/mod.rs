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
mod consents;
mod cursor;
mod cut;
mod data_requests;
pub mod difference;
mod directory;
pub mod erasure;
mod events;
mod fault;
mod figures;
mod filter;
mod find;
mod grants;
mod holdings;
pub mod import;
mod invitations;
pub mod log;
mod notices;
mod order;
mod page;
pub mod past;
mod policy_keeper_acts;
mod policy_keepers;
mod policy_sets;
mod postgres_readers;
mod raw;
mod readers;
mod record;
mod residency;
pub mod retention;
mod share_times;
mod shares;
mod sign_in;
mod space_templates;
mod spaces;
mod sql;
mod statements;
mod together;
mod tokens;
pub mod trail;
mod uses;
mod vault;
mod view;
mod watch;
mod write;

pub use connect::{ConnectError, Terms, connect, connect_for_requests};
pub use consents::{ConsentAct, ConsentTextRow};
pub use cursor::{CursorKey, Seal, Unsealed};
pub use cut::Underway;
pub use data_requests::{DataRequestStep, DueRequest, REMIND};
pub use events::{Changes, Event, Events, Heard};
pub use fault::Fault;
pub use figures::{Counted, Counting};
pub use filter::{CellTest, Filter};
pub use find::{Ask, Direction, Page, Pages, Span, Within};
pub use holdings::{EXPORT, HeldRow, Holdings, PREVIEW};
pub use invitations::{
    Arrival, Comer, Invited, Joined, Newcomer, SEND, Standing as InvitationStanding,
};
pub use notices::ReceiptStanding;
pub use order::Order;
pub use policy_keeper_acts::{KeeperAct, KeeperBy, KeeperDeed};
pub use policy_keepers::PolicyKeeper;
pub use policy_sets::{By, Kept, NewSet, PolicyAct, PolicyDeed, PublishedSet};
pub use share_times::RECORD_TIME;
pub use shares::{ScopeRow, ShareRow, ShareStep};
pub use sign_in::{
    AuthenticatorRow, CameBack, LetterRow, LinkRow, LoginRow, Named, NewLetter, NewLink,
    NewSession, Paid, Renewed, SessionRow,
};
pub use space_templates::SharedTemplate;
pub use spaces::{BroughtRow, Offer, PlaceRow, SpaceRow, SpaceStep};
pub use statements::{Counts, Statements};
pub use tokens::NewToken;
pub use vault::{KeyUse, Rotated, Vault, VaultError, Wrapping};
pub use watch::{Mark, READ, Read, Watch, Whose};
pub use write::{Change, Changed, Draft};

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;

use self::log::{Log, Pace};
use self::postgres_readers::PostgresReaders;
use self::readers::Readers;
use self::sql::Sql;
use self::uses::Uses;
use crate::audit::Actor;

/// Where rows are kept.
#[derive(Clone)]
pub struct Store {
    database: DatabaseConnection,
    readers: Option<Arc<Readers>>,
    postgres_readers: Option<Arc<PostgresReaders>>,
    events: Events,
    statements: Statements,
    watch: Watch,
    vault: Vault,
    uses: Option<Uses>,
    log: Log,
    actor: Arc<Actor>,
    now: DateTime<Utc>,
    deadline: Option<Instant>,
    /// The roles that count only in sessions with a second factor.
    second_factor: Arc<[String]>,
}

/// The roles that count only in sessions with a second factor, unless the settings say otherwise.
const SECOND_FACTOR: [&str; 2] = ["ADMINISTRATOR", "PRIVACY_OFFICER"];

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
    /// A page holds more than there is room for, or what is not text.
    #[error("a page cannot be held")]
    Unfit(#[from] crate::policy::Unfit),
    /// A value in the database is not of its column's type.
    #[error("column `{0}` holds another type")]
    Type(&'static str),
    /// A value does not open, or would be written as it is where it must be sealed.
    #[error("column `{0}` does not open")]
    Sealed(&'static str),
    /// A value was sealed with a key that this server does not know.
    #[error("a value was sealed with an unknown key")]
    UnknownKey,
    /// What an answer would show cannot be logged.
    #[error("the disclosure log cannot be written")]
    Unlogged(#[source] Arc<StoreError>),
    /// A write came without the permit for it; a fault of the program.
    #[error("a write came without its permit")]
    Unpermitted,
}

impl Store {
    /// A store over this connection, as of the first instant of all.
    #[must_use]
    pub fn new(mut database: DatabaseConnection) -> Self {
        // What is logged is no statement of a request.
        let log = Log::of(database.clone(), Pace::Strict);
        let statements = Statements::of(&mut database);
        let events = Events::new();
        Self {
            readers: Readers::of(&database, &statements),
            postgres_readers: PostgresReaders::of(&database, &statements),
            database,
            statements,
            watch: Watch::none(&events),
            uses: None,
            events,
            vault: Vault::default(),
            log,
            actor: Arc::new(Actor::job("server")),
            now: DateTime::<Utc>::MIN_UTC,
            deadline: None,
            second_factor: SECOND_FACTOR.map(str::to_owned).into(),
        }
    }

    /// The same store, where these roles count only in sessions with a second factor.
    #[must_use]
    pub fn with_second_factor(self, roles: Vec<String>) -> Self {
        let second_factor = roles.into();
        Self {
            second_factor,
            ..self
        }
    }

    /// The same store, which knows when anything changed of which viewers are made and, on
    /// PostgreSQL, hears what other servers change.
    ///
    /// # Errors
    /// Where the database cannot be asked, or its file cannot be opened once more.
    pub async fn watched(self) -> Result<Self, StoreError> {
        let watch = Watch::over(&self.database, &self.events).await?;
        let uses = Some(Uses::default());
        let log = self.log.through(watch.lookout());
        Ok(Self {
            log,
            watch,
            uses,
            ..self
        })
    }

    /// The same store, which opens and seals what is sealed at rest.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// The same store, whose log is written at this pace.
    #[must_use]
    pub fn logging(self, pace: Pace) -> Self {
        let log = self.log.at(pace);
        Self { log, ..self }
    }

    /// The same store, in which this one changes what is changed.
    #[must_use]
    pub fn by(&self, actor: Actor) -> Self {
        let actor = Arc::new(actor);
        Self {
            actor,
            ..self.at(self.now)
        }
    }

    /// The log of disclosures.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
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
            vault: self.vault.clone(),
            uses: self.uses.clone(),
            log: self.log.clone(),
            actor: self.actor.clone(),
            now,
            deadline: self.deadline,
            second_factor: self.second_factor.clone(),
        }
    }

    /// The instant at which it looks.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
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
        Sql::new(self.database.get_database_backend(), self.now).under(&self.vault)
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
