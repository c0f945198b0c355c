//! The outermost room: HTTP in, HTTP out.
//!
//! The files are the steps of a request, in this order: `connections` (from
//! where it comes), `visitors` (who has too much going on), `accept` (how the
//! client wants its answer), `bearer` (whose token it is), `request` (what
//! it asks), `gate` (whether that may be parsed at all), `graphql` (the
//! endpoint that walks through them), `answer` (the response). A client that asks
//! for one of the `trusted` documents sends none. `websocket` and
//! `stream` walk through the same steps to answers that come one by one: an
//! `operation` each, from a `source` of answers, until it is told to `stop`.
//! `auth` is where people sign in: it makes sessions of what they show, and walks through none of the
//! steps after `bearer`.
//! `export` is where somebody fetches the copy of all that is held on them.
//! Beside them is what needs no token: `health`, `metrics`, and the `pages` in the browser, `ide`,
//! `officer` and `account`.
//! Around all of it are `headers`, `compress` and `origins`; of each request a
//! `record` is told to the log and the metrics.
//!
//! This room knows nothing of policies, rows or the schema. It never sees a
//! value that a viewer may not see, and logs neither documents, nor variables,
//! nor tokens.

mod accept;
mod account;
mod answer;
mod auth;
mod bearer;
mod clock;
mod compress;
mod connections;
mod export;
mod gate;
mod graphql;
mod headers;
mod health;
mod ide;
mod listen;
mod metrics;
mod officer;
mod operation;
mod origins;
mod pages;
mod record;
mod refusal;
mod request;
mod source;
mod stop;
mod stream;
mod token;
mod trusted;
mod visitors;
mod websocket;

use std::sync::Arc;

use axum::{Router, response::Redirect, routing};

use self::visitors::Visitors;
pub use self::{
    clock::Clock,
    gate::{Excess, Gate, GateError},
    health::{Look, Remark},
    listen::{Farewell, Port},
    source::Answers,
    stop::Stop,
    trusted::{Trusted, TrustedError},
};
use self::{health::Readiness, metrics::Metrics};
use crate::{
    config::{Limits, Wire},
    entrance::Entrance,
    graphql::Graph,
    tokens::Tokens,
    viewer::Keys,
};

/// What the endpoints share.
#[derive(Clone)]
pub struct Server {
    graph: Arc<Graph>,
    entrance: Option<Arc<Entrance>>,
    answers: Arc<dyn Answers>,
    keys: Arc<Keys>,
    limits: Limits,
    visitors: Visitors,
    clock: Clock,
    stop: Stop,
    wire: Arc<Wire>,
    trusted: Trusted,
    readiness: Readiness,
    remark: Option<Remark>,
    tokens: Option<Tokens>,
    metrics: Arc<Metrics>,
}

impl Server {
    /// A server of this graph, for tokens of these keys.
    #[must_use]
    pub fn new(graph: Arc<Graph>, keys: Arc<Keys>, limits: Limits, clock: Clock) -> Self {
        let pinged = graph.clone();
        let look: Look = Arc::new(move || {
            let graph = pinged.clone();
            Box::pin(async move { graph.ready().await.then_some(()).ok_or("database") })
        });
        Self {
            answers: Arc::new(graph.clone()),
            metrics: Arc::new(Metrics::new(&graph)),
            graph,
            entrance: None,
            keys,
            visitors: Visitors::new(limits.visitors),
            limits,
            clock,
            stop: Stop::new(),
            wire: Arc::default(),
            trusted: Trusted::default(),
            readiness: Readiness::new(look),
            remark: None,
            tokens: None,
        }
    }

    /// The same server, where people sign in here.
    #[must_use]
    pub fn with_entrance(self, entrance: Arc<Entrance>) -> Self {
        let entrance = Some(entrance);
        Self { entrance, ..self }
    }

    /// The same server, with these settings of the wire.
    #[must_use]
    pub fn with_wire(self, wire: Wire) -> Self {
        let wire = Arc::new(wire);
        Self { wire, ..self }
    }

    /// The same server, ready when this says so.
    #[must_use]
    pub fn with_readiness(self, look: Look) -> Self {
        let readiness = Readiness::new(look);
        Self { readiness, ..self }
    }

    /// The same server, which says this beside being ready.
    #[must_use]
    pub fn with_remark(self, remark: Remark) -> Self {
        let remark = Some(remark);
        Self { remark, ..self }
    }

    /// The same server, which knows these documents.
    ///
    /// # Errors
    ///
    /// The first document that could not be asked: the gate, the limits or the schema refuse it.
    pub async fn trusting(self, trusted: Trusted) -> Result<Self, TrustedError> {
        trusted.check(&Gate::new(&self.limits), &self.graph).await?;
        Ok(Self { trusted, ..self })
    }

    /// The same server, where tokens are exchanged, refreshed and given back.
    #[must_use]
    pub fn with_tokens(self, tokens: Tokens) -> Self {
        let tokens = Some(tokens);
        Self { tokens, ..self }
    }

    /// The same server, whose sockets and event streams get their answers from here.
    #[must_use]
    pub fn with_answers(self, answers: Arc<dyn Answers>) -> Self {
        Self { answers, ..self }
    }

    /// What tells its sockets and event streams to end.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// All its addresses.
    pub fn router(self) -> Router {
        let graph = Router::new()
            .route("/graphql", routing::any(graphql::endpoint))
            .route("/graphql/stream", routing::any(stream::endpoint));
        let graph = match self.entrance {
            Some(_) => graph.merge(auth::routes()),
            None => graph,
        };
        let graph = match origins::layer(&self.wire.cors_origins) {
            Some(layer) => graph.layer(layer),
            None => graph,
        };
        let metrics = self.metrics.clone();
        let compressed = compress::layer(self.wire.compress_from);
        let router = Router::new()
            .route("/", routing::get(|| async { Redirect::temporary("/ide") }))
            .route("/healthz", routing::get(health::alive))
            .route("/readyz", routing::get(health::ready))
            .route("/metrics", routing::get(metrics::asked))
            .route("/.well-known/jwks.json", routing::get(health::keys))
            .route("/data-requests/{id}/export", routing::get(export::fetched))
            .route("/token", routing::post(token::given))
            .route("/revoke", routing::post(token::ended))
            .merge(graph)
            .merge(ide::pages())
            .merge(account::pages())
            .merge(officer::pages())
            .layer(compressed)
            .with_state(Arc::new(self));
        headers::on_every_response(router, &metrics)
    }

    /// The only page of the address that is for metrics.
    fn metrics_alone(self) -> Router {
        let metrics = self.metrics.clone();
        headers::on_every_response(metrics::alone(self), &metrics)
    }
}
