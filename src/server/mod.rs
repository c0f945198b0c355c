//! The outermost room: HTTP in, HTTP out.
//!
//! The files are the steps of a request, in this order: `connections` (from
//! where it comes), `visitors` (who has too much going on), `accept` (how the
//! client wants its answer), `bearer` (whose token it is), `request` (what
//! it asks), `gate` (whether that may be parsed at all), `graphql` (the
//! endpoint that walks through them), `answer` (the response). `websocket` and
//! `stream` walk through the same steps to answers that come one by one: an
//! `operation` each, from a `source` of answers, until it is told to `stop`.
//! Beside them are the pages that need no token: `health` and `ide`.
//!
//! This room knows nothing of policies, rows or the schema. It never sees a
//! value that a viewer may not see, and logs neither documents, nor variables,
//! nor tokens.

mod accept;
mod answer;
mod bearer;
mod clock;
mod connections;
mod gate;
mod graphql;
mod headers;
mod health;
mod ide;
mod listen;
mod operation;
mod refusal;
mod request;
mod source;
mod stop;
mod stream;
mod visitors;
mod websocket;

use std::sync::Arc;

use axum::{Router, response::Redirect, routing};

use self::visitors::Visitors;
pub use self::{
    clock::Clock,
    gate::{Excess, Gate, GateError},
    listen::Port,
    source::Answers,
    stop::Stop,
};
use crate::{config::Limits, graphql::Graph, viewer::Keys};

/// What the endpoints share.
#[derive(Clone)]
pub struct Server {
    graph: Arc<Graph>,
    answers: Arc<dyn Answers>,
    keys: Arc<Keys>,
    limits: Limits,
    visitors: Visitors,
    clock: Clock,
    stop: Stop,
}

impl Server {
    /// A server of this graph, for tokens of these keys.
    #[must_use]
    pub fn new(graph: Arc<Graph>, keys: Arc<Keys>, limits: Limits, clock: Clock) -> Self {
        Self {
            answers: Arc::new(graph.clone()),
            graph,
            keys,
            visitors: Visitors::new(limits.visitors),
            limits,
            clock,
            stop: Stop::new(),
        }
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
        let router = Router::new()
            .route("/", routing::get(|| async { Redirect::temporary("/ide") }))
            .route("/graphql", routing::any(graphql::endpoint))
            .route("/graphql/stream", routing::any(stream::endpoint))
            .route("/healthz", routing::get(health::alive))
            .route("/readyz", routing::get(health::ready))
            .route("/.well-known/jwks.json", routing::get(health::keys))
            .merge(ide::pages())
            .with_state(self);
        headers::on_every_response(router)
    }
}
