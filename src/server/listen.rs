//! The open port, from the first connection to the last answer.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, sync::oneshot};

/// Opens the port.
///
/// # Errors
///
/// What the system says, with the address.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| {
        io::Error::new(cause.kind(), format!("cannot listen on {address}: {cause}"))
    })
}

/// Serves until SIGINT or SIGTERM, then finishes what has begun, for at most this long.
///
/// # Errors
///
/// The port or the signals fail.
pub async fn serve(listener: TcpListener, router: Router, patience: Duration) -> io::Result<()> {
    let signal = stop_signal()?;
    let (tell, told) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        told.await.ok();
    });
    let stopping = async {
        signal.await;
        tracing::info!("stopping: no new connections, unfinished requests go on");
        tell.send(()).ok();
        tokio::time::sleep(patience).await;
        tracing::warn!("stopping with requests unfinished");
    };
    tokio::select! {
        ended = serving.into_future() => ended,
        () = stopping => Ok(()),
    }
}

/// Resolves at the first signal to stop; the handlers are in place when this returns.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at the first signal to stop.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        tokio::signal::ctrl_c().await.ok();
    })
}
