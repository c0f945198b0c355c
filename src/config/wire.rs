//! The settings of the wire: what travels beside the answers, and who may ask for what.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use crate::residency::Place;

use super::{ConfigError, layers::Layers, values as read};

/// How answers travel, to whom, and what is told of them to those who run the server.
#[derive(Clone, Debug)]
pub struct Wire {
    /// From how many bytes an answer is compressed; nothing means never.
    pub compress_from: Option<u64>,
    /// The sites whose pages may read answers, as browsers write them.
    pub cors_origins: Vec<String>,
    /// Whether the schema may be asked for.
    pub introspection: bool,
    /// The file of trusted documents.
    pub trusted_documents: Option<PathBuf>,
    /// Whether no other document is carried out.
    pub trusted_only: bool,
    /// Where the metrics are read.
    pub metrics: MetricsAt,
    /// The collector of traces.
    pub otlp_endpoint: Option<String>,
    /// In which place that is.
    pub otlp_place: Option<Place>,
    /// Which share of the traces that begin here is sent to it, from 0 to 1.
    pub traces_sample: f64,
    /// For how long a stopping server still takes requests while it says that it is not ready.
    pub shutdown_delay: Duration,
    /// How long it then waits for requests that have begun.
    pub shutdown_timeout: Duration,
}

/// Where the metrics are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsAt {
    /// At `/metrics` of the server, from this machine only.
    Loopback,
    /// At `/metrics` of an address of their own, by whoever reaches it.
    Address(SocketAddr),
    /// Nowhere.
    Nowhere,
}

impl Default for Wire {
    /// What the default file says.
    fn default() -> Self {
        Self {
            compress_from: Some(1024),
            cors_origins: Vec::new(),
            introspection: true,
            trusted_documents: None,
            trusted_only: false,
            metrics: MetricsAt::Loopback,
            otlp_endpoint: None,
            otlp_place: None,
            traces_sample: 1.0,
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(30),
        }
    }
}

impl Wire {
    pub(super) fn read(layers: &Layers) -> Result<Self, ConfigError> {
        let compressed = layers.required("compression", SWITCH, read::switch)?;
        let compress_from = layers.required("compression_min_bytes", COUNT, read::count)?;
        Ok(Self {
            compress_from: compressed.then_some(compress_from),
            cors_origins: layers.required("cors_origins", ORIGINS, read::origins)?,
            introspection: layers.required("introspection", SWITCH, read::switch)?,
            trusted_documents: layers.optional(
                "trusted_documents",
                "a path of a file",
                read::path,
            )?,
            trusted_only: layers.required("trusted_only", SWITCH, read::switch)?,
            metrics: layers
                .optional("metrics_listen", METRICS, read::metrics)?
                .unwrap_or(MetricsAt::Loopback),
            otlp_endpoint: layers.optional("otlp_endpoint", ENDPOINT, read::endpoint)?,
            otlp_place: layers.optional("otlp_place", read::PLACE, read::place)?,
            traces_sample: layers.required("traces_sample", SHARE, read::share)?,
            shutdown_delay: layers.required("shutdown_delay", DURATION, |value| {
                read::duration(value.as_str()?)
            })?,
            shutdown_timeout: layers.required("shutdown_timeout", DURATION, |value| {
                read::duration(value.as_str()?)
            })?,
        })
    }
}

const COUNT: &str = "a whole number from 1";
const DURATION: &str = "a time such as `500ms`, `30s` or `2m`";
const ENDPOINT: &str = "an address such as `http://127.0.0.1:4318`, without a name or password";
const METRICS: &str = "an address and port such as `127.0.0.1:9464`, or `off`";
const ORIGINS: &str = "a list of origins such as `https://app.example.org`, each exact: a scheme, \
     a host in lower case, a port if it is not the usual one, and nothing after it";
const SHARE: &str = "a number from 0 to 1";
pub(super) const SWITCH: &str = "`true` or `false`";
