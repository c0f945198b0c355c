//! Whether the server lives and works, and the key by which others check its tokens.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Server;

/// A database that takes longer than this to answer is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// For how long it is not looked again: the page is open to all, the database should not feel it.
const REMEMBERED: Duration = Duration::from_secs(1);

/// Looks whether the server can work; if it cannot, a word says why not.
pub type Look =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), &'static str>> + Send>> + Send + Sync>;

/// A word for what is not as it should be, although the server works.
pub type Remark = Arc<dyn Fn() -> Option<&'static str> + Send + Sync>;

/// What was seen last, and when.
type Seen = Option<(Instant, Result<(), &'static str>)>;

/// Whether the server can work.
#[derive(Clone)]
pub(super) struct Readiness {
    look: Look,
    seen: Arc<Mutex<Seen>>,
}

impl Readiness {
    pub(super) fn new(look: Look) -> Self {
        Self {
            look,
            seen: Arc::default(),
        }
    }

    /// One look serves all who ask meanwhile.
    async fn now(&self) -> Result<(), &'static str> {
        let mut seen = self.seen.lock().await;
        if let Some((at, found)) = *seen
            && at.elapsed() < REMEMBERED
        {
            return found;
        }
        let looked = tokio::time::timeout(PATIENCE, (self.look)()).await;
        let found = looked.unwrap_or(Err("database"));
        *seen = Some((Instant::now(), found));
        found
    }
}

/// `/healthz`: the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `/readyz`: the server takes requests and can answer them.
pub(super) async fn ready(State(server): State<Arc<Server>>) -> (StatusCode, Json<Value>) {
    let found = match server.stop.is_near() {
        true => Err("stopping"),
        false => server.readiness.now().await,
    };
    match found {
        Ok(()) => {
            let body = match server.remark.as_ref().and_then(|remark| remark()) {
                Some(reason) => json!({ "ready": true, "reason": reason }),
                None => json!({ "ready": true }),
            };
            (StatusCode::OK, Json(body))
        }
        Err(reason) => {
            let body = json!({ "ready": false, "reason": reason });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body))
        }
    }
}

/// `/.well-known/jwks.json`: the public key.
pub(super) async fn keys(State(server): State<Arc<Server>>) -> Json<Value> {
    Json(server.keys.jwks(server.clock.now()))
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readiness")
    }
}
