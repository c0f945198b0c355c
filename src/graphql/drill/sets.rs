//! The sets of policies that were in force, one after the other.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::graphql::error::GraphError;
use crate::graphql::scope::Scope;
use crate::policy::Policies;

/// How many sets are looked at; of more, the latest.
const MOST: usize = 20;

/// What was in force.
pub struct InForce {
    /// Each from when, the oldest first.
    pub sets: Vec<(DateTime<Utc>, Arc<Policies>)>,
    /// Whether some of the time no set was published, so that those of the server's own are taken.
    pub unpublished: bool,
    /// The versions of sets that cannot be had any more, or not be used.
    pub lost: Vec<String>,
    /// Whether there were more sets than are looked at.
    pub more: bool,
}

impl InForce {
    /// The set that was in force at an instant.
    pub fn at(&self, at: DateTime<Utc>) -> Option<&Arc<Policies>> {
        let before = self.sets.iter().rev().find(|(from, _)| *from <= at);
        before.map(|(_, set)| set)
    }

    /// When a set came into force after the beginning.
    pub fn turns(&self) -> impl Iterator<Item = DateTime<Utc>> {
        self.sets.iter().map(|(from, _)| *from)
    }
}

/// The sets that were in force in an interval.
pub async fn sets(
    scope: &Scope,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<InForce, GraphError> {
    let mut acts = scope.store.policy_acts().await?;
    acts.retain(|act| act.in_force);
    let mut found = InForce {
        sets: Vec::new(),
        unpublished: false,
        lost: Vec::new(),
        more: false,
    };
    let begun = acts.iter().rposition(|act| act.at <= from);
    if begun.is_none() {
        found.unpublished = true;
        let version = acts.first().map(|act| act.version_before.as_str());
        match own(scope, version) {
            Some(set) => found.sets.push((from, set)),
            None => found.lost.extend(version.map(str::to_owned)),
        }
    }
    let within = acts.iter().skip(begun.unwrap_or(0));
    let mut within: Vec<_> = within.filter(|act| act.at < until).collect();
    found.more = within.len() > MOST;
    let surplus = within.len().saturating_sub(MOST);
    within.drain(..surplus);
    for act in within {
        match published(scope, act.number, &act.version_after).await? {
            Some(set) => found.sets.push((act.at.max(from), set)),
            None => found.lost.push(act.version_after.clone()),
        }
    }
    Ok(found)
}

/// The set of the server's own that has this version, or the one it has where none was published.
fn own(scope: &Scope, version: Option<&str>) -> Option<Arc<Policies>> {
    let here = scope.lens.policies();
    match version {
        None => Some(Arc::clone(here)),
        Some(version) if here.version() == version => Some(Arc::clone(here)),
        Some(version) => Policies::shipped()
            .ok()
            .filter(|set| set.version() == version),
    }
}

async fn published(
    scope: &Scope,
    number: i32,
    version: &str,
) -> Result<Option<Arc<Policies>>, GraphError> {
    let here = scope.lens.policies();
    if here.version() == version {
        return Ok(Some(Arc::clone(here)));
    }
    let Some(kept) = scope.store.policy_set(number).await? else {
        return Ok(None);
    };
    let set = kept.set;
    let loaded = tokio::task::spawn_blocking(move || Policies::load(&set.schema, &set.policies));
    Ok(loaded.await.ok().and_then(Result::ok))
}
