//! `kaifong policy check`

use chrono::Utc;
use clap::Args;

use super::paint::{Ink, Paint};
use super::{Chosen, CliError, Format, SettingFlags, print, print_json};
use crate::app::{self, Gated, PolicyFault, PolicyState, PolicyStep};

/// Take a set of policies through the gate, as before it goes live
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy check                        the set that the server would use
  kaifong policy check ./policies             the set in this folder
  kaifong policy check --format json          for a program

Each step is told with its time, and each fault with its file, line and reason, in
English and Chinese. Where the database of the settings is there, it is told what the set
changes against the one in force, as far as two seconds go (`kaifong policy diff` takes
its time). The exit code is 0 if the set may go live, else 1.")]
pub(super) struct Check {
    #[command(flatten)]
    chosen: Chosen,
}

impl Check {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let folder = self.chosen.dir.as_deref();
        let folder = folder.or(config.policies_dir.as_deref());
        let report = app::gate_over_data(&config, folder, Utc::now()).await;
        match self.chosen.format {
            Format::Json => print_json(&report)?,
            Format::Text => tell(&report)?,
        }
        match report.faults().count() {
            0 => Ok(()),
            faults => Err(CliError::Faults(faults)),
        }
    }
}

fn tell(report: &Gated) -> Result<(), CliError> {
    let paint = Paint::of_terminal();
    for step in &report.steps {
        print(&line(step, paint))?;
        for fault in &step.faults {
            print(&told(fault, paint))?;
        }
        for note in &step.notes {
            print(&format!("  {}\n    {}", note.en, note.zh))?;
        }
    }
    if !report.unexercised.is_empty() && report.scenarios > 0 {
        let list = report.unexercised.join(", ");
        print(&paint.text(Ink::Middling, &format!("no scenario exercises: {list}")))?;
    }
    if report.ready {
        let (policies, scenarios) = (report.policies, report.scenarios);
        let version = report.version.as_deref().unwrap_or_default();
        print(&format!(
            "{policies} policies, {scenarios} scenarios, no faults; version {version}; {:.0} ms",
            report.milliseconds
        ))?;
    }
    Ok(())
}

fn line(step: &PolicyStep, paint: Paint) -> String {
    let (ink, word) = match step.state {
        PolicyState::Passed => (Ink::Good, "passed"),
        PolicyState::Certified => (Ink::Good, "proved by certificate"),
        PolicyState::Failed => (Ink::Bad, "failed"),
        PolicyState::Skipped => (Ink::Faint, "skipped"),
        PolicyState::NotProved => (Ink::Middling, "not proved"),
    };
    let time = paint.text(Ink::Faint, &format!("{:.1} ms", step.milliseconds));
    let word = paint.text(ink, word);
    format!("{:<10} {word}  {time}  {} {}", step.name, step.en, step.zh)
}

/// A fault, in English and on the next line in Chinese.
pub(super) fn told(fault: &PolicyFault, paint: Paint) -> String {
    let place = paint.text(Ink::Bad, &format!("{}:{}:", fault.file, fault.line));
    format!("  {place} {}\n    {}", fault.en, fault.zh)
}
