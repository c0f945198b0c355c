//! The request's clock: the one place where the time of day enters.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};

/// Says what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn of_machine() -> Self {
        Self(Arc::new(Utc::now))
    }

    /// A clock that always says the same, for tests.
    #[must_use]
    pub fn stopped_at(instant: DateTime<Utc>) -> Self {
        Self(Arc::new(move || instant))
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
