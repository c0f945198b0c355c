//! Under what name an erasure is kept: a keyed hash, which says nothing to whoever lacks the key.
//!
//! The key is a data key of its own, made at the first erasure and never changed: a restored backup
//! must find the same pseudonyms.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::Person;
use crate::store::sql::Sql;
use crate::store::vault::{Pseudonyms, Vault};
use crate::store::{Store, StoreError};

impl Store {
    /// The key of pseudonyms; it is made where there is none yet.
    pub(super) async fn pseudonyms(&self) -> Result<Pseudonyms, StoreError> {
        let key = self.vault.pseudonyms(&self.database, self.now).await;
        key.map_err(|error| {
            tracing::error!(%error, "there is no key for pseudonyms");
            StoreError::UnknownKey
        })?
        .ok_or(StoreError::UnknownKey)
    }
}

/// Which of these, by organisation and key there, were erased and are not to come back unnoticed.
pub(in crate::store) async fn erased_among(
    vault: &Vault,
    database: &impl ConnectionTrait,
    source: &str,
    keys: impl IntoIterator<Item = (Uuid, String)>,
) -> Result<BTreeSet<(Uuid, String)>, DbErr> {
    let key = vault.learn_pseudonyms(database).await;
    let key = key.map_err(|error| DbErr::Custom(error.to_string()))?;
    // Without a key nobody was ever erased.
    let Some(pseudonyms) = key else {
        return Ok(BTreeSet::new());
    };
    let keys = keys.into_iter();
    let named = keys.map(|(organisation, key)| {
        let hash = pseudonyms.external(organisation, source, &key);
        (hash, (organisation, key))
    });
    let mut named: BTreeMap<String, (Uuid, String)> = named.collect();
    let mut sql = Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC);
    sql.push("SELECT DISTINCT external FROM erasure WHERE external");
    sql.among(named.keys().map(String::as_str));
    let mut erased = BTreeSet::new();
    for row in database.query_all_raw(sql.finish()).await? {
        let hash: String = row.try_get_by_index(0)?;
        erased.extend(named.remove(&hash));
    }
    Ok(erased)
}

impl Pseudonyms {
    /// The pseudonym of a row.
    pub(in crate::store) fn of(&self, person: Person, id: Uuid) -> String {
        self.hash(&["row", person.name(), &id.simple().to_string()])
    }

    /// The pseudonym of what somebody is called where the row was imported from.
    pub(in crate::store) fn external(&self, organisation: Uuid, source: &str, key: &str) -> String {
        let organisation = organisation.simple().to_string();
        self.hash(&["external", &organisation, source, key])
    }
}
