//! Who somebody is to an outside provider, and sign-ins there that have begun.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::{Named, is_taken};
use crate::store::{Store, StoreError};

/// How long a sign-in that has begun may take, and how long what comes of it waits.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// A sign-in from which a browser came back.
pub struct CameBack {
    /// Its id.
    pub id: Uuid,
    /// The page to which the browser is sent.
    pub return_to: String,
}

impl Store {
    /// Who is this subject of this issuer, if the account is in use.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account_of_identity(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<Uuid>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT a.id FROM outside_identity i JOIN account a ");
                sql.push("ON a.id = i.account_id WHERE a.status = 'ACTIVE' ");
                sql.push("AND a.archived_at IS NULL AND i.issuer = ")
                    .bind(issuer);
                sql.push(" AND i.subject = ").bind(subject);
            })
            .await?;
        rows.first()
            .map(|row| Ok(row.try_get_by_index(0)?))
            .transpose()
    }

    /// Whether an issuer's subject is somebody's, be that account in use or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_linked(&self, issuer: &str, subject: &str) -> Result<bool, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT id FROM outside_identity WHERE issuer = ")
                    .bind(issuer);
                sql.push(" AND subject = ").bind(subject);
            })
            .await?;
        Ok(!rows.is_empty())
    }

    /// The account in use that has this address, if there is exactly one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn account_of_email(&self, email: &str) -> Result<Option<Uuid>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT id FROM account WHERE status = 'ACTIVE' ");
                sql.push("AND archived_at IS NULL AND LOWER(email) = ")
                    .bind(email);
                sql.push(" LIMIT 2");
            })
            .await?;
        match rows.as_slice() {
            [row] => Ok(Some(row.try_get_by_index(0)?)),
            _ => Ok(None),
        }
    }

    /// Says who an issuer's subject is.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn link_identity(
        &self,
        account: Uuid,
        issuer: &str,
        subject: &str,
    ) -> Result<Named, StoreError> {
        if !self.is_in_use(account).await? {
            return Ok(Named::Nobody);
        }
        let now = self.now();
        let linked = self.execute(|sql| {
            sql.push("INSERT INTO outside_identity (id, created_at, account_id, issuer, subject) ");
            sql.push("VALUES (").bind(Uuid::new_v4());
            sql.push(", ").bind(now).push(", ").bind(account);
            sql.push(", ").bind(issuer);
            sql.push(", ").bind(subject).push(")");
        });
        match linked.await {
            Ok(_) => Ok(Named::Done),
            Err(error) if is_taken(&error) => {
                match self.account_of_identity(issuer, subject).await? {
                    Some(holder) if holder == account => Ok(Named::Done),
                    _ => Ok(Named::Taken),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Notes that a sign-in has begun, and forgets those that came to nothing.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin_outside(
        &self,
        provider: &str,
        state: &str,
        challenge: &str,
        return_to: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let old = self.execute(|sql| {
            sql.push("DELETE FROM outside_sign_in WHERE created_at < ")
                .bind(now.checked_sub_signed(PATIENCE * 2));
        });
        old.await?;
        let begun = self.execute(|sql| {
            sql.push("INSERT INTO outside_sign_in (id, created_at, provider, state, challenge, ");
            sql.push("return_to, second_factor) VALUES (")
                .bind(Uuid::new_v4());
            sql.push(", ").bind(now).push(", ").bind(provider);
            sql.push(", ").bind(state).push(", ").bind(challenge);
            sql.push(", ").bind(return_to);
            sql.push(", ").bind(false).push(")");
        });
        begun.await.map(drop)
    }

    /// The sign-in from which a browser comes back; it does so once, and from this provider.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn came_back(
        &self,
        provider: &str,
        state: &str,
    ) -> Result<Option<CameBack>, StoreError> {
        let now = self.now();
        let rows = self
            .rows(|sql| {
                sql.push("UPDATE outside_sign_in SET answered_at = ")
                    .bind(now);
                sql.push(" WHERE answered_at IS NULL AND provider = ")
                    .bind(provider);
                sql.push(" AND state = ").bind(state);
                sql.push(" AND created_at > ")
                    .bind(now.checked_sub_signed(PATIENCE));
                sql.push(" RETURNING id, return_to");
            })
            .await?;
        let read = |row: &QueryResult| {
            Ok(CameBack {
                id: row.try_get_by_index(0)?,
                return_to: row.try_get_by_index(1)?,
            })
        };
        rows.first().map(read).transpose()
    }

    /// Keeps what came of a sign-in, for whoever has the ticket.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_ticket(
        &self,
        sign_in: Uuid,
        ticket: &str,
        account: Uuid,
        second_factor: bool,
    ) -> Result<(), StoreError> {
        let kept = self.execute(|sql| {
            sql.push("UPDATE outside_sign_in SET ticket = ")
                .bind(ticket);
            sql.push(", account_id = ").bind(account);
            sql.push(", second_factor = ").bind(second_factor);
            sql.push(" WHERE ticket IS NULL AND id = ").bind(sign_in);
        });
        kept.await.map(drop)
    }

    /// Takes a ticket, with the answer to the challenge with which the sign-in began; whose it is,
    /// and whether a second factor was seen.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn take_ticket(
        &self,
        ticket: &str,
        challenge: &str,
    ) -> Result<Option<(Uuid, bool)>, StoreError> {
        let now = self.now();
        let rows = self
            .rows(|sql| {
                sql.push("DELETE FROM outside_sign_in WHERE ticket = ")
                    .bind(ticket);
                sql.push(" AND challenge = ").bind(challenge);
                sql.push(" AND account_id IS NOT NULL AND answered_at > ")
                    .bind(now.checked_sub_signed(PATIENCE));
                sql.push(" RETURNING account_id, second_factor");
            })
            .await?;
        let read = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.first().map(read).transpose()
    }

    /// Opens the session that an outside token is, unless it is there already, open or ended.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn open_outside_session(
        &self,
        session: Uuid,
        account: Uuid,
        second_factor: bool,
        ends_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let _counted = self.watch().counts("session", &[]);
        let now = self.now();
        let opened = self.execute(|sql| {
            let second_factor = second_factor.then_some(now);
            sql.push("INSERT INTO session (id, created_at, account_id, way, second_factor_at, ");
            sql.push("ends_at) VALUES (").bind(session);
            sql.push(", ").bind(now).push(", ").bind(account);
            sql.push(", 'OIDC_TOKEN', ").bind(second_factor);
            sql.push(", ").bind(ends_at);
            sql.push(") ON CONFLICT (id) DO NOTHING");
        });
        opened.await.map(drop)
    }
}
