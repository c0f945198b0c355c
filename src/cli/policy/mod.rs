//! `kaifong policy`: the officer's workshop, one file a subcommand.
//!
//! Each prints for a person or, with `--format json`, for a program. The exit code is 0 where
//! nothing is wrong, 1 where something is, and 2 where the command line itself is.

mod approve;
mod check;
mod diff;
mod explain;
mod fmt;
mod history;
mod keeper;
mod matrix;
mod paint;
mod progress;
mod prove;
mod publish;
mod rollback;
mod test;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::{CliError, print, settings::SettingFlags};

/// Look after the policies: check, test, format, explain and publish them
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy check ./policies          may this set go live?
  kaifong policy diff ./policies           who gains and who loses what by this set?
  kaifong policy test ./policies           do the scenarios come out as they say?
  kaifong policy prove ./policies          does the set keep its promises?
  kaifong policy fmt ./policies            lay the files out
  kaifong policy matrix --type Volunteer   who sees what of a volunteer?
  kaifong policy explain --help            why does somebody see something, or not?
  kaifong policy publish --help            put a set in force, and back
  kaifong policy keeper list               whose privacy officers may publish?")]
pub(super) struct Policy {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    Check(check::Check),
    Diff(diff::Diff),
    Test(test::Test),
    Prove(prove::Prove),
    Fmt(fmt::Fmt),
    Matrix(matrix::Matrix),
    Explain(explain::Explain),
    Publish(publish::Publish),
    Approve(approve::Approve),
    History(history::History),
    Rollback(rollback::Rollback),
    Keeper(keeper::Keeper),
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

/// Which set, and for whom.
#[derive(Args)]
struct Chosen {
    /// The folder of the set [default: the one of the settings, or the built-in set]
    dir: Option<PathBuf>,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Chosen {
    /// The folder, if the set is not the built-in one.
    fn folder(&self, settings: SettingFlags) -> Result<Option<PathBuf>, CliError> {
        match &self.dir {
            Some(dir) => Ok(Some(dir.clone())),
            None => Ok(settings.load()?.policies_dir),
        }
    }
}

impl Policy {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        match self.deed {
            Deed::Check(check) => check.run(settings).await,
            Deed::Diff(diff) => diff.run(settings).await,
            Deed::Test(test) => test.run(settings),
            Deed::Prove(prove) => prove.run(settings),
            Deed::Fmt(fmt) => fmt.run(),
            Deed::Matrix(matrix) => matrix.run(settings).await,
            Deed::Explain(explain) => explain.run(settings).await,
            Deed::Publish(publish) => publish.run(settings).await,
            Deed::Approve(approve) => approve.run(settings).await,
            Deed::History(history) => history.run(settings).await,
            Deed::Rollback(rollback) => rollback.run(settings).await,
            Deed::Keeper(keeper) => keeper.run(settings).await,
        }
    }
}

/// Prints something for a program.
fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| CliError::Output(error.into()))?;
    print(&text)
}
