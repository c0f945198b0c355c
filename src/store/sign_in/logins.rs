//! With which name and password somebody signs in.

use uuid::Uuid;

use super::is_taken;
use crate::store::sql::Sql;
use crate::store::{Store, StoreError};

/// How a person signs in. It has no `Debug`.
pub struct LoginRow {
    /// Who.
    pub account: Uuid,
    /// The name, an e-mail address.
    pub name: String,
    /// The password's hash, where there is a password.
    pub hash: Option<String>,
}

/// What became of a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Named {
    /// It is the account's.
    Done,
    /// It is another's.
    Taken,
    /// There is no such account in use.
    Nobody,
}

impl Store {
    /// How somebody of this name signs in, if the account is in use.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn login_by_name(&self, name: &str) -> Result<Option<LoginRow>, StoreError> {
        self.login(|sql| {
            sql.push("l.name = ").bind(name);
        })
        .await
    }

    /// How this account signs in, if it is in use.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn login_of(&self, account: Uuid) -> Result<Option<LoginRow>, StoreError> {
        self.login(|sql| {
            sql.push("l.account_id = ").bind(account);
        })
        .await
    }

    async fn login(&self, of: impl FnOnce(&mut Sql)) -> Result<Option<LoginRow>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT l.account_id, l.name, l.hash FROM login l ");
                sql.push("JOIN account a ON a.id = l.account_id ");
                sql.push("WHERE a.status = 'ACTIVE' AND a.archived_at IS NULL AND ");
                of(sql);
            })
            .await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(LoginRow {
                account: row.try_get_by_index(0)?,
                name: row.try_get_by_index(1)?,
                hash: row.try_get_by_index(2)?,
            })
        };
        rows.first().map(read).transpose()
    }

    /// Whether an account is in use.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_in_use(&self, account: Uuid) -> Result<bool, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT id FROM account WHERE status = 'ACTIVE' AND archived_at IS NULL ");
                sql.push("AND id = ").bind(account);
            })
            .await?;
        Ok(!rows.is_empty())
    }

    /// Gives an account a name and a password to sign in with, in the place of those that it has.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_login(
        &self,
        account: Uuid,
        name: &str,
        hash: &str,
    ) -> Result<Named, StoreError> {
        if !self.is_in_use(account).await? {
            return Ok(Named::Nobody);
        }
        let now = self.now();
        let set = self.execute(|sql| {
            sql.push("INSERT INTO login (id, created_at, updated_at, account_id, name, hash) ");
            sql.push("VALUES (").bind(Uuid::new_v4());
            sql.push(", ").bind(now).push(", ").bind(now);
            sql.push(", ").bind(account).push(", ").bind(name);
            sql.push(", ").bind(hash);
            sql.push(") ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, ");
            sql.push("hash = excluded.hash, updated_at = excluded.updated_at");
        });
        match set.await {
            Ok(_) => Ok(Named::Done),
            Err(error) if is_taken(&error) => Ok(Named::Taken),
            Err(error) => Err(error),
        }
    }

    /// Puts another hash in the place of one; whether that one was still there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn replace_hash(
        &self,
        account: Uuid,
        old: &str,
        new: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let replaced = self.execute(|sql| {
            sql.push("UPDATE login SET hash = ").bind(new);
            sql.push(", updated_at = ").bind(now);
            sql.push(" WHERE account_id = ").bind(account);
            sql.push(" AND hash = ").bind(old);
        });
        Ok(replaced.await? > 0)
    }
}
