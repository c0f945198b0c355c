//! In with an e-mail address and a password.

use uuid::Uuid;

use super::{Admitted, Caller, Entrance, Refused, Seat};
use crate::signin::{Password, login_name};
use crate::store::Named;

/// How a session that began with a password says so.
const WAY: &str = "PASSWORD";

/// The longest name whose tries are counted apart.
const LONGEST_NAME: usize = 254;

impl Entrance {
    /// Signs somebody in. Where an authenticator is confirmed, a code of it is needed as well.
    ///
    /// # Errors
    /// Something is not right; what, is said only where the password was.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        code: Option<&str>,
        caller: Caller,
    ) -> Result<Admitted, Refused> {
        let store = self.at(caller);
        let name = login_name(email);
        let counted = name.as_deref().unwrap_or(email);
        let counted = counted.get(..LONGEST_NAME).unwrap_or(counted);
        let tried = self.try_name(&store, counted, caller).await?;
        let found = match &name {
            Some(name) => store.login_by_name(name).await?,
            None => None,
        };
        let password = Password::typed(password);
        let hash = found.as_ref().and_then(|login| login.hash.clone());
        let right = self.hasher.verify(&password, hash.clone()).await?;
        let (Some(login), Some(hash), true) = (found, hash, right) else {
            return Err(Refused::Credentials);
        };
        let second_factor = self.second_factor(&store, login.account, code).await?;
        self.was_right(&store, tried, login.account).await?;
        if self.hasher.is_stale(&hash) {
            let new = self.hasher.hash(&password).await?;
            store.replace_hash(login.account, &hash, &new).await?;
        }
        self.admit(login.account, WAY, second_factor, caller).await
    }

    /// Puts another password in the place of one's own, and ends one's other sessions.
    ///
    /// # Errors
    /// The current one is not right, or the new one cannot be chosen.
    pub async fn change_password(
        &self,
        seat: &Seat,
        current: &str,
        new: &str,
        caller: Caller,
    ) -> Result<(), Refused> {
        let (store, account) = (self.at(caller), seat.session.account);
        let new = Password::chosen(new)?;
        let login = store.login_of(account).await?.ok_or(Refused::NoPassword)?;
        let old = login.hash.ok_or(Refused::NoPassword)?;
        let tried = self.try_name(&store, &login.name, caller).await?;
        let current = Password::typed(current);
        if !self.hasher.verify(&current, Some(old.clone())).await? {
            return Err(Refused::Credentials);
        }
        let hash = self.hasher.hash(&new).await?;
        if !store.replace_hash(account, &old, &hash).await? {
            return Err(Refused::Credentials);
        }
        self.was_right(&store, tried, account).await?;
        store.end_sessions(account, Some(seat.session.id)).await?;
        Ok(())
    }

    /// Gives an account an e-mail address and a password to sign in with, and ends its sessions. It
    /// is for whoever runs the server.
    ///
    /// # Errors
    /// The address or the password cannot be; `Ok` says whether the address is another's, or there
    /// is no such account.
    pub async fn set_password(
        &self,
        account: Uuid,
        email: &str,
        password: &str,
        caller: Caller,
    ) -> Result<Named, Refused> {
        let store = self.at(caller);
        let name = login_name(email).ok_or(Refused::Name)?;
        let hash = self.hasher.hash(&Password::chosen(password)?).await?;
        let named = store.set_login(account, &name, &hash).await?;
        if named == Named::Done {
            store.end_sessions(account, None).await?;
        }
        Ok(named)
    }

    /// Takes the authenticator and the recovery codes of an account away, and ends its sessions;
    /// whether there were any. It is for whoever runs the server and knows the person.
    ///
    /// # Errors
    /// The database fails.
    pub async fn forget_codes(&self, account: Uuid, caller: Caller) -> Result<bool, Refused> {
        let store = self.at(caller);
        let forgotten = store.forget_codes(account).await?;
        store.end_sessions(account, None).await?;
        Ok(forgotten)
    }
}
