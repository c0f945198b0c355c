//! `kaifong serve`

use std::sync::Arc;

use clap::Args;

use super::{
    CliError, logging,
    settings::{ListenFlag, SettingFlags},
};
use crate::{
    app::{self, App},
    config::Config,
    server::{Clock, Port, Server},
};

/// Serve the API, until SIGINT or SIGTERM
#[derive(Args)]
#[command(after_help = "\
Examples:
  kaifong serve
  kaifong serve --config /etc/kaifong.toml --listen 0.0.0.0:8080
  KAIFONG_DATABASE_URL=postgres://kaifong@db/kaifong kaifong serve

The database must be up to date: run `kaifong migrate` first.")]
pub(super) struct Serve {
    #[command(flatten)]
    address: ListenFlag,
}

impl Serve {
    pub(super) async fn run(self, settings: SettingFlags) -> Result<(), CliError> {
        let config = settings.load_listening(self.address)?;
        logging::start(&config.log)?;
        let app = app::open(&config).await?;
        let port = Port::open(config.listen).await.map_err(CliError::Port)?;
        tracing::info!(address = %config.listen, database = %config.database_url, "listening");
        until_stopped(port, app, &config).await
    }
}

/// Answers on the open port until the process is told to stop.
pub(super) async fn until_stopped(port: Port, app: App, config: &Config) -> Result<(), CliError> {
    let App { graph, keys } = app;
    let server = Server::new(
        Arc::new(graph),
        Arc::new(keys),
        config.limits,
        Clock::of_machine(),
    );
    port.serve(server, config.limits.timeout)
        .await
        .map_err(CliError::Port)
}
