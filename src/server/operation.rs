//! One operation of a socket or an event stream, from its request to its end.

use std::{net::IpAddr, panic::AssertUnwindSafe};

use async_graphql::{Request, Response, parser::types::OperationType};
use futures_util::{
    FutureExt,
    stream::{self, BoxStream, StreamExt},
};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span};

use super::{
    Server, answer,
    metrics::{Open, Transport, name_of},
    record::Record,
    refusal::Refusal,
    visitors::{Pass, Visit},
};
use crate::{traces, viewer::Claims};

/// What comes of an operation.
pub(super) enum Outcome {
    /// An answer; others may follow.
    Answer(Box<RawValue>),
    /// A list of errors: it was not executed, or could not be finished. Nothing follows.
    Failed(Value),
}

/// What is left of an operation that runs.
struct Running {
    answers: BoxStream<'static, std::thread::Result<Response>>,
    deadline: Option<Instant>,
    milliseconds: u128,
    record: Record,
    span: Span,
    _lasting: Option<Open>,
    _pass: Pass,
}

/// Runs an operation as far as the outcomes are asked for.
///
/// A query or a mutation has as much time as over HTTP. A panic ends the operation
/// and nothing else.
pub(super) fn run(
    server: &Server,
    mut request: Request,
    claims: Option<Claims>,
    address: Option<IpAddr>,
    transport: Transport,
) -> BoxStream<'static, Outcome> {
    let limit = server.limits.timeout;
    let kind = server.graph.operation_type(&mut request);
    let lasting = kind == Some(OperationType::Subscription);
    let mut record = Record::begin(&server.metrics, transport);
    record.known(claims.as_ref(), kind);
    let visit = match lasting {
        true => Visit::Subscription,
        false => Visit::Request,
    };
    let pass = match server.visitors.begin(visit, claims.as_ref(), address) {
        Ok(pass) => pass,
        Err(refusal) => {
            let failed = Outcome::Failed(refused(&mut record, &refusal));
            return stream::once(std::future::ready(failed)).boxed();
        }
    };
    let source = server.answers.clone();
    let answers = async move { source.answers(request, claims) }.flatten_stream();
    let running = Running {
        answers: AssertUnwindSafe(answers).catch_unwind().boxed(),
        deadline: Instant::now().checked_add(limit).filter(|_| !lasting),
        milliseconds: limit.as_millis(),
        record,
        span: operation_span(kind),
        _lasting: lasting.then(|| server.metrics.subscription()),
        _pass: pass,
    };
    stream::unfold(Some(running), |running| async { running?.next().await }).boxed()
}

impl Running {
    /// The next outcome, with what is left after it.
    async fn next(mut self) -> Option<(Outcome, Option<Self>)> {
        let next = self.answers.next().instrument(self.span.clone());
        let answer = match self.deadline {
            None => next.await,
            Some(deadline) => match timeout_at(deadline, next).await {
                Ok(answer) => answer,
                Err(_) => return Some(self.refused(&Refusal::Timeout(self.milliseconds))),
            },
        };
        if let Some(Ok(response)) = &answer {
            self.record.answered(response);
        }
        Some(match answer? {
            // As an event, it is the last: the graph has nothing more to say to this viewer.
            Ok(response) if answer::refused_by_graph(&response) => (self.failed(&response), None),
            Ok(response) => match to_raw_value(&response) {
                Ok(answer) => {
                    self.record.wrote(answer.get().len());
                    (Outcome::Answer(answer), Some(self))
                }
                Err(cause) => {
                    tracing::error!(%cause, "an answer cannot be written as JSON");
                    self.refused(&Refusal::Internal)
                }
            },
            Err(_) => {
                tracing::error!("an operation panicked; the panic itself is on standard error");
                self.refused(&Refusal::Internal)
            }
        })
    }

    fn refused(&mut self, refusal: &Refusal) -> (Outcome, Option<Self>) {
        (Outcome::Failed(refused(&mut self.record, refusal)), None)
    }

    fn failed(&mut self, response: &Response) -> Outcome {
        let errors = serde_json::to_value(&response.errors);
        let errors = errors.unwrap_or_else(|_| answer::errors(&Refusal::Internal));
        self.record.wrote(errors.to_string().len());
        Outcome::Failed(errors)
    }
}

/// The errors that a refusal is, with the record told of them.
pub(super) fn refused(record: &mut Record, refusal: &Refusal) -> Value {
    record.refused(refusal);
    let errors = answer::errors(refusal);
    record.wrote(errors.to_string().len());
    errors
}

/// In traces, an operation of a socket is a whole of its own: the socket lives much longer.
fn operation_span(kind: Option<OperationType>) -> Span {
    let traced = traces::span!(
        parent: None,
        "operation",
        otel.kind = "server",
        kaifong.operation = name_of(kind),
    );
    match traced.is_disabled() {
        true => Span::current(),
        false => traced,
    }
}
