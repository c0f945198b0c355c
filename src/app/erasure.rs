//! Erasing at the word of whoever keeps the server, and what a restored backup must do again.

use chrono::Utc;
use uuid::Uuid;

use super::publish::in_force;
use super::tokens::id_of;
use super::{AppError, database, vault};
use crate::config::Config;
use crate::graphql::retention_permit;
use crate::store::Store;
pub use crate::store::erasure::{Erased, Export, Ground, Preview, Replayed};
use crate::store::erasure::{Order, Person, Way};
pub use crate::store::retention::RunCount;

async fn store(config: &Config) -> Result<Store, AppError> {
    let database = database(config).await?;
    let vault = vault::vault(config, &database).await?;
    Ok(Store::new(database).with_vault(vault).at(Utc::now()))
}

/// Erases what was kept long enough, or counts it; the report.
///
/// # Errors
/// Where the policies do not let the job do it, or the database fails.
pub async fn run_retention(config: &Config, dry: bool) -> Result<Vec<RunCount>, AppError> {
    let store = store(config).await?;
    let (policies, _) = in_force(config, &store).await?;
    let refused = "the policies do not let the job `retention` erase";
    let permit = retention_permit(&policies).ok_or(AppError::Missing(refused))?;
    let report = store.run_retention(&permit, None, dry).await?;
    Ok(report.unwrap_or_default())
}

/// What erasing a person would do.
///
/// # Errors
/// Where the record is named wrongly, or the database fails.
pub async fn preview_erasure(config: &Config, record: &str) -> Result<Preview, AppError> {
    let (person, id) = named(record)?;
    let found = store(config)
        .await?
        .preview_erasure(person, id, None)
        .await?;
    found.ok_or_else(|| AppError::Unknown("record", record.to_owned()))
}

/// Erases a person.
///
/// # Errors
/// Where the record is named wrongly, or the database fails.
pub async fn erase(config: &Config, record: &str, ground: Ground) -> Result<Erased, AppError> {
    let (person, id) = named(record)?;
    let order = Order {
        person,
        id,
        ground,
        way: Way::Command,
        by: None,
        organisations: None,
    };
    Ok(store(config).await?.erase_by_command(&order).await?)
}

/// All erasures, to be kept apart from the backups; none where nobody was erased yet.
///
/// # Errors
/// Where the database fails.
pub async fn export_erasures(config: &Config) -> Result<Option<Export>, AppError> {
    Ok(store(config).await?.export_erasures().await?)
}

/// Erases again whom a restored database has.
///
/// # Errors
/// Where the erasures are of a database with another key, or the database fails.
pub async fn replay_erasures(config: &Config, export: &Export) -> Result<Replayed, AppError> {
    Ok(store(config).await?.replay_erasures(export).await?)
}

/// A record as `Volunteer:ID`.
fn named(record: &str) -> Result<(Person, Uuid), AppError> {
    let wrong = || AppError::Id(record.to_owned(), "a person's record, such as Volunteer:ID");
    let (kind, id) = record.split_once(':').ok_or_else(wrong)?;
    let mut kinds = Person::ALL.into_iter();
    let person = kinds
        .find(|person| person.name() == kind)
        .ok_or_else(wrong)?;
    Ok((person, id_of(id, person.name())?))
}
