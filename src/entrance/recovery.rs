//! A password is set by a link: by whoever lost the old one, or never had any.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::letters::{CHANGED, INVITATION, RECOVERY};
use super::{Caller, Entrance, Refused};
use crate::border::Whose;
use crate::residency::MAIL;
use crate::signin::{Password, Rate, Secret, digest, login_name};
use crate::store::NewLetter;

/// How long a link to set another password is good, from when it was asked for.
const RECOVERY_LIFE: TimeDelta = TimeDelta::minutes(30);
/// How long a letter that tells of a change is tried.
const TOLD: TimeDelta = TimeDelta::days(3);

impl Entrance {
    /// Asks for a link to set another password. What is done and what is answered is the same
    /// whoever has the address, or nobody: whether there is such a person is only looked up when the
    /// letter is written. Who asks too often for one address is answered the same, and no letter
    /// goes.
    ///
    /// # Errors
    /// It is no address, or too many requests come from one place.
    pub async fn ask_recovery(&self, email: &str, caller: Caller) -> Result<(), Refused> {
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        let name = login_name(email).ok_or(Refused::Name)?;
        if self.mailer.get().is_none() {
            return Ok(());
        }
        let whom = self.vault.hide(&["recovery", &name]);
        match self.pay(&store, whom, Rate::LETTERS).await {
            Err(Refused::TooMany(_)) => return Ok(()),
            paid => paid?,
        }
        let (id, ends_at) = (Uuid::new_v4(), store.now() + RECOVERY_LIFE);
        let sealed = self.sealed(id, &name)?;
        let letter = NewLetter {
            id,
            account: None,
            kind: RECOVERY,
            sealed: &sealed,
            ends_at,
        };
        Ok(store.add_letter(&letter).await?)
    }

    /// Sets a password by a link, which is good once. Every session of the person ends, and the
    /// person is told. Nobody is signed in by it: where a one-time code is asked for, it still is.
    ///
    /// # Errors
    /// The link is not good, or the password cannot be chosen.
    pub async fn set_by_link(
        &self,
        token: &str,
        password: &str,
        caller: Caller,
    ) -> Result<(), Refused> {
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        let password = Password::chosen(password)?;
        let link = digest(token);
        let found = store.link(&link).await?.ok_or(Refused::Link)?;
        let name = self.vault.unseal(found.id, &found.sealed);
        let name = name.and_then(|bytes| String::from_utf8(bytes).ok());
        let (account, name) = (found.account, name.ok_or(Refused::Link)?);
        let hash = self.hasher.hash(&password).await?;
        let id = Uuid::new_v4();
        let sealed = self.sealed(id, &name)?;
        let letter = NewLetter {
            id,
            account: Some(account),
            kind: CHANGED,
            sealed: &sealed,
            ends_at: store.now() + TOLD,
        };
        let letter = self.mailer.get().map(|_| &letter);
        match store.use_link(&link, account, &name, &hash, letter).await? {
            true => Ok(()),
            false => Err(Refused::Link),
        }
    }

    /// Invites a person who has an account: a link to set the first password, for whoever runs the
    /// server to hand on.
    ///
    /// # Errors
    /// It is no address, it is another's, or there is no such account.
    pub async fn invite(
        &self,
        account: Uuid,
        email: &str,
        ends_at: DateTime<Utc>,
        caller: Caller,
    ) -> Result<Secret, Refused> {
        let store = self.at(caller);
        let name = self.invitable(account, email, caller).await?;
        self.make_link(&store, INVITATION, account, &name, ends_at)
            .await
    }

    /// The same, by a letter.
    ///
    /// # Errors
    /// It is no address, it is another's, there is no such account, or no letter may go to it.
    pub async fn invite_by_letter(
        &self,
        account: Uuid,
        email: &str,
        ends_at: DateTime<Utc>,
        caller: Caller,
    ) -> Result<(), Refused> {
        let store = self.at(caller);
        let name = self.invitable(account, email, caller).await?;
        // A letter that cannot be handed in is refused before it waits.
        if let Some(mailer) = self.mailer.get() {
            self.pass(&MAIL, mailer.place(), Whose::Account(account))
                .await?;
        }
        let id = Uuid::new_v4();
        let sealed = self.sealed(id, &name)?;
        let letter = NewLetter {
            id,
            account: Some(account),
            kind: INVITATION,
            sealed: &sealed,
            ends_at,
        };
        Ok(store.add_letter(&letter).await?)
    }

    async fn invitable(
        &self,
        account: Uuid,
        email: &str,
        caller: Caller,
    ) -> Result<String, Refused> {
        let store = self.at(caller);
        let name = login_name(email).ok_or(Refused::Name)?;
        let taken = store.login_by_name(&name).await?;
        let taken = taken.is_some_and(|login| login.account != account);
        match !taken && store.is_in_use(account).await? {
            true => Ok(name),
            false => Err(Refused::Unknown),
        }
    }

    pub(super) fn sealed(&self, id: Uuid, address: &str) -> Result<String, Refused> {
        let sealed = self.vault.seal(id, address.as_bytes());
        sealed.ok_or(Refused::Internal)
    }
}
