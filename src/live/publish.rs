//! What a person does with sets of policies: publish, approve, go back, and look at the trail.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::acting::{Acting, permit};
use super::source::Recorded;
use super::{LiveError, Side, Source, differing};
use crate::policy::Policies;
use crate::policy::gate::{Fault, Passed, Proofs, Report, Set, pass_telling};
use crate::store::{By, Kept, NewSet, PolicyAct, PolicyDeed, PublishedSet, Store};

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
    /// The policies of the set.
    #[serde(skip)]
    pub policies: Arc<Policies>,
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

/// Where a set comes from.
#[derive(Clone, Copy, Default)]
struct Origin {
    /// The number of the set that must be in force, if it was made from one.
    upon: Option<Option<i32>>,
    /// The number of the earlier set that it is.
    restores: Option<i32>,
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
        let origin = Origin::default();
        self.put(PolicyDeed::Publish, set, reason, origin, self.proofs)
            .await
    }

    /// Publishes a set that was made from the one in force, of this number; only as long as that is
    /// in force.
    ///
    /// # Errors
    /// Whatever keeps it from being published; then nothing has changed.
    pub async fn publish_upon(
        &self,
        number: Option<i32>,
        set: Result<Set, Vec<Fault>>,
        reason: &str,
    ) -> Result<Published, LiveError> {
        let origin = Origin {
            upon: Some(number),
            ..Origin::default()
        };
        self.put(PolicyDeed::Publish, set, reason, origin, self.proofs)
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
            Origin {
                restores: Some(number),
                ..Origin::default()
            },
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
        let (mut report, passed) = gated(Ok(&set.set), &recorded, &acting)?;
        let new = Side {
            set: &set.set,
            policies: &passed.policies,
        };
        report.differs(differing(self.store, acting.side(), new).await);
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
                policies: passed.policies,
            }),
        }
    }

    async fn put(
        &self,
        deed: PolicyDeed,
        set: Result<Set, Vec<Fault>>,
        reason: &str,
        origin: Origin,
        proofs: &(dyn Proofs + Sync),
    ) -> Result<Published, LiveError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(LiveError::Reason);
        }
        let acting = self.acting(deed).await?;
        if origin.upon.is_some_and(|number| number != acting.after) {
            return Err(LiveError::Overtaken);
        }
        let (mut report, passed) = gated(set.as_ref().map_err(Clone::clone), proofs, &acting)?;
        let Ok(mut set) = set else {
            return Err(LiveError::Faults(Box::new(report)));
        };
        if let Some(certificate) = passed.certificate {
            set.certificate = Some(certificate);
        }
        let (set, policies) = (&set, passed.policies);
        let after = Side {
            set,
            policies: &policies,
        };
        report.differs(differing(self.store, acting.side(), after).await);
        let json = json(&report)?;
        let new = NewSet {
            version: policies.version(),
            set,
            reason,
            report: &json,
            restores: origin.restores,
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
                policies,
            }),
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
) -> Result<(Report, Passed), LiveError> {
    let (report, passed) = pass_telling(set, proofs, &mut |_| {});
    let Some(passed) = passed else {
        return Err(LiveError::Faults(Box::new(report)));
    };
    permit(&passed.policies, acting.viewer.clone(), PolicyDeed::Publish)
        .map_err(|_| LiveError::LockedOut)?;
    Ok((report, passed))
}

fn json(report: &Report) -> Result<String, LiveError> {
    Ok(serde_json::to_string(report)?)
}
