//! `kaifong policy test`

use clap::Args;

use super::check::told;
use super::paint::{Ink, Paint};
use super::progress::waiting;
use super::{Chosen, CliError, Format, SettingFlags, print, print_json};
use crate::app::{self, Gated, MutantReport};

/// Ask the scenarios of a set, or whether they would notice a change of its policies
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy test ./policies              do the scenarios come out as they say?
  kaifong policy test --mutants               would they notice a change of a policy?
  kaifong policy test --mutants --least 95    fail if they notice less than 95 % of them

With --mutants each policy is dropped, turned from permit to forbid, negated, and robbed
of one part of its condition after the other; a change that no scenario notices is told
by policy. The exit code is 0 if everything comes out as it should, else 1.")]
pub(super) struct Test {
    #[command(flatten)]
    chosen: Chosen,
    /// Change the policies one by one and see whether a scenario notices
    #[arg(long)]
    mutants: bool,
    /// The least share of changes that must be noticed, in percent
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 90.0,
        requires = "mutants"
    )]
    least: f64,
}

impl Test {
    pub(super) fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let folder = self.chosen.folder(settings)?;
        let folder = folder.as_deref();
        if !self.mutants {
            let report = app::gate(folder);
            match self.chosen.format {
                Format::Json => print_json(&report)?,
                Format::Text => scenarios(&report)?,
            }
            return match report.faults().count() {
                0 => Ok(()),
                faults => Err(CliError::Faults(faults)),
            };
        }
        let bar = waiting("the policies are changed one by one");
        let noticed = app::mutants(folder);
        bar.finish_and_clear();
        match noticed {
            Ok(report) => {
                match self.chosen.format {
                    Format::Json => print_json(&report)?,
                    Format::Text => changes(&report)?,
                }
                if report.percent < self.least {
                    return Err(CliError::Unnoticed(report.percent, self.least));
                }
                Ok(())
            }
            Err(faults) => {
                let paint = Paint::of_terminal();
                match self.chosen.format {
                    Format::Json => print_json(&faults)?,
                    Format::Text => faults.iter().try_for_each(|f| print(&told(f, paint)))?,
                }
                Err(CliError::Faults(faults.len()))
            }
        }
    }
}

fn scenarios(report: &Gated) -> Result<(), CliError> {
    let paint = Paint::of_terminal();
    for fault in report.faults() {
        print(&told(fault, paint))?;
    }
    if !report.unexercised.is_empty() {
        let list = report.unexercised.join(", ");
        print(&paint.text(Ink::Middling, &format!("no scenario exercises: {list}")))?;
    }
    let (scenarios, questions) = (report.scenarios, report.questions);
    print(&format!(
        "{scenarios} scenarios with {questions} questions, {:.0} ms",
        report.milliseconds
    ))
}

fn changes(report: &MutantReport) -> Result<(), CliError> {
    let paint = Paint::of_terminal();
    for mutant in &report.survivors {
        let policy = paint.text(Ink::Bad, &mutant.policy);
        print(&format!("  {policy}: {} ({})", mutant.en, mutant.zh))?;
    }
    for argued in &report.argued {
        let (mutant, en, zh) = (&argued.mutant, &argued.en, &argued.zh);
        let what = format!(
            "  {}: {}: no request can tell: {en} {zh}",
            mutant.policy, mutant.en
        );
        print(&paint.text(Ink::Faint, &what))?;
    }
    print(&format!(
        "{} of {} changes noticed, {} %; {} more are refused for their form; {:.0} ms",
        report.caught,
        report.caught + report.survived,
        report.percent,
        report.refused,
        report.milliseconds
    ))
}
