//! A new key signs, the old one verifies until it retires.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};

use super::{KeyError, Retiring, file, new_key, ring, thumbprint};

/// The files of a server's keys.
pub struct KeyFiles(PathBuf);

impl KeyFiles {
    /// Those of the data folder, or those of the file named; the first key is made if it is not
    /// there.
    ///
    /// # Errors
    ///
    /// The file cannot be read or made, can be read by others, or is no key.
    pub fn of(data_dir: &Path, named: Option<&Path>) -> Result<Self, KeyError> {
        match named {
            Some(path) => file::read(path).map(|_| Self(path.to_owned())),
            None => file::read_or_make(data_dir).map(|(_, path)| Self(path)),
        }
    }

    /// The id of the key that signs.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn signing(&self) -> Result<String, KeyError> {
        let key = file::read(&self.0)?;
        Ok(thumbprint(&key.verifying_key().to_bytes()))
    }

    /// The keys that no longer sign.
    ///
    /// # Errors
    ///
    /// Their file cannot be read.
    pub fn retiring(&self) -> Result<Vec<Retiring>, KeyError> {
        ring::retiring(&self.0)
    }

    /// Puts a new key in the place of the one that signs, which verifies until then; the new one's
    /// id. Keys that have retired are forgotten.
    ///
    /// # Errors
    ///
    /// The files cannot be read or written.
    pub fn rotate(&self, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<String, KeyError> {
        let old = file::read(&self.0)?.verifying_key().to_bytes();
        let mut keys = self.retiring()?;
        keys.retain(|key| key.until > now && key.kid != thumbprint(&old));
        keys.push(Retiring {
            kid: thumbprint(&old),
            x: URL_SAFE_NO_PAD.encode(old),
            until,
        });
        // The old key is on the list before it ceases to sign: there is no moment without it.
        ring::keep(&self.0, &keys)?;
        let new = new_key()?;
        file::replace(&self.0, &new)?;
        Ok(thumbprint(&new.verifying_key().to_bytes()))
    }

    /// Lets a key that no longer signs go at once; whether it was there.
    ///
    /// # Errors
    ///
    /// The files cannot be read or written.
    pub fn retire(&self, kid: &str) -> Result<bool, KeyError> {
        let mut keys = self.retiring()?;
        let before = keys.len();
        keys.retain(|key| key.kid != kid);
        let found = keys.len() < before;
        if found {
            ring::keep(&self.0, &keys)?;
        }
        Ok(found)
    }
}
