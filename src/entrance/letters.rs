//! Letters that were put down are sent, in their turn, by whichever server comes first.
//!
//! What is put down holds no secret: a link is made at the moment at which its letter is handed in,
//! and each try makes another and voids the one before. So nothing is lost while the mail server is
//! away, and whoever reads the database can use nothing of it.
//!
//! A letter that may not go where the mail server is waits too, marked as withheld, until it may or
//! its time is over.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::{Entrance, Refused};
use crate::border::Whose;
use crate::mail::{Letter, Mailer, Unsent};
use crate::residency::MAIL;
use crate::signin::Secret;
use crate::store::{LetterRow, NewLink, Store};

/// What a letter is about, as it is kept.
pub(super) const RECOVERY: &str = "RECOVERY";
/// The same.
pub(super) const INVITATION: &str = "INVITATION";
/// The same.
pub(super) const CHANGED: &str = "CHANGED";

/// The same, of an invitation into an organisation; it has the id of that.
const JOIN: &str = "JOIN";

/// How long one server has for a letter that it took.
const TURN: TimeDelta = TimeDelta::minutes(5);
/// After how long a letter that may not go is looked at again.
const AGAIN: TimeDelta = TimeDelta::minutes(30);
/// How long it waits where there is nothing to send.
const ROUND: Duration = Duration::from_secs(2);

/// What became of a letter.
enum Fate {
    /// It was handed in, or there is nobody to write to.
    Done,
    /// It may not go to the place where the mail server is.
    Withheld,
    /// The mail server did not take it.
    Unsent(Unsent),
}

impl Entrance {
    /// Has letters sent through this, until the task is aborted.
    pub fn begin_letters(
        self: Arc<Self>,
        clock: impl Fn() -> DateTime<Utc> + Send + 'static,
    ) -> JoinHandle<()> {
        tokio::spawn(async move {
            loop {
                match self.send_letter(clock()).await {
                    Ok(true) => {}
                    // Why was logged already.
                    Ok(false) | Err(_) => sleep(ROUND).await,
                }
            }
        })
    }

    /// Sends the letter that has waited longest; whether there was one.
    ///
    /// # Errors
    /// The database fails.
    pub async fn send_letter(&self, now: DateTime<Utc>) -> Result<bool, Refused> {
        let Some(mailer) = self.mailer.get() else {
            return Ok(false);
        };
        let store = self.store.at(now.trunc_subsecs(6));
        let Some(letter) = store.take_letter(TURN).await? else {
            return Ok(false);
        };
        if letter.ends_at <= store.now() {
            tracing::warn!(kind = %letter.kind, "a letter was given up");
            store.forget_letter(&letter).await?;
            return Ok(true);
        }
        match self.hand_in(&store, mailer, &letter).await? {
            Fate::Done => store.forget_letter(&letter).await?,
            Fate::Unsent(Unsent::Never) => {
                tracing::warn!(kind = %letter.kind, "the mail server refuses a letter for good");
                store.forget_letter(&letter).await?;
            }
            Fate::Withheld => {
                store.withhold_letter(&letter, store.now() + AGAIN).await?;
            }
            Fate::Unsent(Unsent::Later) => {
                tracing::info!(kind = %letter.kind, tries = letter.attempts, "a letter waits");
                let until = store.now() + wait(letter.attempts);
                store.put_letter_off(&letter, until).await?;
            }
        }
        Ok(true)
    }

    /// Writes a letter and hands it in. To whom there is nothing to write there goes none.
    async fn hand_in(
        &self,
        store: &Store,
        mailer: &Mailer,
        letter: &LetterRow,
    ) -> Result<Fate, Refused> {
        if letter.kind == JOIN {
            return self.hand_invitation_in(store, mailer, letter).await;
        }
        let address = self.vault.unseal(letter.id, &letter.sealed);
        let Some(address) = address.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return Ok(Fate::Unsent(Unsent::Never));
        };
        let account = match (letter.kind.as_str(), letter.account) {
            (RECOVERY, _) => store
                .login_by_name(&address)
                .await?
                .map(|login| login.account),
            (_, Some(account)) if store.is_in_use(account).await? => Some(account),
            _ => None,
        };
        let Some(account) = account else {
            return Ok(Fate::Done);
        };
        match self
            .pass(&MAIL, mailer.place(), Whose::Account(account))
            .await
        {
            Err(Refused::Residency) => return Ok(Fate::Withheld),
            passed => passed?,
        }
        let locale = store.locale_of(account).await?.unwrap_or_default();
        let chinese = locale.starts_with("zh");
        let written = match letter.kind.as_str() {
            CHANGED => Letter::changed(chinese),
            kind => {
                let secret = self
                    .make_link(store, kind, account, &address, letter.ends_at)
                    .await?;
                let link = mailer.link(secret.show());
                match kind {
                    RECOVERY => Letter::recovery(link, chinese),
                    _ => Letter::invitation(link, chinese),
                }
            }
        };
        Ok(match mailer.send(&address, &written).await {
            Ok(()) => Fate::Done,
            Err(unsent) => Fate::Unsent(unsent),
        })
    }

    /// The same of an invitation, whose link is made now. To one that nobody can accept any more
    /// there goes none.
    async fn hand_invitation_in(
        &self,
        store: &Store,
        mailer: &Mailer,
        letter: &LetterRow,
    ) -> Result<Fate, Refused> {
        let Some(invited) = store.invitation_to_send(letter.id).await? else {
            return Ok(Fate::Done);
        };
        match self
            .pass(&MAIL, mailer.place(), Whose::Organisation(invited.held_by))
            .await
        {
            Err(Refused::Residency) => return Ok(Fate::Withheld),
            passed => passed?,
        }
        let secret = Secret::new()?;
        if !store.link_invitation(letter.id, &secret.digest()).await? {
            return Ok(Fate::Done);
        }
        let (english, chinese) = invited.organisation;
        let either = |one: &Option<String>, other: &Option<String>| {
            one.clone().or_else(|| other.clone()).unwrap_or_default()
        };
        let names = (either(&english, &chinese), either(&chinese, &english));
        let written = Letter::join(mailer.invitation(secret.show()), names);
        Ok(match mailer.send(&invited.email, &written).await {
            Ok(()) => Fate::Done,
            Err(unsent) => Fate::Unsent(unsent),
        })
    }

    /// Makes a link, whose secret is kept nowhere.
    pub(super) async fn make_link(
        &self,
        store: &Store,
        kind: &str,
        account: Uuid,
        name: &str,
        ends_at: DateTime<Utc>,
    ) -> Result<Secret, Refused> {
        let secret = Secret::new()?;
        let id = Uuid::new_v4();
        let new = NewLink {
            id,
            account,
            kind,
            sealed: &self.sealed(id, name)?,
            hash: &secret.digest(),
            ends_at,
        };
        store.make_link(&new).await?;
        Ok(secret)
    }
}

/// After how long a letter is tried again: half a minute, and twice as long each time, up to half an
/// hour.
fn wait(attempts: i32) -> TimeDelta {
    let doubled = u32::try_from(attempts.saturating_sub(1))
        .unwrap_or(0)
        .min(6);
    TimeDelta::seconds((30_i64 << doubled).min(1_800))
}
