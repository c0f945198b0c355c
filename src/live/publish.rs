//! What a person does with sets of policies: publish, approve, go back, and look at the trail.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::source::{InForce, Recorded};
use super::{LiveError, Source, in_force};
use crate::catalogue;
use crate::policy::gate::{Fault, Proofs, Report, Set, pass};
use crate::policy::{Lens, Permit, Policies};
use crate::store::{By, Kept, NewSet, PolicyAct, PolicyDeed, PublishedSet, Store};
use crate::viewer::{Claimed, Viewer, assemble};

/// Where policies are published: a person at a moment, over a store.
pub struct Office<'a> {
    /// Where sets are kept.
    pub store: &'a Store,
    /// What is in force where nothing was published.
    pub source: &'a Source,
    /// Who knows of proofs of what is to be published.
    pub proofs: &'a (dyn Proofs + Sync),
    /// Whether another person must approve.
    pub two_persons: bool,
    /// Who acts.
    pub account: Uuid,
    /// When.
    pub now: DateTime<Utc>,
}

/// What became of a publication, a rollback or an approval.
#[derive(Serialize)]
pub struct Published {
    /// The number of the set.
    pub number: i32,
    /// The version that was in force before.
    pub version_before: String,
    /// The version of the set.
    pub version_after: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What the gate said.
    pub report: Report,
}

/// Whether a set is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is.
    InForce,
    /// It waits until another person approves it.
    Waiting,
}

/// The acting person under the policies in force.
struct Acting {
    /// The number of the published set in force, and the version in force.
    after: Option<i32>,
    version: String,
    viewer: Viewer,
    permit: Permit,
}

impl Office<'_> {
    /// Publishes a set.
    ///
    /// # Errors
    /// Whatever keeps it from being published; then nothing has changed.
    pub async fn publish(
        &self,
        set: Result<Set, Vec<Fault>>,
        reason: &str,
    ) -> Result<Published, LiveError> {
        self.put(PolicyDeed::Publish, set, reason, None, self.proofs)
            .await
    }

    /// Publishes an earlier set again, through the gate.
    ///
    /// # Errors
    /// Whatever keeps it from being published; then nothing has changed.
    pub async fn roll_back(&self, number: i32, reason: &str) -> Result<Published, LiveError> {
        let earlier = self.store.policy_set(number).await?;
        let earlier = earlier.ok_or(LiveError::Unknown(number))?;
        let recorded = Recorded::of(&earlier, self.proofs.required());
        self.put(
            PolicyDeed::Rollback,
            Ok(earlier.set),
            reason,
            Some(number),
            &recorded,
        )
        .await
    }

    /// Approves a set that another person published, and so puts it in force.
    ///
    /// # Errors
    /// Whatever keeps it from coming into force; then nothing has changed.
    pub async fn approve(&self, number: i32) -> Result<Published, LiveError> {
        let acting = self.acting(PolicyDeed::Approve).await?;
        let set = self.store.policy_set(number).await?;
        let set = set.ok_or(LiveError::Unknown(number))?;
        self.waiting(&set).await?;
        let recorded = Recorded::of(&set, self.proofs.required());
        let (report, _) = gated(Ok(&set.set), &recorded, &acting)?;
        let json = json(&report)?;
        let kept = self
            .store
            .approve_policies(&acting.permit, &set, &json, self.by(&acting));
        match kept.await? {
            Kept::Overtaken => Err(LiveError::Overtaken),
            Kept::Done(number) => Ok(Published {
                number,
                version_before: acting.version,
                version_after: set.version,
                outcome: Outcome::InForce,
                report,
            }),
        }
    }

    async fn put(
        &self,
        deed: PolicyDeed,
        set: Result<Set, Vec<Fault>>,
        reason: &str,
        restores: Option<i32>,
        proofs: &(dyn Proofs + Sync),
    ) -> Result<Published, LiveError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(LiveError::Reason);
        }
        let acting = self.acting(deed).await?;
        let (report, policies) = gated(set.as_ref().map_err(Clone::clone), proofs, &acting)?;
        let Ok(set) = &set else {
            return Err(LiveError::Faults(Box::new(report)));
        };
        let json = json(&report)?;
        let new = NewSet {
            version: policies.version(),
            set,
            reason,
            report: &json,
            restores,
        };
        let (at_once, by) = (!self.two_persons, self.by(&acting));
        let kept = self
            .store
            .publish_policies(&acting.permit, deed, new, at_once, by);
        match kept.await? {
            Kept::Overtaken => Err(LiveError::Overtaken),
            Kept::Done(number) => Ok(Published {
                number,
                version_before: acting.version,
                version_after: policies.version().to_owned(),
                outcome: match at_once {
                    true => Outcome::InForce,
                    false => Outcome::Waiting,
                },
                report,
            }),
        }
    }

    /// The person, if the policies in force let that person do it.
    async fn acting(&self, deed: PolicyDeed) -> Result<Acting, LiveError> {
        let (after, version, policies) = self.deciding().await?;
        let subject = &self.account.to_string();
        let claimed = Some(Claimed::User { subject });
        let viewer = assemble(claimed, self.store, self.now)
            .await
            .map_err(|error| LiveError::Person(error.to_string()))?;
        let permit = permit(&policies, viewer.clone(), deed)?;
        Ok(Acting {
            after,
            version,
            viewer,
            permit,
        })
    }

    /// The published set in force, its version, and the policies that decide: its own. A set that
    /// this program cannot use decides nothing, and must be replaced; then it is for the policies
    /// of the settings to say by whom.
    async fn deciding(&self) -> Result<(Option<i32>, String, Arc<Policies>), LiveError> {
        match in_force(self.store, self.proofs.required()).await {
            Ok(Some(InForce { number, policies })) => {
                Ok((number, policies.version().to_owned(), policies))
            }
            Ok(None) => {
                let policies = self.source.policies()?;
                Ok((None, policies.version().to_owned(), policies))
            }
            Err(LiveError::Unfit(number, unfit)) => {
                let version = self.store.policy_set(number).await?;
                let version = version.ok_or(LiveError::Unfit(number, unfit))?.version;
                Ok((Some(number), version, self.source.policies()?))
            }
            Err(error) => Err(error),
        }
    }

    /// That a set waits for this person's approval.
    async fn waiting(&self, set: &PublishedSet) -> Result<(), LiveError> {
        let number = set.number;
        let mut acts = self.store.policy_acts().await?.into_iter();
        let published = acts.find(|act| act.number == number);
        let published = published.filter(|act| !act.in_force);
        let published = published.ok_or(LiveError::NotWaiting(number))?;
        match acts.find(|act| act.in_force) {
            Some(later) if later.number == number => Err(LiveError::NotWaiting(number)),
            Some(_) => Err(LiveError::Superseded(number)),
            None if published.account == self.account => Err(LiveError::SamePerson(number)),
            None => Ok(()),
        }
    }

    fn by<'b>(&self, acting: &'b Acting) -> By<'b> {
        By {
            account: self.account,
            after: acting.after,
            version_before: &acting.version,
            now: self.now,
        }
    }
}

