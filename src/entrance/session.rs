//! Sessions: opened, renewed, listed, ended.

use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use uuid::Uuid;

use super::{Caller, Entrance, Refused};
use crate::signin::{Secret, digest};
use crate::store::{NewSession, Renewed, SessionRow};
use crate::viewer::{Claims, Directory as _, TokenKind};

/// What somebody who came in is given. It has no `Debug`.
pub struct Admitted {
    /// The access token.
    pub access: String,
    /// How long it is good.
    pub good_for: Duration,
    /// The token that renews the session once.
    pub refresh: Secret,
    /// The session.
    pub session: Uuid,
    /// When it ends at the latest.
    pub ends_at: DateTime<Utc>,
    /// Whether a second factor was shown.
    pub second_factor: bool,
    /// The person's roles that count only once a second factor is shown.
    pub withheld: Vec<String>,
}

/// A session that goes on, and who is in it.
pub struct Seat {
    /// The session.
    pub session: SessionRow,
}

impl Entrance {
    /// Opens a session for an account that has shown what was to be shown.
    pub(super) async fn admit(
        &self,
        account: Uuid,
        way: &'static str,
        second_factor: bool,
        caller: Caller,
    ) -> Result<Admitted, Refused> {
        let now = caller.now.trunc_subsecs(6);
        let life = TimeDelta::from_std(self.terms.life).unwrap_or(TimeDelta::MAX);
        let ends_at = now
            .checked_add_signed(life)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let (session, refresh) = (Uuid::new_v4(), Secret::new()?);
        let new = NewSession {
            id: session,
            account,
            way,
            second_factor,
            ends_at,
            token: &refresh.digest(),
        };
        self.at(caller).open_session(new).await?;
        self.given(account, session, ends_at, second_factor, refresh, caller)
            .await
    }

    /// Renews a session by its token, which is good once.
    ///
    /// # Errors
    /// The token is not good; where it was used before, the session is over.
    pub async fn renew(&self, token: &str, caller: Caller) -> Result<Admitted, Refused> {
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        let refresh = Secret::new()?;
        let idle = TimeDelta::from_std(self.terms.idle).unwrap_or(TimeDelta::MAX);
        let (old, new) = (digest(token), refresh.digest());
        match store.renew_session(&old, &new, idle).await? {
            Renewed::Done {
                session,
                account,
                ends_at,
                second_factor,
            } => {
                self.given(account, session, ends_at, second_factor, refresh, caller)
                    .await
            }
            Renewed::Reused => {
                tracing::warn!("a refresh token came a second time; its session was ended");
                Err(Refused::Token)
            }
            Renewed::Unknown => Err(Refused::Token),
        }
    }

    async fn given(
        &self,
        account: Uuid,
        session: Uuid,
        ends_at: DateTime<Utc>,
        second_factor: bool,
        refresh: Secret,
        caller: Caller,
    ) -> Result<Admitted, Refused> {
        let left = (ends_at - caller.now).to_std().unwrap_or_default();
        let good_for = self.terms.access.min(left);
        let claims = Claims::of_session(&account.to_string(), session, caller.now, good_for);
        let access = self.keys.sign(&claims).map_err(|error| {
            tracing::error!(%error, "an access token cannot be signed");
            Refused::Internal
        })?;
        Ok(Admitted {
            access,
            good_for,
            refresh,
            session,
            ends_at,
            second_factor,
            withheld: self.withheld(account, session, caller).await?,
        })
    }

    /// The roles that the person holds and the session does not carry.
    async fn withheld(
        &self,
        account: Uuid,
        session: Uuid,
        caller: Caller,
    ) -> Result<Vec<String>, Refused> {
        let (store, now) = (self.at(caller), caller.now.trunc_subsecs(6));
        let found = store.session(session, account, now).await?;
        let Some(found) = found.filter(|found| !found.withheld.is_empty()) else {
            return Ok(Vec::new());
        };
        let standing = store.standing(account, now).await?.unwrap_or_default();
        let holds = |role: &String| standing.roles.iter().any(|held| held.role == *role);
        Ok(found.withheld.into_iter().filter(holds).collect())
    }

    /// The session of a verified token, if it goes on.
    ///
    /// # Errors
    /// It is over, or the token is of none.
    pub async fn seat(&self, claims: Option<&Claims>, caller: Caller) -> Result<Seat, Refused> {
        let person = claims.filter(|claims| claims.typ == TokenKind::User);
        let ids = person.and_then(|claims| {
            let session = Uuid::parse_str(claims.sid.as_deref()?).ok()?;
            Some((session, Uuid::parse_str(&claims.sub).ok()?))
        });
        let (session, account) = ids.ok_or(Refused::Session)?;
        let found = self.at(caller).live_session(session, account).await?;
        let session = found.ok_or(Refused::Session)?;
        Ok(Seat { session })
    }

    /// The sessions of whoever is in one.
    ///
    /// # Errors
    /// The database fails.
    pub async fn sessions(&self, seat: &Seat, caller: Caller) -> Result<Vec<SessionRow>, Refused> {
        Ok(self.at(caller).sessions(seat.session.account).await?)
    }

    /// Ends one of one's own sessions; whether it went on until now.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end(&self, seat: &Seat, session: Uuid, caller: Caller) -> Result<bool, Refused> {
        let account = seat.session.account;
        Ok(self.at(caller).end_session(session, account).await?)
    }

    /// Ends all of one's own sessions; how many.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_all(&self, seat: &Seat, caller: Caller) -> Result<u64, Refused> {
        let account = seat.session.account;
        Ok(self.at(caller).end_sessions(account, None).await?)
    }

    /// Ends the session of a token that renews it, used or not. Nothing is said of one that is of
    /// none.
    ///
    /// # Errors
    /// There were too many tries, or the database fails.
    pub async fn leave(&self, token: &str, caller: Caller) -> Result<(), Refused> {
        let store = self.at(caller);
        self.try_address(&store, caller).await?;
        if let Some((session, account)) = store.session_of_token(&digest(token)).await? {
            store.end_session(session, account).await?;
        }
        Ok(())
    }
}
