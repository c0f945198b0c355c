//! `kaifong audit checkpoint`

use chrono::Utc;
use clap::Args;

use super::{CliError, SettingFlags, print};
use crate::app;

/// Print where the log stands, signed with the server's key
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong audit checkpoint > 2026-11-22.checkpoint
  kaifong audit verify --checkpoint 2026-11-22.checkpoint

Keep checkpoints where whoever runs the database cannot change them: print them, mail them
to the privacy officer, or have a timestamping service stamp them. Whoever holds one can
tell later whether the log still begins with all that it held then. Its signature can be
checked with the public key of `/.well-known/jwks.json`.")]
pub(in crate::cli) struct Checkpoint {}

impl Checkpoint {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        print(app::log_checkpoint(&config, Utc::now()).await?.trim_end())
    }
}
