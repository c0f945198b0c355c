//! What is sealed at rest: identity numbers and health remarks, which a copy of the database alone
//! must not give away.
//!
//! An envelope: a value is sealed with a data key, the data keys are kept in the database, each
//! wrapped by a key of the settings, which the database never holds. Values are sealed with AES-SIV
//! (RFC 5297), bound to their column and their row: a sealed text that is moved elsewhere opens
//! nowhere. What is to be found by its value has a keyed hash (HMAC-SHA-256) beside it.
//!
//! The room knows no files and no settings: whoever puts the rooms together brings the keys.

mod held;
mod keys;
mod pseudonyms;
mod sweep;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes256Siv;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sea_orm::Value;
use sha2::Sha256;
use uuid::Uuid;

pub use self::keys::{VaultError, Wrapping};
pub(in crate::store) use self::pseudonyms::Pseudonyms;
pub use self::sweep::{KeyUse, Rotated};
use super::StoreError;
use crate::catalogue::{Field, Sealing, Type};

/// What every sealed text begins with; the number of its key and a dot follow.
const MARK: &str = "kf1.";

/// Opens and seals values. Without keys it seals nothing, and opens only what is not sealed.
#[derive(Clone, Default)]
pub struct Vault(Option<Arc<Locked>>);

struct Locked {
    wrapping: Wrapping,
    keys: RwLock<DataKeys>,
}

/// The keys of the database, unwrapped: the last is the one to seal with.
#[derive(Default)]
struct DataKeys {
    data: BTreeMap<i32, [u8; 64]>,
    look_up: BTreeMap<i32, [u8; 64]>,
    erasure: BTreeMap<i32, [u8; 64]>,
}

/// Seals with one key of each kind.
pub(in crate::store) struct Sealer {
    number: i32,
    data: [u8; 64],
    look_up_number: i32,
    look_up: [u8; 64],
}

impl Vault {
    /// Whether it seals.
    #[must_use]
    pub fn seals(&self) -> bool {
        self.0.is_some()
    }

    /// The value of a column of a row. What was never sealed is its own value: a server may read
    /// while an older database is being sealed.
    pub(in crate::store) fn open(
        &self,
        of: &Type,
        column: &'static str,
        row: Uuid,
        kept: &str,
    ) -> Result<Option<String>, StoreError> {
        let Some((number, sealed)) = parts(kept) else {
            return Ok(None);
        };
        let locked = self.0.as_ref().ok_or(StoreError::Sealed(column))?;
        let keys = locked.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.data.get(&number).ok_or(StoreError::UnknownKey)?;
        let opened = URL_SAFE_NO_PAD.decode(sealed).ok().and_then(|sealed| {
            let mut cipher = Aes256Siv::new(&(*key).into());
            let place = place(of, column);
            cipher
                .decrypt([place.as_bytes(), row.as_bytes()], &sealed)
                .ok()
        });
        let opened = opened.and_then(|plain| String::from_utf8(plain).ok());
        opened.map(Some).ok_or(StoreError::Sealed(column))
    }

    /// Seals with the newest keys; none without keys.
    pub(in crate::store) fn sealer(&self) -> Option<Sealer> {
        let keys = self.0.as_ref()?.keys.read();
        let keys = keys.unwrap_or_else(PoisonError::into_inner);
        let (number, data) = keys.data.last_key_value()?;
        let (look_up_number, look_up) = keys.look_up.last_key_value()?;
        Some(Sealer {
            number: *number,
            data: *data,
            look_up_number: *look_up_number,
            look_up: *look_up,
        })
    }

    /// The hashes under which a value may be kept; none without keys, and then nothing is found.
    pub(super) fn hashes(&self, of: &Type, column: &'static str, plain: &str) -> Vec<String> {
        let Some(locked) = &self.0 else {
            return Vec::new();
        };
        let keys = locked.keys.read().unwrap_or_else(PoisonError::into_inner);
        let each = keys.look_up.iter();
        each.map(|(number, key)| hashed(*number, key, of, column, plain))
            .collect()
    }

