//! The key under which erased persons are known again, and by nobody else.

use std::sync::PoisonError;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sha2::Sha256;

use super::Vault;
use super::keys::{ERASURE, KeyRow, VaultError, rows};

/// Makes pseudonyms.
pub struct Pseudonyms([u8; 64]);

impl Vault {
    /// The key of pseudonyms, made where there is none yet; none without keys.
    pub(in crate::store) async fn pseudonyms(
        &self,
        database: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<Option<Pseudonyms>, VaultError> {
        if self.newest(ERASURE).is_none() {
            // Another server may have made it.
            self.make(database, ERASURE, 0, now).await?;
        }
        Ok(self.known_pseudonyms())
    }

    /// The key of pseudonyms, if there is one by now.
    pub(in crate::store) fn known_pseudonyms(&self) -> Option<Pseudonyms> {
        let keys = self.0.as_ref()?.keys.read();
        let keys = keys.unwrap_or_else(PoisonError::into_inner);
        keys.erasure
            .first_key_value()
            .map(|(_, key)| Pseudonyms(*key))
    }

    /// The same, where it may have been made since the keys were read.
    pub(in crate::store) async fn learn_pseudonyms(
        &self,
        database: &impl ConnectionTrait,
    ) -> Result<Option<Pseudonyms>, VaultError> {
        if self.newest(ERASURE).is_none() {
            self.learn(database).await?;
        }
        Ok(self.known_pseudonyms())
    }

    /// The key of pseudonyms as it is kept: wrapped, with the name of the key that has wrapped it.
    pub(in crate::store) async fn wrapped_pseudonyms(
        database: &impl ConnectionTrait,
    ) -> Result<Option<(String, String)>, VaultError> {
        let mut all = rows(database).await?.into_iter();
        let row = all.find(|row| row.purpose == ERASURE);
        Ok(row.map(|row| (row.wrapped_by, row.wrapped)))
    }

    /// Opens a key of pseudonyms that was kept elsewhere.
    pub(in crate::store) fn open_pseudonyms(
        &self,
        wrapped_by: &str,
        wrapped: &str,
        now: DateTime<Utc>,
    ) -> Option<Pseudonyms> {
        let row = KeyRow {
            number: 1,
            purpose: ERASURE.to_owned(),
            wrapped_by: wrapped_by.to_owned(),
            wrapped: wrapped.to_owned(),
            created_at: now,
        };
        let key = self.0.as_ref()?.wrapping.unwrap(&row)?;
        Some(Pseudonyms(key))
    }
}

impl Pseudonyms {
    /// A keyed hash of some words, in this order.
    pub(in crate::store) fn hash(&self, words: &[&str]) -> String {
        let Ok(mut hash) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        for word in words {
            hash.update(&(word.len() as u64).to_be_bytes());
            hash.update(word.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(hash.finalize().into_bytes())
    }
}
