//! `kaifong keys`

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};

use super::{CliError, print, settings::SettingFlags};
use crate::{app, config::duration};

/// The keys that sign tokens: which there are, a new one, and the end of an old one
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong keys list
  kaifong keys rotate --overlap 7d
  kaifong keys retire 3kQ…

A new key signs from now on; what the old one signed is good until it retires, and the old
private key is kept nowhere. Running servers take both up within a second, if they read the
same files. Retire a key at once where it may have been seen: all that it signed ends.")]
pub(super) struct Keys {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Print the keys that verify: the one that signs, and those that retire
    List,
    /// Make a new key, which signs from now on
    Rotate {
        /// How long the old one still verifies: a number with s, m, h or d, at most 366d
        #[arg(long, value_name = "TIME", default_value = "90d", value_parser = overlap)]
        overlap: Duration,
    },
    /// End a key that no longer signs, at once
    Retire {
        /// Its id
        kid: String,
    },
}

const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

impl Keys {
    pub(super) fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let files = app::key_files(&settings.load()?)?;
        match self.deed {
            Deed::List => {
                print(&format!(
                    "{} signs",
                    files.signing().map_err(app::AppError::Key)?
                ))?;
                for key in files.retiring().map_err(app::AppError::Key)? {
                    print(&format!("{} until {}", key.kid, told(key.until)))?;
                }
                Ok(())
            }
            Deed::Rotate { overlap } => {
                let now = Utc::now();
                let overlap = TimeDelta::from_std(overlap).unwrap_or_default();
                let rotated = files.rotate(now + overlap, now);
                print(&format!("{} signs", rotated.map_err(app::AppError::Key)?))
            }
            Deed::Retire { kid } => match files.retire(&kid).map_err(app::AppError::Key)? {
                true => Ok(()),
                false => Err(CliError::Key(kid)),
            },
        }
    }
}

fn told(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn overlap(text: &str) -> Result<Duration, String> {
    duration(text)
        .filter(|time| *time <= LONGEST)
        .ok_or_else(|| "should be a time such as `0s`, `1h` or `7d`, at most `366d`".to_owned())
}
