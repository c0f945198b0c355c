//! Log lines on standard error.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use super::CliError;
use crate::config::{Log, LogFormat};

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
