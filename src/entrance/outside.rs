//! In by an outside provider of identity: with its token at the graph, or by way of a browser.
//!
//! A token of a provider is a session of its own, that ends with the token and can be ended before,
//! like any other. The way of a browser uses no cookie: the page that begins it sends a challenge
//! along (RFC 7636, once more, between the page and this server) and takes the session with the
//! answer to it, so what comes of a sign-in is of use to nobody but the page that began it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{Admitted, Caller, Entrance, Refused};
use crate::border::Whose;
use crate::oidc::{Provider, Purpose, Vouched};
use crate::residency::OIDC;
use crate::signin::{Secret, digest, login_name};
use crate::store::{Named, Store};
use crate::viewer::Claims;

/// How a session that began at a provider says so.
const WAY: &str = "OIDC";

/// How many outside tokens are known again without verifying them.
const MOST: usize = 10_000;

/// Tokens that were verified, by their SHA-256, so that no token is kept in memory.
#[derive(Default)]
pub(super) struct Shown(Mutex<HashMap<String, Bearer>>);

/// Whose a token is, in which session, and until when.
#[derive(Clone, Copy)]
struct Bearer {
    account: Uuid,
    session: Uuid,
    until: DateTime<Utc>,
}

/// Where a browser that came back from a provider is sent.
pub struct Returned {
    /// The page.
    pub page: String,
    /// What it is given: a ticket, or why there is none.
    pub outcome: Result<Secret, Refused>,
}

impl Entrance {
    /// Whether a token says that it is of an outside provider. That chooses whose rules it is held
    /// to, and nothing else.
    #[must_use]
    pub fn is_outside(&self, token: &str) -> bool {
        self.issuer_of(token).is_some()
    }

    fn issuer_of(&self, token: &str) -> Option<&Provider> {
        #[derive(Deserialize)]
        struct Says {
            iss: String,
        }
        if self.providers.is_empty() {
            return None;
        }
        let payload = token.split('.').nth(1)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let says: Says = serde_json::from_slice(&payload).ok()?;
        let mut providers = self.providers.iter();
        providers.find(|provider| provider.settings().issuer == says.iss)
    }

