//! The way to the collector: one POST a batch, on the thread that makes the batches.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use ureq::Agent;

/// Posts batches.
pub(super) struct Sender {
    agent: Agent,
    lost: AtomicBool,
}

impl Sender {
    /// One that waits for this long.
    pub(super) fn new(patience: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(patience))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Self {
            agent: config.new_agent(),
            lost: AtomicBool::new(false),
        }
    }

    fn post(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.to_vec());
        let (head, mut body) = self.agent.run(request)?.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    /// Blocks: batches are made on a thread of their own, which has nothing else to do.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.post(request);
        let lost = !sent.as_ref().is_ok_and(|said| said.status().is_success());
        // Once for each time that the collector goes away, not for each batch.
        if lost && !self.lost.swap(lost, Ordering::Relaxed) {
            tracing::warn!("the collector does not take the traces; they are lost meanwhile");
        }
        self.lost.store(lost, Ordering::Relaxed);
        sent
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}
