//! The data keys: kept in the database, each wrapped by a key of the settings.

use std::sync::{Arc, PoisonError, RwLock};

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes256Siv;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::super::StoreError;
use super::super::sql::Sql;
use super::{DataKeys, Locked, Vault};

/// What a data key is for: values are sealed with it.
pub(super) const DATA: &str = "DATA";
/// What a data key is for: who was erased is known again by it.
pub(super) const ERASURE: &str = "ERASURE";
/// What a data key is for: values are found by it.
const LOOK_UP: &str = "LOOK_UP";

/// The keys of the settings: the first wraps, each opens what it has wrapped.
#[derive(Clone)]
pub struct Wrapping(Vec<(String, [u8; 64])>);

/// Why the vault does not open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A line of the key file is no key.
    #[error("line {0} of the encryption key file is no key: 64 bytes in base64 are wanted")]
    NotAKey(usize),
    /// The file holds no key.
    #[error("the encryption key file holds no key")]
    Empty,
    /// A data key was wrapped by a key that the file does not hold.
    #[error(
        "the encryption keys of this server do not open data key {number} of the database, which \
         key `{wrapped_by}` has wrapped; set `encryption_key_file` to the file that holds that key"
    )]
    Foreign {
        /// The data key.
        number: i32,
        /// The key that is missing.
        wrapped_by: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

impl From<sea_orm::DbErr> for VaultError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl Wrapping {
    /// Reads keys, one a line in base64; empty lines and those after `#` do not count.
    ///
    /// # Errors
    /// Where a line is none, or there is none.
    pub fn read(text: &str) -> Result<Self, VaultError> {
        let mut keys = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bytes = STANDARD.decode(line).ok();
            let key = bytes.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
            let key = key.ok_or(VaultError::NotAKey(at + 1))?;
            keys.push((name(&key), key));
        }
        if keys.is_empty() {
            return Err(VaultError::Empty);
        }
        Ok(Self(keys))
    }

    /// A new key, as a line of a file.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn new_line() -> Result<String, VaultError> {
        Ok(STANDARD.encode(random()?))
    }

    /// A key is bound to what it is for and to its number.
    fn wrap(&self, number: i32, purpose: &str, key: &[u8; 64]) -> Option<(String, String)> {
        let (by, wrapping) = self.0.first()?;
        let mut cipher = Aes256Siv::new(&(*wrapping).into());
        let bound = format!("data_key.{purpose}.{number}");
        let wrapped = cipher.encrypt([bound.as_bytes()], key.as_slice()).ok()?;
        Some((by.clone(), URL_SAFE_NO_PAD.encode(wrapped)))
    }

    pub(super) fn unwrap(&self, row: &KeyRow) -> Option<[u8; 64]> {
        let (_, wrapping) = self.0.iter().find(|(name, _)| *name == row.wrapped_by)?;
        let mut cipher = Aes256Siv::new(&(*wrapping).into());
        let bound = format!("data_key.{}.{}", row.purpose, row.number);
        let wrapped = URL_SAFE_NO_PAD.decode(&row.wrapped).ok()?;
        let key = cipher.decrypt([bound.as_bytes()], &wrapped).ok()?;
        key.try_into().ok()
    }

    fn wraps_with(&self, name: &str) -> bool {
        self.0.first().is_some_and(|(first, _)| first == name)
    }
}

/// A data key, as it is kept.
pub(super) struct KeyRow {
    pub number: i32,
    pub purpose: String,
    pub wrapped_by: String,
    pub wrapped: String,
    pub created_at: DateTime<Utc>,
}

impl Vault {
    /// Opens the keys of a database; one that has none yet gets its first.
    ///
    /// # Errors
    /// Where the database fails, or its keys were wrapped by others.
    pub async fn over(
        database: &DatabaseConnection,
        wrapping: Wrapping,
        now: DateTime<Utc>,
    ) -> Result<Self, VaultError> {
        let keys = RwLock::default();
        let vault = Self(Some(Arc::new(Locked { wrapping, keys })));
        vault.learn(database).await?;
        for purpose in [DATA, LOOK_UP] {
            if vault.newest(purpose).is_none() {
                vault.make(database, purpose, 0, now).await?;
            }
        }
        Ok(vault)
    }

