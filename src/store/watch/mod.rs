//! Whether anything of which viewers are made has changed.
//!
//! A [`Mark`] taken before something is read says that it is still as it was read, for as long as
//! the mark stays the same. Where that cannot be said there is no mark, and nothing may be kept.
//!
//! - SQLite in a file: the file's own count of commits (`PRAGMA data_version`), which sees those of
//!   every process. When it moves, a `board` is read on which processes leave word of their events.
//! - PostgreSQL: triggers on the tables that the directory reads send a notice with each commit; a
//!   `listener` counts them. Without its connection there is no mark. Writes of this process count
//!   at once, without waiting for their notice.
//! - SQLite in memory is one process's own: its writes are counted.

mod board;
mod listener;
mod lookout;
mod read;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::events::{Events, Heard};
use super::{StoreError, carry};
use crate::viewer::PrincipalKind;
pub(super) use lookout::Lookout;
pub use read::{READ, Read, Whose};

/// What two moments have in common if nothing changed in between.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark(u64);

/// Watches what viewers are made of.
#[derive(Clone)]
pub struct Watch(Arc<State>);

struct State {
    means: Means,
    events: Events,
    /// Which of all servers this is, to the others.
    server: Uuid,
    users: AtomicU64,
    partners: AtomicU64,
    /// How often somebody said that other policies were put in force.
    policies: watch::Sender<u64>,
    listening: OnceLock<AbortHandle>,
}

/// How changes are seen.
enum Means {
    /// Not at all.
    None,
    /// All of them are this process's own.
    Own,
    /// A connection that does nothing else.
    File(Arc<Lookout>),
    /// Notices, while they come.
    Notices { arrive: AtomicBool },
}

impl Watch {
    /// One that sees nothing, and so never has a mark.
    pub(super) fn none(events: &Events) -> Self {
        Self::by(Means::None, events)
    }

    /// One that sees every change of this database.
    pub(super) async fn over(
        database: &DatabaseConnection,
        events: &Events,
    ) -> Result<Self, StoreError> {
        if database.get_database_backend() == DbBackend::Postgres {
            let arrive = AtomicBool::new(false);
            let watch = Self::by(Means::Notices { arrive }, events);
            let pool = database.get_postgres_connection_pool();
            let options = (*pool.connect_options()).clone();
            let task = tokio::spawn(listener::run(Arc::downgrade(&watch.0), options));
            // It is set here only.
            let _ = watch.0.listening.set(task.abort_handle());
            return Ok(watch);
        }
        let Some(path) = file(database).await? else {
            return Ok(Self::by(Means::Own, events));
        };
        let lookout = Arc::new(Lookout::on(&path)?);
        let watch = Self::by(Means::File(Arc::clone(&lookout)), events);
        let board = board::Board::read(&lookout.lock(), watch.0.server)?;
        let task = tokio::spawn(board::run(Arc::downgrade(&watch.0), board));
        // It is set here only.
        let _ = watch.0.listening.set(task.abort_handle());
        Ok(watch)
    }

    fn by(means: Means, events: &Events) -> Self {
        Self(Arc::new(State {
            means,
            events: events.clone(),
            server: Uuid::new_v4(),
            users: AtomicU64::new(0),
            partners: AtomicU64::new(0),
            policies: watch::channel(0).0,
            listening: OnceLock::new(),
        }))
    }

    /// The mark of this moment for what viewers of a kind are made of; none where nobody can say
    /// what changes.
    #[must_use]
    pub fn mark(&self, kind: PrincipalKind) -> Option<Mark> {
        let counted = || match kind {
            PrincipalKind::Partner => &self.0.partners,
            _ => &self.0.users,
        };
        match &self.0.means {
            Means::None => None,
            Means::Own => Some(Mark(counted().load(SeqCst))),
            Means::File(lookout) => lookout.commits().map(Mark),
            Means::Notices { arrive } => arrive.load(SeqCst).then(|| Mark(counted().load(SeqCst))),
        }
    }

    /// The connection whose own commits are no change, where there is one.
    pub(super) fn lookout(&self) -> Option<Arc<Lookout>> {
        match &self.0.means {
            Means::File(lookout) => Some(Arc::clone(lookout)),
            Means::None | Means::Own | Means::Notices { .. } => None,
        }
    }

    /// What tells when other policies may have been put in force; only PostgreSQL says so itself.
    #[must_use]
    pub fn policies(&self) -> watch::Receiver<u64> {
        self.0.policies.subscribe()
    }

    /// Whether events come as notices, those of this process too.
    pub(super) fn hears(&self) -> bool {
        matches!(self.0.means, Means::Notices { .. })
    }

    /// Under which name other servers are told of events, where there can be any.
    pub(super) fn tells(&self) -> Option<Uuid> {
        match self.0.means {
            Means::None | Means::Own => None,
            Means::File(_) | Means::Notices { .. } => Some(self.0.server),
        }
    }

    /// Counts a write of this process to these columns of a table (all of them without any named)
    /// when it is over, whether it was kept, failed or was given up: what this returns is to be
    /// held until then.
    #[must_use]
    pub(super) fn counts(&self, table: &str, columns: &[&str]) -> Counting<'_> {
        let whose = READ
            .iter()
            .filter(|read| read.concerns(table, columns))
            .fold(Whose::default(), |whose, read| whose.and(read.whose));
        Counting {
            state: &self.0,
            whose,
        }
    }
}

impl State {
    fn changed(&self, whose: Whose) {
        if whose.users {
            self.users.fetch_add(1, SeqCst);
        }
        if whose.partners {
            self.partners.fetch_add(1, SeqCst);
        }
    }

    /// A notice that a table changed, or of an event.
    fn noticed(&self, channel: &str, text: &str) {
        if channel == carry::EVENTS {
            for heard in carry::heard(text) {
                self.events.say(heard);
            }
            return;
        }
        if channel == listener::POLICIES {
            self.policies.send_modify(|count| *count += 1);
            return;
        }
        let table = text;
        let read = READ.iter().find(|read| read.table == table);
        self.changed(read.map_or(Whose::ALL, |read| read.whose));
    }

    /// Notices arrive from now on, or no longer.
    fn arriving(&self, now: bool) {
        let Means::Notices { arrive } = &self.means else {
            return;
        };
        if now {
            // What was changed meanwhile is not known.
            self.changed(Whose::ALL);
            self.policies.send_modify(|count| *count += 1);
        }
        arrive.store(now, SeqCst);
        if now {
            self.events.say(Heard::Missed(None));
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(task) = self.listening.get() {
            task.abort();
        }
    }
}

/// A write that is going on.
pub(super) struct Counting<'a> {
    state: &'a State,
    whose: Whose,
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        self.state.changed(self.whose);
    }
}

/// The file of a SQLite database; none for one in memory.
async fn file(database: &DatabaseConnection) -> Result<Option<String>, StoreError> {
    let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let row = database.query_one_raw(statement).await?;
    let path: Option<String> = row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .flatten();
    Ok(path.filter(|path| !path.is_empty()))
}
