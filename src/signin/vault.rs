//! The key of sign-in: it seals what must be read again (the secrets of authenticators) and hides
//! whom a count is about.
//!
//! It is a key of its own, so that signing keys can be changed without it. It lies in the data
//! folder, made at the first start, or in a file that the settings name; servers with one database
//! have the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aes_siv::KeyInit as _;
use aes_siv::siv::Aes256Siv;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::secret::NoRandom;
use crate::private_file;

const NAME: &str = "sign-in-key";

/// There is no key to seal with.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key's file or its folder cannot be used.
    #[error("sign-in key `{}`: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Others than the owner may read the key.
    #[error("sign-in key `{}` can be read by others; make it `chmod 600`", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no key.
    #[error("sign-in key `{}` is not 64 bytes in base64url", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error(transparent)]
    Random(#[from] NoRandom),
}

/// Seals and hides. It has no `Debug`.
#[derive(Clone)]
pub struct Vault {
    key: [u8; 64],
}

impl Vault {
    /// With the key of the data folder, made at the first start, or the one of the file named.
    ///
    /// # Errors
    /// The file cannot be read or made, can be read by others, or is no key.
    pub fn open(data_dir: &Path, named: Option<&Path>) -> Result<Self, VaultError> {
        let Some(path) = named else {
            return Self::read_or_make(data_dir);
        };
        Self::read(path)
    }

    /// With a key that is kept nowhere.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandom> {
        let mut key = [0; 64];
        getrandom::fill(&mut key).map_err(NoRandom)?;
        Ok(Self { key })
    }

    /// What only this key opens, and only for this account.
    #[must_use]
    pub fn seal(&self, account: Uuid, plain: &[u8]) -> Option<String> {
        let mut cipher = Aes256Siv::new(&self.key.into());
        let sealed = cipher.encrypt([account.as_bytes()], plain);
        sealed.ok().map(|sealed| URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What was sealed for this account; nothing where it was not, or by another key.
    #[must_use]
    pub fn unseal(&self, account: Uuid, sealed: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let mut cipher = Aes256Siv::new(&self.key.into());
        cipher.decrypt([account.as_bytes()], &sealed).ok()
    }

    /// A text that follows from others, for whoever has the key.
    #[must_use]
    pub fn derive(&self, from: &[&str]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(from))
    }

    /// An id for whom a count is about, which tells nobody without the key who it is.
    #[must_use]
    pub fn hide(&self, about: &[&str]) -> Uuid {
        let hash = self.mac(about);
        let mut id = [0; 16];
        id.iter_mut().zip(&hash).for_each(|(to, from)| *to = *from);
        uuid::Builder::from_custom_bytes(id).into_uuid()
    }

    fn mac(&self, parts: &[&str]) -> [u8; 32] {
        let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.key) else {
            return [0; 32];
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    fn read(path: &Path) -> Result<Self, VaultError> {
        let failed = |cause| file_error(path, cause);
        let path = path.to_owned();
        if private_file::is_open_to_others(&path).map_err(failed)? {
            return Err(VaultError::OpenToOthers { path });
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        let bytes = URL_SAFE_NO_PAD.decode(text.trim());
        match bytes.ok().and_then(|bytes| bytes.try_into().ok()) {
            Some(key) => Ok(Self { key }),
            None => Err(VaultError::NotAKey { path }),
        }
    }

    /// Of two starts at once the second takes the first one's key.
    fn read_or_make(data_dir: &Path) -> Result<Self, VaultError> {
        let path = data_dir.join(NAME);
        let failed = |cause| file_error(&path, cause);
        private_file::make_folder(data_dir).map_err(failed)?;
        if !path.try_exists().map_err(failed)? {
            let text = URL_SAFE_NO_PAD.encode(Self::generate()?.key);
            match private_file::create(&path, &text) {
                Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(cause));
                }
                _ => {}
            }
        }
        Self::read(&path)
    }
}

fn file_error(path: &Path, cause: io::Error) -> VaultError {
    VaultError::File {
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_account_and_key_only() {
        let (vault, other) = (Vault::generate().unwrap(), Vault::generate().unwrap());
        let (ann, bob) = (Uuid::new_v4(), Uuid::new_v4());
        let sealed = vault.seal(ann, b"secret").unwrap();
        assert_eq!(vault.unseal(ann, &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(vault.unseal(bob, &sealed), None);
        assert_eq!(other.unseal(ann, &sealed), None);
        assert_eq!(vault.unseal(ann, "no seal"), None);
    }

    #[test]
    fn what_is_hidden_is_one_thing_and_no_other() {
        let vault = Vault::generate().unwrap();
        assert_eq!(vault.hide(&["a", "b"]), vault.hide(&["a", "b"]));
        assert_ne!(vault.hide(&["a", "b"]), vault.hide(&["ab"]));
        assert_ne!(vault.hide(&["a", "b"]), vault.hide(&["b", "a"]));
        let other = Vault::generate().unwrap();
        assert_ne!(vault.hide(&["a"]), other.hide(&["a"]));
    }
}
