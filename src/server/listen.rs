//! The open port, from the first connection to the last answer.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::oneshot};

use super::{Server, connections};
use crate::config::MetricsAt;

/// A port that is open, with the signals that will close it.
pub struct Port {
    listener: TcpListener,
    metrics: Option<TcpListener>,
    signals: Signals,
}

/// How a server takes its leave.
#[derive(Clone, Copy, Debug)]
pub struct Farewell {
    /// How long requests are still taken, while `/readyz` sends others elsewhere.
    pub delay: Duration,
    /// How long requests that have begun may then take.
    pub patience: Duration,
}

impl Port {
    /// Opens the port, and that of the metrics if they have one. From here on SIGINT and SIGTERM no
    /// longer end the process, so whoever is told of the open port may also ask it to stop.
    ///
    /// # Errors
    ///
    /// What the system says, with the address.
    pub async fn open(address: SocketAddr, metrics: MetricsAt) -> io::Result<Self> {
        let listener = bound(address).await?;
        let metrics = match metrics {
            MetricsAt::Address(address) => Some(bound(address).await?),
            MetricsAt::Loopback | MetricsAt::Nowhere => None,
        };
        Ok(Self {
            listener,
            metrics,
            signals: Signals::caught()?,
        })
    }

    /// Where it listens; the port is the real one, also where 0 was asked for.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where the metrics are read, if they have an address of their own.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn metrics_address(&self) -> io::Result<Option<SocketAddr>> {
        self.metrics
            .as_ref()
            .map(TcpListener::local_addr)
            .transpose()
    }

    /// Serves until SIGINT or SIGTERM, then says that it is not ready, then tells sockets and event
    /// streams to end and finishes what else has begun. A second signal ends it at once.
    ///
    /// # Errors
    ///
    /// The port fails.
    pub async fn serve(self, server: Server, farewell: Farewell) -> io::Result<()> {
        let Self {
            listener,
            metrics,
            mut signals,
        } = self;
        let (tell, told) = oneshot::channel::<()>();
        let stop = server.stop();
        let counted = server.clone();
        let limits = server.limits.visitors;
        let serving = connections::serve(listener, server.router(), limits, async {
            told.await.ok();
        });
        let finishing = async {
            serving.await;
            // The HTTP server no longer knows of what it has upgraded.
            stop.obeyed().await;
            Ok(())
        };
        let counting = async {
            match metrics {
                Some(metrics) => axum::serve(metrics, counted.metrics_alone()).await,
                None => std::future::pending().await,
            }
        };
        let stopping = async {
            signals.next().await;
            stop.announce();
            let calmly = async {
                tracing::info!("stopping: not ready any more");
                tokio::time::sleep(farewell.delay).await;
                tracing::info!("stopping: no new connections, unfinished requests go on");
                stop.tell();
                tell.send(()).ok();
                tokio::time::sleep(farewell.patience).await;
                tracing::warn!("stopping with requests unfinished");
            };
            tokio::select! {
                () = calmly => {}
                () = signals.next() => tracing::warn!("told to stop twice: stopping at once"),
            }
        };
        tokio::select! {
            ended = finishing => ended,
            ended = counting => ended,
            () = stopping => Ok(()),
        }
    }
}

async fn bound(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| {
        let text = format!("cannot listen on {address}: {cause}");
        io::Error::new(cause.kind(), text)
    })
}

impl Server {
    /// Serves on an open port for as long as the process lives, whatever the signals.
    pub async fn serve_always(self, listener: TcpListener) {
        let limits = self.limits.visitors;
        connections::serve(listener, self.router(), limits, std::future::pending()).await;
    }
}

/// The signals to stop.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// The handlers are in place when this returns.
    fn caught() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals to stop.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn caught() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        tokio::signal::ctrl_c().await.ok();
    }
}
