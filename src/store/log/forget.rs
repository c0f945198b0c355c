//! The log is made to forget a person: the keys that link its entries to the person are destroyed.

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use uuid::Uuid;

use super::super::{Store, StoreError};
use super::append::{Locked, lock, put};
use super::look::rows_about;
use crate::audit::{Entry, Said, Who};
use crate::catalogue::Type;
use crate::store::find::MOST_IDS;
use crate::store::sql::Sql;

/// Destroys the keys of a record and of the rows about it, in the transaction that erases them and
/// while they are still there; how many there were. From then on nobody can tell which entries were
/// about them, and every hash stays as it is. That it was done is an entry itself, which does not
/// say of whom.
///
/// Whoever erases a person decides before whether it may be done. The head of the chain is held from
/// here until the transaction ends.
///
/// # Errors
/// Where the database fails.
pub async fn forget_person(
    transaction: &DatabaseTransaction,
    of: &'static Type,
    record: Uuid,
    who: &'static str,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let rows = rows_about(transaction, of, record).await?;
    let ids: Vec<Uuid> = rows.keys().copied().collect();
    forget_rows(transaction, &ids, who, now).await
}

/// The same of records that were found before.
///
/// # Errors
/// Where the database fails.
pub async fn forget_rows(
    transaction: &DatabaseTransaction,
    ids: &[Uuid],
    who: &'static str,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    // Whoever adds an entry afterwards sees that its pseudonyms are of yesterday.
    let Locked { chain, forgotten } = lock(transaction).await?;
    let mut destroyed = 0;
    for part in ids.chunks(MOST_IDS) {
        let mut sql = Sql::new(transaction.get_database_backend(), now);
        sql.push("DELETE FROM audit_key WHERE record_id")
            .among(part.iter().copied());
        destroyed += transaction.execute_raw(sql.finish()).await?.rows_affected();
    }
    let destroyed = usize::try_from(destroyed).unwrap_or(usize::MAX);
    if destroyed == 0 {
        return Ok(0);
    }
    let entry = Entry {
        at: now.timestamp_micros(),
        who: Who {
            kind: who.into(),
            person: None,
            id: None,
            roles: Vec::new(),
            organisations: Vec::new(),
        },
        token: None,
        session: None,
        purpose: None,
        shares: Vec::new(),
        policy: String::new(),
        said: Said::Forgot(destroyed),
    };
    let body = entry
        .to_bytes()
        .map_err(|_| StoreError::Type("audit_entry"))?;
    let forgotten = forgotten + 1;
    let head = Locked { chain, forgotten };
    put(transaction, head, vec![(entry.at, body)]).await?;
    Ok(destroyed)
}

impl Store {
    /// The same in a transaction of its own.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget(
        &self,
        of: &'static Type,
        record: Uuid,
        who: &'static str,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.database.begin_with_options(options).await?;
        let destroyed = forget_person(&transaction, of, record, who, now).await?;
        transaction.commit().await?;
        self.log.forgot();
        Ok(destroyed)
    }
}
