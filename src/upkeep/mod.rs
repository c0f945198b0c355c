//! What the server does by itself, at its time: it records that the times of shares began or ended,
//! and that the answers to requests for data are due soon or overdue, and erases at night what was
//! kept long enough.
//!
//! Any number of servers do it side by side; what one has done another finds done. The room knows
//! when to do something; it refuses to know how, and what the policies say to it.

mod room;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::graphql::Graph;

pub use room::give_back;

/// How long it waits at most: a share may have been made meanwhile whose time is soon.
const ROUND: Duration = Duration::from_secs(5);

/// How long it waits at least.
const BREATH: Duration = Duration::from_millis(20);

/// Begins, until the task is aborted.
pub fn begin(graph: Arc<Graph>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let (mut complained, mut reminders_complained) = (false, false);
        loop {
            let wait = match graph.record_times().await {
                Ok(next) => {
                    complained = false;
                    let until = next.map(|next| next - graph.now());
                    until.and_then(|until| until.to_std().ok())
                }
                Err(error) => {
                    if !std::mem::replace(&mut complained, true) {
                        tracing::warn!(%error, "what time did to shares could not be recorded");
                    }
                    None
                }
            };
            match graph.record_reminders().await {
                Ok(_) => reminders_complained = false,
                Err(error) => {
                    if !std::mem::replace(&mut reminders_complained, true) {
                        tracing::warn!(%error, "reminders of requests for data could not be recorded");
                    }
                }
            }
            sleep(wait.unwrap_or(ROUND).clamp(BREATH, ROUND)).await;
        }
    })
}

/// Erases what was kept long enough, each night at this hour in Hong Kong, until the task is
/// aborted. Of several servers one does it.
pub fn begin_nightly(graph: Arc<Graph>, hour: u32) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let (wait, night) = graph.next_night(hour);
            sleep(wait).await;
            match graph.run_retention(night).await {
                Ok(Some(report)) => {
                    let done: i64 = report.iter().map(|count| i64::from(count.done)).sum();
                    let held: i64 = report.iter().map(|count| i64::from(count.held)).sum();
                    tracing::info!(done, held, "what was kept long enough was erased");
                }
                Ok(None) => {
                    tracing::debug!("another server has this night, or the policies forbid it")
                }
                Err(error) => {
                    tracing::warn!(%error, "what was kept long enough could not be erased");
                }
            }
        }
    })
}
