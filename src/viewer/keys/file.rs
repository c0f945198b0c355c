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
pub(super) fn read_or_make(data_dir: &Path) -> Result<(SigningKey, PathBuf), KeyError> {
    let path: PathBuf = data_dir.join(NAME);
    let failed = |cause| file_error(&path, cause);
    private_file::make_folder(data_dir).map_err(failed)?;
    if !path.try_exists().map_err(failed)? {
        match private_file::create(&path, &to_pem(&new_key()?)?) {
            Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed(cause));
            }
            _ => {}
        }
    }
    Ok((read(&path)?, path))
}

/// Puts a key in the place of another.
pub(super) fn replace(path: &Path, key: &SigningKey) -> Result<(), KeyError> {
    private_file::replace(path, &to_pem(key)?).map_err(|cause| file_error(path, cause))
}

fn to_pem(key: &SigningKey) -> Result<String, KeyError> {
    let text = key.to_pkcs8_pem(LineEnding::LF);
    Ok(text.map_err(|_| KeyError::Encoding)?.to_string())
}

fn file_error(path: &Path, cause: io::Error) -> KeyError {
    KeyError::File {
        path: path.to_owned(),
        cause,
    }
}
