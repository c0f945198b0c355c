//! Sealing what a database holds already: what was never sealed, and what an older key has sealed.
//! No value changes by it, so that the trail of changes has nothing of it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, TransactionTrait, Value};
use uuid::Uuid;

use super::super::StoreError;
use super::super::sql::Sql;
use super::keys::{DATA, rows};
use super::{MARK, Vault, VaultError};
use crate::catalogue::{Sealing, TYPES, Type};

/// How many rows are sealed in one transaction.
const BATCH: usize = 500;

/// A data key, and what is sealed with it.
pub struct KeyUse {
    /// Its number; none stands for what is not sealed.
    pub number: Option<i32>,
    /// The name of the key of the settings that has wrapped it.
    pub wrapped_by: Option<String>,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
    /// How many values it has sealed.
    pub values: u64,
}

/// What a rotation did.
pub struct Rotated {
    /// The number of the key that seals now.
    pub number: i32,
    /// How many values were sealed anew.
    pub values: u64,
}

impl Vault {
    /// Seals what is not sealed with the newest key, and answers how many values that were.
    ///
    /// # Errors
    /// Where the database fails, or something does not open.
    pub async fn sweep(
        &self,
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<u64, VaultError> {
        let mut sealed = 0;
        for (of, column) in sealed_columns() {
            loop {
                let more = self.sweep_some(database, of, column, now).await?;
                sealed += more;
                if more == 0 {
                    break;
                }
            }
        }
        Ok(sealed)
    }

    /// Seals what was never sealed, and has the database write its files anew, in which the old
    /// values would otherwise lie about until something else takes their place. Answers how many
    /// values there were; without any, nothing is written.
    ///
    /// # Errors
    /// Where the database fails, or somebody else works in it so that it cannot be written anew.
    pub async fn seal_all(
        &self,
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<u64, VaultError> {
        let sealed = self.sweep(database, now).await?;
        if sealed == 0 {
            return Ok(0);
        }
        match database.get_database_backend() {
            DbBackend::Sqlite => {
                database.execute_unprepared("VACUUM").await?;
                let settle = "PRAGMA wal_checkpoint(TRUNCATE)";
                database.execute_unprepared(settle).await?;
            }
            _ => {
                let tables: BTreeSet<&str> = sealed_columns().map(|(of, _)| of.table).collect();
                for table in tables {
                    let anew = format!("VACUUM (FULL) {table}");
                    database.execute_unprepared(&anew).await?;
                }
            }
        }
        Ok(sealed)
    }

    async fn sweep_some(
        &self,
        database: &DatabaseConnection,
        of: &'static Type,
        column: &'static str,
        now: DateTime<Utc>,
    ) -> Result<u64, VaultError> {
        let newest = mark(self.newest(DATA).unwrap_or_default());
        let transaction = database.begin().await?;
        let backend = transaction.get_database_backend();
        let mut sql = Sql::new(backend, now);
        sql.push("SELECT id, ")
            .push(column)
            .push(" FROM ")
            .push(of.table);
        sql.push(" WHERE ").push(column).push(" IS NOT NULL AND ");
        begins(&mut sql, column, &newest, "<>").push(&format!(" LIMIT {BATCH}"));
        let mut done = 0;
        for row in transaction.query_all_raw(sql.finish()).await? {
            let (id, kept): (Uuid, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let plain = self.open(of, column, id, &kept)?;
            let plain = plain.unwrap_or_else(|| kept.clone());
            let mut columns = vec![(column, Value::from(plain))];
            self.seal_columns(of, id, &mut columns)?;
            let mut sql = Sql::new(backend, now);
            sql.push("UPDATE ").push(of.table).push(" SET ");
            for (at, (column, value)) in columns.into_iter().enumerate() {
                sql.push(if at > 0 { ", " } else { "" }).push(column);
                sql.push(" = ").bind(value);
            }
            // Who changes it meanwhile seals it too.
            sql.push(" WHERE id = ").bind(id).push(" AND ").push(column);
            sql.push(" = ").bind(kept);
            done += transaction.execute_raw(sql.finish()).await?.rows_affected();
        }
        transaction.commit().await?;
        Ok(done)
    }

    /// Makes a new data key and seals everything with it.
    ///
    /// # Errors
    /// Where the database fails, or something does not open.
    pub async fn rotate(
        &self,
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<Rotated, VaultError> {
        let before = self.newest(DATA).unwrap_or_default();
        self.make(database, DATA, before, now).await?;
        let values = self.sweep(database, now).await?;
        let number = self.newest(DATA).unwrap_or_default();
        Ok(Rotated { number, values })
    }

    /// Takes away the data keys with which nothing is sealed any more. A key goes an hour after the
    /// next was made at the earliest: somebody may still be writing with it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget(
        &self,
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<Vec<i32>, VaultError> {
        let uses = self.uses(database).await?;
        let mut forgotten = Vec::new();
        for (used, next) in uses.iter().zip(uses.iter().skip(1)) {
            let (Some(number), Some(made)) = (used.number, next.created_at) else {
                continue;
            };
            if used.values > 0 || made > now - TimeDelta::hours(1) {
                continue;
            }
            let mut sql = Sql::new(database.get_database_backend(), now);
            sql.push("DELETE FROM data_key WHERE purpose = ").bind(DATA);
            sql.push(" AND number = ").bind(number);
            database.execute_raw(sql.finish()).await?;
            forgotten.push(number);
        }
        self.learn(database).await?;
        Ok(forgotten)
    }

    /// The data keys, with how much is sealed with each; without a number, what is not sealed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn uses(&self, database: &DatabaseConnection) -> Result<Vec<KeyUse>, VaultError> {
        let mut uses = Vec::new();
        let mut sealed = 0;
        for row in rows(database).await? {
            if row.purpose != DATA {
                continue;
            }
            let mark = mark(row.number);
            let values = self.count(database, Some(&mark)).await?;
            sealed += values;
            uses.push(KeyUse {
                number: Some(row.number),
                wrapped_by: Some(row.wrapped_by),
                created_at: Some(row.created_at),
                values,
            });
        }
        let all = self.count(database, None).await?;
        if all > sealed {
            uses.push(KeyUse {
                number: None,
                wrapped_by: None,
                created_at: None,
                values: all - sealed,
            });
        }
        Ok(uses)
    }

    /// How many values there are, or how many that begin so.
    async fn count(
        &self,
        database: &DatabaseConnection,
        mark: Option<&str>,
    ) -> Result<u64, VaultError> {
        let mut all = 0;
        for (of, column) in sealed_columns() {
            let mut sql = Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC);
            sql.push("SELECT COUNT(*) FROM ")
                .push(of.table)
                .push(" WHERE ");
            match mark {
                None => sql.push(column).push(" IS NOT NULL"),
                Some(mark) => begins(&mut sql, column, mark, "="),
            };
            let row = database.query_one_raw(sql.finish()).await?;
            let count: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
            all += count.unwrap_or_default().unsigned_abs();
        }
        Ok(all)
    }
}

/// What begins the values that are sealed with a key.
fn mark(number: i32) -> String {
    format!("{MARK}{number}.")
}

/// Adds that a column begins with this text, or that it does not.
fn begins<'a>(sql: &'a mut Sql, column: &str, mark: &str, is: &str) -> &'a mut Sql {
    sql.push("SUBSTR(").push(column);
    sql.push(&format!(", 1, {}) {is} ", mark.len())).bind(mark)
}

/// Every column that is sealed.
fn sealed_columns() -> impl Iterator<Item = (&'static Type, &'static str)> {
    TYPES.iter().flat_map(|of| {
        let sealed = of
            .fields
            .iter()
            .filter(|field| field.sealing != Sealing::Open);
        sealed.filter_map(|field| Some((*of, field.column()?)))
    })
}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error,
            _ => Self::UnknownKey,
        }
    }
}
