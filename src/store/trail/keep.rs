//! What was changed becomes entries at the end of the trail's chain.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{Difference, Kept, difference, kept};
use super::{By, Noted};
use crate::audit::{Chain, Entry, Said, Subject, Turned, Who, is_personal};
use crate::catalogue::Type;
use crate::store::StoreError;
use crate::store::find::MOST_IDS;
use crate::store::log::{learn, lock};
use crate::store::sql::Sql;

/// How many entries one statement makes, at most.
const ROWS: usize = 64;
/// Of how many rows the values are held at a time: a load may have made a million.
const HELD: usize = 1_000;

/// In what values are sealed.
pub(super) const SEALED: &[u8] = b"trail values";

/// A row that has other values now.
struct Turning {
    of: &'static Type,
    id: Uuid,
    made: bool,
    gone: bool,
    /// Whether none of its values is kept.
    bare: bool,
    persons: Vec<(Uuid, &'static Type)>,
    found: Difference,
}

/// Adds an entry for each of these rows that has other values now.
pub async fn keep(
    transaction: &DatabaseTransaction,
    by: &By,
    noted: Vec<Noted>,
    forgotten: &HashSet<Uuid>,
) -> Result<(), StoreError> {
    let mut noted = once(noted).into_iter();
    // Where the log's keys and the trail stand, once there is something to add.
    let mut begun: Option<(i64, Chain)> = None;
    loop {
        let some: Vec<Noted> = noted.by_ref().take(HELD).collect();
        if some.is_empty() {
            break;
        }
        let turnings = turnings(transaction, some, forgotten).await?;
        if turnings.is_empty() {
            continue;
        }
        let (destroyed, chain) = match begun {
            Some(begun) => begun,
            None => {
                // The log's head is held, for the keys' sake: whoever writes a trail comes after
                // whoever does now. All rows are written by then, so that nobody who holds one of
                // them waits for this while this waits for the row.
                let destroyed = lock(transaction).await?.forgotten;
                (destroyed, head(transaction).await?)
            }
        };
        let chain = add(transaction, by, (&turnings, forgotten), (destroyed, chain)).await?;
        begun = Some((destroyed, chain));
    }
    match begun {
        Some((_, chain)) => stand(transaction, chain).await,
        None => Ok(()),
    }
}

/// Each row once, as it was before the first of several changes; stripped where one of them strips it.
fn once(mut noted: Vec<Noted>) -> Vec<Noted> {
    // A row is made once, and mostly nothing else is noted of it.
    let changed = |one: &&Noted| one.before.is_some() || one.stripped;
    let several: HashSet<Uuid> = noted.iter().filter(changed).map(|one| one.id).collect();
    let stripped = noted.iter().filter(|one| one.stripped).map(|one| one.id);
    let stripped: HashSet<Uuid> = stripped.collect();
    let mut seen: HashSet<Uuid> = HashSet::new();
    noted.retain(|one| !several.contains(&one.id) || seen.insert(one.id));
    for one in &mut noted {
        one.stripped |= stripped.contains(&one.id);
    }
    noted
}

/// Adds the entries of these rows to the chain; where it stands then.
async fn add(
    transaction: &DatabaseTransaction,
    by: &By,
    (turnings, forgotten): (&[Turning], &HashSet<Uuid>),
    (destroyed, mut chain): (i64, Chain),
) -> Result<Chain, StoreError> {
    let mut records: BTreeMap<Uuid, &'static str> = BTreeMap::new();
    // Whoever erases the own account is nobody afterwards.
    let account = by
        .actor
        .account
        .filter(|account| !forgotten.contains(account));
    records.extend(account.map(|account| (account, "User")));
    for turning in turnings {
        let own = is_personal(turning.of).then_some((turning.id, turning.of));
        let all = turning.persons.iter().copied().chain(own);
        records.extend(all.map(|(id, of)| (id, of.name)));
    }
    let records: Vec<(Uuid, &'static str)> = records.into_iter().collect();
    learn(transaction, &records, destroyed).await?;
    let keys = keys(transaction, &records).await?;
    for part in turnings.chunks(ROWS) {
        let mut sql = sql(transaction);
        sql.push("INSERT INTO trail_entry (number, at, record, body, hash) VALUES ");
        for (at, turning) in part.iter().enumerate() {
            let (record, entry) = entry(by, account, turning, &keys)?;
            let body = entry.to_bytes();
            let body = body.map_err(|_| StoreError::Type("trail_entry"))?;
            chain = chain.with(&body);
            sql.push(if at == 0 { "(" } else { ", (" });
            sql.bind(chain.number.cast_signed()).push(", ");
            sql.bind(by.now).push(", ").bind(record).push(", ");
            sql.bind(body).push(", ");
            sql.bind(chain.hash.to_vec()).push(")");
        }
        transaction.execute_raw(sql.finish()).await?;
    }
    Ok(chain)
}

/// Adds an entry that is about no row, where the log's head is held.
pub async fn append(
    transaction: &DatabaseTransaction,
    now: DateTime<Utc>,
    record: i64,
    body: Vec<u8>,
) -> Result<Chain, StoreError> {
    let chain = head(transaction).await?.with(&body);
    let mut sql = sql(transaction);
    sql.push("INSERT INTO trail_entry (number, at, record, body, hash) VALUES (")
        .bind(chain.number.cast_signed());
    sql.push(", ").bind(now).push(", ").bind(record);
    sql.push(", ").bind(body);
    sql.push(", ").bind(chain.hash.to_vec()).push(")");
    transaction.execute_raw(sql.finish()).await?;
    stand(transaction, chain).await?;
    Ok(chain)
}

/// Keeps where the trail stands.
async fn stand(transaction: &DatabaseTransaction, chain: Chain) -> Result<(), StoreError> {
    let mut sql = sql(transaction);
    sql.push("UPDATE trail_head SET number = ")
        .bind(chain.number.cast_signed())
        .push(", hash = ")
        .bind(chain.hash.to_vec())
        .push(" WHERE id = 1");
    transaction.execute_raw(sql.finish()).await?;
    Ok(())
}

/// The rows of these that have other values now, in the order in which they were noted.
async fn turnings(
    transaction: &DatabaseTransaction,
    noted: Vec<Noted>,
    forgotten: &HashSet<Uuid>,
) -> Result<Vec<Turning>, StoreError> {
    let mut ids: BTreeMap<&'static str, (&'static Type, Vec<Uuid>)> = BTreeMap::new();
    for one in &noted {
        let of = ids.entry(one.of.name).or_insert((one.of, Vec::new()));
        of.1.push(one.id);
    }
    let mut now: HashMap<Uuid, Kept> = HashMap::new();
    for (of, ids) in ids.into_values() {
        now.extend(kept(transaction, of, &ids).await?);
    }
    let mut turnings = Vec::new();
    for one in noted {
        let (of, id, bare) = (one.of, one.id, one.stripped);
        let before = one.before.map(|before| *before);
        let after = now.remove(&id);
        let mut found = difference(of, before.as_ref(), after.as_ref());
        let (made, gone) = (before.is_none(), after.is_none());
        if found.fields.is_empty() && !made {
            continue;
        }
        if bare {
            found.before.clear();
            found.after.clear();
        }
        // What is forgotten is not known again by its own end; nor which values it had.
        if forgotten.contains(&id) && (gone || of.person) {
            continue;
        }
        if bare && gone {
            found.fields.clear();
        }
        let mut persons = Vec::new();
        for row in [before, after].into_iter().flatten().filter(|_| !bare) {
            for person in row.persons {
                if !persons.iter().any(|(known, _)| *known == person.0) {
                    persons.push(person);
                }
            }
        }
        turnings.push(Turning {
            of,
            id,
            made,
            gone,
            bare,
            persons,
            found,
        });
    }
    Ok(turnings)
}

/// The entry of a row, and what finds it.
fn entry(
    by: &By,
    account: Option<Uuid>,
    turning: &Turning,
    keys: &HashMap<Uuid, (u64, Subject)>,
) -> Result<(i64, Entry), StoreError> {
    let missing = || StoreError::Type("audit_key");
    let key = |id: &Uuid| keys.get(id).ok_or_else(missing);
    let mut sealed = Vec::new();
    let found = &turning.found;
    let mut values = json!({ "before": found.before, "after": found.after });
    // Who is erased may be named in why.
    let reason = by.actor.reason.as_ref().filter(|_| !turning.bare);
    if let (Some(reason), Some(map)) = (reason, values.as_object_mut()) {
        map.insert("reason".to_owned(), Value::from(reason.as_str()));
    }
    let mut values = values.to_string().into_bytes();
    for (person, _) in &turning.persons {
        let (pseudonym, subject) = key(person)?;
        values = subject.seal(&values, SEALED);
        sealed.push(*pseudonym);
    }
    let record = match is_personal(turning.of) {
        true => Some(key(&turning.id)?.0),
        false => None,
    };
    let actor = &by.actor;
    let words = |names: &[&'static str]| names.iter().copied().map(Cow::Borrowed).collect();
    let person = match account {
        Some(account) => Some(key(&account)?.0),
        None => None,
    };
    let entry = Entry {
        at: by.now.timestamp_micros(),
        who: Who {
            kind: Cow::Borrowed(actor.kind),
            person,
            id: actor.id.clone(),
            roles: words(&actor.roles),
            organisations: actor.organisations.clone(),
        },
        token: actor.bearer.token.clone(),
        session: actor.bearer.session.clone(),
        purpose: actor.bearer.purpose.clone(),
        shares: actor.bearer.shares.clone(),
        policy: actor.policy.clone(),
        said: Said::Changed(Turned {
            of: Cow::Borrowed(turning.of.name),
            deed: Cow::Owned(by.deed.clone()),
            record,
            id: record.is_none().then_some(turning.id),
            made: turning.made,
            gone: turning.gone,
            fields: words(&found.fields),
            sealed,
            values,
        }),
    };
    let place = record.unwrap_or_else(|| place(turning.id));
    Ok((place.cast_signed(), entry))
}

/// By what the changes of a row that is about nobody are found.
pub(super) fn place(id: Uuid) -> u64 {
    id.as_u64_pair().1
}

/// Where the trail stands.
pub(super) async fn head(database: &impl ConnectionTrait) -> Result<Chain, StoreError> {
    let mut sql = sql(database);
    sql.push("SELECT number, hash FROM trail_head WHERE id = 1");
    let row = database.query_one_raw(sql.finish()).await?;
    let row = row.ok_or(StoreError::Type("trail_head"))?;
    let number = row.try_get_by_index::<i64>(0)?.cast_unsigned();
    let hash: Vec<u8> = row.try_get_by_index(1)?;
    let hash = hash
        .try_into()
        .map_err(|_| StoreError::Type("trail_head.hash"))?;
    Ok(Chain { number, hash })
}

/// The pseudonyms and secrets of records that have them.
pub(super) async fn keys(
    database: &impl ConnectionTrait,
    records: &[(Uuid, &'static str)],
) -> Result<HashMap<Uuid, (u64, Subject)>, StoreError> {
    let mut keys = HashMap::with_capacity(records.len());
    for part in records.chunks(MOST_IDS) {
        let mut sql = sql(database);
        sql.push("SELECT record_id, pseudonym, secret FROM audit_key WHERE record_id")
            .among(part.iter().map(|(record, _)| *record));
        for row in database.query_all_raw(sql.finish()).await? {
            let pseudonym: i64 = row.try_get_by_index(1)?;
            let secret: Vec<u8> = row.try_get_by_index(2)?;
            let subject = Subject::of(&secret).ok_or(StoreError::Type("audit_key.secret"))?;
            keys.insert(
                row.try_get_by_index(0)?,
                (pseudonym.cast_unsigned(), subject),
            );
        }
    }
    Ok(keys)
}

pub(super) fn sql(database: &impl ConnectionTrait) -> Sql {
    Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC)
}
