//! The signing key's file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, spki::der::pem::LineEnding},
};

use super::{KeyError, from_pem, new_key};
use crate::private_file;

const NAME: &str = "signing-key.pem";

/// Reads a key that only its owner may read.
pub(super) fn read(path: &Path) -> Result<SigningKey, KeyError> {
    let failed = |cause| file_error(path, cause);
    if private_file::is_open_to_others(path).map_err(failed)? {
        return Err(KeyError::OpenToOthers {
            path: path.to_owned(),
        });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    from_pem(&text).ok_or_else(|| KeyError::NotAKey {
        path: path.to_owned(),
    })
}

/// The key of a data folder; the first start makes both, and of two starts at
/// once the second takes the first one's key.
pub(super) fn read_or_make(data_dir: &Path) -> Result<SigningKey, KeyError> {
    let path: PathBuf = data_dir.join(NAME);
    let failed = |cause| file_error(&path, cause);
    private_file::make_folder(data_dir).map_err(failed)?;
    if !path.try_exists().map_err(failed)? {
        let key = new_key()?;
        let text = key
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| KeyError::Encoding)?;
        match private_file::create(&path, &text) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed(cause));
            }
            _ => {}
        }
    }
    read(&path)
}

fn file_error(path: &Path, cause: io::Error) -> KeyError {
    KeyError::File {
        path: path.to_owned(),
        cause,
    }
}
