//! What is counted for those who run the server, and the page on which Prometheus reads it.
//!
//! A label has few values, all of them this program's own words: kinds, codes, routes. No name, no
//! id, no document and no value of a row is ever counted under.

mod page;
mod process;

use std::{fmt, sync::Arc, time::Duration};

use async_graphql::{Response, Value, parser::types::OperationType};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::{Family, MetricConstructor},
        gauge::Gauge,
        histogram::Histogram,
        info::Info,
    },
    registry::Registry,
};

pub(super) use self::page::{alone, asked};
use crate::graphql::Graph;

/// Bounds of the durations, in seconds: from an answer out of memory to the limit of time.
const SECONDS: [f64; 12] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];

/// What carried a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// One request, one answer.
    Http,
    /// An operation on a WebSocket.
    Socket,
    /// An event stream.
    Stream,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Socket => "websocket",
            Self::Stream => "sse",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    kind: &'static str,
    transport: &'static str,
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct View {
    view: &'static str,
}

/// Makes histograms of durations.
#[derive(Clone)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

/// The counts.
pub(super) struct Metrics {
    registry: Registry,
    operations: Family<Operation, Counter>,
    durations: Family<Kind, Histogram, Durations>,
    responses: Family<Answered, Counter>,
    cells: [Counter; 3],
    sockets: Gauge,
    streams: Gauge,
    subscriptions: Gauge,
}

/// The names of the views in `extensions.privacy`, in the order of the counts.
const VIEWS: [&str; 3] = ["full", "masked", "hidden"];

impl Metrics {
    /// Counts that are all zero, for a server of this graph.
    pub(super) fn new(graph: &Arc<Graph>) -> Self {
        let mut registry = Registry::with_prefix("kaifong");
        let cells = Family::<View, Counter>::default();
        let metrics = Self {
            operations: Family::default(),
            durations: Family::new_with_constructor(Durations),
            responses: Family::default(),
            cells: VIEWS.map(|view| cells.get_or_create_owned(&View { view })),
            sockets: Gauge::default(),
            streams: Gauge::default(),
            subscriptions: Gauge::default(),
            registry: Registry::default(),
        };
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of this server", version);
        registry.register(
            "operations",
            "Requests to the graph by kind, transport and outcome: OK, or the code of the first error",
            metrics.operations.clone(),
        );
        registry.register(
            "operation_duration_seconds",
            "Time to answer, by kind; of a subscription, its life",
            metrics.durations.clone(),
        );
        registry.register(
            "http_responses",
            "HTTP responses by route and status",
            metrics.responses.clone(),
        );
        registry.register(
            "cells",
            "Values in answers, by what the viewer got of them",
            cells,
        );
        registry.register(
            "sockets_open",
            "WebSockets that are open",
            metrics.sockets.clone(),
        );
        registry.register(
            "event_streams_open",
            "Event streams that are open",
            metrics.streams.clone(),
        );
        registry.register(
            "subscriptions_running",
            "Subscriptions that run, on sockets and event streams",
            metrics.subscriptions.clone(),
        );
        registry.register_collector(Box::new(process::Database(graph.clone())));
        registry.register_collector(Box::new(process::Leaving));
        registry
            .sub_registry_with_prefix("process")
            .register_collector(Box::new(process::Process));
        Self {
            registry,
            ..metrics
        }
    }

    /// A request to the graph has ended.
    pub(super) fn ended(
        &self,
        kind: Option<OperationType>,
        transport: Transport,
        code: &str,
        took: Duration,
    ) {
        let kind = name_of(kind);
        // Codes are words of this program; what is not shaped like one is not told.
        let shaped = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
        let code = match code.len() <= 40 && code.bytes().all(shaped) {
            true => code.to_owned(),
            false => "OTHER".to_owned(),
        };
        let operation = Operation {
            kind,
            transport: transport.name(),
            code,
        };
        self.operations.get_or_create(&operation).inc();
        let kind = Kind { kind };
        self.durations
            .get_or_create(&kind)
            .observe(took.as_secs_f64());
    }

    /// An HTTP response has gone out.
    pub(super) fn responded(&self, route: &str, status: u16) {
        let route = route.to_owned();
        self.responses
            .get_or_create(&Answered { route, status })
            .inc();
    }

    /// An answer of the graph has been made: what was shown is read from `extensions.privacy`.
    pub(super) fn shown(&self, response: &Response) {
        let Some(Value::Object(privacy)) = response.extensions.get("privacy") else {
            return;
        };
        let Some(Value::Object(positions)) = privacy.get("fields") else {
            return;
        };
        let mut sums = [0_u64; 3];
        for counts in positions.values() {
            let Value::Object(counts) = counts else {
                continue;
            };
            for (sum, view) in sums.iter_mut().zip(VIEWS) {
                if let Some(Value::Number(count)) = counts.get(view) {
                    *sum += count.as_u64().unwrap_or_default();
                }
            }
        }
        for (counter, sum) in self.cells.iter().zip(sums) {
            counter.inc_by(sum);
        }
    }

    /// A WebSocket is open for as long as this is kept.
    pub(super) fn socket(&self) -> Open {
        Open::new(&self.sockets)
    }

    /// An event stream is open for as long as this is kept.
    pub(super) fn stream(&self) -> Open {
        Open::new(&self.streams)
    }

    /// A subscription runs for as long as this is kept.
    pub(super) fn subscription(&self) -> Open {
        Open::new(&self.subscriptions)
    }
}

/// The name of a kind of operation; `unknown` where the document was not read.
pub(super) fn name_of(kind: Option<OperationType>) -> &'static str {
    match kind {
        Some(OperationType::Query) => "query",
        Some(OperationType::Mutation) => "mutation",
        Some(OperationType::Subscription) => "subscription",
        None => "unknown",
    }
}

/// Something that is open.
pub(super) struct Open(Gauge);

impl Open {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
