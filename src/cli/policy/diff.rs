//! `kaifong policy diff`

use std::path::PathBuf;

use chrono::Utc;
use clap::Args;
use indicatif::ProgressBar;

use super::paint::{Ink, Paint};
use super::progress::bar;
use super::{Chosen, CliError, Format, SettingFlags, print, print_json};
use crate::app::{self, Change, Difference, Progress, VerdictKind};

/// Tell who gains and who loses what by a set of policies, over the data
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy diff ./policies                    against what is in force
  kaifong policy diff ./policies --against shipped  against the built-in set
  kaifong policy diff ./mine --against ./theirs     one folder against another
  kaifong policy diff ./policies --format json      for a program, with every change
  kaifong policy diff ./policies --exit-code        for a script: 1 if anything changes

People and partners are those of the settings' database, now; archived records count as
others do, since they can be asked for. A number is exact unless it says \"at least\". Each
change comes with people and records to ask `kaifong policy explain` about. Where
`kaifong-prover` is there, it is also told what changes whatever the data. Nothing is
changed. The exit code is 0 if it could be told, unless --exit-code is given.")]
pub(super) struct Diff {
    #[command(flatten)]
    chosen: Chosen,
    /// Against the set in this folder; `shipped` is the built-in set [default: what is in force]
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Tell examples too
    #[arg(long)]
    examples: bool,
    /// End with 1 if anything changes for anybody
    #[arg(long)]
    exit_code: bool,
}

impl Diff {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let bar = bar();
        let told = |progress| match progress {
            Progress::Viewers(at, of) => show(&bar, "classes of viewers", at, of),
            Progress::Changes(at, of) => show(&bar, "changes", at, of),
        };
        let (folder, against) = (self.chosen.dir.as_deref(), self.against.as_deref());
        let difference = app::difference(&config, folder, against, Utc::now(), &told).await;
        bar.finish_and_clear();
        let difference = difference?;
        match self.chosen.format {
            Format::Json => print_json(&difference)?,
            Format::Text => self.tell(&difference)?,
        }
        if self.exit_code && !(difference.is_empty() && difference.complete) {
            return Err(CliError::Ended(1));
        }
        Ok(())
    }

    fn tell(&self, difference: &Difference) -> Result<(), CliError> {
        let paint = Paint::of_terminal();
        let (before, after) = (&difference.version_before, &difference.version_after);
        print(&paint.text(Ink::Faint, &format!("{before} → {after}")))?;
        let sentences = difference.english.iter().zip(&difference.chinese);
        for (en, zh) in sentences {
            print(&format!("{en}\n  {zh}"))?;
        }
        if self.examples {
            difference
                .changes
                .iter()
                .try_for_each(|change| examples(change, paint))?;
        }
        verdicts(difference, paint)?;
        let time = format!("{:.0} ms", difference.milliseconds);
        print(&paint.text(Ink::Faint, &time))
    }
}

/// What to ask an explanation of.
fn examples(change: &Change, paint: Paint) -> Result<(), CliError> {
    if change.examples.is_empty() {
        return Ok(());
    }
    let (sign, ink) = if change.gains {
        ("+", Ink::Middling)
    } else {
        ("-", Ink::Bad)
    };
    print(&paint.text(ink, &format!("\n{sign} {}", change.english)))?;
    for example in &change.examples {
        let (viewer, record, field) = (&example.viewer, &example.record, &example.field);
        print(&format!(
            "  kaifong policy explain --as {viewer} --record {record} --field '{field}'"
        ))?;
    }
    Ok(())
}

/// What changes whatever the data, as the prover says.
fn verdicts(difference: &Difference, paint: Paint) -> Result<(), CliError> {
    if !difference.proved {
        let note = "the prover was not asked or did not answer, so it is not told what changes \
                    whatever the data 未有證明程式的判定";
        return print(&paint.text(Ink::Faint, note));
    }
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for verdict in &difference.verdicts {
        let word = match verdict.verdict {
            VerdictKind::Same => continue,
            VerdictKind::Wider => "wider 較寬",
            VerdictKind::Narrower => "narrower 較窄",
            VerdictKind::Neither => "wider and narrower 寬窄不一",
        };
        let head = format!("{word}: {} on {}", verdict.principal, verdict.of);
        match lines.iter_mut().find(|(known, _)| *known == head) {
            Some((_, actions)) => actions.push(&verdict.action),
            None => lines.push((head, vec![&verdict.action])),
        }
    }
    if lines.is_empty() {
        return print("whatever the data, nothing is wider or narrower 不論資料如何，權限沒有分別");
    }
    print("whatever the data 不論資料如何：")?;
    for (head, actions) in lines {
        print(&format!("  {head}: {}", actions.join(", ")))?;
    }
    Ok(())
}

fn show(bar: &ProgressBar, what: &'static str, at: usize, of: usize) {
    bar.set_length(of as u64);
    bar.set_position(at as u64);
    bar.set_message(what);
}
