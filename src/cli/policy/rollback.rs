//! `kaifong policy rollback`

use chrono::Utc;
use clap::Args;

use super::progress::waiting;
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
        let bar = waiting("the set goes through the gate");
        let done = app::roll_back(&config, self.number, who, reason, Utc::now()).await;
        bar.finish_and_clear();
        tell(done, self.format)
    }
}
