//! `kaifong migrate`

use clap::{Args, ValueEnum};

use super::{CliError, logging, print, settings::SettingFlags};
use crate::app::{self, MigrationState, Move};

/// Bring the database up to date, or look at what is missing
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong migrate             bring the database up to date
  kaifong migrate status      show what was and what was not applied
  kaifong migrate down        take back the last migration")]
pub(super) struct Migrate {
    /// What to do
    #[arg(value_enum, default_value_t = Direction::Up)]
    direction: Direction,
}

#[derive(Clone, Copy, ValueEnum)]
enum Direction {
    /// Apply everything that is missing
    Up,
    /// Take back the last migration
    Down,
    /// Show what was and what was not applied
    Status,
}

impl Migrate {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        logging::start(&config.log)?;
        let direction = match self.direction {
            Direction::Up => Move::Up,
            Direction::Down => Move::Down,
            Direction::Status => Move::Stay,
        };
        let migrations = app::migrate(&config, direction).await?;
        for migration in &migrations {
            let state = match migration.state {
                MigrationState::Applied => "applied",
                MigrationState::Pending => "pending",
            };
            print(&format!("{state}  {}", migration.name))?;
        }
        if migrations.is_empty() {
            print("no migrations")?;
        }
        Ok(())
    }
}
