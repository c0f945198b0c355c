//! The endpoint: one request, step by step.

use std::panic::AssertUnwindSafe;

use async_graphql::{Request, parser::types::OperationType};
use axum::{
    extract::{self, State},
    http::Method,
    response::Response,
};
use futures_util::FutureExt;

use super::{
    Server, accept::Media, answer, bearer, gate::Gate, refusal::Refusal, request, websocket,
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
    let steps = AssertUnwindSafe(answered(&server, asked)).catch_unwind();
    let outcome = match tokio::time::timeout(limit, steps).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => {
            tracing::error!("a request panicked; the panic itself is on standard error");
            Err(Refusal::Internal)
        }
        Err(_) => Err(Refusal::Timeout(limit.as_millis())),
    };
    match outcome {
        Ok(response) => answer::executed(media, &response),
        Err(refusal) => {
            tracing::debug!(
                code = refusal.code(),
                reason = refusal.reason(),
                "request refused"
            );
            answer::refused(media, &refusal)
        }
    }
}

async fn answered(
    server: &Server,
    asked: extract::Request,
) -> Result<async_graphql::Response, Refusal> {
    let (head, body) = asked.into_parts();
    let now = server.clock.now();
    let gate = Gate::new(&server.limits);
    if !matches!(head.method, Method::GET | Method::POST) {
        return Err(Refusal::Method);
    }
    let claims = bearer::claims(&head.headers, &server.keys, now)?;
    let request = match head.method {
        Method::GET => only_query(request::from_address(&head.uri, &gate)?)?,
        _ => request::from_body(&head.headers, body, server.limits.body_bytes, &gate).await?,
    };
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
