//! The difference as a step of the gate: told in sentences, within a time, and never in the way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::{Asking, difference};
use crate::policy::Policies;
use crate::policy::difference::{Difference, promise_sentences, promised};
use crate::policy::gate::{DIFFERENCE, Fault, Set, State, Step};
use crate::store::Store;

/// How long the step may take; what was not looked at by then is told as such.
const TIME: Duration = Duration::from_secs(2);
/// After how long it is given up although it is in the middle of something.
const PATIENCE: Duration = Duration::from_secs(4);
/// Up to how many viewers and rows the step counts.
const CAP: u64 = 10_000;
/// How many sentences a report keeps.
const SENTENCES: usize = 50;

/// A set, and its policies.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The set.
    pub set: &'a Set,
    /// Its policies.
    pub policies: &'a Arc<Policies>,
}

/// What a set that is ready changes against the one in force, as a step of the gate. Promises and
/// scenarios that are not as they were are told first, whatever becomes of the rest. Where the data
/// cannot be asked, or not in time, the step is skipped and says why.
pub async fn differing(store: &Store, old: Side<'_>, new: Side<'_>) -> Step {
    let began = Instant::now();
    let asking = Asking {
        store,
        old: old.policies,
        new: new.policies,
        cap: CAP,
        time: TIME,
        told: &|_| {},
    };
    let first = promise_sentences(&promised(old.set, new.set));
    let first = first.iter().map(|(en, zh)| note(en, zh));
    let (state, more) = match timeout(PATIENCE, difference(&asking)).await {
        Ok(Ok(difference)) => (State::Passed, notes(&difference)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the difference of two sets of policies could not be told");
            let note = note("the data could not be asked", "未能查詢資料");
            (State::Skipped, vec![note])
        }
        Err(_) => {
            let note = note(
                "there is too much data to be looked at while publishing; `kaifong policy diff` takes its time",
                "資料太多，未能在發布時查看；可用 `kaifong policy diff` 詳細查看",
            );
            (State::Skipped, vec![note])
        }
    };
    Step {
        notes: first.chain(more).collect(),
        ..Step::ended(DIFFERENCE, state, Vec::new(), began)
    }
}

fn notes(difference: &Difference) -> Vec<Fault> {
    let (english, chinese) = (&difference.english, &difference.chinese);
    let all = english.iter().zip(chinese).map(|(en, zh)| note(en, zh));
    let mut notes: Vec<Fault> = all.take(SENTENCES).collect();
    if let more @ 1.. = english.len().saturating_sub(SENTENCES) {
        let (en, zh) = (
            format!("And {more} sentences more."),
            format!("另有 {more} 項。"),
        );
        notes.push(note(&en, &zh));
    }
    notes
}

/// A remark that is about no file.
fn note(en: &str, zh: &str) -> Fault {
    Fault::new("", 1, en, zh)
}
