//! What is in force: the published set, or else the files of the settings, or else the built-in set.

use std::path::PathBuf;
use std::sync::Arc;

use super::LiveError;
use crate::policy::gate::{Proof, Proofs, Set, Unasked, pass};
use crate::policy::{LoadError, Policies};
use crate::store::{PublishedSet, Store};

/// What is in force where nothing was published.
#[derive(Clone)]
pub enum Source {
    /// The set that is built into the program.
    Shipped,
    /// The files of this folder.
    Folder(PathBuf),
}

impl Source {
    /// The policies of it.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn policies(&self) -> Result<Arc<Policies>, LoadError> {
        match self {
            Self::Shipped => Policies::shipped(),
            Self::Folder(folder) => Policies::read(folder),
        }
    }

    /// The set of it, with what it promises.
    ///
    /// # Errors
    /// What keeps its files from being read.
    pub fn set(&self) -> Result<Set, LiveError> {
        let unread = |faults| LiveError::Faults(Box::new(pass(Err(faults), &Unasked).0));
        match self {
            Self::Shipped => Ok(Set::shipped()),
            Self::Folder(folder) => Set::read(folder).map_err(unread),
        }
    }
}

/// The policies in force.
#[derive(Clone)]
pub struct InForce {
    /// The number of the published set; none where nothing was published.
    pub number: Option<i32>,
    /// The set.
    pub set: Arc<Set>,
    /// Its policies.
    pub policies: Arc<Policies>,
}

/// The policies that the database says are in force; none where nothing was published.
///
/// # Errors
/// The database fails, or the published set does not pass the gate of this program.
pub async fn in_force(store: &Store, proof_required: bool) -> Result<Option<InForce>, LiveError> {
    let Some(number) = store.policies_in_force().await? else {
        return Ok(None);
    };
    let kept = store.policy_set(number).await?;
    let kept = kept.ok_or(LiveError::Unknown(number))?;
    let policies = admitted(&kept.set, &Recorded::of(&kept, proof_required));
    let policies = policies.map_err(|error| LiveError::Unfit(number, Box::new(error)))?;
    let (number, set) = (Some(number), Arc::new(kept.set));
    Ok(Some(InForce {
        number,
        set,
        policies,
    }))
}

/// What is known of the proof of a published set: it was looked at when the set was published.
pub(super) struct Recorded {
    proved: bool,
    required: bool,
}

impl Recorded {
    pub(super) fn of(kept: &PublishedSet, required: bool) -> Self {
        let proved = kept.proved;
        Self { proved, required }
    }
}

impl Proofs for Recorded {
    fn proof(&self, _: &Set, _: &Policies) -> Proof {
        Proof::known(self.proved)
    }

    fn required(&self) -> bool {
        self.required
    }
}

/// The policies of a set that passes the gate.
pub(super) fn admitted(set: &Set, proofs: &dyn Proofs) -> Result<Arc<Policies>, LiveError> {
    let (report, policies) = pass(Ok(set), proofs);
    policies.ok_or_else(|| LiveError::Faults(Box::new(report)))
}
