//! `kaifong policy rollback`

use chrono::Utc;
use clap::Args;

use super::publish::{Said, tell};
use super::{CliError, Format, SettingFlags};
use crate::app;

/// Put an earlier set in force again, through the gate
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy rollback 3 --reason \"the notes were too open\" --as ID

The numbers are those of `kaifong policy history`. The earlier set is published again
under a number of its own.")]
pub(super) struct Rollback {
    /// The number of the earlier set
    number: i32,
    #[command(flatten)]
    said: Said,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Rollback {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let Said { reason, who } = &self.said;
        let done = app::roll_back(&config, self.number, who, reason, Utc::now()).await;
        tell(done, self.format)
    }
}
