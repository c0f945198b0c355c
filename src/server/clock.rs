//! The request's clock: the one place where the time of day enters.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

/// How long the clock is not looked at.
pub(super) const GLANCE: Duration = Duration::from_secs(30);

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

    /// How long it is until then; nothing once this clock shows the instant or a later one.
    pub(super) fn until(&self, instant: DateTime<Utc>) -> Option<Duration> {
        let left = instant.signed_duration_since(self.now());
        left.to_std().ok().filter(|left| !left.is_zero())
    }

    /// Waits until this clock shows the instant. It is looked at again and again, since
    /// it may be set forward or back meanwhile.
    pub(super) async fn reach(&self, instant: DateTime<Utc>) {
        while let Some(left) = self.until(instant) {
            tokio::time::sleep(left.min(GLANCE)).await;
        }
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