/// Every act so far, the first one first.
///
/// # Errors
/// The database fails.
pub async fn acts(store: &Store) -> Result<Vec<PolicyAct>, LiveError> {
    Ok(store.policy_acts().await?)
}

/// Takes a set through the gate, and looks that the person could still put it right afterwards.
fn gated(
    set: Result<&Set, Vec<Fault>>,
    proofs: &dyn Proofs,
    acting: &Acting,
) -> Result<(Report, Arc<Policies>), LiveError> {
    let (report, policies) = pass(set, proofs);
    let Some(policies) = policies else {
        return Err(LiveError::Faults(Box::new(report)));
    };
    permit(&policies, acting.viewer.clone(), PolicyDeed::Publish)
        .map_err(|_| LiveError::LockedOut)?;
    Ok((report, policies))
}

/// What these policies say of the deed, which is on all organisations alike.
fn permit(policies: &Arc<Policies>, viewer: Viewer, deed: PolicyDeed) -> Result<Permit, LiveError> {
    let refused = || {
        LiveError::Refused(match deed {
            PolicyDeed::Publish => "publish",
            PolicyDeed::Rollback => "roll back",
            PolicyDeed::Approve => "approve",
        })
    };
    let lens = Lens::new(Arc::clone(policies), viewer).map_err(|_| refused())?;
    let of = catalogue::find("Organisation").ok_or_else(refused)?;
    let deed = of.deed(deed.name()).ok_or_else(refused)?;
    lens.permit_bulk(of, deed).map_err(|_| refused())
}

fn json(report: &Report) -> Result<String, LiveError> {
    Ok(serde_json::to_string(report)?)
}
