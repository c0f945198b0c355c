//! `kaifong import`

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::{CliError, logging, print, settings::SettingFlags};
use crate::app::{self, ImportKind, ImportOrder};

/// Bring data in from a file; importing it again changes nothing
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong import schools schools.csv --dry-run
  kaifong import holidays holidays.json
  kaifong import shifts camp.csv --project 0198f0c2-… --source camp-2019
  kaifong import alliance FOLDER --source former-system

A row that cannot be used is rejected alone, and reported with its line and the
reason; a run that fails leaves nothing half done.")]
pub(super) struct Import {
    /// What the file holds
    #[arg(value_enum)]
    kind: Kind,
    /// The file, or the folder of an alliance
    file: PathBuf,
    /// The organisation that the rows belong to
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// The project that the rows belong to
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// Where the rows come from: with their own ids, it tells them from others' [default: the kind]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Report what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// A list of schools (CSV)
    Schools,
    /// A schedule of shifts (CSV)
    Shifts,
    /// Public holidays (JSON)
    Holidays,
    /// A classification of tags (CSV)
    Tags,
    /// A folder of CSV files: organisations, departments, projects, partnerships,
    /// partnership_projects, volunteers, shifts, assignments, and members if it is there
    Alliance,
}

impl Import {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        logging::start(&config.log)?;
        let bar = bar();
        let order = ImportOrder {
            kind: match self.kind {
                Kind::Schools => ImportKind::Schools,
                Kind::Shifts => ImportKind::Shifts,
                Kind::Holidays => ImportKind::Holidays,
                Kind::Tags => ImportKind::Tags,
                Kind::Alliance => ImportKind::Alliance,
            },
            file: self.file,
            organisation: self.organisation,
            project: self.project,
            source: self.source,
            dry_run: self.dry_run,
        };
        let outcome = app::import(&config, &order, &|report| bar.set_position(report.rows())).await;
        bar.finish_and_clear();
        let reports: Vec<String> = outcome?.iter().map(ToString::to_string).collect();
        print(&reports.join("\n"))
    }
}

/// A count of the rows, on a terminal only.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {human_pos} rows, {per_sec}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
