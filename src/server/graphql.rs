//! The endpoint: one request, step by step.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
};

use async_graphql::{Request, parser::types::OperationType};
use axum::{
    body::HttpBody,
    extract::{self, State},
    http::Method,
    response::Response,
};
use futures_util::FutureExt;

use super::{
    Server,
    accept::Media,
    answer, bearer, connections,
    gate::Gate,
    metrics::Transport,
    record::Record,
    refusal::Refusal,
    request::{self, Posted},
    visitors::Visit,
    websocket,
};
use crate::graphql::AsText;

/// Answers `/graphql`, whatever the method; a request for a WebSocket gets one.
pub(super) async fn endpoint(
    State(server): State<Arc<Server>>,
    asked: extract::Request,
) -> Response {
    if websocket::is_wanted(&asked) {
        return websocket::opened(server, asked).await;
    }
    let Some(media) = Media::accepted(asked.headers()) else {
        return answer::refused(Media::Json, &Refusal::NotAcceptable);
    };
    let limit = server.limits.timeout;
    let mut record = Record::begin(&server.metrics, Transport::Http);
    let arrived = AtomicBool::new(false);
    let steps = AssertUnwindSafe(answered(&server, asked, &mut record, &arrived)).catch_unwind();
    let outcome = match tokio::time::timeout(limit, steps).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            tracing::error!("a request panicked; the panic itself is on standard error");
            Err(Refusal::Internal)
        }
        Err(_) if arrived.load(Ordering::Relaxed) => Err(Refusal::Timeout(limit.as_millis())),
        Err(_) => Err(Refusal::Slow(limit.as_millis())),
    };
    let mut answer = match outcome {
        Ok(Answered::One(response)) => {
            record.answered(&response);
            answer::executed(media, &response)
        }
        Ok(Answered::Batch(responses)) => {
            responses
                .iter()
                .for_each(|response| record.answered(response));
            answer::batch(media, &responses)
        }
        Err(refusal) => {
            record.refused(&refusal);
            tracing::debug!(
                code = refusal.code(),
                reason = refusal.cause(),
                "request refused"
            );
            answer::refused(media, &refusal)
        }
    };
    let told = record.told(answer.body().size_hint().exact());
    answer.extensions_mut().insert(told);
    answer
}

/// What the graph said.
enum Answered {
    One(async_graphql::Response),
    Batch(Vec<async_graphql::Response>),
}

/// Says as well when the whole request has arrived.
async fn answered(
    server: &Server,
    asked: extract::Request,
    record: &mut Record,
    arrived: &AtomicBool,
) -> Result<Answered, Refusal> {
    let address = connections::address(&asked, server.limits.visitors.proxies);
    let (head, body) = asked.into_parts();
    let now = server.clock.now();
    let gate = Gate::new(&server.limits);
    if !matches!(head.method, Method::GET | Method::POST) {
        return Err(Refusal::Method);
    }
    let claims = bearer::of_anybody(&head.headers, &head.uri, address, server, now).await?;
    let claims = claims.as_ref();
    record.known(claims, None);
    let visitors = &server.visitors;
    let _pass = visitors.begin(Visit::Request, claims, address)?;
    let (limits, trusted) = (&server.limits, &server.trusted);
    let posted = match head.method {
        Method::GET => {
            let request = only_query(server, request::from_address(&head.uri, &gate, trusted)?)?;
            Posted::One(Box::new(request))
        }
        _ => {
            let (longest, batch) = (limits.body_bytes, limits.batch);
            request::posted(&head.headers, body, longest, batch, &gate, trusted).await?
        }
    };
    arrived.store(true, Ordering::Relaxed);
    match posted {
        Posted::One(mut request) => {
            record.known(claims, server.graph.operation_type(&mut request));
            let request = request.data(AsText);
            let response = server.graph.execute(request, claims, now).await;
            Ok(Answered::One(response))
        }
        Posted::Batch(requests) => {
            // The first has paid; the others are requests too.
            for _ in requests.iter().skip(1) {
                visitors.count(claims, address)?;
            }
            let responses = server.graph.execute_each(requests, claims, now);
            Ok(Answered::Batch(responses.await))
        }
    }
}

/// A GET changes nothing. What does not parse is left to the graph to complain about.
fn only_query(server: &Server, mut request: Request) -> Result<Request, Refusal> {
    match server.graph.operation_type(&mut request) {
        Some(OperationType::Query) | None => Ok(request),
        Some(_) => Err(Refusal::MethodOfOperation),
    }
}
