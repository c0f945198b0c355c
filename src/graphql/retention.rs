//! What was kept long enough is erased: by the server itself, at night.

use std::sync::Arc;

use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};

use super::Graph;
use crate::catalogue;
use crate::policy::{Lens, Permit, Policies};
use crate::store::StoreError;
use crate::store::retention::RunCount;
use crate::viewer::Viewer;

/// The job in whose name it is done.
const JOB: &str = "retention";

/// How far Hong Kong is ahead of UTC, all year.
const HONG_KONG: TimeDelta = TimeDelta::hours(8);

impl Graph {
    /// How long it is until this hour in Hong Kong, and of which day.
    #[must_use]
    pub fn next_night(&self, hour: u32) -> (Duration, NaiveDate) {
        let here = self.now().naive_utc() + HONG_KONG;
        let at = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        let mut day = here.date();
        if day.and_time(at) <= here {
            day = day.checked_add_days(Days::new(1)).unwrap_or(day);
        }
        let wait = (day.and_time(at) - here).to_std();
        (wait.unwrap_or(Duration::from_secs(60)), day)
    }

    /// Erases what was kept long enough, for the night of a day; none where another server did.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn run_retention(
        &self,
        night: NaiveDate,
    ) -> Result<Option<Vec<RunCount>>, StoreError> {
        let store = self.store.at(super::to_the_microsecond(self.now()));
        match permit(&self.policies()) {
            Some(permit) => store.run_retention(&permit, Some(night), false).await,
            // The policies do not want it done.
            None => Ok(None),
        }
    }
}

/// What the policies say to the job.
pub fn permit(policies: &Arc<Policies>) -> Option<Permit> {
    let lens = Lens::new(Arc::clone(policies), Viewer::job(JOB)).ok()?;
    let of = catalogue::find("Organisation")?;
    lens.permit_bulk(of, of.deed("expire")?).ok()
}
