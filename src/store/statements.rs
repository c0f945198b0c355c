//! How many statements were put to the database, and what came of them: numbers, never their text.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::DatabaseConnection;

/// Counts statements.
#[derive(Clone, Default)]
pub struct Statements(Arc<Cells>);

#[derive(Default)]
struct Cells {
    put: AtomicU64,
    failed: AtomicU64,
    microseconds: AtomicU64,
    listener: Mutex<Option<Listener>>,
}

/// Hears the text of each statement, which has no values in it.
type Listener = Box<dyn Fn(&str) + Send>;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Statements that were put.
    pub put: u64,
    /// Those that were not carried out.
    pub failed: u64,
    /// The time that all of them took.
    pub time: Duration,
}

impl Statements {
    /// Counts the statements of this connection from now on.
    pub fn of(database: &mut DatabaseConnection) -> Self {
        let statements = Self::default();
        let counted = statements.clone();
        database.set_metric_callback(move |info| {
            counted.put(&info.statement.sql, info.elapsed, info.failed);
        });
        statements
    }

    /// Counts one statement.
    pub fn put(&self, text: &str, took: Duration, failed: bool) {
        let listener = self.0.listener.lock();
        if let Some(listener) = &*listener.unwrap_or_else(PoisonError::into_inner) {
            listener(text);
        }
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.0.put.fetch_add(1, Ordering::Relaxed);
        self.0
            .failed
            .fetch_add(u64::from(failed), Ordering::Relaxed);
        self.0
            .microseconds
            .fetch_add(microseconds, Ordering::Relaxed);
    }

    /// Has the texts of the statements to come heard, for tests that look at what is asked of the
    /// database.
    pub fn listen(&self, listener: impl Fn(&str) + Send + 'static) {
        let mut place = self
            .0
            .listener
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *place = Some(Box::new(listener));
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            put: self.0.put.load(Ordering::Relaxed),
            failed: self.0.failed.load(Ordering::Relaxed),
            time: Duration::from_micros(self.0.microseconds.load(Ordering::Relaxed)),
        }
    }
}
