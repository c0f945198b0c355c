//! `kaifong policy history`

use clap::Args;

use super::paint::{Ink, Paint};
use super::{CliError, Format, SettingFlags, print, print_json};
use crate::app::{self, PublishDeed, Trail};

/// Show who put which policies in force, when and why
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong policy history
  kaifong policy history --format json

Nothing of it can be changed or taken away; the database itself refuses that.")]
pub(super) struct History {
    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl History {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let acts = app::history(&settings.load()?).await?;
        if self.format == Format::Json {
            return print_json(&acts);
        }
        if acts.is_empty() {
            return print("no policies were published; those of the settings are in force");
        }
        let paint = Paint::of_terminal();
        let last = acts.iter().rposition(|act| act.in_force);
        let lines = acts.iter().enumerate();
        let mut lines = lines.map(|(at, act)| line(act, last == Some(at), paint));
        lines.try_for_each(|line| print(&line))
    }
}

fn line(act: &Trail, last: bool, paint: Paint) -> String {
    let deed = match (act.deed, act.restores) {
        (PublishDeed::Publish, _) => "published".to_owned(),
        (PublishDeed::Approve, _) => "approved".to_owned(),
        (PublishDeed::Rollback, Some(number)) => format!("went back to {number}"),
        (PublishDeed::Rollback, None) => "went back".to_owned(),
    };
    let standing = match (last, act.in_force) {
        (true, _) => paint.text(Ink::Good, "in force"),
        (false, true) => paint.text(Ink::Faint, "replaced"),
        (false, false) => paint.text(Ink::Middling, "for approval"),
    };
    format!(
        "{:>4}  {}  {}  {deed}  {} -> {}  {standing}\n      {}",
        act.number,
        act.at.format("%Y-%m-%d %H:%M:%SZ"),
        act.account,
        act.version_before,
        act.version_after,
        act.reason
    )
}
