//! Somebody accepts an invitation: whoever invited is asked about once more.
//!
//! Between the letter and its answer an inviter may have lost the role, or the policies may have
//! changed: then nobody joins. Whoever comes has shown the link; here is decided what it is worth.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Graph, lens, to_the_microsecond};
use crate::catalogue;
use crate::policy::Permit;
use crate::store::{Arrival, Comer, Joined, SEND, Store, StoreError};
use crate::viewer::{Claimed, Unrecognised, assemble};

/// What became of an acceptance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The person has the role now.
    Joined,
    /// The link is not good, or not any more.
    Over,
    /// The address has an account: its owner signs in first.
    SignIn,
}

/// An acceptance failed in the database; why is in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unaccepted;

impl From<StoreError> for Unaccepted {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "an invitation failed in the database");
        Self
    }
}

impl Graph {
    /// Whether whoever invited may still do so; otherwise the invitation is worth nothing.
    ///
    /// # Errors
    /// The database fails.
    pub async fn is_invitation_good(
        &self,
        invitation: uuid::Uuid,
        now: DateTime<Utc>,
    ) -> Result<bool, Unaccepted> {
        let now = to_the_microsecond(now);
        let store = self.store.at(now);
        Ok(self.inviter(&store, invitation, None, now).await?.is_some())
    }

    /// Accepts an invitation, if whoever invited may still do so. Nobody accepts an invitation of
    /// their own.
    ///
    /// # Errors
    /// The database fails.
    pub async fn accept_invitation(
        &self,
        arrival: &Arrival,
        now: DateTime<Utc>,
    ) -> Result<Answer, Unaccepted> {
        let now = to_the_microsecond(now);
        let store = self.store.at(now);
        let comer = match &arrival.who {
            Comer::Known(account) => Some(*account),
            Comer::New(_) => None,
        };
        let permit = self.inviter(&store, arrival.invitation, comer, now).await?;
        let Some(permit) = permit else {
            return Ok(Answer::Over);
        };
        Ok(match store.join(&permit, arrival, now).await? {
            Joined::Done => Answer::Joined,
            Joined::Over => Answer::Over,
            Joined::Known => Answer::SignIn,
        })
    }

    /// The permit of whoever invited, for the invitation as it stands.
    async fn inviter(
        &self,
        store: &Store,
        invitation: uuid::Uuid,
        comer: Option<uuid::Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Option<Permit>, Unaccepted> {
        let standing = store.invitation_standing(invitation).await?;
        let inviter = standing.and_then(|standing| standing.invited_by);
        let Some(inviter) = inviter.filter(|inviter| Some(*inviter) != comer) else {
            return Ok(None);
        };
        let subject = inviter.to_string();
        let claimed = Claimed::User { subject: &subject };
        let viewer = match assemble(Some(claimed), store, now).await {
            Ok(viewer) => viewer,
            Err(Unrecognised::Directory(cause)) => return Err(cause.into()),
            Err(_) => return Ok(None),
        };
        let Some(of) = catalogue::find("Invitation") else {
            return Ok(None);
        };
        let mut records = store.records(of, &[invitation]).await?;
        let in_force = self.in_force.now();
        let (Some(record), Ok(lens)) = (records.remove(&invitation), lens(&in_force, viewer))
        else {
            return Ok(None);
        };
        let permit = Arc::clone(&lens).permit(SEND, &record);
        Ok(permit.ok())
    }
}
