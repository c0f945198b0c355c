//! The word that goes to sockets and event streams when the server stops.

use std::{fmt, sync::Arc};

use tokio::sync::watch;

/// Tells sockets and event streams to end, and waits until they have.
#[derive(Clone)]
pub struct Stop(Arc<watch::Sender<Phase>>);

/// How far the stop has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Nobody thinks of it.
    Serving,
    /// It is to come: others should go elsewhere.
    Announced,
    /// Sockets and event streams end.
    Told,
}

/// One that can be told; as long as it lives, there is one to wait for.
pub(super) struct Listener(watch::Receiver<Phase>);

impl Stop {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Serving)))
    }

    /// Says that the server is about to stop; nobody has to end yet.
    pub fn announce(&self) {
        self.0.send_replace(Phase::Announced);
    }

    /// Whether the server stops or is about to.
    pub(super) fn is_near(&self) -> bool {
        *self.0.borrow() > Phase::Serving
    }

    /// Tells all of them, also those that come later.
    pub fn tell(&self) {
        self.0.send_replace(Phase::Told);
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
        self.0.wait_for(|phase| *phase == Phase::Told).await.ok();
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}
