//! What was found about a promise, gathered from all threads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::promise::Promise;
use crate::report::{Breached, Outcome, Verdict};
use crate::set::Place;

/// What was found about one promise so far.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) environments: AtomicUsize,
    pub(crate) breakable: AtomicBool,
    pub(crate) breaches: Mutex<Vec<(Place, Breached)>>,
    /// Why something is not known, with the actions for which it is not.
    unknown: Mutex<BTreeMap<String, BTreeSet<String>>>,
    /// Why it is not known whether a set could break it.
    doubts: Mutex<BTreeSet<String>>,
}

impl Found {
    pub(crate) fn unknown(&self, action: String, reason: String) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.entry(reason).or_default().insert(action);
    }

    pub(crate) fn doubt(&self, reason: String) {
        let mut doubts = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
        doubts.insert(reason);
    }

    pub(crate) fn breaches(&self) -> Vec<(Place, Breached)> {
        let breaches = self.breaches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut breaches = breaches.clone();
        breaches.sort_by(|a, b| a.0.cmp(&b.0));
        breaches
    }

    pub(crate) fn verdict(&self, promise: &Promise, failed: &[String]) -> Verdict {
        let examples: Vec<_> = self.breaches().into_iter().map(|(_, b)| b).collect();
        let unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reasons: Vec<String> = unknown.iter().map(|(why, of)| about(why, of)).collect();
        reasons.extend(failed.iter().cloned());
        let doubts = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
        let unbreakable = !self.breakable.load(Ordering::Relaxed);
        let outcome = if let Some(action) = &promise.waits_for {
            Outcome::Waiting {
                action: action.clone(),
            }
        } else if !examples.is_empty() {
            Outcome::Broken { examples }
        } else if !reasons.is_empty() {
            Outcome::Undecided { reasons }
        } else if unbreakable && !doubts.is_empty() {
            let reasons = doubts.iter().cloned().collect();
            Outcome::Undecided { reasons }
        } else if unbreakable {
            Outcome::Empty
        } else {
            Outcome::Proved
        };
        Verdict {
            id: promise.id.clone(),
            en: promise.en.clone(),
            zh: promise.zh.clone(),
            environments: self.environments.load(Ordering::Relaxed),
            outcome,
        }
    }
}

/// A reason with the actions that it is about, the first few of them by name.
fn about(reason: &str, actions: &BTreeSet<String>) -> String {
    let named: Vec<&str> = actions.iter().take(3).map(String::as_str).collect();
    let named = named.join(", ");
    match actions.len().saturating_sub(3) {
        0 => format!("{reason} ({named})"),
        more => format!("{reason} ({named} and {more} more)"),
    }
}
