//! Traces for those who run the server: how long each step of a request took.
//!
//! A span is made where the step is, by `span!`; its target is [`TARGET`],
//! and spans of that target alone are sent, over OTLP, to the collector of the settings. Events of
//! the log are not. Without a collector a span costs one look at an atomic.
//!
//! The room knows nothing of requests. What a span carries is chosen where it is made: names of
//! this program's own (types, deeds, codes), never what a client or a row said.

mod parent;
mod sender;

use std::time::Duration;

use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

pub use self::parent::adopt;

/// The target of spans that are sent.
pub const TARGET: &str = "kaifong::traces";

/// How long the collector may take for a batch, and how long the end waits for the last one.
const PATIENCE: Duration = Duration::from_secs(5);

/// A span that is sent where traces are on, and is nothing where they are not.
macro_rules! span {
    ($($rest:tt)+) => {
        tracing::trace_span!(target: "kaifong::traces", $($rest)+)
    };
}
pub(crate) use span;

/// Traces cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("traces cannot be sent: {0}")]
pub struct TracesError(#[from] ExporterBuildError);

/// Sends what is left when it goes.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Traces that go to this collector: its address, to which `/v1/traces` is added.
    ///
    /// Of those that begin here this share is sent, from 0 to 1, each whole or not at all; of those
    /// that began elsewhere, what was decided there.
    ///
    /// # Errors
    ///
    /// The address cannot be used.
    pub fn to(endpoint: &str, share: f64) -> Result<Self, TracesError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(sender::Sender::new(PATIENCE))
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(PATIENCE)
            .build()?;
        // Nothing is read off the machine: its name, its user and its processes are nobody's business.
        let resource = Resource::builder_empty()
            .with_service_name("kaifong")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
                share,
            ))))
            .build();
        Ok(Self(provider))
    }

    /// What takes the spans from the program.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("kaifong"))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(Targets::new().with_target(TARGET, LevelFilter::TRACE))
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(cause) = self.0.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%cause, "the last traces were not sent");
        }
    }
}
