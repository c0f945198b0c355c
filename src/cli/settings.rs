//! Flags that are settings: they override every other layer.

use std::path::PathBuf;

use clap::Args;

use super::CliError;
use crate::config::{Config, Flag, Sources};

/// Settings that every command takes.
#[derive(Args)]
pub(super) struct SettingFlags {
    /// The settings file [default: kaifong.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the database file and the signing key [default: ./kaifong-data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// The database: `sqlite:PATH` or `postgres://…` [default: a file in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
}

/// The setting that the commands with a server take.
#[derive(Args)]
pub(super) struct ListenFlag {
    /// The address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
}

impl SettingFlags {
    /// All settings, with these flags on top.
    pub(super) fn load(self) -> Result<Config, CliError> {
        self.load_with(Vec::new())
    }

    /// All settings, with these flags and the address on top.
    pub(super) fn load_listening(self, address: ListenFlag) -> Result<Config, CliError> {
        self.load_with(vec![("--listen", "listen", address.listen)])
    }

    fn load_with(
        self,
        mut flags: Vec<(&'static str, &'static str, Option<String>)>,
    ) -> Result<Config, CliError> {
        flags.push(("--data-dir", "data_dir", self.data_dir));
        flags.push(("--database-url", "database_url", self.database_url));
        let given = flags
            .into_iter()
            .filter_map(|(name, key, value)| value.map(|value| Flag { name, key, value }))
            .collect();
        Ok(Config::load(Sources::of_process(self.config, given))?)
    }
}
