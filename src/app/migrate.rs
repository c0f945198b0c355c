//! Moving the database.

use chrono::Utc;
use migration::{Migrator, MigratorTrait};

use super::vault::vault;
use super::{AppError, database};
use crate::config::Config;

/// Where to move the database.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    /// Apply everything that is missing.
    Up,
    /// Take back the last migration.
    Down,
    /// Only look.
    Stay,
}

/// One migration, after the move.
pub struct Migration {
    /// Its name.
    pub name: String,
    /// Whether it is in the database.
    pub state: MigrationState,
}

/// Whether a migration is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// It is.
    Applied,
    /// It is not.
    Pending,
}

/// Moves the database and answers all migrations in their order.
///
/// # Errors
///
/// The database cannot be opened, or a migration fails.
pub async fn migrate(config: &Config, direction: Move) -> Result<Vec<Migration>, AppError> {
    let database = database(config).await?;
    match direction {
        Move::Up => {
            Migrator::up(&database, None).await?;
            // What an older version has written as it was.
            let vault = vault(config, &database).await?;
            vault.seal_all(&database, Utc::now()).await?;
        }
        Move::Down => Migrator::down(&database, Some(1)).await?,
        Move::Stay => {}
    }
    let migrations = Migrator::get_migration_with_status(&database).await?;
    let state = |status| match status {
        migration::MigrationStatus::Applied => MigrationState::Applied,
        migration::MigrationStatus::Pending => MigrationState::Pending,
    };
    let told = |m: migration::Migration| Migration {
        name: m.name().to_owned(),
        state: state(m.status()),
    };
    Ok(migrations.into_iter().map(told).collect())
}
