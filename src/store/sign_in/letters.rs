//! Letters that wait to be sent, each by one server at a time.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// A letter to be sent. It has no `Debug`.
pub struct NewLetter<'a> {
    /// Its id.
    pub id: Uuid,
    /// About whom, where that is known.
    pub account: Option<Uuid>,
    /// What it is about.
    pub kind: &'a str,
    /// The address, sealed.
    pub sealed: &'a str,
    /// After this instant it is given up.
    pub ends_at: DateTime<Utc>,
}

/// A letter that this server is to send now. It has no `Debug`.
pub struct LetterRow {
    /// Its id.
    pub id: Uuid,
    /// About whom, where that is known.
    pub account: Option<Uuid>,
    /// What it is about.
    pub kind: String,
    /// The address, sealed.
    pub sealed: String,
    /// After this instant it is given up.
    pub ends_at: DateTime<Utc>,
    /// How often it was taken, this time included.
    pub attempts: i32,
}

impl Store {
    /// Has a letter sent.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn add_letter(&self, new: &NewLetter<'_>) -> Result<(), StoreError> {
        let added = self.execute(|sql| insert(sql, self.now(), new));
        added.await.map(drop)
    }

    /// The same, together with what it is about.
    pub(in crate::store) async fn add_letter_in(
        &self,
        transaction: &DatabaseTransaction,
        new: &NewLetter<'_>,
    ) -> Result<(), StoreError> {
        let added = self.execute_in(transaction, |sql| insert(sql, self.now(), new));
        added.await.map(drop)
    }

    /// Takes the letter that has waited longest. No other server is given it before this time is
    /// over; a server that dies meanwhile leaves it to the others.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn take_letter(&self, time: TimeDelta) -> Result<Option<LetterRow>, StoreError> {
        let now = self.now();
        let rows = self
            .rows(|sql| {
                sql.push("UPDATE letter SET attempts = attempts + 1, next_at = ");
                sql.bind(now.checked_add_signed(time).unwrap_or(now));
                // Once more outside, for whoever waited for another who took it.
                sql.push(" WHERE next_at <= ").bind(now);
                sql.push(" AND id = (SELECT id FROM letter WHERE next_at <= ")
                    .bind(now);
                sql.push(" ORDER BY next_at, id LIMIT 1) ");
                sql.push("RETURNING id, account_id, kind, sealed, ends_at, attempts");
            })
            .await?;
        let read = |row: &sea_orm::QueryResult| {
            Ok(LetterRow {
                id: row.try_get_by_index(0)?,
                account: row.try_get_by_index(1)?,
                kind: row.try_get_by_index(2)?,
                sealed: row.try_get_by_index(3)?,
                ends_at: row.try_get_by_index(4)?,
                attempts: row.try_get_by_index(5)?,
            })
        };
        rows.first().map(read).transpose()
    }

    /// Has a letter that was taken tried again at an instant.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_letter_off(
        &self,
        letter: &LetterRow,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let put_off = self.execute(|sql| {
            sql.push("UPDATE letter SET withheld_at = NULL, next_at = ")
                .bind(until);
            sql.push(" WHERE id = ").bind(letter.id);
            sql.push(" AND attempts = ").bind(letter.attempts);
        });
        put_off.await.map(drop)
    }

    /// Marks a letter that was taken as withheld, and has it looked at again at an instant.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn withhold_letter(
        &self,
        letter: &LetterRow,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let withheld = self.execute(|sql| {
            sql.push("UPDATE letter SET next_at = ").bind(until);
            sql.push(", withheld_at = COALESCE(withheld_at, ").bind(now);
            sql.push(") WHERE id = ").bind(letter.id);
            sql.push(" AND attempts = ").bind(letter.attempts);
        });
        withheld.await.map(drop)
    }

    /// How many letters wait to be sent, and how many of them are withheld.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn letters_waiting(&self) -> Result<(i64, i64), StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT COUNT(*), COUNT(withheld_at) FROM letter");
        });
        match rows.await?.first() {
            Some(row) => Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)),
            None => Ok((0, 0)),
        }
    }

    /// Forgets a letter that was sent, or given up.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_letter(&self, letter: &LetterRow) -> Result<(), StoreError> {
        let forgotten = self.execute(|sql| {
            sql.push("DELETE FROM letter WHERE id = ").bind(letter.id);
        });
        forgotten.await.map(drop)
    }

    /// The language in which an account is written to.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn locale_of(&self, account: Uuid) -> Result<Option<String>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT locale FROM account WHERE id = ")
                    .bind(account);
            })
            .await?;
        let read = |row: &sea_orm::QueryResult| Ok(row.try_get_by_index(0)?);
        rows.first().map(read).transpose()
    }
}

fn insert(sql: &mut crate::store::sql::Sql, now: DateTime<Utc>, new: &NewLetter<'_>) {
    sql.push("INSERT INTO letter (id, created_at, account_id, kind, sealed, next_at, ends_at, ");
    sql.push("attempts) VALUES (").bind(new.id);
    sql.push(", ").bind(now).push(", ").bind(new.account);
    sql.push(", ").bind(new.kind).push(", ").bind(new.sealed);
    sql.push(", ").bind(now).push(", ").bind(new.ends_at);
    sql.push(", 0)");
}
