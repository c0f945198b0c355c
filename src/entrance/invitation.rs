//! Somebody comes with the link of an invitation into an organisation.
//!
//! Here is read what the link is for and who comes: somebody new, with a password, or somebody who
//! has signed in. Whether the invitation still stands, and what it gives, is for others to say.
//! A link that was used, taken back, is over or never was gets the same answer.

use super::{Caller, Entrance, Refused, Seat};
use crate::signin::{Password, digest, login_name};
use crate::store::{Arrival, Comer, Invited, Newcomer};

/// The longest name of a person.
const LONGEST_NAME: usize = 200;

/// How somebody new is to be called and written to.
pub struct Called<'a> {
    /// In English.
    pub name_en: Option<&'a str>,
    /// In Chinese.
    pub name_zh: Option<&'a str>,
    /// Whether to write in Chinese first.
    pub chinese: bool,
}

impl Entrance {
    /// What a link invites to.
    ///
    /// # Errors
    /// The link is not good, or too many tries come from one place.
    pub async fn invitation(&self, token: &str, caller: Caller) -> Result<Invited, Refused> {
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        let found = store.invitation_by_link(&digest(token)).await?;
        found.ok_or(Refused::Link)
    }

    /// Somebody new comes with a link, and chooses a password.
    ///
    /// # Errors
    /// The link is not good, or the password or the name cannot be chosen.
    pub async fn arrive(
        &self,
        token: &str,
        password: &str,
        called: Called<'_>,
        caller: Caller,
    ) -> Result<Arrival, Refused> {
        let name_en = name(called.name_en)?;
        let name_zh = name(called.name_zh)?;
        let chosen = Password::chosen(password)?;
        let invited = self.invitation(token, caller).await?;
        let name = login_name(&invited.email).ok_or(Refused::Link)?;
        let password = self.hasher.hash(&chosen).await?;
        Ok(Arrival {
            invitation: invited.id,
            link: digest(token),
            who: Comer::New(Newcomer {
                name,
                password,
                name_en,
                name_zh,
                locale: if called.chinese { "zh-HK" } else { "en" }.to_owned(),
            }),
        })
    }

    /// Somebody who has signed in comes with a link.
    ///
    /// # Errors
    /// The link is not good.
    pub async fn arrive_signed_in(
        &self,
        token: &str,
        seat: &Seat,
        caller: Caller,
    ) -> Result<Arrival, Refused> {
        let invited = self.invitation(token, caller).await?;
        Ok(Arrival {
            invitation: invited.id,
            link: digest(token),
            who: Comer::Known(seat.session.account),
        })
    }
}

/// A person's name, without the blanks around it.
fn name(given: Option<&str>) -> Result<Option<String>, Refused> {
    let given = given.map(str::trim).filter(|name| !name.is_empty());
    let Some(given) = given else {
        return Ok(None);
    };
    let fits = given.chars().count() <= LONGEST_NAME && !given.chars().any(char::is_control);
    match fits {
        true => Ok(Some(given.to_owned())),
        false => Err(Refused::PersonName),
    }
}
