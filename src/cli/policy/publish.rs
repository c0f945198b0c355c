//! `kaifong policy publish`, and what it has in common with the other acts.

use chrono::Utc;
use clap::Args;

use super::check::told;
use super::paint::{Ink, Paint};
use super::progress::waiting;
use super::{Chosen, CliError, Format, SettingFlags, print, print_json};
use crate::app::{self, AppError, LiveError, PublishOutcome, Published};

/// Put a set of policies in force: for every server on the database of the settings
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy publish ./policies --reason \"team leaders see the notes\" --as ID

The set passes the gate first, as with `check`; and the policies that are in force must
let the person publish. Whoever publishes must be able to publish again afterwards. With
the setting `policy_approval` the set waits for another person: `kaifong policy approve`.
The exit code is 0 if it was published, else 1, and nothing has changed.")]
pub(super) struct Publish {
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    said: Said,
}

/// Who does it, and why.
#[derive(Args)]
pub(super) struct Said {
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who: the person's id
    #[arg(long = "as", value_name = "USER")]
    pub who: String,
}

impl Publish {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let Said { reason, who } = &self.said;
        let folder = self.chosen.dir.as_deref();
        let folder = folder.or(config.policies_dir.as_deref());
        let bar = waiting("the set goes through the gate");
        let published = app::publish(&config, folder, who, reason, Utc::now()).await;
        bar.finish_and_clear();
        tell(published, self.chosen.format)
    }
}

/// Tells what became of an act.
pub(super) fn tell(published: Result<Published, AppError>, format: Format) -> Result<(), CliError> {
    let published = match published {
        Ok(published) => published,
        Err(AppError::Live(error)) => return Err(refused(error, format)?),
        Err(error) => return Err(error.into()),
    };
    if format == Format::Json {
        return print_json(&published);
    }
    let paint = Paint::of_terminal();
    // what it changes against the set before, and first of all what is promised no more
    let steps = published.report.steps.iter();
    let mut notes = steps.flat_map(|step| &step.notes);
    notes.try_for_each(|note| print(&format!("{}\n  {}", note.en, note.zh)))?;
    let Published {
        number,
        version_before: before,
        version_after: after,
        ..
    } = &published;
    print(&match published.outcome {
        PublishOutcome::InForce => {
            let word = paint.text(Ink::Good, "in force");
            format!("set {number} is {word}: version {after}, before it {before}")
        }
        PublishOutcome::Waiting => {
            let word = paint.text(Ink::Middling, "waits");
            format!(
                "set {number} {word} until another person approves it: version {after}; \
                 in force is still {before}"
            )
        }
    })
}

/// Why nothing was published: everything that the gate found, and a line.
fn refused(error: LiveError, format: Format) -> Result<CliError, CliError> {
    let report = match &error {
        LiveError::Faults(report) => Some(report),
        _ => None,
    };
    if format == Format::Json {
        print_json(&app::refusal(&error))?;
    } else if let Some(report) = report {
        let paint = Paint::of_terminal();
        report
            .faults()
            .try_for_each(|fault| print(&told(fault, paint)))?;
    }
    Ok(match report {
        Some(report) => CliError::Faults(report.faults().count()),
        None => CliError::App(error.into()),
    })
}
