//! `kaifong encryption`

use clap::{Args, Subcommand};
use serde_json::json;

use super::{CliError, print, settings::SettingFlags};
use crate::app;

/// Look after the keys under which identity numbers and health remarks are sealed
#[derive(Args)]
#[command(after_help = "\
Values are sealed with data keys; these are kept in the database, each wrapped by a key
of `encryption_key_file`.

To change the data key:   kaifong encryption rotate
To change the file's key: put a new one (kaifong encryption new-key) before the old one
                          in the file of every server, restart them, then
                          kaifong encryption rewrap, and take the old one out")]
pub(super) struct Encryption {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Show the data keys and how much is sealed with each
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new data key and seal everything with it, while servers run
    Rotate,
    /// Wrap the data keys anew, by the first key of the file
    Rewrap,
    /// Print a new key for the file
    NewKey,
}

impl Encryption {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        if matches!(self.deed, Deed::NewKey) {
            return print(&app::new_encryption_key()?);
        }
        let config = settings.load()?;
        match self.deed {
            Deed::Status { json } => {
                for key in app::encryption(&config).await? {
                    print(&line(&key, json))?;
                }
                Ok(())
            }
            Deed::Rotate => {
                let (rotated, forgotten) = app::rotate_encryption(&config).await?;
                let (number, values) = (rotated.number, rotated.values);
                print(&format!(
                    "data key {number} seals now; {values} values sealed anew"
                ))?;
                for number in forgotten {
                    print(&format!("data key {number} forgotten; it sealed nothing"))?;
                }
                Ok(())
            }
            Deed::Rewrap => {
                let count = app::rewrap_encryption(&config).await?;
                print(&format!("{count} data keys wrapped anew"))
            }
            Deed::NewKey => Ok(()),
        }
    }
}

fn line(key: &app::KeyUse, as_json: bool) -> String {
    let (values, wrapped_by) = (key.values, key.wrapped_by.as_deref());
    let made = key.created_at.map(|made| made.to_rfc3339());
    if as_json {
        return json!({
            "key": key.number,
            "wrappedBy": wrapped_by,
            "createdAt": made,
            "values": values,
        })
        .to_string();
    }
    match key.number {
        None => format!("not sealed: {values} values; `kaifong migrate` seals them"),
        Some(number) => format!(
            "data key {number}, made {}, wrapped by {}: {values} values",
            made.unwrap_or_default(),
            wrapped_by.unwrap_or_default(),
        ),
    }
}
