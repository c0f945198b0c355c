//! What the workshop of the graph asks of the desk.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::spawn_blocking;

use super::asked::{AskedError, lens, viewer_of};
use super::desk::{Desk, Drafted};
use super::differ::{Two, differ};
use super::prover::Asked;
use super::trouble::{broken_off, loaded, nobody};
use super::{LiveError, Office, Outcome, Side, differing};
use crate::catalogue::Type;
use crate::graphql::{
    Act, Asker, Deed, Desk as Bench, Done, Kept, Officer, PolicyDifference, Trouble, Why,
};
use crate::policy::gate::{DIFFERENCE, Draft, Report, Set, Step, pass_telling};
use crate::policy::matrix::{self, Matrix};
use crate::policy::{Explanation, Policies, Written};
use crate::store::KeeperAct;

/// What an officer does, with what it takes.
enum Work {
    Publish(Drafted, String),
    Approve(i32),
    RollBack(i32, String),
}

#[async_trait]
impl Bench for Desk {
    fn approval_needed(&self) -> bool {
        self.terms.two_persons
    }

    async fn in_force(&self, version: &str) -> Result<Kept, Trouble> {
        match self.store.policies_in_force().await? {
            Some(number) => {
                let kept = self.set(number).await?;
                kept.ok_or_else(|| LiveError::Unknown(number).into())
            }
            None => self.source_set(version),
        }
    }

    async fn set(&self, number: i32) -> Result<Option<Kept>, Trouble> {
        let kept = self.store.policy_set(number).await?;
        Ok(kept.map(|kept| Kept {
            number: Some(number),
            version: kept.version,
            set: Arc::new(kept.set.named()),
        }))
    }

    async fn rules(&self, set: Arc<Set>) -> Result<Vec<Written>, Trouble> {
        let read = spawn_blocking(move || {
            let policies = Policies::load(&set.schema, &set.policies);
            policies.map_or_else(|_| Vec::new(), |policies| policies.written())
        });
        read.await.map_err(|_| broken_off())
    }

    async fn history(&self, first: usize, before: Option<i32>) -> Result<Vec<Act>, Trouble> {
        super::trail::history(&self.store, first, before).await
    }

    async fn keeper_history(&self, first: usize) -> Result<Vec<KeeperAct>, Trouble> {
        super::trail::keepers(&self.store, first).await
    }

    async fn gate(
        &self,
        officer: &Officer,
        draft: Draft,
        tell: UnboundedSender<Step>,
    ) -> Result<Report, Trouble> {
        let set = self.drafted(officer, &draft).await?.set;
        let kept = self.in_force(officer.policies.version()).await?.set;
        let (prover, required) = (Arc::clone(&self.prover), self.terms.proof);
        let (store, handle) = (self.store.at(officer.now), Handle::current());
        let before = Arc::clone(&officer.policies);
        let work = move |given_up| {
            let proofs = Asked {
                prover,
                required,
                given_up,
            };
            // Whoever listened may have gone.
            let say = |step: Step| tell.send(step).ok();
            // The gate itself has no data to ask: what comes from there on is told when it is.
            let mut last = Vec::new();
            let mut tell = |step: &Step| {
                if step.name == DIFFERENCE.0 || !last.is_empty() {
                    last.push(step.clone());
                } else {
                    say(step.clone());
                }
            };
            let set = set.as_ref();
            let (mut report, passed) = pass_telling(set.map_err(Clone::clone), &proofs, &mut tell);
            if let (Ok(set), Some(passed)) = (set, passed) {
                let (old, new) = (&before, &passed.policies);
                let old = Side {
                    set: &kept,
                    policies: old,
                };
                let differs = differing(&store, old, Side { set, policies: new });
                let differs = handle.block_on(differs);
                report.differs(differs.clone());
                last.iter_mut()
                    .filter(|step| step.name == differs.name)
                    .for_each(|step| *step = differs.clone());
            }
            last.into_iter().for_each(|step| {
                say(step);
            });
            report
        };
        self.turns.work(officer.account, work).await
    }

