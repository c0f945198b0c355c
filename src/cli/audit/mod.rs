//! `kaifong audit`: the log of disclosures.

mod checkpoint;
mod drill;
mod show;
mod verify;

use clap::{Args, Subcommand, ValueEnum};

use super::{CliError, print, settings::SettingFlags};

/// Verify the log of disclosures, sign where it stands, read what it says of a record, drill a breach
#[derive(Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    Verify(verify::Verify),
    Checkpoint(checkpoint::Checkpoint),
    Show(show::Show),
    Drill(drill::Drill),
}

/// For whom the answer is.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person
    #[default]
    Text,
    /// For a program
    Json,
}

impl Audit {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        match self.deed {
            Deed::Verify(verify) => verify.run(settings).await,
            Deed::Checkpoint(checkpoint) => checkpoint.run(settings).await,
            Deed::Show(show) => show.run(settings).await,
            Deed::Drill(drill) => drill.run(settings).await,
        }
    }
}
