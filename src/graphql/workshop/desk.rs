//! What the workshop asks of whoever keeps sets of policies.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use super::difference::PolicyDifference;
use crate::catalogue::Type;
use crate::policy::gate::{Draft, Report, Set, Step};
use crate::policy::matrix::Matrix;
use crate::policy::{Explanation, Policies, Written};
use crate::store::{KeeperAct, PolicyAct, StoreError};

/// Keeps sets of policies, takes drafts of them through the gate, and puts them in force.
///
/// Nothing heavy is done on the threads that answer requests, and for one officer one heavy thing
/// at a time.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Whether another person must approve what is published.
    fn approval_needed(&self) -> bool;

    /// The set in force: the published one, or else the one of this version that the server has.
    async fn in_force(&self, version: &str) -> Result<Kept, Trouble>;

    /// A published set.
    async fn set(&self, number: i32) -> Result<Option<Kept>, Trouble>;

    /// The policies of a set, as they are written; none where they do not fit this program.
    async fn rules(&self, set: Arc<Set>) -> Result<Vec<Written>, Trouble>;

    /// Some acts with the numbers of those below which they are, the newest first.
    async fn history(&self, first: usize, before: Option<i32>) -> Result<Vec<Act>, Trouble>;

    /// Acts by which organisations were named to look after the policies, or let go; the newest first.
    async fn keeper_history(&self, first: usize) -> Result<Vec<KeeperAct>, Trouble>;

    /// Takes a draft through the gate, with proofs; each step is told when it ends.
    async fn gate(
        &self,
        officer: &Officer,
        draft: Draft,
        tell: UnboundedSender<Step>,
    ) -> Result<Report, Trouble>;

    /// Who sees and does what under a draft, or under the set in force.
    async fn matrix(
        &self,
        officer: &Officer,
        draft: Option<Draft>,
        of: Option<Vec<(String, Asker)>>,
        only: Option<&'static Type>,
    ) -> Result<Matrix, Trouble>;

    /// Why somebody sees of a record what they see; nothing where one of the three is not there.
    async fn explain(
        &self,
        officer: &Officer,
        draft: Option<Draft>,
        why: Why,
    ) -> Result<Option<Explanation>, Trouble>;

    /// What a draft changes, for whom.
    async fn difference(
        &self,
        officer: &Officer,
        draft: Draft,
    ) -> Result<PolicyDifference, Trouble>;

    /// Publishes, approves or goes back.
    async fn act(&self, officer: &Officer, deed: Deed) -> Result<Done, Trouble>;
}

/// Who works at the desk, when, and under which policies.
#[derive(Clone)]
pub struct Officer {
    /// The person.
    pub account: Uuid,
    /// The instant of the request.
    pub now: DateTime<Utc>,
    /// The policies that decide the request.
    pub policies: Arc<Policies>,
}

/// A set that is kept.
pub struct Kept {
    /// Its number, if it was published.
    pub number: Option<i32>,
    /// Its version.
    pub version: String,
    /// Its files.
    pub set: Arc<Set>,
}

/// An act of the trail.
pub struct Act {
    /// Its own number.
    pub number: i32,
    /// What was done.
    pub act: PolicyAct,
    /// Whether the set waits for another person.
    pub waiting: bool,
    /// What the gate said, as it was kept.
    pub report: serde_json::Value,
}

/// Whose view is asked about.
#[derive(Clone, Copy)]
pub enum Asker {
    /// Who is not signed in.
    Nobody,
    /// A person.
    Account(Uuid),
    /// A partner under a share.
    Share(Uuid),
}

/// Why somebody sees something.
pub struct Why {
    /// Who.
    pub who: Asker,
    /// Of which record.
    pub of: &'static Type,
    /// The record's id.
    pub id: Uuid,
    /// A field, `edit` and a field, a deed, or `there`.
    pub word: String,
}

/// What an officer does with a set.
pub enum Deed {
    /// Publishes a draft, for this reason.
    Publish(Draft, String),
    /// Approves the set of this number.
    Approve(i32),
    /// Publishes the set of this number again, for this reason.
    RollBack(i32, String),
}

/// What became of it.
pub struct Done {
    /// The number of the set.
    pub number: i32,
    /// Whether it is in force.
    pub in_force: bool,
    /// The version that was in force before.
    pub version_before: String,
    /// The set's policies.
    pub policies: Arc<Policies>,
    /// What the gate said.
    pub report: Report,
}

/// Why the desk did not do it.
pub enum Trouble {
    /// The policies do not let this person do it.
    Refused,
    /// Something that the officer can understand.
    Told(Box<Told>),
    /// The database failed.
    Store(StoreError),
}

/// What stands in the way, in words.
pub struct Told {
    /// A stable code.
    pub code: &'static str,
    /// In English.
    pub en: String,
    /// In Chinese.
    pub zh: String,
    /// What the gate said, if it was the gate.
    pub report: Option<Report>,
}

impl Trouble {
    /// Something that the officer can understand.
    #[must_use]
    pub fn told(code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        let (en, zh) = (en.into(), zh.into());
        Self::Told(Box::new(Told {
            code,
            en,
            zh,
            report: None,
        }))
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
