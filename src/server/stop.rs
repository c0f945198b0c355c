//! The word that goes to sockets and event streams when the server stops.

use std::{fmt, sync::Arc};

use tokio::sync::watch;

/// Tells sockets and event streams to end, and waits until they have.
#[derive(Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

/// One that can be told; as long as it lives, there is one to wait for.
pub(super) struct Listener(watch::Receiver<bool>);

impl Stop {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Tells all of them, also those that come later.
    pub fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Waits until none is left.
    pub async fn obeyed(&self) {
        self.0.closed().await;
    }

    pub(super) fn listener(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

impl Listener {
    /// Waits until it is told.
    pub(super) async fn told(&mut self) {
        // An error means that the server itself is gone.
        self.0.wait_for(|told| *told).await.ok();
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}
