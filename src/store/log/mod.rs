//! The log of disclosures: an answer that shows something about persons is logged before it is given.
//!
//! Whoever has something to log puts it in a queue. One task at a time takes all that waits there
//! and writes it in few transactions, so that answers that are made side by side share a commit. The
//! chain's head is locked meanwhile: servers beside each other write one chain, in turns.

mod append;
mod blocks;
mod cut;
mod file;
mod forget;
mod known;
mod look;
mod read;

pub(super) use append::{learn, lock};
pub use cut::{Book, Gone};
pub use forget::{forget_person, forget_rows};
pub(super) use look::rows_about;
pub use look::{Found, Sought};
pub use read::{Head, Stretch};

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::{Notify, OnceCell, oneshot};

use self::append::{Bodies, Body};
use self::blocks::{Made, Open};
use self::file::File;
use self::known::Known;
use super::StoreError;
use super::watch::Lookout;
use crate::audit::Disclosure;

/// How many bytes may wait before they are written, and about how many are written at once: that much
/// is held several times on its way to the database.
const BYTES: usize = 128 * 1024;
/// How many bytes may wait at all; answers that bring more wait until theirs are kept.
const MOST_BYTES: usize = 16 * BYTES;
/// After what time is tried again what could not be written.
const AGAIN: Duration = Duration::from_millis(20);

/// When an answer may be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// When its entry is kept.
    Strict,
    /// When its entry waits to be written: at most so many, and for at most this time until they are
    /// being written. That much is lost where the process is killed.
    Buffered {
        /// Entries.
        most: usize,
        /// How long they wait.
        wait: Duration,
    },
}

/// Writes the log.
#[derive(Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

struct Inner {
    database: DatabaseConnection,
    lookout: Option<Arc<Lookout>>,
    pace: Pace,
    /// Told when so much waits that it is to be written now.
    full: Notify,
    queue: Mutex<Queue>,
    known: RwLock<Known>,
    open: Mutex<Open>,
    file: OnceCell<Option<Arc<File>>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// How many bytes wait, as far as that is known.
    bytes: usize,
    /// How many are being written, and would be lost with those that wait.
    writing: usize,
    /// Whether a task takes from it.
    taken: bool,
    /// Whether what was written last was not kept.
    failing: bool,
}

struct Waiting {
    what: What,
    /// Who waits for it to be kept.
    told: Option<oneshot::Sender<Result<(), Arc<StoreError>>>>,
}

/// What is to be kept.
enum What {
    /// An entry: mostly all pseudonyms of it are known. As bytes it is a fraction of what it is made
    /// of, which thousands of answers would hold for as long as it waits.
    Entry(Body),
    /// Something of which the database has to be asked first.
    Disclosure(Box<Disclosure>),
}

impl What {
    fn bytes(&self) -> usize {
        match self {
            Self::Entry(body) => body.bytes.len(),
            // about what its entry will have
            Self::Disclosure(disclosure) => {
                let rows = disclosure.sections.iter().map(|part| part.rows.len());
                size_of::<u64>() * rows.sum::<usize>()
            }
        }
    }
}

impl Queue {
    /// Whether what waits is to be written now.
    fn is_full(&self, pace: Pace) -> bool {
        match pace {
            Pace::Strict => true,
            Pace::Buffered { most, .. } => {
                self.waiting.len() >= most.div_ceil(2) || self.bytes >= BYTES
            }
        }
    }
}

impl Log {
    /// A log in this database.
    pub(super) fn of(database: DatabaseConnection, pace: Pace) -> Self {
        Self::by(database, pace, None)
    }

