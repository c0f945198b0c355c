//! Authenticators, and the codes that stand in for one that was lost.

use chrono::{DateTime, Utc};
use sea_orm::TransactionTrait;
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// The authenticator of an account. It has no `Debug`.
pub struct AuthenticatorRow {
    /// The secret, sealed.
    pub sealed: String,
    /// Whether the person has shown a code of it.
    pub confirmed: bool,
    /// The step of the last code that was used.
    pub last_step: i32,
}

impl Store {
    /// The authenticator of an account, confirmed or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn authenticator(
        &self,
        account: Uuid,
    ) -> Result<Option<AuthenticatorRow>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT sealed, confirmed_at, last_step FROM authenticator ");
                sql.push("WHERE account_id = ").bind(account);
            })
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let confirmed: Option<DateTime<Utc>> = row.try_get_by_index(1)?;
        Ok(Some(AuthenticatorRow {
            sealed: row.try_get_by_index(0)?,
            confirmed: confirmed.is_some(),
            last_step: row.try_get_by_index(2)?,
        }))
    }

    /// Gives an account an authenticator that is still to be confirmed, in the place of another such
    /// one; whether it has none that is confirmed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn enrol(&self, account: Uuid, sealed: &str) -> Result<bool, StoreError> {
        let now = self.now();
        let enrolled = self.execute(|sql| {
            sql.push("INSERT INTO authenticator (id, created_at, account_id, sealed, last_step) ");
            sql.push("VALUES (").bind(Uuid::new_v4());
            sql.push(", ").bind(now).push(", ").bind(account);
            sql.push(", ").bind(sealed);
            sql.push(", 0) ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, ");
            sql.push("created_at = excluded.created_at, last_step = 0 ");
            sql.push("WHERE authenticator.confirmed_at IS NULL");
        });
        Ok(enrolled.await? > 0)
    }

    /// Confirms the authenticator by the step of a code, with new recovery codes; whether there was
    /// this one to be confirmed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn confirm_authenticator(
        &self,
        account: Uuid,
        sealed: &str,
        step: i32,
        codes: &[String],
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let transaction = self.database.begin().await?;
        let confirmed = self
            .execute_in(&transaction, |sql| {
                sql.push("UPDATE authenticator SET confirmed_at = ")
                    .bind(now);
                sql.push(", last_step = ").bind(step);
                sql.push(" WHERE confirmed_at IS NULL AND account_id = ");
                sql.bind(account).push(" AND sealed = ").bind(sealed);
            })
            .await?;
        if confirmed == 0 {
            return Ok(false);
        }
        self.execute_in(&transaction, |sql| {
            sql.push("DELETE FROM recovery_code WHERE account_id = ")
                .bind(account);
        })
        .await?;
        for code in codes {
            self.execute_in(&transaction, |sql| {
                sql.push("INSERT INTO recovery_code (id, created_at, account_id, hash) VALUES (");
                sql.bind(Uuid::new_v4()).push(", ").bind(now);
                sql.push(", ").bind(account).push(", ").bind(code.as_str());
                sql.push(")");
            })
            .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Uses the code of a step; whether neither it nor a later one was used before.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_step(&self, account: Uuid, step: i32) -> Result<bool, StoreError> {
        let used = self.execute(|sql| {
            sql.push("UPDATE authenticator SET last_step = ").bind(step);
            sql.push(" WHERE confirmed_at IS NOT NULL AND account_id = ");
            sql.bind(account).push(" AND last_step < ").bind(step);
        });
        Ok(used.await? > 0)
    }

    /// Uses a recovery code; whether it was there and unused.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_recovery_code(&self, account: Uuid, hash: &str) -> Result<bool, StoreError> {
        let now = self.now();
        let used = self.execute(|sql| {
            sql.push("UPDATE recovery_code SET used_at = ").bind(now);
            sql.push(" WHERE used_at IS NULL AND account_id = ")
                .bind(account);
            sql.push(" AND hash = ").bind(hash);
        });
        Ok(used.await? > 0)
    }

    /// Takes the authenticator and the recovery codes of an account away; whether there were any.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_codes(&self, account: Uuid) -> Result<bool, StoreError> {
        let mut forgotten = 0;
        for delete in [
            "DELETE FROM authenticator WHERE account_id = ",
            "DELETE FROM recovery_code WHERE account_id = ",
        ] {
            let deleted = self.execute(|sql| {
                sql.push(delete).bind(account);
            });
            forgotten += deleted.await?;
        }
        Ok(forgotten > 0)
    }
}
