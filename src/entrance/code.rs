//! One-time codes: enrolled, confirmed, asked for.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Caller, Entrance, Refused, Seat};
use crate::signin::{Authenticator, RecoveryCode};
use crate::store::{AuthenticatorRow, Store};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// How old a session may be in which an authenticator is enrolled: whoever finds a screen left open
/// is not to put an app of their own there.
const FRESH: TimeDelta = TimeDelta::minutes(15);

/// What a person's app must know. It is shown once. It has no `Debug`.
pub struct Enrolment {
    /// The secret, for typing.
    pub secret: String,
    /// The same as apps read it from a picture.
    pub uri: String,
}

impl Entrance {
    /// Begins to give a person an authenticator; it counts once it is confirmed.
    ///
    /// # Errors
    /// There is a confirmed one, or the session is too old.
    pub async fn enrol(&self, seat: &Seat, caller: Caller) -> Result<Enrolment, Refused> {
        let (store, account) = (self.at(caller), seat.session.account);
        fresh(seat, caller)?;
        let authenticator = Authenticator::new()?;
        let sealed = self.vault.seal(account, authenticator.bytes());
        let sealed = sealed.ok_or(Refused::Internal)?;
        if !store.enrol(account, &sealed).await? {
            return Err(Refused::Enrolled);
        }
        let login = store.login_of(account).await?;
        let name = login.map_or_else(|| account.to_string(), |login| login.name);
        Ok(Enrolment {
            secret: authenticator.base32(),
            uri: authenticator.uri(&self.terms.issuer, &name),
        })
    }

    /// Confirms the authenticator by a code of it. The session has shown a second factor from now
    /// on. The recovery codes are given here and never again.
    ///
    /// # Errors
    /// The code is not right, or there is nothing to confirm.
    pub async fn confirm(
        &self,
        seat: &Seat,
        typed: &str,
        caller: Caller,
    ) -> Result<Vec<RecoveryCode>, Refused> {
        let (store, account) = (self.at(caller), seat.session.account);
        fresh(seat, caller)?;
        self.try_code(&store, account).await?;
        let found = store.authenticator(account).await?;
        let found = found.ok_or(Refused::NotEnrolled)?;
        if found.confirmed {
            return Err(Refused::Enrolled);
        }
        let step = self.unsealed(account, &found)?;
        let step = step.step(typed, found.last_step, caller.now);
        let step = step.ok_or(Refused::Code)?;
        let codes = (0..RECOVERY_CODES)
            .map(|_| RecoveryCode::new())
            .collect::<Result<Vec<_>, _>>()?;
        let digests: Vec<String> = codes.iter().map(RecoveryCode::digest).collect();
        let confirmed = store.confirm_authenticator(account, &found.sealed, step, &digests);
        if !confirmed.await? {
            return Err(Refused::NotEnrolled);
        }
        store.raise_session(seat.session.id, account).await?;
        Ok(codes)
    }

    /// Shows a second factor in a session that has none yet.
    ///
    /// # Errors
    /// The code is not right, or there is no authenticator.
    pub async fn raise(&self, seat: &Seat, typed: &str, caller: Caller) -> Result<(), Refused> {
        let (store, account) = (self.at(caller), seat.session.account);
        let shown = self.second_factor(&store, account, Some(typed)).await;
        match shown {
            Ok(true) => {}
            Ok(false) => return Err(Refused::NotEnrolled),
            Err(Refused::Credentials) => return Err(Refused::Code),
            Err(refused) => return Err(refused),
        }
        match store.raise_session(seat.session.id, account).await? {
            true => Ok(()),
            false => Err(Refused::Session),
        }
    }

    /// Whether a second factor was shown. Where there is an authenticator it has to be.
    pub(super) async fn second_factor(
        &self,
        store: &Store,
        account: Uuid,
        typed: Option<&str>,
    ) -> Result<bool, Refused> {
        let found = store.authenticator(account).await?;
        let Some(found) = found.filter(|found| found.confirmed) else {
            return Ok(false);
        };
        let typed = typed.ok_or(Refused::CodeNeeded)?;
        self.try_code(store, account).await?;
        let used = match RecoveryCode::digest_of(typed) {
            Some(hash) => store.use_recovery_code(account, &hash).await?,
            None => {
                let authenticator = self.unsealed(account, &found)?;
                match authenticator.step(typed, found.last_step, store.now()) {
                    Some(step) => store.use_step(account, step).await?,
                    None => false,
                }
            }
        };
        if !used {
            return Err(Refused::Credentials);
        }
        self.code_was_right(store, account).await?;
        Ok(true)
    }

    fn unsealed(&self, account: Uuid, found: &AuthenticatorRow) -> Result<Authenticator, Refused> {
        let bytes = self.vault.unseal(account, &found.sealed);
        let authenticator = bytes.and_then(|bytes| Authenticator::of(&bytes));
        authenticator.ok_or_else(|| {
            tracing::error!("an authenticator cannot be unsealed: is the sign-in key another?");
            Refused::Internal
        })
    }
}

fn fresh(seat: &Seat, caller: Caller) -> Result<(), Refused> {
    match caller.now.signed_duration_since(seat.session.began) <= FRESH {
        true => Ok(()),
        false => Err(Refused::SignInAgain),
    }
}