    fn by(database: DatabaseConnection, pace: Pace, lookout: Option<Arc<Lookout>>) -> Self {
        let inner = Inner {
            database,
            lookout,
            pace,
            full: Notify::new(),
            queue: Mutex::default(),
            known: RwLock::default(),
            open: Mutex::default(),
            file: OnceCell::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The same log at another pace.
    pub(super) fn at(&self, pace: Pace) -> Self {
        Self::by(
            self.inner.database.clone(),
            pace,
            self.inner.lookout.clone(),
        )
    }

    /// The same log, written by the connection whose commits are no change to whoever watches.
    pub(super) fn through(&self, lookout: Option<Arc<Lookout>>) -> Self {
        Self::by(self.inner.database.clone(), self.inner.pace, lookout)
    }

    /// Logs a disclosure. When this has ended well, the answer may be given.
    ///
    /// # Errors
    /// Where it cannot be logged; then the answer must not be given.
    pub async fn put(&self, disclosure: Disclosure) -> Result<(), StoreError> {
        let (told, kept) = oneshot::channel();
        let what = match append::known(&self.inner.known, &disclosure)? {
            Some(body) => What::Entry(body),
            None => What::Disclosure(Box::new(disclosure)),
        };
        let (begin, waits) = {
            let mut queue = self.inner.queue();
            let waits = match self.inner.pace {
                Pace::Strict => true,
                // What cannot be kept now must not become more.
                Pace::Buffered { most, .. } => {
                    queue.failing
                        || queue.waiting.len() + queue.writing >= most
                        || queue.bytes >= MOST_BYTES
                }
            };
            let told = waits.then_some(told);
            queue.bytes += what.bytes();
            queue.waiting.push_back(Waiting { what, told });
            if queue.is_full(self.inner.pace) {
                self.inner.full.notify_one();
            }
            if !waits && queue.taken {
                return Ok(());
            }
            (!std::mem::replace(&mut queue.taken, true), waits)
        };
        if begin {
            tokio::spawn(Arc::clone(&self.inner).write());
        }
        if !waits {
            return Ok(());
        }
        match kept.await {
            Ok(done) => done.map_err(StoreError::Unlogged),
            Err(_) => Err(StoreError::Reader),
        }
    }

    /// Forgets the pseudonyms that it knows: keys were destroyed. What other servers wait to write may
    /// still have them, as what they wrote before has; from then on they look them up anew.
    pub(super) fn forgot(&self) {
        let known = self.inner.known.write();
        known.unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Ends when everything that was logged so far is kept, or cannot be.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub async fn flush(&self) -> Result<(), StoreError> {
        loop {
            if !self.inner.queue().taken {
                return self.inner.group().await.map_err(StoreError::Unlogged);
            }
            self.inner.full.notify_one();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// These entries, to be kept.
fn made(bodies: &[&Body]) -> Bodies {
    let each = bodies.iter().map(|body| (body.at, body.bytes.clone()));
    each.collect()
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes until nothing waits.
    async fn write(self: Arc<Self>) {
        let mut turn = Turn {
            of: &self,
            over: false,
        };
        loop {
            if let Pace::Buffered { wait, .. } = self.pace
                && !self.queue().is_full(self.pace)
            {
                // Whoever fills half of what may wait does not have to wait for the rest.
                let _ = tokio::time::timeout(wait, self.full.notified()).await;
            }
            let failed = self.group().await.is_err();
            if turn.is_over() {
                return;
            }
            if failed {
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// Writes what waits now.
    async fn group(&self) -> Result<(), Arc<StoreError>> {
        let mut waiting = self.queue().waiting.len();
        while waiting > 0 {
            waiting = waiting.saturating_sub(self.some(waiting).await?);
        }
        Ok(())
    }

    /// Writes some of this many that wait, in one transaction, and tells those who wait for it; how
    /// many they were.
    async fn some(&self, waiting: usize) -> Result<usize, Arc<StoreError>> {
        let group = {
            let mut queue = self.queue();
            let mut bytes = 0;
            let few = queue.waiting.iter().take(waiting).take_while(|one| {
                let before = bytes;
                bytes += one.what.bytes();
                before < BYTES
            });
            let few = few.count();
            let group: Vec<Waiting> = queue.waiting.drain(..few).collect();
            queue.writing = group.len();
            let taken = group.iter().map(|one| one.what.bytes()).sum();
            queue.bytes = queue.bytes.saturating_sub(taken);
            group
        };
        let written = group.len();
        if group.is_empty() {
            return Ok(waiting);
        }
        let done = self.keep(&group).await.map_err(Arc::new);
        if let Err(error) = &done {
            tracing::error!(%error, entries = group.len(), "the disclosure log cannot be written");
        }
        let mut again = Vec::new();
        for mut waiting in group {
            match waiting.told.take() {
                // Nobody need wait any longer.
                Some(told) => drop(told.send(done.clone())),
                None if done.is_err() => again.push(waiting),
                None => {}
            }
        }
        let mut queue = self.queue();
        queue.writing = 0;
        queue.failing = done.is_err();
        // What was given already is written before anything else, as soon as that can be done.
        queue.bytes += again.iter().map(|one| one.what.bytes()).sum::<usize>();
        for waiting in again.into_iter().rev() {
            queue.waiting.push_front(waiting);
        }
        done.map(|()| written)
    }

    async fn keep(&self, group: &[Waiting]) -> Result<(), StoreError> {
        let (mut bodies, mut unnamed) = (Vec::new(), Vec::new());
        for waiting in group {
            match &waiting.what {
                What::Entry(body) => bodies.push(body),
                What::Disclosure(disclosure) => unnamed.push(&**disclosure),
            }
        }
        let file = self
            .file
            .get_or_try_init(|| File::of(&self.database, self.lookout.clone()))
            .await?;
        if let Some(file) = file
            && unnamed.is_empty()
            && let Some(forgotten) = bodies.iter().map(|body| body.forgotten).min()
            && let Some((before, after)) = file.put(made(&bodies), forgotten).await?
        {
            let filters = self.filters((before, after), &bodies);
            blocks::close(&self.database, Some(file), (before, after), filters).await;
            return Ok(());
        }
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.database.begin_with_options(options).await?;
        let kept = append::disclosures(&transaction, &self.known, made(&bodies), &unnamed).await?;
        transaction.commit().await?;
        let known = self.known.write();
        known
            .unwrap_or_else(PoisonError::into_inner)
            .learn(kept.learned);
        let now = (kept.before, kept.after);
        let filters = self.filters(now, &bodies);
        blocks::close(&self.database, file.as_ref(), now, filters).await;
        Ok(())
    }

    /// The filters of the blocks that these entries made full, as far as they tell.
    fn filters(&self, (before, after): (u64, u64), bodies: &[&Body]) -> Made {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if after - before != bodies.len() as u64 {
            // Those that were made by the way are not at hand.
            open.begin(after);
            return Made::new();
        }
        let each = bodies.iter();
        open.written(before, each.map(|body| (&*body.bytes, &*body.counts)))
    }
}

/// While it is there, somebody takes from the queue.
struct Turn<'a> {
    of: &'a Inner,
    over: bool,
}

impl Turn<'_> {
    /// Whether nothing waits; then the next that comes begins another turn.
    fn is_over(&mut self) -> bool {
        let mut queue = self.of.queue();
        self.over = queue.waiting.is_empty();
        queue.taken = !self.over;
        self.over
    }
}

/// However it ends, nobody waits for one that has gone.
impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.over {
            let mut queue = self.of.queue();
            queue.taken = false;
            queue.writing = 0;
            queue.waiting.retain(|waiting| waiting.told.is_none());
            queue.bytes = queue.waiting.iter().map(|one| one.what.bytes()).sum();
        }
    }
}
