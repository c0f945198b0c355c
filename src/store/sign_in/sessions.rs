//! Sessions, and the tokens that renew each of them once.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, QueryResult, TransactionTrait};
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// How long a session that is over stays, so that its tokens are known if they come back.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A session to be opened.
pub struct NewSession<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// How the person signed in.
    pub way: &'static str,
    /// Whether a second factor was shown.
    pub second_factor: bool,
    /// When it ends at the latest.
    pub ends_at: DateTime<Utc>,
    /// The hash of the token that renews it.
    pub token: &'a str,
}

/// What became of a token that was to renew a session.
pub enum Renewed {
    /// The session goes on.
    Done {
        /// The session.
        session: Uuid,
        /// Whose.
        account: Uuid,
        /// When it ends at the latest.
        ends_at: DateTime<Utc>,
        /// Whether a second factor was shown.
        second_factor: bool,
    },
    /// It had been used before, so two have it: the session was ended.
    Reused,
    /// No such token is good.
    Unknown,
}

/// A session that goes on.
pub struct SessionRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// When it began.
    pub began: DateTime<Utc>,
    /// How the person signed in.
    pub way: String,
    /// Whether a second factor was shown.
    pub second_factor: bool,
    /// When it ends at the latest.
    pub ends_at: DateTime<Utc>,
    /// When it was renewed last.
    pub renewed: DateTime<Utc>,
}

const COLUMNS: &str = "SELECT s.id, s.account_id, s.created_at, s.way, s.second_factor_at, \
     s.ends_at, COALESCE((SELECT MAX(t.created_at) FROM session_token t \
     WHERE t.session_id = s.id), s.created_at) FROM session s ";

fn read(row: &QueryResult) -> Result<SessionRow, StoreError> {
    let second_factor: Option<DateTime<Utc>> = row.try_get_by_index(4)?;
    Ok(SessionRow {
        id: row.try_get_by_index(0)?,
        account: row.try_get_by_index(1)?,
        began: row.try_get_by_index(2)?,
        way: row.try_get_by_index(3)?,
        second_factor: second_factor.is_some(),
        ends_at: row.try_get_by_index(5)?,
        renewed: row.try_get_by_index(6)?,
    })
}

