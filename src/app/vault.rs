//! The keys under which data keys are wrapped: the settings' file, or one of the data folder.

use std::{fs, io, path::Path};

use chrono::Utc;
use sea_orm::DatabaseConnection;

use super::{AppError, database};
use crate::config::Config;
use crate::private_file;
pub use crate::store::{KeyUse, Rotated};
use crate::store::{Vault, Wrapping};

/// The data folder's own file.
const NAME: &str = "encryption-key.txt";

/// The vault of a database that is up to date.
pub(super) async fn vault(
    config: &Config,
    database: &DatabaseConnection,
) -> Result<Vault, AppError> {
    let wrapping = wrapping(config)?;
    Ok(Vault::over(database, wrapping, Utc::now()).await?)
}

/// The keys, and what is sealed with each.
///
/// # Errors
/// Where the database or the keys cannot be opened.
pub async fn encryption(config: &Config) -> Result<Vec<KeyUse>, AppError> {
    let database = database(config).await?;
    Ok(vault(config, &database).await?.uses(&database).await?)
}

/// Makes a new data key and seals everything with it; old keys that seal nothing are forgotten an
/// hour later at the earliest.
///
/// # Errors
/// Where the database or the keys cannot be opened, or something does not open.
pub async fn rotate_encryption(config: &Config) -> Result<(Rotated, Vec<i32>), AppError> {
    let database = database(config).await?;
    let vault = vault(config, &database).await?;
    let now = Utc::now();
    let rotated = vault.rotate(&database, now).await?;
    let forgotten = vault.forget(&database, now).await?;
    Ok((rotated, forgotten))
}

/// Wraps the data keys anew, by the first key of the settings; how many were not.
///
/// # Errors
/// Where the database or the keys cannot be opened.
pub async fn rewrap_encryption(config: &Config) -> Result<usize, AppError> {
    let database = database(config).await?;
    Ok(vault(config, &database).await?.rewrap(&database).await?)
}

/// A new key for the settings' file, as a line of it.
///
/// # Errors
/// Where the system gives no random bytes.
pub fn new_encryption_key() -> Result<String, AppError> {
    Ok(Wrapping::new_line()?)
}

fn wrapping(config: &Config) -> Result<Wrapping, AppError> {
    if let Some(file) = &config.encryption_key_file {
        return read(file);
    }
    let file = config.data_dir.join(NAME);
    private_file::make_folder(&config.data_dir).map_err(AppError::Folder)?;
    if !file.exists() {
        let text = format!(
            "# Keys of Kaifong that wrap the data keys, one a line; the first wraps.\n\
             # Keep a copy apart from the database: without it, what is sealed is lost.\n{}\n",
            Wrapping::new_line()?
        );
        match private_file::create(&file, &text) {
            // Another was first.
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            done => done.map_err(|cause| failed(&file, cause))?,
        }
    }
    read(&file)
}

fn read(file: &Path) -> Result<Wrapping, AppError> {
    let open = private_file::is_open_to_others(file).map_err(|cause| failed(file, cause))?;
    if open {
        return Err(AppError::OpenToOthers(file.to_owned()));
    }
    let text = fs::read_to_string(file).map_err(|cause| failed(file, cause))?;
    Ok(Wrapping::read(&text)?)
}

fn failed(file: &Path, cause: io::Error) -> AppError {
    AppError::File {
        path: file.to_owned(),
        cause,
    }
}
