//! The log of one record is looked up: by its pseudonym and those of the rows that are about it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::super::{Store, StoreError};
use super::blocks;
use super::cut::Book;
use crate::audit::{Entry, subjects};
use crate::catalogue::{TYPES, Type};
use crate::store::sql::Sql;

/// How many filters are looked at at a time.
const FILTERS: u64 = 64;

/// Whose log is looked for, and which part of it.
pub struct Sought {
    /// The records, each with its type.
    pub records: Vec<(&'static Type, Uuid)>,
    /// Entries not before this.
    pub from: Option<DateTime<Utc>>,
    /// Entries before this.
    pub to: Option<DateTime<Utc>>,
    /// Entries with a lower number.
    pub before: Option<u64>,
    /// At most so many.
    pub first: usize,
}

/// An entry that names a record, or rows about it.
pub struct Found {
    /// Its number.
    pub number: u64,
    /// The entry.
    pub entry: Entry,
    /// The rows that it names, by pseudonym.
    pub rows: HashMap<u64, (&'static Type, Uuid)>,
    /// The account of whoever asked, while the log can still tell.
    pub person: Option<Uuid>,
}

impl Store {
    /// The newest entries that name one of the records or a row about it, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_of(&self, sought: &Sought) -> Result<Vec<Found>, StoreError> {
        let named = self.named(&sought.records).await?;
        let mut found = Vec::new();
        let head = self.log_head().await?.chain.number;
        let last = sought
            .before
            .map_or(head, |before| head.min(before.saturating_sub(1)));
        if named.is_empty() || last == 0 {
            return Ok(found);
        }
        // What was cut off is there no more.
        let gone = self.gone_of(Book::Log).await?;
        let begin = gone.map_or(0, |gone| gone.chain.number / blocks::BLOCK);
        let mut end = blocks::of(last) + 1;
        while end > begin && found.len() < sought.first {
            let start = end.saturating_sub(FILTERS).max(begin);
            let filters = blocks::filters(&self.database, start..end).await?;
            let filters: HashMap<u64, _> = filters.into_iter().collect();
            for block in (start..end).rev() {
                let may_have = |pseudonym: &u64| {
                    let filter = filters.get(&block);
                    filter.is_none_or(|filter| filter.may_have(*pseudonym))
                };
                if named.keys().any(may_have) {
                    self.search(sought, &named, (block, last), &mut found)
                        .await?;
                }
                if found.len() >= sought.first {
                    break;
                }
            }
            end = start;
        }
        found.truncate(sought.first);
        self.name_persons(&mut found).await?;
        Ok(found)
    }

    async fn search(
        &self,
        sought: &Sought,
        named: &HashMap<u64, (&'static Type, Uuid)>,
        (block, last): (u64, u64),
        found: &mut Vec<Found>,
    ) -> Result<(), StoreError> {
        let bodies = blocks::bodies(&self.database, block).await?;
        for (number, body) in bodies
            .into_iter()
            .rev()
            .filter(|(number, _)| *number <= last)
        {
            let Ok(entry) = Entry::from_bytes(&body) else {
                tracing::error!(number, "an entry of the disclosure log cannot be read");
                continue;
            };
            let at = DateTime::from_timestamp_micros(entry.at);
            let wanted = sought
                .from
                .is_none_or(|from| at.is_some_and(|at| at >= from))
                && sought.to.is_none_or(|to| at.is_some_and(|at| at < to));
            let is = |(pseudonym, _): &(&u64, &(&'static Type, Uuid))| {
                let parts = entry.parts().iter();
                parts
                    .into_iter()
                    .any(|part| part.records.binary_search(pseudonym).is_ok())
            };
            let rows: HashMap<_, _> = named.iter().filter(is).map(|(p, row)| (*p, *row)).collect();
            if wanted && !rows.is_empty() {
                found.push(Found {
                    number,
                    entry,
                    rows,
                    person: None,
                });
            }
        }
        Ok(())
    }

    /// The pseudonyms of records and of the rows about them.
    async fn named(
        &self,
        records: &[(&'static Type, Uuid)],
    ) -> Result<HashMap<u64, (&'static Type, Uuid)>, StoreError> {
        let mut rows = HashMap::new();
        for (of, record) in records {
            rows.extend(rows_about(&self.database, of, *record).await?);
        }
        let mut named = HashMap::new();
        let ids: Vec<Uuid> = rows.keys().copied().collect();
        for part in ids.chunks(super::super::find::MOST_IDS) {
            let mut sql = self.sql();
            sql.push("SELECT record_id, pseudonym FROM audit_key WHERE record_id")
                .among(part.iter().copied());
            for row in self.database.query_all_raw(sql.finish()).await? {
                let id: Uuid = row.try_get_by_index(0)?;
                let pseudonym: i64 = row.try_get_by_index(1)?;
                if let Some(of) = rows.get(&id) {
                    named.insert(pseudonym.cast_unsigned(), (*of, id));
                }
            }
        }
        Ok(named)
    }

    async fn name_persons(&self, found: &mut [Found]) -> Result<(), StoreError> {
        let persons = found.iter().filter_map(|found| found.entry.who.person);
        let persons: Vec<i64> = persons.map(u64::cast_signed).collect();
        if persons.is_empty() {
            return Ok(());
        }
        let mut sql = self.sql();
        sql.push("SELECT pseudonym, record_id FROM audit_key WHERE pseudonym")
            .among(persons);
        let mut accounts: HashMap<u64, Uuid> = HashMap::new();
        for row in self.database.query_all_raw(sql.finish()).await? {
            let pseudonym: i64 = row.try_get_by_index(0)?;
            accounts.insert(pseudonym.cast_unsigned(), row.try_get_by_index(1)?);
        }
        for found in found {
            let person = found.entry.who.person;
            found.person = person.and_then(|person| accounts.get(&person).copied());
        }
        Ok(())
    }
}

/// A record and the rows about it, each with its type.
pub async fn rows_about(
    database: &impl ConnectionTrait,
    of: &'static Type,
    record: Uuid,
) -> Result<HashMap<Uuid, &'static Type>, StoreError> {
    let mut rows: HashMap<Uuid, &'static Type> = HashMap::from([(record, of)]);
    for other in TYPES {
        for (column, _) in subjects(other).filter(|(_, target)| std::ptr::eq(*target, of)) {
            let mut sql = Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC);
            sql.push("SELECT id FROM ")
                .push(other.table)
                .push(" WHERE ");
            sql.push(column).push(" = ").bind(record);
            for row in database.query_all_raw(sql.finish()).await? {
                rows.insert(row.try_get_by_index(0)?, other);
            }
        }
    }
    Ok(rows)
}
