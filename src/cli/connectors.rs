//! `kaifong connectors`

use clap::Args;
use serde_json::json;

use super::{CliError, print, settings::SettingFlags};
use crate::app;

/// List every way by which data leaves the server, and in which place each ends
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong connectors

A line for each connector: whether the settings use it, in which place they say it is, what
it is sent; of the mail server, how many letters wait and how many of them are withheld,
because an organisation lets no data go to that place.")]
pub(super) struct Connectors;

impl Connectors {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load()?;
        for line in app::connectors(&config).await? {
            let told = json!({
                "connector": line.name,
                "setting": line.setting,
                "inUse": line.in_use,
                "place": line.place,
                "ofPersons": line.of_persons,
                "english": line.what_en,
                "chinese": line.what_zh,
                "waiting": line.letters.map(|(waiting, _)| waiting),
                "withheld": line.letters.map(|(_, withheld)| withheld),
            });
            print(&told.to_string())?;
        }
        Ok(())
    }
}
