//! GraphQL over Server-Sent Events, in the mode of distinct connections: a request
//! a stream, an event `next` an answer, and `complete` at the end.
//!
//! A stream that the server breaks off (it stops, or the stream has lived for as
//! long as it may) ends without `complete`, so that the client comes again.

use std::{convert::Infallible, net::IpAddr, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{Request, parser::types::OperationType};
use axum::{
    body::{Body, HttpBody},
    extract::{self, State},
    http::{HeaderName, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use futures_util::{
    FutureExt,
    stream::{self, BoxStream, StreamExt},
};
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::{
    Server,
    accept::{self, Media},
    answer, bearer,
    clock::Clock,
    connections,
    gate::Gate,
    metrics::{Open, Transport},
    operation::{self, Outcome},
    record::Record,
    refusal::Refusal,
    request,
    stop::Listener,
    visitors::{Pass, Visit},
};
use crate::viewer::{Claims, TokenError};

/// How often a comment keeps the connection from looking dead to those between.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// Answers `/graphql/stream`, whatever the method.
pub(super) async fn endpoint(
    State(server): State<Arc<Server>>,
    asked: extract::Request,
) -> Response {
    let limit = server.limits.timeout;
    let address = connections::address(&asked, server.limits.visitors.proxies);
    let steps = AssertUnwindSafe(admitted(&server, asked, address)).catch_unwind();
    let outcome = match tokio::time::timeout(limit, steps).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            tracing::error!("a request panicked; the panic itself is on standard error");
            Err(Refusal::Internal)
        }
        // Nothing is executed yet.
        Err(_) => Err(Refusal::Slow(limit.as_millis())),
    };
    match outcome {
        Ok((request, claims, pass)) => {
            let outcomes = {
                let (claims, transport) = (claims.clone(), Transport::Stream);
                operation::run(&server, request, claims, address, transport)
            };
            events(&server, outcomes, claims, pass)
        }
        Err(refusal) => {
            tracing::debug!(code = refusal.code(), "request refused");
            let mut record = Record::begin(&server.metrics, Transport::Stream);
            record.refused(&refusal);
            let mut answer = answer::refused(Media::Json, &refusal);
            let told = record.told(answer.body().size_hint().exact());
            answer.extensions_mut().insert(told);
            answer
        }
    }
}

async fn admitted(
    server: &Server,
    asked: extract::Request,
    address: Option<IpAddr>,
) -> Result<(Request, Option<Claims>, Pass), Refusal> {
    let (head, body) = asked.into_parts();
    if !matches!(head.method, Method::GET | Method::POST) {
        return Err(Refusal::Method);
    }
    if !accept::takes_events(&head.headers) {
        return Err(Refusal::NotEvents);
    }
    let now = server.clock.now();
    let claims = bearer::of_anybody(&head.headers, &head.uri, address, server, now).await?;
    let pass = server
        .visitors
        .begin(Visit::Socket, claims.as_ref(), address)?;
    let gate = Gate::new(&server.limits);
    if head.method == Method::POST {
        let longest = server.limits.body_bytes;
        let trusted = &server.trusted;
        let request = request::from_body(&head.headers, body, longest, &gate, trusted).await?;
        return Ok((request, claims, pass));
    }
    let mut request = request::from_address(&head.uri, &gate, &server.trusted)?;
    match server.graph.operation_type(&mut request) {
        Some(OperationType::Mutation) => Err(Refusal::MethodOfOperation),
        _ => Ok((request, claims, pass)),
    }
}

fn events(
    server: &Server,
    outcomes: BoxStream<'static, Outcome>,
    claims: Option<Claims>,
    pass: Pass,
) -> Response {
    let run = Run {
        clock: server.clock.clone(),
        token: claims,
        life: Instant::now().checked_add(server.limits.sockets.life),
        listener: server.stop.listener(),
        outcomes,
        _open: server.metrics.stream(),
        phase: Phase::Open,
        _pass: pass,
    };
    let events = stream::unfold(run, Run::next).map(Ok::<_, Infallible>);
    let mut response = Body::from_stream(events).into_response();
    let mut set = |name, value| {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    };
    set(header::CONTENT_TYPE, "text/event-stream");
    set(header::CACHE_CONTROL, "no-store");
    set(header::VARY, "accept, authorization");
    // Proxies that collect an answer before they pass it on are asked not to.
    set(HeaderName::from_static("x-accel-buffering"), "no");
    response
}

/// A stream that is being sent.
struct Run {
    clock: Clock,
    token: Option<Claims>,
    life: Option<Instant>,
    listener: Listener,
    outcomes: BoxStream<'static, Outcome>,
    phase: Phase,
    _open: Open,
    _pass: Pass,
}

/// How far it has come.
enum Phase {
    /// Answers may come.
    Open,
    /// Only `complete` is left to say.
    Completing,
    /// Nothing is.
    Closed,
}

impl Run {
    /// The next event or comment, if there is one.
    async fn next(mut self) -> Option<(String, Self)> {
        match self.phase {
            Phase::Open => {}
            Phase::Completing => return Some(self.complete()),
            Phase::Closed => return None,
        }
        let expiry = self.token.as_ref().map(Claims::expires);
        let (clock, life) = (self.clock.clone(), self.life);
        let expired = async {
            match expiry {
                Some(expiry) => clock.reach(expiry).await,
                None => std::future::pending().await,
            }
        };
        let lived = async {
            match life {
                Some(life) => tokio::time::sleep_until(life).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = expired => {
                let errors = answer::errors(&Refusal::Token(TokenError::Expired));
                Some(self.last(&json!({ "errors": errors })))
            }
            () = self.listener.told() => None,
            () = lived => None,
            outcome = self.outcomes.next() => Some(match outcome {
                None => self.complete(),
                Some(Outcome::Failed(errors)) => self.last(&json!({ "errors": errors })),
                Some(Outcome::Answer(answer)) => (next(&answer), self),
            }),
            () = tokio::time::sleep(KEEP_ALIVE) => Some((":\n\n".to_owned(), self)),
        }
    }

    /// The last answer, after which there is only the end to tell.
    fn last(mut self, payload: &impl Serialize) -> (String, Self) {
        self.outcomes = stream::empty().boxed();
        self.phase = Phase::Completing;
        (next(payload), self)
    }

    fn complete(mut self) -> (String, Self) {
        self.phase = Phase::Closed;
        // Without the empty field, a browser would not report the event.
        (event("complete", ""), self)
    }
}

/// An answer as an event, on one line of JSON.
fn next(payload: &impl Serialize) -> String {
    let text = serde_json::to_string(payload).unwrap_or_else(|cause| {
        tracing::error!(%cause, "an answer cannot be written as JSON");
        json!({ "errors": answer::errors(&Refusal::Internal) }).to_string()
    });
    event("next", &text)
}

fn event(name: &str, line: &str) -> String {
    format!("event: {name}\ndata: {line}\n\n")
}
