//! Cursors: a place in a list, sealed.
//!
//! A cursor holds the values by which the list is ordered, as the viewer sees them. It is sealed
//! with AES-SIV (RFC 5297): deterministic, so that equal questions have equal answers, and bound to
//! a context (the viewer, the list, its filter and its order), so that a cursor tells nothing and
//! opens nowhere else.

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes256Siv;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::catalogue::Cell;

/// A place in the order of a list.
#[derive(Clone, PartialEq)]
pub struct CursorKey {
    /// The values of the order's terms.
    pub values: Vec<Cell>,
    /// The row.
    pub id: Uuid,
}

/// Seals and opens cursors.
#[derive(Clone)]
pub struct Seal {
    key: [u8; 64],
}

/// A text is no cursor of this list and this viewer.
#[derive(Debug, thiserror::Error)]
#[error("the cursor does not belong to this list")]
pub struct Unsealed;

#[derive(Serialize, Deserialize)]
enum Packed {
    N,
    B(bool),
    I(i64),
    F(f64),
    T(String),
    U(Uuid),
    C(DateTime<Utc>),
    D(NaiveDate),
}

impl Seal {
    /// A seal with this key.
    #[must_use]
    pub fn new(key: [u8; 64]) -> Self {
        Self { key }
    }

    /// A mark of some bytes, which nobody makes or checks without the key. Empty where that fails,
    /// which it does for no digest.
    #[must_use]
    pub fn mark(&self, bytes: &[u8]) -> Vec<u8> {
        let mut cipher = Aes256Siv::new(&self.key.into());
        cipher.encrypt([b"mark"], bytes).unwrap_or_default()
    }

    /// A cursor for a place, good in this context only. Empty where sealing fails, which it does
    /// for no key of a list.
    #[must_use]
    pub fn seal(&self, key: &CursorKey, context: &[u8]) -> String {
        let packed = (key.id, key.values.iter().map(pack).collect::<Vec<_>>());
        let plain = serde_json::to_vec(&packed).unwrap_or_default();
        let mut cipher = Aes256Siv::new(&self.key.into());
        cipher
            .encrypt([context], &plain)
            .map(|c| URL_SAFE_NO_PAD.encode(c))
            .unwrap_or_default()
    }

    /// The place that a cursor stands for.
    ///
    /// # Errors
    /// Where it was tampered with, or made for another viewer, list, filter or order.
    pub fn open(&self, cursor: &str, context: &[u8]) -> Result<CursorKey, Unsealed> {
        if cursor.len() > 8192 {
            return Err(Unsealed);
        }
        let sealed = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| Unsealed)?;
        let mut cipher = Aes256Siv::new(&self.key.into());
        let plain = cipher.decrypt([context], &sealed).map_err(|_| Unsealed)?;
        let (id, values): (Uuid, Vec<Packed>) =
            serde_json::from_slice(&plain).map_err(|_| Unsealed)?;
        Ok(CursorKey {
            values: values.into_iter().map(unpack).collect(),
            id,
        })
    }
}

fn pack(cell: &Cell) -> Packed {
    match cell {
        Cell::Null => Packed::N,
        Cell::Bool(value) => Packed::B(*value),
        Cell::Int(value) => Packed::I(*value),
        Cell::Float(value) => Packed::F(*value),
        Cell::Text(text) => Packed::T(text.clone()),
        Cell::Id(id) => Packed::U(*id),
        Cell::Time(time) => Packed::C(*time),
        Cell::Date(date) => Packed::D(*date),
    }
}

fn unpack(packed: Packed) -> Cell {
    match packed {
        Packed::N => Cell::Null,
        Packed::B(value) => Cell::Bool(value),
        Packed::I(value) => Cell::Int(value),
        Packed::F(value) => Cell::Float(value),
        Packed::T(text) => Cell::Text(text),
        Packed::U(id) => Cell::Id(id),
        Packed::C(time) => Cell::Time(time),
        Packed::D(date) => Cell::Date(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> CursorKey {
        let values = vec![
            Cell::Text("陳".into()),
            Cell::Null,
            Cell::Int(-7),
            Cell::Float(1.5),
        ];
        CursorKey {
            values,
            id: Uuid::from_u128(7),
        }
    }

    #[test]
    fn a_cursor_opens_in_its_own_context_only() {
        let seal = Seal::new([7; 64]);
        let cursor = seal.seal(&key(), b"ann/volunteers");
        assert!(
            seal.open(&cursor, b"ann/volunteers")
                .is_ok_and(|k| k == key())
        );
        assert!(seal.open(&cursor, b"bob/volunteers").is_err());
        assert!(Seal::new([8; 64]).open(&cursor, b"ann/volunteers").is_err());
        assert_eq!(
            cursor,
            seal.seal(&key(), b"ann/volunteers"),
            "sealing is deterministic"
        );
    }

    #[test]
    fn a_cursor_that_was_tampered_with_does_not_open() {
        let seal = Seal::new([7; 64]);
        let cursor = seal.seal(&key(), b"x");
        for at in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(
                seal.open(std::str::from_utf8(&bytes).unwrap(), b"x")
                    .is_err()
            );
        }
        for text in ["", "garbage!", "AAAA", "陳"] {
            assert!(seal.open(text, b"x").is_err());
        }
    }
}
