//! `kaifong retention`

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CliError, print, settings::SettingFlags};
use crate::app;

/// Erase what was kept long enough
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong retention run --dry-run    what would go, by organisation and kind of data
  kaifong retention run              erase it now

With the setting `retention_hour` the server does it by itself at that hour of each night.")]
pub(super) struct Retention {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Erase everywhere what was kept long enough
    Run {
        /// Only count
        #[arg(long)]
        dry_run: bool,
    },
}

impl Retention {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let Deed::Run { dry_run } = self.deed;
        for count in app::run_retention(&config, dry_run).await? {
            let line = json!({
                "organisation": count.organisation,
                "subject": count.subject,
                "months": count.months,
                "done": count.done,
                "held": count.held,
                "dryRun": dry_run,
            });
            print(&line.to_string())?;
        }
        Ok(())
    }
}
