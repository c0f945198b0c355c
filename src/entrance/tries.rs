//! How often somebody may try.
//!
//! Tries are counted for the address, for the account from that place, and for the account from all
//! places where it never signed in. Whoever fills the last, to keep a person out, does not keep that
//! person out of where the person signs in usually; and it empties by itself.

use super::{Caller, Entrance, Refused};
use crate::signin::Rate;
use crate::store::{Paid, Store};

/// A try of somebody at somewhere: what is given back when it was right.
pub(super) struct Try {
    place: uuid::Uuid,
}

impl Entrance {
    /// Counts a try to sign in with a name.
    pub(super) async fn try_name(
        &self,
        store: &Store,
        name: &str,
        caller: Caller,
    ) -> Result<Try, Refused> {
        self.try_address(store, caller).await?;
        let from = caller.address.map(|address| address.to_string());
        let place = self
            .vault
            .hide(&["place", name, from.as_deref().unwrap_or_default()]);
        self.pay(store, place, Rate::PLACE).await?;
        if !store.is_known_place(place).await? {
            let all = self.vault.hide(&["strangers", name]);
            self.pay(store, all, Rate::STRANGERS).await?;
        }
        Ok(Try { place })
    }

    /// Counts a try of an address, whatever it is about.
    pub(super) async fn try_address(&self, store: &Store, caller: Caller) -> Result<(), Refused> {
        let Some(address) = caller.address else {
            return Ok(());
        };
        let whom = self.vault.hide(&["address", &address.to_string()]);
        self.pay(store, whom, Rate::ADDRESS).await
    }

    /// Counts a code of an account, wherever it is typed.
    pub(super) async fn try_code(&self, store: &Store, account: uuid::Uuid) -> Result<(), Refused> {
        let whom = self.vault.hide(&["code", &account.to_string()]);
        self.pay(store, whom, Rate::CODES).await
    }

    /// A code was right: those before it count no more.
    pub(super) async fn code_was_right(
        &self,
        store: &Store,
        account: uuid::Uuid,
    ) -> Result<(), Refused> {
        let whom = self.vault.hide(&["code", &account.to_string()]);
        Ok(store.forgive(whom).await?)
    }

    /// What was tried was right: it counts no more, and the place is known from now on.
    pub(super) async fn was_right(
        &self,
        store: &Store,
        tried: Try,
        account: uuid::Uuid,
    ) -> Result<(), Refused> {
        store.forgive(tried.place).await?;
        Ok(store.remember_place(tried.place, account).await?)
    }

    pub(super) async fn pay(
        &self,
        store: &Store,
        whom: uuid::Uuid,
        rate: Rate,
    ) -> Result<(), Refused> {
        match store.pay(whom, rate.step(), rate.room()).await? {
            Paid::Yes => Ok(()),
            Paid::After(wait) => Err(Refused::TooMany(wait)),
        }
    }
}
