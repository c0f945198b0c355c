//! Log lines on standard error, and traces to a collector.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use super::CliError;
use crate::{
    config::{Config, Log, LogFormat},
    traces::Traces,
};

/// Starts logging for the rest of the process.
pub(super) fn start(log: &Log) -> Result<(), CliError> {
    let failed = |cause: String| CliError::Logging(cause);
    let filter = EnvFilter::try_new(&log.level).map_err(|cause| failed(cause.to_string()))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match log.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    }
    .map_err(|cause| failed(cause.to_string()))
}

/// Starts logging, and sending traces if the settings name a collector; the last of them go when
/// what this gives goes.
pub(super) fn start_with_traces(config: &Config) -> Result<Option<Traces>, CliError> {
    let Some(endpoint) = &config.wire.otlp_endpoint else {
        start(&config.log)?;
        return Ok(None);
    };
    let failed = |cause: String| CliError::Logging(cause);
    let traces = Traces::to(endpoint, config.wire.traces_sample)?;
    let log = &config.log;
    let filter = EnvFilter::try_new(&log.level).map_err(|cause| failed(cause.to_string()))?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(traces.layer())
        .try_init()
        .map_err(|cause| failed(cause.to_string()))?;
    Ok(Some(traces))
}
