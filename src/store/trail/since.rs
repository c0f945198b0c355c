//! What was changed of many rows since an instant, for whoever wants to know how they stood.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::keep::{keys, place, sql};
use super::read::Turn;
use crate::audit::{Entry, is_personal};
use crate::catalogue::Type;
use crate::store::find::MOST_IDS;
use crate::store::{Store, StoreError};

impl Store {
    /// The changes of these rows of a type after an instant, by row, the newest first.
    pub(in crate::store) async fn turns_since(
        &self,
        of: &'static Type,
        ids: &[Uuid],
        since: DateTime<Utc>,
    ) -> Result<HashMap<Uuid, Vec<Turn>>, StoreError> {
        let named: Vec<_> = ids.iter().map(|id| (*id, of.name)).collect();
        let places: HashMap<u64, Uuid> = match is_personal(of) {
            true => {
                let known = keys(&self.database, &named).await?;
                known.iter().map(|(id, key)| (key.0, *id)).collect()
            }
            false => ids.iter().map(|id| (place(*id), *id)).collect(),
        };
        let filed: Vec<i64> = places.keys().map(|place| place.cast_signed()).collect();
        let mut turns = Vec::new();
        for part in filed.chunks(MOST_IDS) {
            let mut sql = sql(&self.database);
            sql.push("SELECT number, body FROM trail_entry WHERE at > ")
                .bind(since);
            sql.push(" AND record").among(part.iter().copied());
            sql.push(" ORDER BY number DESC");
            for row in self.database.query_all_raw(sql.finish()).await? {
                let number = row.try_get_by_index::<i64>(0)?.cast_unsigned();
                let body: Vec<u8> = row.try_get_by_index(1)?;
                let Ok(entry) = Entry::from_bytes(&body) else {
                    tracing::error!(number, "an entry of the trail cannot be read");
                    continue;
                };
                turns.push(Turn {
                    number,
                    entry,
                    person: None,
                    values: None,
                });
            }
        }
        self.open(&mut turns).await?;
        let mut all: HashMap<Uuid, Vec<Turn>> = HashMap::new();
        for turn in turns {
            let row = turn
                .turned()
                .and_then(|turned| match (turned.record, turned.id) {
                    (Some(pseudonym), _) => places.get(&pseudonym).copied(),
                    (None, id) => id,
                });
            if let Some(row) = row {
                all.entry(row).or_default().push(turn);
            }
        }
        Ok(all)
    }
}