    /// Who bears a provider's token, as if the token were one of this server's own.
    ///
    /// # Errors
    /// The token is not good, or the one it is about is nobody here.
    pub async fn outside(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, Refused> {
        let provider = self.issuer_of(token).ok_or(Refused::Session)?;
        let shown = digest(token);
        if let Some(bearer) = self.outside.get(&shown)
            && bearer.until > now
        {
            return Ok(bearer.claims(now));
        }
        let vouched = provider.verify(token, Purpose::Bearer, now).await?;
        let store = self.store.at(now.trunc_subsecs(6));
        let account = self.account_of(&store, provider, &vouched).await?;
        let session = self.vault.hide(&["outside", &shown]);
        let (until, second_factor) = (vouched.until, vouched.second_factor);
        store
            .open_outside_session(session, account, second_factor, until)
            .await?;
        let bearer = Bearer {
            account,
            session,
            until,
        };
        self.outside.put(shown, bearer, now);
        Ok(bearer.claims(now))
    }

    /// Where a browser is sent to sign in at a provider, for a page that knows the answer to this
    /// challenge.
    ///
    /// # Errors
    /// There is no such provider or page, or the provider cannot be asked.
    pub async fn begin(
        &self,
        provider: &str,
        return_to: &str,
        challenge: &str,
        caller: Caller,
    ) -> Result<String, Refused> {
        let provider = self.provider(provider)?;
        let settings = provider.settings();
        // The SHA-256 of the answer, in base64url.
        let fits = URL_SAFE_NO_PAD
            .decode(challenge)
            .is_ok_and(|bytes| bytes.len() == 32);
        if !fits || !settings.return_to.iter().any(|page| page == return_to) {
            return Err(Refused::NoFlow);
        }
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        let state = Secret::new()?;
        let verifier = self.vault.derive(&["verifier", state.show()]);
        let nonce = self.vault.derive(&["nonce", state.show()]);
        let theirs = digest(&verifier);
        let address = provider.address(state.show(), &nonce, &theirs, caller.now);
        let address = address.await?;
        store
            .begin_outside(&settings.name, &state.digest(), challenge, return_to)
            .await?;
        Ok(address)
    }

    /// Takes a browser back from a provider.
    ///
    /// # Errors
    /// No sign-in of this state has begun at this provider; then nobody knows where to send it.
    pub async fn came_back(
        &self,
        provider: &str,
        state: &str,
        code: Option<String>,
        issuer: Option<&str>,
        caller: Caller,
    ) -> Result<Returned, Refused> {
        let provider = self.provider(provider)?;
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        let name = &provider.settings().name;
        let found = store.came_back(name, &digest(state)).await?;
        let found = found.ok_or(Refused::NoFlow)?;
        let outcome = async {
            // RFC 9207: an answer that says it is of another issuer was mixed up by somebody.
            if issuer.is_some_and(|issuer| issuer != provider.settings().issuer) {
                return Err(Refused::Outside(crate::oidc::OidcError::Issuer));
            }
            let code = code.ok_or(Refused::Outside(crate::oidc::OidcError::Code))?;
            let verifier = self.vault.derive(&["verifier", state]);
            let nonce = self.vault.derive(&["nonce", state]);
            let vouched = provider.redeem(code, verifier, &nonce, caller.now).await?;
            let account = self.account_of(&store, provider, &vouched).await?;
            let ticket = Secret::new()?;
            let (kept, second_factor) = (ticket.digest(), vouched.second_factor);
            store
                .keep_ticket(found.id, &kept, account, second_factor)
                .await?;
            Ok(ticket)
        };
        let outcome = outcome.await;
        let page = found.return_to;
        Ok(Returned { page, outcome })
    }

    /// A session for a ticket, and the answer to the challenge with which the page began.
    ///
    /// # Errors
    /// There is no such ticket, or it is of another page.
    pub async fn redeem(
        &self,
        ticket: &str,
        verifier: &str,
        caller: Caller,
    ) -> Result<Admitted, Refused> {
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        let (ticket, challenge) = (digest(ticket), digest(verifier));
        let found = store.take_ticket(&ticket, &challenge).await?;
        let (account, second_factor) = found.ok_or(Refused::NoFlow)?;
        if !store.is_in_use(account).await? {
            return Err(Refused::Unknown);
        }
        self.admit(account, WAY, second_factor, caller).await
    }

    fn provider(&self, name: &str) -> Result<&Provider, Refused> {
        let mut providers = self.providers.iter();
        let found = providers.find(|provider| provider.settings().name == name);
        found.ok_or(Refused::NoFlow)
    }

    /// Who that is here: whoever is linked to the subject; else, where the setting says so, the one
    /// account with the address that the provider has verified, which is linked by it.
    async fn account_of(
        &self,
        store: &Store,
        provider: &Provider,
        vouched: &Vouched,
    ) -> Result<Uuid, Refused> {
        let settings = provider.settings();
        let (issuer, subject) = (&settings.issuer, &vouched.subject);
        if let Some(account) = store.account_of_identity(issuer, subject).await? {
            self.pass(&OIDC, settings.place, Whose::Account(account))
                .await?;
            return Ok(account);
        }
        let email = vouched.email.as_deref().filter(|_| settings.links_by_email);
        let email = email.and_then(login_name).ok_or(Refused::Unknown)?;
        // Whoever was linked and is disabled is not let in by an address.
        if store.is_linked(issuer, subject).await? {
            return Err(Refused::Unknown);
        }
        let found = store.account_of_email(&email).await?;
        let account = found.ok_or(Refused::Unknown)?;
        self.pass(&OIDC, settings.place, Whose::Account(account))
            .await?;
        match store.link_identity(account, issuer, subject).await? {
            Named::Done => Ok(account),
            Named::Taken | Named::Nobody => Err(Refused::Unknown),
        }
    }
}

impl Bearer {
    fn claims(&self, now: DateTime<Utc>) -> Claims {
        let left = (self.until - now).to_std().unwrap_or_default();
        Claims::of_session(&self.account.to_string(), self.session, now, left)
    }
}

impl Shown {
    fn get(&self, token: &str) -> Option<Bearer> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(token).copied()
    }

    /// Remembers it. When there is no more room, those that have ended go first, and if that is not
    /// enough, all.
    fn put(&self, token: String, bearer: Bearer, now: DateTime<Utc>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, known| known.until > now);
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(token, bearer);
    }
}
