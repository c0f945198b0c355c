//! Links by which somebody sets a password: good once, for a time, and only the newest of a person.

use chrono::{DateTime, Utc};
use sea_orm::TransactionTrait;
use uuid::Uuid;

use super::is_taken;
use super::letters::NewLetter;
use crate::store::{Store, StoreError};

/// A link to be made. It has no `Debug`.
pub struct NewLink<'a> {
    /// For whom.
    pub account: Uuid,
    /// What it is for.
    pub kind: &'a str,
    /// Its id, under which the address is sealed.
    pub id: Uuid,
    /// The address with which the person then signs in, sealed.
    pub sealed: &'a str,
    /// The hash of what is in it.
    pub hash: &'a str,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
}

/// A link that is good. It has no `Debug`.
pub struct LinkRow {
    /// Its id, under which the address is sealed.
    pub id: Uuid,
    /// For whom.
    pub account: Uuid,
    /// The address with which the person then signs in, sealed.
    pub sealed: String,
}

impl Store {
    /// Makes a link; earlier ones of the person are void from now on.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn make_link(&self, new: &NewLink<'_>) -> Result<(), StoreError> {
        let now = self.now();
        let transaction = self.database.begin().await?;
        self.execute_in(&transaction, |sql| {
            sql.push("DELETE FROM sign_in_link WHERE account_id = ")
                .bind(new.account);
        })
        .await?;
        self.execute_in(&transaction, |sql| {
            sql.push("INSERT INTO sign_in_link (id, created_at, account_id, kind, sealed, hash, ");
            sql.push("ends_at) VALUES (").bind(new.id);
            sql.push(", ").bind(now).push(", ").bind(new.account);
            sql.push(", ").bind(new.kind).push(", ").bind(new.sealed);
            sql.push(", ").bind(new.hash).push(", ").bind(new.ends_at);
            sql.push(")");
        })
        .await?;
        Ok(transaction.commit().await?)
    }

    /// A link that is good now.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn link(&self, hash: &str) -> Result<Option<LinkRow>, StoreError> {
        let now = self.now();
        let rows = self
            .rows(|sql| {
                sql.push("SELECT l.id, l.account_id, l.sealed FROM sign_in_link l ");
                sql.push("JOIN account a ON a.id = l.account_id ");
                sql.push("WHERE a.status = 'ACTIVE' AND a.archived_at IS NULL ");
                sql.push("AND l.used_at IS NULL AND l.ends_at > ").bind(now);
                sql.push(" AND l.hash = ").bind(hash);
            })
            .await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(LinkRow {
                id: row.try_get_by_index(0)?,
                account: row.try_get_by_index(1)?,
                sealed: row.try_get_by_index(2)?,
            })
        };
        rows.first().map(read).transpose()
    }

    /// Uses a link: sets the password, ends every session of the person and has the person told, or
    /// does nothing at all. Whether it was still good, and the address is nobody else's.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_link(
        &self,
        link: &str,
        account: Uuid,
        name: &str,
        password: &str,
        letter: Option<&NewLetter<'_>>,
    ) -> Result<bool, StoreError> {
        let _counted = self.watch().counts("session", &[]);
        let now = self.now();
        let transaction = self.database.begin().await?;
        let used = self.execute_in(&transaction, |sql| {
            sql.push("UPDATE sign_in_link SET used_at = ").bind(now);
            sql.push(" WHERE used_at IS NULL AND ends_at > ").bind(now);
            sql.push(" AND hash = ").bind(link);
            sql.push(" AND account_id = ").bind(account);
        });
        if used.await? == 0 {
            transaction.rollback().await?;
            return Ok(false);
        }
        let set = self.execute_in(&transaction, |sql| {
            sql.push("INSERT INTO login (id, created_at, updated_at, account_id, name, hash) ");
            sql.push("VALUES (").bind(Uuid::new_v4());
            sql.push(", ").bind(now).push(", ").bind(now);
            sql.push(", ").bind(account).push(", ").bind(name);
            sql.push(", ").bind(password);
            sql.push(") ON CONFLICT (account_id) DO UPDATE SET name = excluded.name, ");
            sql.push("hash = excluded.hash, updated_at = excluded.updated_at");
        });
        match set.await {
            Ok(_) => {}
            Err(error) if is_taken(&error) => {
                transaction.rollback().await?;
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        self.execute_in(&transaction, |sql| {
            sql.push("UPDATE session SET ended_at = ").bind(now);
            sql.push(" WHERE ended_at IS NULL AND account_id = ")
                .bind(account);
        })
        .await?;
        if let Some(letter) = letter {
            self.add_letter_in(&transaction, letter).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}
