//! What time does to shares is recorded: by the server itself, and before anybody acts on a share, so
//! that a trail is in the order in which things happened.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Graph;
use super::scope::Scope;
use crate::catalogue;
use crate::policy::{Lens, Permit, Policies};
use crate::store::{Store, StoreError};
use crate::viewer::Viewer;

/// The job in whose name it is done.
const JOB: &str = "clock";

impl Graph {
    /// Records that the times of shares began or ended by now; when the next one will.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record_times(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let store = self.store.at(super::to_the_microsecond(self.now()));
        record(&store, &self.policies(), None).await?;
        store.next_time().await
    }
}

impl Scope {
    /// The same for one share, by the instant of the request.
    pub(super) async fn record_times_of(&self, share: Uuid) -> Result<(), StoreError> {
        record(&self.store, self.in_force.now().policies(), Some(share)).await
    }
}

async fn record(
    store: &Store,
    policies: &Arc<Policies>,
    only: Option<Uuid>,
) -> Result<(), StoreError> {
    match permit(policies) {
        Some(permit) => store.record_times(&permit, only).await.map(drop),
        // The policies do not want it recorded.
        None => Ok(()),
    }
}

fn permit(policies: &Arc<Policies>) -> Option<Permit> {
    let lens = Lens::new(Arc::clone(policies), Viewer::job(JOB)).ok()?;
    let of = catalogue::find("Partnership")?;
    lens.permit_bulk(of, of.deed("recordTime")?).ok()
}