impl Store {
    /// Opens a session, and forgets those of the account that were over long ago.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn open_session(&self, new: NewSession<'_>) -> Result<(), StoreError> {
        let _counted = self.watch().counts("session", &[]);
        let now = self.now();
        let long_ago = now.checked_sub_signed(KEPT);
        let transaction = self.database.begin().await?;
        for (begins, ends) in [
            (
                "DELETE FROM session_token WHERE session_id IN (SELECT id FROM session",
                ")",
            ),
            ("DELETE FROM session", ""),
        ] {
            self.execute_in(&transaction, |sql| {
                sql.push(begins)
                    .push(" WHERE account_id = ")
                    .bind(new.account);
                sql.push(" AND (ends_at < ").bind(long_ago);
                sql.push(" OR ended_at < ").bind(long_ago);
                sql.push(")").push(ends);
            })
            .await?;
        }
        self.execute_in(&transaction, |sql| {
            let second_factor = new.second_factor.then_some(now);
            sql.push("INSERT INTO session (id, created_at, account_id, way, second_factor_at, ");
            sql.push("ends_at) VALUES (").bind(new.id);
            sql.push(", ").bind(now).push(", ").bind(new.account);
            sql.push(", ").bind(new.way).push(", ").bind(second_factor);
            sql.push(", ").bind(new.ends_at).push(")");
        })
        .await?;
        self.add_token(&transaction, new.id, new.token).await?;
        Ok(transaction.commit().await?)
    }

    async fn add_token(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        session: Uuid,
        token: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute_in(transaction, |sql| {
            sql.push("INSERT INTO session_token (id, created_at, session_id, hash) VALUES (");
            sql.bind(Uuid::new_v4()).push(", ").bind(now);
            sql.push(", ")
                .bind(session)
                .push(", ")
                .bind(token)
                .push(")");
        })
        .await
        .map(drop)
    }

    /// Takes a token for the next one. Of two who come with the same one, the second ends the
    /// session: one of them has stolen it, and nobody can say which.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn renew_session(
        &self,
        old: &str,
        new: &str,
        idle: TimeDelta,
    ) -> Result<Renewed, StoreError> {
        let now = self.now();
        let transaction = self.database.begin().await?;
        let used = self
            .execute_in(&transaction, |sql| {
                sql.push("UPDATE session_token SET used_at = ").bind(now);
                sql.push(" WHERE used_at IS NULL AND hash = ").bind(old);
                sql.push(" AND created_at > ")
                    .bind(now.checked_sub_signed(idle));
                sql.push(" AND session_id IN (SELECT s.id FROM session s ");
                sql.push("JOIN account a ON a.id = s.account_id WHERE s.ended_at IS NULL ");
                sql.push("AND a.status = 'ACTIVE' AND a.archived_at IS NULL ");
                sql.push("AND s.ends_at > ").bind(now).push(")");
            })
            .await?;
        let mut sql = self.sql();
        sql.push("SELECT s.id, s.account_id, s.ends_at, s.second_factor_at, t.used_at ");
        sql.push("FROM session_token t JOIN session s ON s.id = t.session_id WHERE t.hash = ");
        sql.bind(old);
        let row = transaction.query_one_raw(sql.finish()).await?;
        let Some(row) = row else {
            return Ok(Renewed::Unknown);
        };
        let session: Uuid = row.try_get_by_index(0)?;
        if used == 0 {
            transaction.rollback().await?;
            let before: Option<DateTime<Utc>> = row.try_get_by_index(4)?;
            if before.is_none() {
                return Ok(Renewed::Unknown);
            }
            let account = row.try_get_by_index(1)?;
            return Ok(match self.end_session(session, account).await? {
                true => Renewed::Reused,
                false => Renewed::Unknown,
            });
        }
        self.add_token(&transaction, session, new).await?;
        transaction.commit().await?;
        let second_factor: Option<DateTime<Utc>> = row.try_get_by_index(3)?;
        Ok(Renewed::Done {
            session,
            account: row.try_get_by_index(1)?,
            ends_at: row.try_get_by_index(2)?,
            second_factor: second_factor.is_some(),
        })
    }

    /// The session of which this token is, whether it is still good or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn session_of_token(&self, token: &str) -> Result<Option<(Uuid, Uuid)>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT s.id, s.account_id FROM session_token t ");
                sql.push("JOIN session s ON s.id = t.session_id WHERE t.hash = ");
                sql.bind(token);
            })
            .await?;
        let read = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.first().map(read).transpose()
    }

    /// The sessions of an account that go on, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sessions(&self, account: Uuid) -> Result<Vec<SessionRow>, StoreError> {
        let now = self.now();
        let rows = self
            .rows(|sql| {
                sql.push(COLUMNS)
                    .push("WHERE s.account_id = ")
                    .bind(account);
                sql.push(" AND s.ended_at IS NULL AND s.ends_at > ")
                    .bind(now);
                sql.push(" ORDER BY s.created_at DESC, s.id");
            })
            .await?;
        rows.iter().map(read).collect()
    }

    /// A session of an account in use that goes on.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn live_session(
        &self,
        session: Uuid,
        account: Uuid,
    ) -> Result<Option<SessionRow>, StoreError> {
        let now = self.now();
        let rows = self
            .rows(|sql| {
                sql.push(COLUMNS)
                    .push("JOIN account a ON a.id = s.account_id ");
                sql.push("WHERE a.status = 'ACTIVE' AND a.archived_at IS NULL AND s.id = ");
                sql.bind(session).push(" AND s.account_id = ").bind(account);
                sql.push(" AND s.ended_at IS NULL AND s.ends_at > ")
                    .bind(now);
            })
            .await?;
        rows.first().map(read).transpose()
    }

    /// Ends a session of an account; whether it went on until now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_session(&self, session: Uuid, account: Uuid) -> Result<bool, StoreError> {
        let _counted = self.watch().counts("session", &[]);
        let now = self.now();
        let ended = self.execute(|sql| {
            sql.push("UPDATE session SET ended_at = ").bind(now);
            sql.push(" WHERE ended_at IS NULL AND id = ").bind(session);
            sql.push(" AND account_id = ").bind(account);
        });
        Ok(ended.await? > 0)
    }

    /// Ends all sessions of an account, but for one if one is named; how many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_sessions(&self, account: Uuid, but: Option<Uuid>) -> Result<u64, StoreError> {
        let _counted = self.watch().counts("session", &[]);
        let now = self.now();
        self.execute(|sql| {
            sql.push("UPDATE session SET ended_at = ").bind(now);
            sql.push(" WHERE ended_at IS NULL AND account_id = ")
                .bind(account);
            if let Some(but) = but {
                sql.push(" AND id <> ").bind(but);
            }
        })
        .await
    }

    /// Notes that a second factor was shown in a session.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn raise_session(&self, session: Uuid, account: Uuid) -> Result<bool, StoreError> {
        let _counted = self.watch().counts("session", &[]);
        let now = self.now();
        let raised = self.execute(|sql| {
            sql.push("UPDATE session SET second_factor_at = ").bind(now);
            sql.push(" WHERE ended_at IS NULL AND id = ").bind(session);
            sql.push(" AND account_id = ").bind(account);
        });
        Ok(raised.await? > 0)
    }
}
