//! The open port, from the first connection to the last answer.

use std::{io, net::SocketAddr, pin::Pin, time::Duration};

use tokio::{net::TcpListener, sync::oneshot};

use super::{Server, connections};

/// A port that is open, with the signals that will close it.
pub struct Port {
    listener: TcpListener,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Port {
    /// Opens the port. From here on SIGINT and SIGTERM no longer end the
    /// process, so whoever is told of the open port may also ask it to stop.
    ///
    /// # Errors
    ///
    /// What the system says, with the address.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await.map_err(|cause| {
            let text = format!("cannot listen on {address}: {cause}");
            io::Error::new(cause.kind(), text)
        })?;
        Ok(Self {
            listener,
            stop: Box::pin(stop_signal()?),
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

    /// Serves until SIGINT or SIGTERM, then tells sockets and event streams to end and
    /// finishes what else has begun, for at most this long.
    ///
    /// # Errors
    ///
    /// The port fails.
    pub async fn serve(self, server: Server, patience: Duration) -> io::Result<()> {
        let (tell, told) = oneshot::channel::<()>();
        let stop = server.stop();
        let limits = server.limits.visitors;
        let serving = connections::serve(self.listener, server.router(), limits, async {
            told.await.ok();
        });
        let finishing = async {
            serving.await;
            // The HTTP server no longer knows of what it has upgraded.
            stop.obeyed().await;
            Ok(())
        };
        let stopping = async {
            self.stop.await;
            tracing::info!("stopping: no new connections, unfinished requests go on");
            stop.tell();
            tell.send(()).ok();
            tokio::time::sleep(patience).await;
            tracing::warn!("stopping with requests unfinished");
        };
        tokio::select! {
            ended = finishing => ended,
            () = stopping => Ok(()),
        }
    }
}

impl Server {
    /// Serves on an open port for as long as the process lives, whatever the signals.
    pub async fn serve_always(self, listener: TcpListener) {
        let limits = self.limits.visitors;
        connections::serve(listener, self.router(), limits, std::future::pending()).await;
    }
}

/// Resolves at the first signal to stop; the handlers are in place when this returns.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at the first signal to stop.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        tokio::signal::ctrl_c().await.ok();
    })
}
