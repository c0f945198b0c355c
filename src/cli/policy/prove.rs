//! `kaifong policy prove`: hands over to the prover, a program of its own.

use std::{path::PathBuf, process};

use clap::Args;

use super::Format;
use crate::app;
use crate::cli::{CliError, settings::SettingFlags};

/// Prove what a set of policies promises, and certify it
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy prove ./policies          prove, and write policies/certificate.json
  kaifong policy prove ./policies --check  prove, and see that the certificate is current

This is `kaifong-prover prove`, which asks the solver cvc5. The exit code is 0 where all is
proved, 1 where something is not, 2 where it could not be asked.")]
pub(super) struct Prove {
    /// The folder of the set [default: the one of the settings]
    dir: Option<PathBuf>,
    /// How to answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write nothing; fail unless the certificate is current
    #[arg(long)]
    check: bool,
}

impl Prove {
    pub(super) fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let dir = match self.dir {
            Some(dir) => dir,
            None => settings.load()?.policies_dir.ok_or(CliError::NoFolder)?,
        };
        let format = match self.format {
            Format::Text => "text",
            Format::Json => "json",
        };
        let prover = app::find_prover().ok_or(CliError::NoProver)?;
        let ended = process::Command::new(&prover)
            .arg("prove")
            .arg(dir)
            .args(["--format", format])
            .args(self.check.then_some("--check"))
            .status()
            .map_err(|cause| CliError::Prover { prover, cause })?;
        match ended.code() {
            Some(0) => Ok(()),
            code => Err(CliError::Ended(
                code.and_then(|c| u8::try_from(c).ok()).unwrap_or(2),
            )),
        }
    }
}
