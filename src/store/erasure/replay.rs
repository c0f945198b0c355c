//! A restored backup has those who were erased since: they are found again by their pseudonyms.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Person;
use super::erase::{Erased, Ground, Order, Way};
use super::records::ErasureRow;
use crate::store::vault::{Pseudonyms, Vault};
use crate::store::{Store, StoreError};

/// All erasures of a database, to be kept apart from its backups. It names nobody.
#[derive(Serialize, Deserialize)]
pub struct Export {
    /// The key of the pseudonyms, wrapped by a key of the settings.
    key: String,
    /// Which of them has wrapped it.
    wrapped_by: String,
    erasures: Vec<Kept>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    id: Uuid,
    at: DateTime<Utc>,
    organisation: Option<Uuid>,
    kind: String,
    pseudonym: String,
    ground: String,
    way: String,
    by: Option<Uuid>,
    external: Option<String>,
    counts: String,
}

/// What was done to a restored database.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// How many persons were erased again.
    pub erased: u64,
    /// How many are held there, and stay.
    pub held: u64,
    /// How many erasures it did not know of.
    pub learnt: u64,
}

impl Store {
    /// All erasures; none where nobody was erased yet.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn export_erasures(&self) -> Result<Option<Export>, StoreError> {
        let key = Vault::wrapped_pseudonyms(&self.database).await;
        let Some((wrapped_by, key)) = key.map_err(|_| StoreError::UnknownKey)? else {
            return Ok(None);
        };
        let rows = self.all_erasures().await?.into_iter();
        let erasures = rows.map(|row| Kept {
            id: row.id,
            at: row.at,
            organisation: row.organisation,
            kind: row.kind,
            pseudonym: row.pseudonym,
            ground: row.ground,
            way: row.way,
            by: row.by,
            external: row.external,
            counts: row.counts,
        });
        Ok(Some(Export {
            key,
            wrapped_by,
            erasures: erasures.collect(),
        }))
    }

    /// Erases again whom a restored database has and these erasures say is gone, and learns of those
    /// that it does not know of. Doing it twice does nothing more.
    ///
    /// # Errors
    /// Where the erasures are of a database with another key, or the database fails.
    pub async fn replay_erasures(&self, export: &Export) -> Result<Replayed, StoreError> {
        let pseudonyms = self.same_pseudonyms(export).await?;
        let mut gone: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for kept in &export.erasures {
            gone.entry(&kept.kind).or_default().insert(&kept.pseudonym);
        }
        let mut replayed = Replayed::default();
        let mut held: BTreeSet<String> = BTreeSet::new();
        for person in Person::ALL {
            let Some(gone) = gone.get(person.name()) else {
                continue;
            };
            for id in self.there(person).await? {
                let pseudonym = pseudonyms.of(person, id);
                if !gone.contains(pseudonym.as_str()) {
                    continue;
                }
                let order = Order {
                    person,
                    id,
                    ground: Ground::Request,
                    way: Way::Command,
                    by: None,
                    organisations: None,
                };
                match self.carry_out(&pseudonyms, &order, false).await? {
                    Erased::Done => replayed.erased += 1,
                    Erased::Held => drop(held.insert(pseudonym)),
                    Erased::Gone | Erased::Elsewhere => {}
                }
            }
        }
        replayed.held = held.len() as u64;
        for kept in &export.erasures {
            if !held.contains(&kept.pseudonym) && self.learn_erasure(kept).await? {
                replayed.learnt += 1;
            }
        }
        Ok(replayed)
    }

    /// The key of the pseudonyms of some erasures, which this database must have, or gets.
    async fn same_pseudonyms(&self, export: &Export) -> Result<Pseudonyms, StoreError> {
        let theirs = self
            .vault
            .open_pseudonyms(&export.wrapped_by, &export.key, self.now);
        let theirs = theirs.ok_or(StoreError::UnknownKey)?;
        let learnt = self.vault.learn_pseudonyms(&self.database).await;
        if let Some(ours) = learnt.map_err(|_| StoreError::UnknownKey)? {
            return match ours.hash(&["same"]) == theirs.hash(&["same"]) {
                true => Ok(theirs),
                false => Err(StoreError::UnknownKey),
            };
        }
        let mut sql = self.sql();
        sql.push("INSERT INTO data_key (id, purpose, number, wrapped_by, wrapped, created_at) ");
        sql.push("VALUES (")
            .bind(Uuid::now_v7())
            .push(", 'ERASURE', 1, ");
        sql.bind(export.wrapped_by.as_str())
            .push(", ")
            .bind(export.key.as_str());
        sql.push(", ").bind(self.now).push(")");
        self.database.execute_raw(sql.finish()).await?;
        let learnt = self.vault.learn_pseudonyms(&self.database).await;
        learnt.map_err(|_| StoreError::UnknownKey)?;
        Ok(theirs)
    }

    /// The rows of a kind of persons, but for sign-ins that are empty already.
    async fn there(&self, person: Person) -> Result<Vec<Uuid>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT id FROM ").push(person.table());
            if person == Person::User {
                sql.push(
                    " WHERE status <> 'DISABLED' OR archived_at IS NULL OR email IS NOT NULL ",
                );
                sql.push("OR name_zh IS NOT NULL OR name_en IS NOT NULL");
            }
        });
        let read = |row: &sea_orm::QueryResult| Ok(row.try_get_by_index(0)?);
        rows.await?.iter().map(read).collect()
    }

    /// Keeps an erasure of before, unless it is known; whether it was not.
    async fn learn_erasure(&self, kept: &Kept) -> Result<bool, StoreError> {
        if self.has("erasure", kept.id).await? {
            return Ok(false);
        }
        let mut row = ErasureRow {
            id: kept.id,
            at: kept.at,
            organisation: kept.organisation,
            kind: kept.kind.clone(),
            pseudonym: kept.pseudonym.clone(),
            ground: kept.ground.clone(),
            way: kept.way.clone(),
            by: kept.by,
            external: kept.external.clone(),
            counts: kept.counts.clone(),
        };
        // An older backup may lack the organisation, or the officer.
        if let Some(organisation) = row.organisation
            && !self.has("organisation", organisation).await?
        {
            row.organisation = None;
        }
        if let Some(by) = row.by
            && !self.has("account", by).await?
        {
            row.by = None;
        }
        self.insert_erasure(&self.database, &row).await?;
        Ok(true)
    }

    async fn has(&self, table: &str, id: Uuid) -> Result<bool, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT id FROM ")
                .push(table)
                .push(" WHERE id = ")
                .bind(id);
        });
        Ok(!rows.await?.is_empty())
    }
}
