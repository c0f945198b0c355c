//! Entries are put at the end of the chain, in a transaction that holds its head.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::ArrayType;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Value};
use uuid::Uuid;

use super::known::{Known, Learned};
use crate::audit::{Chain, Disclosure, Entry, Subject};
use crate::catalogue;
use crate::store::StoreError;
use crate::store::find::MOST_IDS;
use crate::store::sql::Sql;

/// How many rows one statement makes, at most.
const ROWS: usize = 64;

/// What came of it, once the transaction is kept.
pub struct Kept {
    /// The number of the last entry before.
    pub before: u64,
    /// The number of the last entry now.
    pub after: u64,
    /// The pseudonyms that were looked up or made.
    pub learned: Learned,
}

/// Entries as bytes, each with its time in microseconds.
pub type Bodies = Vec<(i64, Vec<u8>)>;

/// An entry that waits to be kept.
pub struct Body {
    /// Its time in microseconds.
    pub at: i64,
    /// The entry as bytes.
    pub bytes: Vec<u8>,
    /// How many pseudonyms each of its lists has.
    pub counts: Box<[usize]>,
    /// How many keys had been destroyed when it was made.
    pub forgotten: i64,
}

/// The head of the chain, which nobody else can move until the transaction ends.
pub struct Locked {
    /// Where the chain stands.
    pub chain: Chain,
    /// How many keys were destroyed so far.
    pub forgotten: i64,
}

