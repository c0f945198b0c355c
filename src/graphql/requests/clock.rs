//! The clock of requests: on their days the trails say that the officer was reminded, and that the
//! last day is over. Whichever server comes first writes it; the others find it written.

use std::sync::Arc;

use crate::catalogue::{self, Cell};
use crate::graphql::Graph;
use crate::policy::{Lens, Permit, Policies};
use crate::rights::clock;
use crate::store::{
    Change, Changed, DataRequestStep, Draft, DueRequest, REMIND, Store, StoreError,
};
use crate::viewer::Viewer;

/// The job in whose name it is done.
const JOB: &str = "clock";

impl Graph {
    /// Records the reminders that are due by now; how many steps that were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record_reminders(&self) -> Result<usize, StoreError> {
        let store = self.store.at(super::super::to_the_microsecond(self.now()));
        let Some(permit) = permit(&self.policies()) else {
            // The policies do not want it recorded.
            return Ok(0);
        };
        let mut recorded = 0;
        for due in store.due_requests().await? {
            recorded += record(&store, &permit, due).await?;
        }
        Ok(recorded)
    }
}

fn permit(policies: &Arc<Policies>) -> Option<Permit> {
    let lens = Lens::new(Arc::clone(policies), Viewer::job(JOB)).ok()?;
    let of = catalogue::find("DataRequest")?;
    lens.permit_bulk(of, of.deed("remind")?).ok()
}

/// Records the reminders of one request, unless somebody was faster.
async fn record(store: &Store, permit: &Permit, due: DueRequest) -> Result<usize, StoreError> {
    let (Some(of), Some(steps)) = (
        catalogue::find("DataRequest"),
        catalogue::find("DataRequestStep"),
    ) else {
        return Ok(0);
    };
    let today = clock::day(store.now());
    let mut change = Change {
        of,
        id: due.id,
        revision: due.revision,
        columns: Vec::new(),
    };
    let next = clock::next(due.opened, today).map_or(Cell::Null, Cell::Date);
    if let Some(field) = of.field("nextReminderOn") {
        change.set(field, &next);
    }
    let days = clock::reminders(due.opened, due.next, today);
    let trail = days.iter().map(|days| {
        let mut step = Draft::new(steps);
        for (column, id) in &due.whose {
            step.put(column, &Cell::Id(*id));
        }
        let over = *days > clock::DAYS;
        let deed = if over { "OVERDUE" } else { "REMIND" };
        step.put("data_request_id", &Cell::Id(due.id));
        step.put("deed", &Cell::Text(deed.to_owned()));
        step.put("day", &Cell::Int(i64::try_from(*days).unwrap_or_default()));
        step
    });
    let trail: Vec<Draft> = trail.collect();
    let count = trail.len();
    let step = DataRequestStep {
        change,
        trail,
        more: Vec::new(),
        correction: None,
    };
    let done = store.data_request_step(permit, REMIND, step, store.now());
    Ok(match done.await? {
        Changed::Done => count,
        Changed::Overtaken => 0,
    })
}
