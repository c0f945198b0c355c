//! The oldest entries of a chain go at the end of their time. That they went is an entry of the same
//! chain: up to which one, and its hash, from which the rest is verified.
//!
//! The record of it is kept first, and only up to there the database lets entries go: a few at a
//! time, so that nobody who adds some waits for it.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use super::append::{lock, put};
use super::blocks::BLOCK;
use crate::audit::{Chain, Cut, Entry, Said, Who};
use crate::policy::Permit;
use crate::store::erasure::EXPIRE;
use crate::store::sql::Sql;
use crate::store::trail;
use crate::store::{Store, StoreError};

/// How many entries go at a time.
const FEW: i64 = 5_000;

/// One of the two chains.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Book {
    /// The log of disclosures.
    Log,
    /// The trail of changes.
    Trail,
}

/// What went of a chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gone {
    /// The chain as it stood at the last entry that went.
    pub chain: Chain,
    /// The number of the entry that says so.
    pub entry: u64,
}

impl Book {
    const fn word(self) -> &'static str {
        match self {
            Self::Log => "LOG",
            Self::Trail => "TRAIL",
        }
    }

    const fn table(self) -> &'static str {
        match self {
            Self::Log => "audit_entry",
            Self::Trail => "trail_entry",
        }
    }

    /// The statement that takes entries away up to a number.
    const fn taking_away(self) -> &'static str {
        match self {
            Self::Log => "DELETE FROM audit_entry WHERE number <= ",
            Self::Trail => "DELETE FROM trail_entry WHERE number <= ",
        }
    }
}

impl Store {
    /// What went of a chain so far; nothing where it is whole.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn gone_of(&self, book: Book) -> Result<Option<Gone>, StoreError> {
        gone(&self.database, book).await
    }

    /// Cuts off what is older than this, under the permit for what was kept long enough; whether
    /// there was any.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn cut(
        &self,
        permit: &Permit,
        book: Book,
        before: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        if !permit.covers_bulk(EXPIRE) {
            return Err(StoreError::Unpermitted);
        }
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.database.begin_with_options(options).await?;
        // Whoever writes either chain holds this head.
        let head = lock(&transaction).await?;
        let due = due(&transaction, book, before).await?;
        if let Some(last) = due {
            let body = body(last, self.now)?;
            let entry = match book {
                Book::Log => {
                    put(
                        &transaction,
                        head,
                        vec![(self.now.timestamp_micros(), body)],
                    )
                    .await?
                }
                Book::Trail => trail::append(&transaction, self.now, 0, body).await?,
            };
            let mut sql = self.sql();
            sql.push("INSERT INTO audit_cut (book, number, hash, entry) VALUES (")
                .bind(book.word());
            sql.push(", ").bind(last.number.cast_signed());
            sql.push(", ").bind(last.hash.to_vec());
            sql.push(", ").bind(entry.number.cast_signed()).push(")");
            transaction.execute_raw(sql.finish()).await?;
        }
        transaction.commit().await?;
        // Also what another run had not come to.
        self.sweep(book).await?;
        Ok(due.is_some())
    }

    /// Whether something of a chain is older than this, and can be cut off.
    pub(in crate::store) async fn is_cut_due(
        &self,
        book: Book,
        before: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        Ok(due(&self.database, book, before).await?.is_some())
    }

    /// Takes away what was cut off.
    pub(in crate::store) async fn sweep(&self, book: Book) -> Result<(), StoreError> {
        let Some(gone) = self.gone_of(book).await? else {
            return Ok(());
        };
        let last = gone.chain.number.cast_signed();
        if book == Book::Log {
            let mut sql = self.sql();
            sql.push("DELETE FROM audit_block WHERE number < ")
                .bind((gone.chain.number / BLOCK).cast_signed());
            self.database.execute_raw(sql.finish()).await?;
        }
        loop {
            let rows = self
                .rows(|sql| {
                    sql.push("SELECT MIN(number) FROM ").push(book.table());
                })
                .await?;
            let first = rows
                .first()
                .map(|row| row.try_get_by_index::<Option<i64>>(0));
            let first = first.transpose()?.flatten().filter(|first| *first <= last);
            let Some(first) = first else { return Ok(()) };
            let mut sql = self.sql();
            sql.push(book.taking_away())
                .bind(last.min(first.saturating_add(FEW)));
            self.database.execute_raw(sql.finish()).await?;
        }
    }
}

/// What went of a chain so far.
pub async fn gone(database: &impl ConnectionTrait, book: Book) -> Result<Option<Gone>, StoreError> {
    let mut sql = sql(database);
    sql.push("SELECT number, hash, entry FROM audit_cut WHERE book = ")
        .bind(book.word());
    sql.push(" ORDER BY number DESC LIMIT 1");
    let Some(row) = database.query_one_raw(sql.finish()).await? else {
        return Ok(None);
    };
    let hash: Vec<u8> = row.try_get_by_index(1)?;
    let hash = hash.try_into();
    Ok(Some(Gone {
        chain: Chain {
            number: row.try_get_by_index::<i64>(0)?.cast_unsigned(),
            hash: hash.map_err(|_| StoreError::Type("audit_cut.hash"))?,
        },
        entry: row.try_get_by_index::<i64>(2)?.cast_unsigned(),
    }))
}

/// The last entry before which all are older than this; of the log, the last of a block.
async fn due(
    database: &impl ConnectionTrait,
    book: Book,
    before: DateTime<Utc>,
) -> Result<Option<Chain>, StoreError> {
    let mut statement = sql(database);
    let table = book.table();
    statement
        .push("SELECT COALESCE((SELECT MIN(number) FROM ")
        .push(table);
    statement.push(" WHERE at >= ").bind(before);
    statement
        .push(") - 1, (SELECT MAX(number) FROM ")
        .push(table);
    statement.push("), 0)");
    let row = database.query_one_raw(statement.finish()).await?;
    let row = row.ok_or(StoreError::Type("audit_entry"))?;
    let last = row.try_get_by_index::<i64>(0)?.cast_unsigned();
    let last = match book {
        Book::Log => last / BLOCK * BLOCK,
        Book::Trail => last,
    };
    let so_far = gone(database, book).await?;
    if last <= so_far.map_or(0, |gone| gone.chain.number) {
        return Ok(None);
    }
    let mut statement = sql(database);
    statement.push("SELECT hash FROM ").push(table);
    statement.push(" WHERE number = ").bind(last.cast_signed());
    let Some(row) = database.query_one_raw(statement.finish()).await? else {
        return Ok(None);
    };
    let hash: Vec<u8> = row.try_get_by_index(0)?;
    let hash = hash.try_into();
    Ok(Some(Chain {
        number: last,
        hash: hash.map_err(|_| StoreError::Type("audit_entry.hash"))?,
    }))
}

/// The entry that says that all up to this one went.
fn body(last: Chain, now: DateTime<Utc>) -> Result<Vec<u8>, StoreError> {
    let entry = Entry {
        at: now.timestamp_micros(),
        who: Who {
            kind: "Job".into(),
            person: None,
            id: Some("retention".to_owned()),
            roles: Vec::new(),
            organisations: Vec::new(),
        },
        token: None,
        session: None,
        purpose: None,
        shares: Vec::new(),
        policy: String::new(),
        said: Said::Cut(Cut::at(last)),
    };
    let body = entry.to_bytes();
    body.map_err(|_| StoreError::Type("audit_entry"))
}

fn sql(database: &impl ConnectionTrait) -> Sql {
    Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC)
}
