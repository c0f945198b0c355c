//! `kaifong erasure`

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{CliError, print, settings::SettingFlags};
use crate::app::{self, Erased, Export};

/// Erase a person, and do it again in a restored backup
#[derive(Args)]
#[command(after_help = "\
A backup still has those who were erased since it was made. Keep what `export` prints apart
from the backups, as often as you make them; it names nobody. After restoring:

  kaifong erasure replay erasures.json

finds the same people by their pseudonyms and erases them again, and does nothing the second
time. The restored server needs the same `encryption_key_file`.")]
pub(super) struct Erasure {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Erase a person
    Person {
        /// The record: `Volunteer:ID`, `Student:ID`, `Guardian:ID` or `User:ID`
        record: String,
        /// Why
        #[arg(long)]
        ground: Ground,
        /// Only tell what would become of which rows
        #[arg(long)]
        dry_run: bool,
    },
    /// Print all erasures as JSON, to be kept apart from the backups
    Export,
    /// Erase again, in a restored database, whom these erasures say is gone
    Replay {
        /// What `export` printed
        file: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Ground {
    /// The person asked for it
    Request,
    /// What the data was kept for is done
    NoLongerNeeded,
    /// The person withdrew what it rested on
    ConsentWithdrawn,
    /// It should never have been there
    Mistake,
}

impl Erasure {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        match self.deed {
            Deed::Person {
                record,
                dry_run: true,
                ..
            } => {
                let preview = app::preview_erasure(&config, &record).await?;
                for line in &preview.lines {
                    print(&told(
                        line.table,
                        line.column,
                        line.treatment.code(),
                        line.count,
                        line.en,
                    ))?;
                }
                match preview.obstacle {
                    Some(_) => Err(CliError::Held),
                    None => Ok(()),
                }
            }
            Deed::Person { record, ground, .. } => {
                let ground = match ground {
                    Ground::Request => app::Ground::Request,
                    Ground::NoLongerNeeded => app::Ground::NoLongerNeeded,
                    Ground::ConsentWithdrawn => app::Ground::ConsentWithdrawn,
                    Ground::Mistake => app::Ground::Mistake,
                };
                match app::erase(&config, &record, ground).await? {
                    Erased::Done => print("erased"),
                    Erased::Gone => Err(CliError::NoRecord),
                    Erased::Held | Erased::Elsewhere => Err(CliError::Held),
                }
            }
            Deed::Export => match app::export_erasures(&config).await? {
                Some(export) => print(&json!(export).to_string()),
                None => Err(CliError::NobodyErased),
            },
            Deed::Replay { file } => {
                let text = fs::read_to_string(&file).map_err(|cause| CliError::Read {
                    path: file.clone(),
                    cause,
                })?;
                let export: Export =
                    serde_json::from_str(&text).map_err(|_| CliError::NoErasures(file))?;
                let done = app::replay_erasures(&config, &export).await?;
                print(&format!(
                    "{} erased again, {} held and left, {} erasures learnt",
                    done.erased, done.held, done.learnt
                ))
            }
        }
    }
}

fn told(
    table: &str,
    column: Option<&str>,
    treatment: &str,
    count: Option<i64>,
    why: &str,
) -> String {
    let place = column.map_or(table.to_owned(), |column| format!("{table}.{column}"));
    let count = count.map_or("some".to_owned(), |count| count.to_string());
    format!("{place}\t{treatment}\t{count}\t{why}")
}
