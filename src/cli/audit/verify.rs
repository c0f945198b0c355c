//! `kaifong audit verify`

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::{CliError, Format, SettingFlags, print};
use crate::app;

/// Verify that nothing of the log was altered, taken out, put in or moved
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong audit verify
  kaifong audit verify --checkpoint 2026-11-22.checkpoint
  kaifong audit verify --from 100001 --to 200000 --format json

Each entry's hash covers the one before it, so that the first place where something is wrong
is told. Without a checkpoint nobody can tell whether the end of the log, or of the trail of
changes, was cut off together with the record of where it stood. With `--from`, the entry before is believed.
Where the oldest entries went at the end of their time, an entry of the log says so, and the rest is
verified from there; a checkpoint of before then shows no more than the signature.

The exit code is 0 where all that was looked at holds, 3 where it does not, and 1 where the
database or the checkpoint could not be read.")]
pub(in crate::cli) struct Verify {
    /// A checkpoint that was kept elsewhere
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// From this entry on
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    from: Option<u64>,
    /// Up to this entry
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    to: Option<u64>,
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The exit code for a log that does not hold.
const BROKEN: u8 = 3;

impl Verify {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        let bar = bar();
        let stretch = app::Stretch {
            from: self.from,
            to: self.to,
        };
        let told = |number| bar.set_position(number);
        let found = app::verify_log(&config, stretch, self.checkpoint.as_deref(), &told).await;
        bar.finish_and_clear();
        let found = found?;
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(&found)
                .map_err(|error| CliError::Output(error.into()))?,
            Format::Text => sentence(&found),
        };
        print(&text)?;
        match found.holds {
            true => Ok(()),
            false => Err(CliError::Ended(BROKEN)),
        }
    }
}

fn sentence(found: &app::Verified) -> String {
    let trail = match &found.trail {
        Some(trail) => match trail.broken_at {
            Some(at) => format!(
                "\nBROKEN: entry {at} of the trail of changes; the {} entries before it hold",
                trail.entries
            ),
            None => {
                let held = match trail.checkpoint {
                    Some(number) => format!("; the checkpoint holds for the first {number}"),
                    None => String::new(),
                };
                let gone = match trail.gone {
                    Some(gone) => format!("; the first {gone} went at the end of their time"),
                    None => String::new(),
                };
                let entries = trail.entries;
                format!("\nthe trail of changes holds: {entries} entries{gone}{held}")
            }
        },
        None => String::new(),
    };
    let gone = match found.gone {
        Some(gone) => format!("\nthe first {gone} went at the end of their time"),
        None => String::new(),
    };
    let entries = found.entries;
    let Some(at) = found.broken_at else {
        let checkpoint = match found.checkpoint {
            Some(number) => format!("\nthe checkpoint holds: it stands for the first {number}"),
            None => String::new(),
        };
        let head = &found.head;
        return format!("holds: {entries} entries{gone}\nhead {head}{checkpoint}{trail}");
    };
    let what = match found.code {
        Some("MISSING") => "is missing, or another stands in its place",
        Some("UNREADABLE") => "holds what is no entry",
        Some("CUT_SHORT") => "is not there: the log was cut off before it",
        Some("UNRECORDED") => "does not say that those before it went, or no entry does",
        Some("OTHER_HEAD") => "is not what the log stood at when that was recorded",
        _ => "was altered, or belongs elsewhere",
    };
    format!("BROKEN: entry {at} {what}; the {entries} entries before it hold{trail}")
}

/// A count of the entries, on a terminal only.
fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {human_pos} entries, {per_sec}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
