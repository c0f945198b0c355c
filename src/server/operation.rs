//! One operation of a socket or an event stream, from its request to its end.

use std::{net::IpAddr, panic::AssertUnwindSafe};

use async_graphql::{Request, Response, parser::types::OperationType};
use futures_util::{
    FutureExt,
    stream::{self, BoxStream, StreamExt},
};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::{
    Server, answer,
    refusal::Refusal,
    request,
    visitors::{Pass, Visit},
};
use crate::viewer::Claims;

/// What comes of an operation.
pub(super) enum Outcome {
    /// An answer; others may follow.
    Answer(Response),
    /// A list of errors: it was not executed, or could not be finished. Nothing follows.
    Failed(Value),
}

/// What is left of an operation that runs.
struct Running {
    answers: BoxStream<'static, std::thread::Result<Response>>,
    deadline: Option<Instant>,
    milliseconds: u128,
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
) -> BoxStream<'static, Outcome> {
    let limit = server.limits.timeout;
    let lasting = request::operation_type(&mut request) == Some(OperationType::Subscription);
    let visit = match lasting {
        true => Visit::Subscription,
        false => Visit::Request,
    };
    let pass = match server.visitors.begin(visit, claims.as_ref(), address) {
        Ok(pass) => pass,
        Err(refusal) => {
            let failed = Outcome::Failed(answer::errors(&refusal));
            return stream::once(std::future::ready(failed)).boxed();
        }
    };
    let source = server.answers.clone();
    let answers = async move { source.answers(request, claims) }.flatten_stream();
    let running = Running {
        answers: AssertUnwindSafe(answers).catch_unwind().boxed(),
        deadline: Instant::now().checked_add(limit).filter(|_| !lasting),
        milliseconds: limit.as_millis(),
        _pass: pass,
    };
    stream::unfold(Some(running), |running| async { running?.next().await }).boxed()
}

impl Running {
    /// The next outcome, with what is left after it.
    async fn next(mut self) -> Option<(Outcome, Option<Self>)> {
        let refused = |refusal| (Outcome::Failed(answer::errors(&refusal)), None);
        let answer = match self.deadline {
            None => self.answers.next().await,
            Some(deadline) => match timeout_at(deadline, self.answers.next()).await {
                Ok(answer) => answer,
                Err(_) => return Some(refused(Refusal::Timeout(self.milliseconds))),
            },
        };
        Some(match answer? {
            // As an event, it is the last: the graph has nothing more to say to this viewer.
            Ok(response) if answer::refused_by_graph(&response) => (failed(&response), None),
            Ok(response) => (Outcome::Answer(response), Some(self)),
            Err(_) => {
                tracing::error!("an operation panicked; the panic itself is on standard error");
                refused(Refusal::Internal)
            }
        })
    }
}

fn failed(response: &Response) -> Outcome {
    let errors = serde_json::to_value(&response.errors);
    Outcome::Failed(errors.unwrap_or_else(|_| answer::errors(&Refusal::Internal)))
}
