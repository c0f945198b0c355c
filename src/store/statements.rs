//! How many statements were put to the database, and what came of them: numbers, never their text.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
}

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
        database.set_metric_callback(move |info| counted.put(info.elapsed, info.failed));
        statements
    }

    /// Counts one statement.
    pub fn put(&self, took: Duration, failed: bool) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.0.put.fetch_add(1, Ordering::Relaxed);
        self.0
            .failed
            .fetch_add(u64::from(failed), Ordering::Relaxed);
        self.0
            .microseconds
            .fetch_add(microseconds, Ordering::Relaxed);
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
