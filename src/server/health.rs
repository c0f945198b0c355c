//! Whether the server lives and works, and the key by which others check its tokens.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use super::Server;

/// A database that takes longer than this to answer is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// `/healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `/readyz`: the database answers as well.
pub(super) async fn ready(State(server): State<Server>) -> (StatusCode, Json<Value>) {
    match tokio::time::timeout(PATIENCE, server.graph.ready()).await {
        Ok(true) => (StatusCode::OK, Json(json!({ "ready": true }))),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(json!({ "ready": false })),
        ),
    }
}

/// `/.well-known/jwks.json`: the public key.
pub(super) async fn keys(State(server): State<Server>) -> Json<Value> {
    Json(server.keys.jwks())
}