    /// Seals the values of a row that are about to be written, and adds the hashes beside them.
    pub(super) fn seal_columns(
        &self,
        of: &'static Type,
        row: Uuid,
        columns: &mut Vec<(&'static str, Value)>,
    ) -> Result<(), StoreError> {
        let sealer = self.sealer().ok_or(StoreError::UnknownKey)?;
        let mut hashes = Vec::new();
        for (column, value) in columns.iter_mut() {
            let Some(field) = sealed_field(of, column) else {
                continue;
            };
            let hash = match &*value {
                Value::String(Some(plain)) => {
                    let plain = plain.clone();
                    *value = sealer.seal(of, column, row, &plain).into();
                    match field.sealing {
                        Sealing::Found(_) => Some(sealer.hash(of, column, &plain)),
                        _ => None,
                    }
                }
                _ => None,
            };
            if let Sealing::Found(beside) = field.sealing {
                hashes.push((beside, Value::String(hash)));
            }
        }
        columns.extend(hashes);
        Ok(())
    }
}

impl Sealer {
    /// The sealed form of a value.
    pub(in crate::store) fn seal(&self, of: &Type, column: &str, row: Uuid, plain: &str) -> String {
        let mut cipher = Aes256Siv::new(&self.data.into());
        let place = place(of, column);
        // It fails for more than 126 parts only.
        let sealed = cipher.encrypt([place.as_bytes(), row.as_bytes()], plain.as_bytes());
        let sealed = URL_SAFE_NO_PAD.encode(sealed.unwrap_or_default());
        format!("{MARK}{}.{sealed}", self.number)
    }

    /// The hash to keep beside a value, by which it is found.
    pub(in crate::store) fn hash(&self, of: &Type, column: &str, plain: &str) -> String {
        hashed(self.look_up_number, &self.look_up, of, column, plain)
    }
}

/// A column that would be written as it is though it must be sealed, if there is one.
pub(super) fn unsealed(
    of: &'static Type,
    columns: &[(&'static str, Value)],
) -> Option<&'static str> {
    let open = |(column, value): &&(&'static str, Value)| match value {
        Value::String(Some(text)) => sealed_field(of, column).is_some() && parts(text).is_none(),
        _ => false,
    };
    columns.iter().find(open).map(|(column, _)| *column)
}

/// Whether some of these columns are of those that are sealed.
pub(super) fn any_sealed(of: &'static Type, columns: &[(&'static str, Value)]) -> bool {
    columns
        .iter()
        .any(|(column, _)| sealed_field(of, column).is_some())
}

fn sealed_field(of: &'static Type, column: &str) -> Option<&'static Field> {
    of.fields
        .iter()
        .filter(|field| field.sealing != Sealing::Open)
        .find(|field| field.column() == Some(column))
}

/// The number of the key and the sealed value, of a text that is sealed.
fn parts(kept: &str) -> Option<(i32, &str)> {
    let (number, sealed) = kept.strip_prefix(MARK)?.split_once('.')?;
    Some((number.parse().ok()?, sealed))
}

fn place(of: &Type, column: &str) -> String {
    format!("{}.{column}", of.table)
}

/// Spelt alike, numbers that differ only in brackets, spaces or capitals are the same.
fn hashed(number: i32, key: &[u8; 64], of: &Type, column: &str, plain: &str) -> String {
    let spelt: String = plain
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let spelt = if spelt.is_empty() { plain } else { &spelt };
    let Ok(mut hash) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    hash.update(place(of, column).as_bytes());
    hash.update(&[0]);
    hash.update(spelt.as_bytes());
    format!(
        "{number}.{}",
        URL_SAFE_NO_PAD.encode(hash.finalize().into_bytes())
    )
}
