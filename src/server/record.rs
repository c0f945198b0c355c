//! What is told of a request to the graph once it has ended: to the log, and to the metrics.
//!
//! How it ended, how long it took, of what kind it and its viewer are: never whose it is, nor its
//! document, its variables, its operation's name, its token.

use std::{sync::Arc, time::Instant};

use async_graphql::{Response, Value, parser::types::OperationType};

use super::{
    metrics::{Metrics, Transport, name_of},
    refusal::Refusal,
};
use crate::viewer::{Claims, TokenKind};

/// The outcome of an answer without errors.
const WELL: &str = "OK";

/// The outcome where the client left before there was one.
const LEFT: &str = "CLIENT_LEFT";

/// A request to the graph, as far as it has come.
pub(super) struct Record {
    metrics: Arc<Metrics>,
    transport: Transport,
    begun: Instant,
    operation: Option<OperationType>,
    viewer: &'static str,
    code: Option<String>,
    answers: u64,
    bytes: u64,
    told: bool,
}

/// What the log is told, carried by the response to where its line is written.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The kind of operation.
    pub operation: &'static str,
    /// The outcome.
    pub code: String,
    /// The kind of viewer.
    pub viewer: &'static str,
    /// The length of the answer, before it is compressed.
    pub bytes: Option<u64>,
}

impl Record {
    pub(super) fn begin(metrics: &Arc<Metrics>, transport: Transport) -> Self {
        Self {
            metrics: metrics.clone(),
            transport,
            begun: Instant::now(),
            operation: None,
            viewer: "anonymous",
            code: None,
            answers: 0,
            bytes: 0,
            told: false,
        }
    }

    /// Who asks, and what kind of operation for.
    pub(super) fn known(&mut self, claims: Option<&Claims>, operation: Option<OperationType>) {
        self.viewer = match claims.map(|claims| claims.typ) {
            None => "anonymous",
            Some(TokenKind::User) => "user",
            Some(TokenKind::Partner) => "partner",
        };
        self.operation = operation;
    }

    /// An answer has been made; of several, the first error counts.
    pub(super) fn answered(&mut self, response: &Response) {
        self.metrics.shown(response);
        self.answers += 1;
        let code = response.errors.first().map(code);
        if let Some(code) = code
            && self.code.as_deref().is_none_or(|so_far| so_far == WELL)
        {
            self.code = Some(code.to_owned());
        }
        self.code.get_or_insert_with(|| WELL.to_owned());
    }

    /// So many bytes of answers or errors go to the client of a socket or an event stream.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// It was not carried out.
    pub(super) fn refused(&mut self, refusal: &Refusal) {
        self.code = Some(refusal.code().to_owned());
    }

    /// What the log is told with the response, of a request that is one response; of any other it is
    /// told at the end.
    pub(super) fn told(&mut self, bytes: Option<u64>) -> Told {
        self.told = true;
        Told {
            operation: name_of(self.operation),
            code: self.outcome().to_owned(),
            viewer: self.viewer,
            bytes,
        }
    }

    /// A subscription ends when its client has heard enough; anything else, when it was answered.
    fn outcome(&self) -> &str {
        let lasting = self.operation == Some(OperationType::Subscription);
        let silent = if lasting { WELL } else { LEFT };
        self.code.as_deref().unwrap_or(silent)
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        let code = self.outcome();
        self.metrics
            .ended(self.operation, self.transport, code, took);
        if !self.told && self.transport != Transport::Http {
            let milliseconds = took.as_millis();
            let operation = name_of(self.operation);
            let (viewer, answers, bytes) = (self.viewer, self.answers, self.bytes);
            tracing::info!(
                operation,
                code,
                viewer,
                answers,
                bytes,
                milliseconds,
                "operation ended"
            );
        }
    }
}

fn code(error: &async_graphql::ServerError) -> &str {
    let codes = error.extensions.as_ref();
    match codes.and_then(|extensions| extensions.get("code")) {
        Some(Value::String(code)) => code,
        _ => "OTHER",
    }
}
