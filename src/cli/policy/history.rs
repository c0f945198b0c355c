//! `kaifong policy history`

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::paint::{Ink, Paint};
use super::{CliError, Format, SettingFlags, print, print_json};
use crate::app::{self, KeeperAct, KeeperDeed, PublishDeed, Trail};

/// Show who put which policies in force, and who named those who may, when and why
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
        let config = settings.load()?;
        let acts = app::history(&config).await?;
        let keepers = app::keeper_history(&config).await?;
        let mut all: Vec<Act<'_>> = acts.iter().map(Act::Policies).collect();
        all.extend(keepers.iter().map(Act::Keeper));
        all.sort_by_key(Act::at);
        if self.format == Format::Json {
            return print_json(&all);
        }
        if acts.is_empty() {
            print("no policies were published; those of the settings are in force")?;
        }
        let paint = Paint::of_terminal();
        let last = acts.iter().rposition(|act| act.in_force);
        let last = last.and_then(|at| acts.get(at)).map(std::ptr::from_ref);
        all.into_iter().try_for_each(|act| match act {
            Act::Policies(act) => print(&line(act, last == Some(std::ptr::from_ref(act)), paint)),
            Act::Keeper(act) => print(&keeper_line(act)),
        })
    }
}

/// An act of either trail.
#[derive(Serialize)]
#[serde(untagged)]
enum Act<'a> {
    Policies(&'a Trail),
    Keeper(&'a KeeperAct),
}

impl Act<'_> {
    fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Policies(act) => act.at,
            Self::Keeper(act) => act.at,
        }
    }
}

fn keeper_line(act: &KeeperAct) -> String {
    let deed = match act.deed {
        KeeperDeed::AddKeeper => "looks after the policies from now on",
        KeeperDeed::RemoveKeeper => "looks after the policies no longer",
    };
    let who = match act.account {
        Some(account) => account.to_string(),
        None => "whoever runs the server".to_owned(),
    };
    format!(
        "      {}  {who}  organisation {} {deed}\n      {}",
        act.at.format("%Y-%m-%d %H:%M:%SZ"),
        act.organisation,
        act.reason.as_deref().unwrap_or("no reason was given"),
    )
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
