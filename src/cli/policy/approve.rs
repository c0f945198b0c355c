//! `kaifong policy approve`

use chrono::Utc;
use clap::Args;

use super::publish::tell;
use super::{CliError, Format, SettingFlags};
use crate::app;

/// Approve a set that another person published, and so put it in force
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy approve 4 --as ID

It is for where the setting `policy_approval` is on. The number is that of `kaifong
policy history`.")]
pub(super) struct Approve {
    /// The number of the set
    number: i32,
    /// Who: the person's id
    #[arg(long = "as", value_name = "USER")]
    who: String,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Approve {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let done = app::approve(&config, self.number, &self.who, Utc::now()).await;
        tell(done, self.format)
    }
}
