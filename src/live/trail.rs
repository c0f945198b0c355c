//! The trail of acts as the workshop tells it: a page of it, with what waits and what the gate said.

use serde_json::Value;

use crate::graphql::{Act, Trouble};
use crate::store::{KeeperAct, PolicyAct, PolicyDeed, Store};

/// Some acts below a number, the newest first.
pub(super) async fn history(
    store: &Store,
    first: usize,
    before: Option<i32>,
) -> Result<Vec<Act>, Trouble> {
    let acts = store.policy_acts().await?;
    let reports = store.policy_reports(first, before).await?;
    let act = |(number, report): (i32, String)| {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let act = acts.get(at)?.clone();
        Some(Act {
            number,
            waiting: waiting(&acts, at),
            report: serde_json::from_str(&report).unwrap_or(Value::Null),
            act,
        })
    };
    Ok(reports.into_iter().filter_map(act).collect())
}

/// The acts by which organisations were named to look after the policies, or let go; the newest first.
pub(super) async fn keepers(store: &Store, first: usize) -> Result<Vec<KeeperAct>, Trouble> {
    let acts = store.keeper_acts().await?;
    Ok(acts.into_iter().rev().take(first).collect())
}

/// Whether the set of an act still waits for another person: nothing came into force since.
fn waiting(acts: &[PolicyAct], at: usize) -> bool {
    let published = acts.get(at).is_some_and(|act| {
        !act.in_force && matches!(act.deed, PolicyDeed::Publish | PolicyDeed::Rollback)
    });
    let later = acts.get(at..).unwrap_or_default();
    published && !later.iter().any(|act| act.in_force)
}
