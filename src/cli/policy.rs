//! `kaifong policy`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CliError, policy_prove, print, settings::SettingFlags};
use crate::app;

/// Look after the policies
#[derive(Args)]
pub(super) struct Policy {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Check a set of policies as the server would before it goes live
    #[command(after_help = "\
Examples:
  kaifong policy check               the set that the server would use
  kaifong policy check ./policies    the set in this folder

Each fault is printed with its file, line and reason; without any, the exit
code is 0.")]
    Check {
        /// The folder of the set [default: the one of the settings]
        dir: Option<PathBuf>,
    },
    Prove(policy_prove::Prove),
}

impl Policy {
    pub(super) fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let dir = match self.deed {
            Deed::Check { dir } => dir,
            Deed::Prove(prove) => return prove.run(settings),
        };
        let dir = match dir {
            Some(dir) => Some(dir),
            None => settings.load()?.policies_dir,
        };
        let report = app::check_policies(dir.as_deref())?;
        for fault in &report.faults {
            print(fault)?;
        }
        if !report.faults.is_empty() {
            return Err(CliError::Faults(report.faults.len()));
        }
        print(&format!("{} policies, no faults", report.policies))
    }
}
