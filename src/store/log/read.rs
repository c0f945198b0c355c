//! The chain is read, for whoever verifies it: in its order, a stretch at a time.

use sea_orm::ConnectionTrait;

use super::super::{Store, StoreError};
use crate::audit::Chain;

/// How many entries are read at a time.
const STRETCH: u64 = 500;

/// Where the chain stands, as the database has it.
pub struct Head {
    /// Where.
    pub chain: Chain,
    /// How many keys were destroyed.
    pub forgotten: i64,
}

/// Entries that follow each other: number, time in microseconds, bytes, hash.
pub type Stretch = Vec<(u64, i64, Vec<u8>, Vec<u8>)>;

impl Store {
    /// Where the log stands.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_head(&self) -> Result<Head, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT number, hash, forgotten FROM audit_head WHERE id = 1");
        let row = self.database.query_one_raw(sql.finish()).await?;
        let row = row.ok_or(StoreError::Type("audit_head"))?;
        let number: i64 = row.try_get_by_index(0)?;
        let hash: Vec<u8> = row.try_get_by_index(1)?;
        let hash = hash
            .try_into()
            .map_err(|_| StoreError::Type("audit_head.hash"))?;
        let number = number.cast_unsigned();
        Ok(Head {
            chain: Chain { number, hash },
            forgotten: row.try_get_by_index(2)?,
        })
    }

    /// Some entries after this one, up to that one; none where there are none.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_after(&self, after: u64, to: u64) -> Result<Stretch, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT number, at, body, hash FROM audit_entry WHERE number > ")
            .bind(after.cast_signed())
            .push(" AND number <= ")
            .bind(to.cast_signed());
        sql.push(&format!(" ORDER BY number LIMIT {STRETCH}"));
        let rows = self.database.query_all_raw(sql.finish()).await?;
        let each = rows.iter().map(|row| {
            let at: chrono::DateTime<chrono::Utc> = row.try_get_by_index(1)?;
            Ok((
                row.try_get_by_index::<i64>(0)?.cast_unsigned(),
                at.timestamp_micros(),
                row.try_get_by_index(2)?,
                row.try_get_by_index(3)?,
            ))
        });
        each.collect()
    }
}
