//! `kaifong serve`

use std::{fs, sync::Arc};

use clap::Args;

use super::{
    CliError, logging,
    settings::{ListenFlag, SettingFlags},
};
use crate::{
    app::{self, App},
    config::Config,
    server::{Clock, Farewell, Port, Server, Trusted},
    upkeep,
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
        let _traces = logging::start_with_traces(&config)?;
        let trusted = match trusted(&config)? {
            Some(trusted) => trusted,
            None => Trusted::none(config.wire.trusted_only)?,
        };
        let app = app::open(&config).await?;
        let log = app.graph.store().log().clone();
        let server = assembled(app, &config, trusted).await?;
        let port = open(&config).await?;
        tracing::info!(address = %config.listen, database = %config.database_url, "listening");
        until_stopped(port, server, &config).await?;
        // What still waits to be logged is kept before the end.
        log.flush()
            .await
            .map_err(|error| CliError::App(error.into()))
    }
}

/// The trusted documents that the settings name.
pub(super) fn trusted(config: &Config) -> Result<Option<Trusted>, CliError> {
    let Some(path) = &config.wire.trusted_documents else {
        return Ok(None);
    };
    let text = fs::read_to_string(path).map_err(|cause| CliError::Read {
        path: path.clone(),
        cause,
    })?;
    let name = path.display().to_string();
    Ok(Some(Trusted::read(&name, &text, config.wire.trusted_only)?))
}

/// The server of these rooms and settings.
pub(super) async fn assembled(
    app: App,
    config: &Config,
    trusted: Trusted,
) -> Result<Server, CliError> {
    let App {
        graph,
        keys,
        entrance,
        tokens,
        ready,
        keeper,
    } = app;
    let (graph, keys) = (Arc::new(graph), Arc::new(keys));
    // All go on for as long as the process.
    let (remark, _) = keeper.watch(Arc::clone(&graph));
    drop(upkeep::begin(Arc::clone(&graph)));
    if let Some(hour) = config.retention_hour {
        drop(upkeep::begin_nightly(Arc::clone(&graph), hour));
    }
    drop(Arc::clone(&entrance).begin_letters(chrono::Utc::now));
    drop(upkeep::give_back());
    let server = Server::new(graph, keys, config.limits, Clock::of_machine())
        .with_entrance(entrance)
        .with_tokens(tokens)
        .with_wire(config.wire.clone())
        .with_readiness(ready)
        .with_remark(Arc::new(move || remark.word()));
    Ok(server.trusting(trusted).await?)
}

/// The open port, and that of the metrics.
pub(super) async fn open(config: &Config) -> Result<Port, CliError> {
    let port = Port::open(config.listen, config.wire.metrics).await;
    let port = port.map_err(CliError::Port)?;
    if let Some(address) = port.metrics_address().map_err(CliError::Port)? {
        tracing::info!(%address, "metrics");
    }
    Ok(port)
}

/// Answers on the open port until the process is told to stop.
pub(super) async fn until_stopped(
    port: Port,
    server: Server,
    config: &Config,
) -> Result<(), CliError> {
    let farewell = Farewell {
        delay: config.wire.shutdown_delay,
        patience: config.wire.shutdown_timeout,
    };
    port.serve(server, farewell).await.map_err(CliError::Port)
}
