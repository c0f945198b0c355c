//! The endpoint: one request, step by step.

use std::panic::AssertUnwindSafe;

use async_graphql::{Request, parser::types::OperationType};
use axum::{
    body::HttpBody,
    extract::{self, State},
    http::Method,
    response::Response,
};
use futures_util::FutureExt;

use super::{
    Server, accept::Media, answer, bearer, gate::Gate, metrics::Transport, record::Record,
    refusal::Refusal, request, websocket,
};
use crate::graphql::AsText;

/// Answers `/graphql`, whatever the method; a request for a WebSocket gets one.
pub(super) async fn endpoint(State(server): State<Server>, asked: extract::Request) -> Response {
    if websocket::is_wanted(&asked) {
        return websocket::opened(server, asked).await;
    }
    let Some(media) = Media::accepted(asked.headers()) else {
        return answer::refused(Media::Json, &Refusal::NotAcceptable);
    };
    let limit = server.limits.timeout;
    let mut record = Record::begin(&server.metrics, Transport::Http);
    let steps = AssertUnwindSafe(answered(&server, asked, &mut record)).catch_unwind();
    let outcome = match tokio::time::timeout(limit, steps).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            tracing::error!("a request panicked; the panic itself is on standard error");
            Err(Refusal::Internal)
        }
        Err(_) => Err(Refusal::Timeout(limit.as_millis())),
    };
    let mut answer = match outcome {
        Ok(response) => {
            record.answered(&response);
            answer::executed(media, &response)
        }
        Err(refusal) => {
            record.refused(&refusal);
            tracing::debug!(
                code = refusal.code(),
                reason = refusal.reason(),
                "request refused"
            );
            answer::refused(media, &refusal)
        }
    };
    let told = record.told(answer.body().size_hint().exact());
    answer.extensions_mut().insert(told);
    answer
}

async fn answered(
    server: &Server,
    asked: extract::Request,
    record: &mut Record,
) -> Result<async_graphql::Response, Refusal> {
    let (head, body) = asked.into_parts();
    let now = server.clock.now();
    let gate = Gate::new(&server.limits);
    if !matches!(head.method, Method::GET | Method::POST) {
        return Err(Refusal::Method);
    }
    let claims = bearer::claims(&head.headers, &server.keys, now)?;
    record.known(claims.as_ref(), None);
    let trusted = &server.trusted;
    let longest = server.limits.body_bytes;
    let mut request = match head.method {
        Method::GET => only_query(request::from_address(&head.uri, &gate, trusted)?)?,
        _ => request::from_body(&head.headers, body, longest, &gate, trusted).await?,
    };
    record.known(claims.as_ref(), request::operation_type(&mut request));
    let request = request.data(AsText);
    Ok(server.graph.execute(request, claims.as_ref(), now).await)
}

/// A GET changes nothing. What does not parse is left to the graph to complain about.
fn only_query(mut request: Request) -> Result<Request, Refusal> {
    match request::operation_type(&mut request) {
        Some(OperationType::Query) | None => Ok(request),
        Some(_) => Err(Refusal::MethodOfOperation),
    }
}
