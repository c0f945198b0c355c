//! The trail is read: in its order by whoever verifies it, and the changes of one record.

use std::collections::{BTreeMap, HashMap};

use sea_orm::ConnectionTrait;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::keep::{SEALED, head, keys, place, sql};
use crate::audit::{Chain, Entry, Said, Subject, Turned, is_personal};
use crate::catalogue::Type;
use crate::store::log::Stretch;
use crate::store::{Store, StoreError};

/// How many entries are read at a time.
const STRETCH: u64 = 500;

/// A change of a record, read again.
pub struct Turn {
    /// Its number.
    pub number: u64,
    /// The entry.
    pub entry: Entry,
    /// The account of whoever did it, while the log can still tell.
    pub person: Option<Uuid>,
    /// The values, while they can be opened.
    pub values: Option<Values>,
}

/// The values of a change.
#[derive(Deserialize)]
pub struct Values {
    /// Before; null is not there.
    pub before: BTreeMap<String, Value>,
    /// After.
    pub after: BTreeMap<String, Value>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Turn {
    /// What was changed; nothing where the entry says something else.
    #[must_use]
    pub fn turned(&self) -> Option<&Turned> {
        match &self.entry.said {
            Said::Changed(turned) => Some(turned),
            _ => None,
        }
    }
}

impl Store {
    /// Where the trail stands.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn trail_head(&self) -> Result<Chain, StoreError> {
        head(&self.database).await
    }

    /// Some entries after this one, up to that one; none where there are none. An entry that is not
    /// found under the record that it names has no hash here.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn trail_after(&self, after: u64, to: u64) -> Result<Stretch, StoreError> {
        let mut sql = sql(&self.database);
        sql.push("SELECT number, at, body, hash, record FROM trail_entry WHERE number > ")
            .bind(after.cast_signed())
            .push(" AND number <= ")
            .bind(to.cast_signed());
        sql.push(&format!(" ORDER BY number LIMIT {STRETCH}"));
        let rows = self.database.query_all_raw(sql.finish()).await?;
        let each = rows.iter().map(|row| {
            let at: chrono::DateTime<chrono::Utc> = row.try_get_by_index(1)?;
            let body: Vec<u8> = row.try_get_by_index(2)?;
            let record: i64 = row.try_get_by_index(4)?;
            let hash = match filed(&body) {
                Some(place) if place == record => row.try_get_by_index(3)?,
                _ => Vec::new(),
            };
            let number = row.try_get_by_index::<i64>(0)?.cast_unsigned();
            Ok((number, at.timestamp_micros(), body, hash))
        });
        each.collect()
    }

    /// The newest changes of a record before this one, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn changes_of(
        &self,
        of: &'static Type,
        record: Uuid,
        before: Option<u64>,
        first: usize,
    ) -> Result<Vec<Turn>, StoreError> {
        let own = match is_personal(of) {
            true => {
                let known = keys(&self.database, &[(record, of.name)]).await?;
                match known.get(&record) {
                    Some((pseudonym, _)) => *pseudonym,
                    None => return Ok(Vec::new()),
                }
            }
            false => place(record),
        };
        let mut sql = sql(&self.database);
        sql.push("SELECT number, body FROM trail_entry WHERE record = ")
            .bind(own.cast_signed());
        if let Some(before) = before {
            sql.push(" AND number < ").bind(before.cast_signed());
        }
        sql.push(" ORDER BY number DESC");
        sql.push(&format!(" LIMIT {first}"));
        let mut turns = Vec::new();
        for row in self.database.query_all_raw(sql.finish()).await? {
            let number = row.try_get_by_index::<i64>(0)?.cast_unsigned();
            let body: Vec<u8> = row.try_get_by_index(1)?;
            let Ok(entry) = Entry::from_bytes(&body) else {
                tracing::error!(number, "an entry of the trail cannot be read");
                continue;
            };
            let turn = Turn {
                number,
                entry,
                person: None,
                values: None,
            };
            // Two rows may be filed under one number.
            let same = turn
                .turned()
                .is_some_and(|turned| match (turned.record, turned.id) {
                    (Some(pseudonym), _) => pseudonym == own,
                    (None, id) => id == Some(record),
                });
            if same {
                turns.push(turn);
            }
        }
        self.open(&mut turns).await?;
        Ok(turns)
    }

    /// Opens the values of these, and says whose account it was, as far as the keys are there.
    pub(super) async fn open(&self, turns: &mut [Turn]) -> Result<(), StoreError> {
        let sealed = turns.iter().filter_map(Turn::turned);
        let mut wanted: Vec<i64> = sealed
            .flat_map(|turned| turned.sealed.iter().map(|key| key.cast_signed()))
            .chain(turns.iter().filter_map(|turn| {
                let person = turn.entry.who.person;
                person.map(u64::cast_signed)
            }))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut known: HashMap<u64, (Uuid, Subject)> = HashMap::new();
        if !wanted.is_empty() {
            let mut sql = sql(&self.database);
            sql.push("SELECT pseudonym, record_id, secret FROM audit_key WHERE pseudonym")
                .among(wanted);
            for row in self.database.query_all_raw(sql.finish()).await? {
                let pseudonym = row.try_get_by_index::<i64>(0)?.cast_unsigned();
                let secret: Vec<u8> = row.try_get_by_index(2)?;
                let subject = Subject::of(&secret).ok_or(StoreError::Type("audit_key.secret"))?;
                known.insert(pseudonym, (row.try_get_by_index(1)?, subject));
            }
        }
        for turn in turns {
            let person = turn.entry.who.person;
            turn.person = person.and_then(|person| Some(known.get(&person)?.0));
            turn.values = turn.turned().and_then(|turned| {
                let mut plain = turned.values.clone();
                for pseudonym in turned.sealed.iter().rev() {
                    plain = known.get(pseudonym)?.1.open(&plain, SEALED)?;
                }
                serde_json::from_slice(&plain).ok()
            });
        }
        Ok(())
    }
}

/// Under what an entry is filed.
fn filed(body: &[u8]) -> Option<i64> {
    let entry = Entry::from_bytes(body).ok()?;
    match entry.said {
        Said::Changed(turned) => {
            let own = turned.record.or_else(|| turned.id.map(place));
            own.map(u64::cast_signed)
        }
        // It is about no row.
        Said::Cut(_) => Some(0),
        _ => None,
    }
}