    /// Takes up the keys that are in the database now.
    pub(in super::super) async fn learn(
        &self,
        database: &impl ConnectionTrait,
    ) -> Result<(), VaultError> {
        let Some(locked) = &self.0 else {
            return Ok(());
        };
        let mut keys = DataKeys::default();
        for row in rows(database).await? {
            let foreign = || VaultError::Foreign {
                number: row.number,
                wrapped_by: row.wrapped_by.clone(),
            };
            let key = locked.wrapping.unwrap(&row).ok_or_else(foreign)?;
            let shelf = match row.purpose.as_str() {
                DATA => &mut keys.data,
                ERASURE => &mut keys.erasure,
                _ => &mut keys.look_up,
            };
            shelf.insert(row.number, key);
        }
        *locked.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// The same, where another server has made a newer key to seal with.
    pub(in super::super) async fn keep_up(
        &self,
        database: &impl ConnectionTrait,
    ) -> Result<(), VaultError> {
        let mut sql = Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC);
        sql.push("SELECT COALESCE(MAX(number), 0) FROM data_key WHERE purpose = ")
            .bind(DATA);
        let row = database.query_one_raw(sql.finish()).await?;
        let newest: Option<i32> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        if newest != self.newest(DATA) {
            self.learn(database).await?;
        }
        Ok(())
    }

    /// The number of the newest key for a purpose.
    pub(super) fn newest(&self, purpose: &str) -> Option<i32> {
        let keys = self.0.as_ref()?.keys.read();
        let keys = keys.unwrap_or_else(PoisonError::into_inner);
        let shelf = match purpose {
            DATA => &keys.data,
            ERASURE => &keys.erasure,
            _ => &keys.look_up,
        };
        shelf.last_key_value().map(|(number, _)| *number)
    }

    /// Makes the key that comes after this number, unless another is first, and takes it up.
    pub(super) async fn make(
        &self,
        database: &DatabaseConnection,
        purpose: &str,
        after: i32,
        now: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let Some(locked) = &self.0 else {
            return Ok(());
        };
        let number = after + 1;
        let wrapped = locked.wrapping.wrap(number, purpose, &random()?);
        let (by, wrapped) = wrapped.ok_or(VaultError::Random)?;
        let mut sql = Sql::new(database.get_database_backend(), now);
        sql.push(
            "INSERT INTO data_key (id, purpose, number, wrapped_by, wrapped, created_at) VALUES (",
        );
        sql.bind(Uuid::now_v7())
            .push(", ")
            .bind(purpose)
            .push(", ")
            .bind(number)
            .push(", ")
            .bind(by);
        sql.push(", ").bind(wrapped).push(", ").bind(now);
        sql.push(") ON CONFLICT (purpose, number) DO NOTHING");
        database.execute_raw(sql.finish()).await?;
        self.learn(database).await
    }

    /// Wraps all data keys anew by the first key of the settings; how many were not.
    ///
    /// # Errors
    /// Where the database fails, or a key was wrapped by none of the settings.
    pub async fn rewrap(&self, database: &DatabaseConnection) -> Result<usize, VaultError> {
        let Some(locked) = &self.0 else {
            return Ok(0);
        };
        let transaction = database.begin().await?;
        let mut changed = 0;
        for row in rows(&transaction).await? {
            if locked.wrapping.wraps_with(&row.wrapped_by) {
                continue;
            }
            let foreign = || VaultError::Foreign {
                number: row.number,
                wrapped_by: row.wrapped_by.clone(),
            };
            let key = locked.wrapping.unwrap(&row).ok_or_else(foreign)?;
            let wrapped = locked.wrapping.wrap(row.number, &row.purpose, &key);
            let (by, wrapped) = wrapped.ok_or(VaultError::Random)?;
            let mut sql = Sql::new(transaction.get_database_backend(), row.created_at);
            sql.push("UPDATE data_key SET wrapped_by = ").bind(by);
            sql.push(", wrapped = ").bind(wrapped);
            sql.push(" WHERE purpose = ").bind(row.purpose.as_str());
            sql.push(" AND number = ").bind(row.number);
            transaction.execute_raw(sql.finish()).await?;
            changed += 1;
        }
        transaction.commit().await?;
        Ok(changed)
    }
}

/// The data keys of a database, the oldest first.
pub(super) async fn rows(database: &impl ConnectionTrait) -> Result<Vec<KeyRow>, VaultError> {
    let mut sql = Sql::new(database.get_database_backend(), DateTime::<Utc>::MIN_UTC);
    sql.push("SELECT number, purpose, wrapped_by, wrapped, created_at FROM data_key ");
    sql.push("ORDER BY purpose, number");
    let rows = database.query_all_raw(sql.finish()).await?;
    let one = |row: &sea_orm::QueryResult| {
        Ok(KeyRow {
            number: row.try_get_by_index(0)?,
            purpose: row.try_get_by_index(1)?,
            wrapped_by: row.try_get_by_index(2)?,
            wrapped: row.try_get_by_index(3)?,
            created_at: row.try_get_by_index(4)?,
        })
    };
    rows.iter().map(one).collect()
}

/// What a key of the settings is called: it says nothing of the key.
fn name(key: &[u8; 64]) -> String {
    let hash = Sha256::digest(key);
    hash.iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn random() -> Result<[u8; 64], VaultError> {
    let mut key = [0; 64];
    getrandom::fill(&mut key).map_err(|_| VaultError::Random)?;
    Ok(key)
}