    async fn matrix(
        &self,
        officer: &Officer,
        draft: Option<Draft>,
        of: Option<Vec<(String, Asker)>>,
        only: Option<&'static Type>,
    ) -> Result<Matrix, Trouble> {
        let viewers = self.viewers(of, officer).await?;
        let policies = self.policies(officer, draft).await?;
        let work = move |_| {
            let lenses = viewers
                .into_iter()
                .map(|(name, viewer)| Ok((name, lens(&policies, viewer).map_err(nobody)?)));
            let lenses = lenses.collect::<Result<Vec<_>, Trouble>>()?;
            Ok(matrix::matrix(&lenses, only))
        };
        self.turns.work(officer.account, work).await?
    }

    async fn explain(
        &self,
        officer: &Officer,
        draft: Option<Draft>,
        why: Why,
    ) -> Result<Option<Explanation>, Trouble> {
        let store = self.store.at(officer.now);
        let viewer = match viewer_of(&store, why.who, "explained", officer.now).await {
            Ok(viewer) => viewer,
            Err(AskedError::Person | AskedError::Share) => return Ok(None),
            Err(error) => return Err(nobody(error)),
        };
        let found = store.records(why.of, &[why.id]).await?.remove(&why.id);
        let Some(record) = found else {
            return Ok(None);
        };
        let policies = self.policies(officer, draft).await?;
        let explained = spawn_blocking(move || {
            let lens = lens(&policies, viewer).map_err(nobody)?;
            Ok(crate::policy::explain(&lens, &record, &why.word))
        });
        explained.await.map_err(|_| broken_off())?
    }

    async fn difference(
        &self,
        officer: &Officer,
        draft: Draft,
    ) -> Result<PolicyDifference, Trouble> {
        let kept = self.in_force(officer.policies.version()).await?;
        let drafted = self.drafted(officer, &draft).await?.set;
        let before = (kept.set, Arc::clone(&officer.policies));
        let (store, handle) = (self.store.at(officer.now), Handle::current());
        let prover = Arc::clone(&self.prover);
        let work = move |given_up| {
            let after = loaded(drafted)?;
            handle.block_on(differ(Two {
                store,
                prover,
                before,
                after,
                given_up,
            }))
        };
        self.turns.work(officer.account, work).await?
    }

    async fn act(&self, officer: &Officer, deed: Deed) -> Result<Done, Trouble> {
        let deed = match deed {
            Deed::Publish(draft, reason) => {
                Work::Publish(self.drafted(officer, &draft).await?, reason)
            }
            Deed::Approve(number) => Work::Approve(number),
            Deed::RollBack(number, reason) => Work::RollBack(number, reason),
        };
        let (store, source) = (self.store.at(officer.now), self.source.clone());
        let (prover, terms) = (Arc::clone(&self.prover), self.terms);
        let (account, now, handle) = (officer.account, officer.now, Handle::current());
        let work = move |given_up| {
            let proofs = Asked {
                prover,
                required: terms.proof,
                given_up,
            };
            let office = Office {
                store: &store,
                source: &source,
                proofs: &proofs,
                two_persons: terms.two_persons,
                account,
                now,
            };
            handle.block_on(async {
                match deed {
                    Work::Publish(Drafted { upon, set }, reason) => {
                        office.publish_upon(upon, set, &reason).await
                    }
                    Work::Approve(number) => office.approve(number).await,
                    Work::RollBack(number, reason) => office.roll_back(number, &reason).await,
                }
            })
        };
        let done = self.turns.work(officer.account, work).await??;
        Ok(Done {
            number: done.number,
            in_force: done.outcome == Outcome::InForce,
            version_before: done.version_before,
            policies: done.policies,
            report: done.report,
        })
    }
}