/// Adds these entries, and one for each of these disclosures. An entry was made before keys were
/// destroyed, as those before it in the chain were; whom it names by them nobody can tell either.
pub async fn disclosures(
    transaction: &DatabaseTransaction,
    known: &RwLock<Known>,
    made: Bodies,
    disclosures: &[&Disclosure],
) -> Result<Kept, StoreError> {
    let head = lock(transaction).await?;
    let mut unknown: Vec<(Uuid, &'static str)> = Vec::new();
    {
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        known.as_of(head.forgotten);
        let mut asked = HashSet::new();
        for disclosure in disclosures {
            let account = disclosure.account.iter().map(|account| (*account, "User"));
            let sections = disclosure.sections.iter();
            let rows = sections.flat_map(|part| part.rows.iter().map(|row| (*row, part.of.name)));
            let new = rows
                .chain(account)
                .filter(|(record, _)| known.get(*record).is_none() && asked.insert(*record));
            unknown.extend(new);
        }
    }
    let passing = gone(transaction, &unknown).await?;
    unknown.retain(|(record, _)| !passing.contains_key(record));
    let learned = learn(transaction, &unknown, head.forgotten).await?;
    let new = {
        let known = known.read().unwrap_or_else(PoisonError::into_inner);
        let pseudonym = |record: Uuid| {
            let known = known.get(record);
            let learned = known.or_else(|| learned.pseudonyms.get(&record).copied());
            learned.or_else(|| passing.get(&record).copied())
        };
        let entries = disclosures
            .iter()
            .map(|disclosure| Entry::shown(disclosure, pseudonym));
        let entries = entries.collect::<Option<Vec<Entry>>>();
        written(&entries.ok_or(StoreError::Type("audit_key"))?)?
    };
    let before = head.chain.number;
    let bodies = made.into_iter().chain(new).collect();
    let chain = put(transaction, head, bodies).await?;
    Ok(Kept {
        before,
        after: chain.number,
        learned,
    })
}

/// Pseudonyms for those of these records that are not there any more: somebody saw them a moment
/// before they were erased, and nobody is to know which they were. No key of them is kept.
async fn gone(
    transaction: &DatabaseTransaction,
    records: &[(Uuid, &'static str)],
) -> Result<HashMap<Uuid, u64>, StoreError> {
    let mut of: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
    for (record, name) in records {
        of.entry(name).or_default().push(*record);
    }
    let mut passing = HashMap::new();
    for (name, records) in of {
        let Some(ty) = catalogue::find(name) else {
            continue;
        };
        for part in records.chunks(MOST_IDS) {
            let mut sql = sql(transaction);
            sql.push("SELECT id FROM ").push(ty.table).push(" WHERE id");
            sql.among(part.iter().copied());
            let mut there: HashSet<Uuid> = HashSet::new();
            for row in transaction.query_all_raw(sql.finish()).await? {
                there.insert(row.try_get_by_index(0)?);
            }
            for record in part.iter().filter(|record| !there.contains(*record)) {
                let subject = Subject::new().map_err(|_| StoreError::Type("audit_key.secret"))?;
                passing.insert(*record, subject.pseudonym(*record));
            }
        }
    }
    Ok(passing)
}

/// The entry of a disclosure, where every pseudonym in it is known.
pub fn known(known: &RwLock<Known>, disclosure: &Disclosure) -> Result<Option<Body>, StoreError> {
    let known = known.read().unwrap_or_else(PoisonError::into_inner);
    let entry = Entry::shown(disclosure, |record| known.get(record));
    let forgotten = known.forgotten();
    drop(known);
    let Some(entry) = entry else { return Ok(None) };
    let bytes = entry.to_bytes();
    Ok(Some(Body {
        at: entry.at,
        counts: entry.counts(),
        bytes: bytes.map_err(|_| StoreError::Type("audit_entry"))?,
        forgotten,
    }))
}

fn written(entries: &[Entry]) -> Result<Bodies, StoreError> {
    let body = |entry: &Entry| {
        let body = entry.to_bytes();
        Ok((entry.at, body.map_err(|_| StoreError::Type("audit_entry"))?))
    };
    entries.iter().map(body).collect()
}

/// Holds the head of the chain until the transaction ends. (On SQLite it is the only one that
/// writes.)
pub async fn lock(transaction: &DatabaseTransaction) -> Result<Locked, StoreError> {
    let backend = transaction.get_database_backend();
    let mut sql = sql(transaction);
    sql.push("SELECT number, hash, forgotten FROM audit_head WHERE id = 1");
    if backend == DbBackend::Postgres {
        sql.push(" FOR UPDATE");
    }
    let row = transaction.query_one_raw(sql.finish()).await?;
    let row = row.ok_or(StoreError::Type("audit_head"))?;
    let hash: Vec<u8> = row.try_get_by_index(1)?;
    let number = row.try_get_by_index::<i64>(0)?;
    let hash = hash
        .try_into()
        .map_err(|_| StoreError::Type("audit_head.hash"))?;
    Ok(Locked {
        chain: Chain {
            number: number.cast_unsigned(),
            hash,
        },
        forgotten: row.try_get_by_index(2)?,
    })
}

/// Adds entries of these bytes, each with its time in microseconds, and moves the head.
pub async fn put(
    transaction: &DatabaseTransaction,
    head: Locked,
    bodies: Bodies,
) -> Result<Chain, StoreError> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        return put_at_once(transaction, &head, bodies).await;
    }
    let mut chain = head.chain;
    let mut bodies = bodies.into_iter();
    loop {
        // Few lengths, so that there are few texts for the database to prepare.
        let rows = [ROWS, ROWS / 4, ROWS / 16, 1];
        let rows = rows.into_iter().find(|rows| *rows <= bodies.len());
        let Some(rows) = rows else { break };
        let mut sql = sql(transaction);
        sql.push("INSERT INTO audit_entry (number, at, body, hash) VALUES ");
        for (at, (time, body)) in bodies.by_ref().take(rows).enumerate() {
            chain = chain.with(&body);
            sql.push(if at == 0 { "(" } else { ", (" });
            sql.bind(chain.number.cast_signed()).push(", ");
            sql.bind(instant(time)).push(", ");
            sql.bind(body).push(", ");
            sql.bind(chain.hash.to_vec()).push(")");
        }
        transaction.execute_raw(sql.finish()).await?;
    }
    let mut sql = sql(transaction);
    sql.push("UPDATE audit_head SET number = ")
        .bind(chain.number.cast_signed())
        .push(", hash = ")
        .bind(chain.hash.to_vec())
        .push(", forgotten = ")
        .bind(head.forgotten)
        .push(" WHERE id = 1");
    transaction.execute_raw(sql.finish()).await?;
    Ok(chain)
}

/// The same on PostgreSQL, in one statement whose text does not depend on how many there are.
async fn put_at_once(
    transaction: &DatabaseTransaction,
    head: &Locked,
    bodies: Bodies,
) -> Result<Chain, StoreError> {
    let mut chain = head.chain;
    let (mut numbers, mut times) = (Vec::new(), Vec::new());
    let (mut all, mut hashes) = (Vec::new(), Vec::new());
    for (time, body) in bodies {
        chain = chain.with(&body);
        numbers.push(Value::from(chain.number.cast_signed()));
        times.push(Value::from(instant(time)));
        all.push(Value::from(body));
        hashes.push(Value::from(chain.hash.to_vec()));
    }
    let array = |ty, values| Value::Array(ty, Some(Box::new(values)));
    let mut sql = sql(transaction);
    sql.push(
        "WITH kept AS (INSERT INTO audit_entry (number, at, body, hash) SELECT * FROM UNNEST(",
    )
    .bind(array(ArrayType::BigInt, numbers))
    .push(", ")
    .bind(array(ArrayType::ChronoDateTimeUtc, times))
    .push(", ")
    .bind(array(ArrayType::Bytes, all))
    .push(", ")
    .bind(array(ArrayType::Bytes, hashes))
    .push(")) UPDATE audit_head SET number = ")
    .bind(chain.number.cast_signed())
    .push(", hash = ")
    .bind(chain.hash.to_vec())
    .push(", forgotten = ")
    .bind(head.forgotten)
    .push(" WHERE id = 1");
    transaction.execute_raw(sql.finish()).await?;
    Ok(chain)
}

/// The pseudonyms of records: those that have one, and new ones for the others.
pub async fn learn(
    transaction: &DatabaseTransaction,
    records: &[(Uuid, &'static str)],
    forgotten: i64,
) -> Result<Learned, StoreError> {
    let mut learned = Learned {
        forgotten,
        ..Learned::default()
    };
    for part in records.chunks(MOST_IDS) {
        let mut sql = sql(transaction);
        sql.push("SELECT record_id, pseudonym FROM audit_key WHERE record_id")
            .among(part.iter().map(|(record, _)| *record));
        for row in transaction.query_all_raw(sql.finish()).await? {
            let pseudonym = row.try_get_by_index::<i64>(1)?.cast_unsigned();
            learned
                .pseudonyms
                .insert(row.try_get_by_index(0)?, pseudonym);
        }
    }
    let new = |(record, _): &&(Uuid, &'static str)| !learned.pseudonyms.contains_key(record);
    let new: Vec<(Uuid, &'static str)> = records.iter().filter(new).copied().collect();
    for part in new.chunks(ROWS) {
        make(transaction, part, &mut learned).await?;
    }
    Ok(learned)
}

/// Makes keys for records that have none.
async fn make(
    transaction: &DatabaseTransaction,
    records: &[(Uuid, &'static str)],
    learned: &mut Learned,
) -> Result<(), StoreError> {
    let mut made = Vec::with_capacity(records.len());
    for (record, of) in records {
        let subject = Subject::new().map_err(|_| StoreError::Type("audit_key.secret"))?;
        made.push((*record, *of, subject.pseudonym(*record), subject));
    }
    // That two records should have one pseudonym is as good as impossible, and would be wrong.
    let mut taken = sql(transaction);
    taken
        .push("SELECT pseudonym FROM audit_key WHERE pseudonym")
        .among(
            made.iter()
                .map(|(_, _, pseudonym, _)| pseudonym.cast_signed()),
        );
    let mut used: HashSet<u64> = HashSet::new();
    for row in transaction.query_all_raw(taken.finish()).await? {
        used.insert(row.try_get_by_index::<i64>(0)?.cast_unsigned());
    }
    let mut sql = sql(transaction);
    sql.push(
        "INSERT INTO audit_key (record_id, created_at, record_type, pseudonym, secret) VALUES ",
    );
    for (at, (record, of, pseudonym, subject)) in made.iter_mut().enumerate() {
        while !used.insert(*pseudonym) {
            *subject = Subject::new().map_err(|_| StoreError::Type("audit_key.secret"))?;
            *pseudonym = subject.pseudonym(*record);
        }
        learned.pseudonyms.insert(*record, *pseudonym);
        sql.push(if at == 0 { "(" } else { ", (" });
        sql.bind(*record).push(", ").bind(Utc::now()).push(", ");
        sql.bind(*of).push(", ").bind(pseudonym.cast_signed());
        sql.push(", ").bind(subject.secret().to_vec()).push(")");
    }
    transaction.execute_raw(sql.finish()).await?;
    Ok(())
}

fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn sql(transaction: &DatabaseTransaction) -> Sql {
    Sql::new(transaction.get_database_backend(), DateTime::<Utc>::MIN_UTC)
}
