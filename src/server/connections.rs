//! The connections themselves: from where each comes, how many come from one address, and how long
//! the head of a request may take.
//!
//! `axum::serve` waits for a head for as long as it pleases the client, and counts nothing; hence
//! the loop of its own.

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use futures_util::FutureExt;
use hyper::service::{Service, service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};

use super::{
    accept::Media,
    answer,
    refusal::{Refusal, TooMany},
    visitors::one_of_many,
};
use crate::config::VisitorLimits;

/// How long to wait where the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(200);

/// How often to look at a beginning that is not whole.
const PEEK: Duration = Duration::from_millis(20);

/// The requests that one connection of HTTP/2 may have going on.
const STREAMS: u32 = 200;

/// From where a request came: the other end of its connection.
#[derive(Clone, Copy)]
pub(super) struct Peer(IpAddr);

/// The connections that each address has, or each household of addresses.
#[derive(Clone, Default)]
struct Seats(Arc<Mutex<HashMap<IpAddr, u64>>>);

/// A connection that is counted.
struct Seat {
    seats: Seats,
    address: IpAddr,
    /// How many its address has with it.
    count: u64,
}

/// Serves the connections of this listener until told to end, and then until the last has ended.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: VisitorLimits,
    end: impl Future<Output = ()> + Send,
) {
    let seats = Seats::default();
    // The senders' end is a connection's: when the last is gone, nobody listens.
    let (ending, ended) = watch::channel(());
    let mut end = pin!(end);
    loop {
        let accepted = tokio::select! {
            () = &mut end => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(cause) => {
                // A client that is gone already is no reason to wait; a lack of files is.
                if !is_of_one_client(&cause) {
                    tracing::error!(%cause, "a connection cannot be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
                continue;
            }
        };
        let seat = seats.take(address);
        let router = router.clone();
        tokio::spawn(hold(stream, address, seat, router, limits, ended.clone()));
    }
    drop(listener);
    drop(ended);
    ending.send(()).ok();
    ending.closed().await;
}

fn is_of_one_client(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Serves one connection to its end.
async fn hold(
    stream: TcpStream,
    address: SocketAddr,
    seat: Seat,
    router: Router,
    limits: VisitorLimits,
    mut ended: watch::Receiver<()>,
) {
    stream.set_nodelay(true).ok();
    // Whose protocol cannot be told yet is waited for here: below, the wait has no end.
    match timeout(limits.head_timeout, begun(&stream)).await {
        Ok(Ok(true)) => {}
        _ => return,
    }
    let (peer, over) = (Peer(seat.address), seat.over(limits.address_connections));
    let other_end = ConnectInfo(address);
    let service = service_fn(move |request: hyper::Request<_>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(other_end);
        let router = router.clone();
        async move { Ok::<_, Infallible>(answered(router, request, over).await) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.head_timeout)
        .max_concurrent_streams(STREAMS)
        // WebSockets over HTTP/2.
        .enable_connect_protocol();
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // Whoever waits for the last connection waits for this copy, which lasts as long as it.
    let lasting = ended.clone();
    let mut told = pin!(async move { ended.changed().await.ok() }.fuse());
    loop {
        tokio::select! {
            served = connection.as_mut() => {
                if let Err(cause) = served {
                    tracing::trace!(%cause, "a connection failed");
                }
                break;
            }
            _ = &mut told => connection.as_mut().graceful_shutdown(),
        }
    }
    drop((seat, lasting));
}

/// Waits until it can be told which protocol the client speaks; whether it speaks at all.
async fn begun(stream: &TcpStream) -> io::Result<bool> {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let mut first = [0; PREFACE.len()];
    loop {
        let length = stream.peek(&mut first).await?;
        let said = first.get(..length).unwrap_or_default();
        if said.is_empty() || length == PREFACE.len() || !PREFACE.starts_with(said) {
            return Ok(!said.is_empty());
        }
        tokio::time::sleep(PEEK).await;
    }
}

/// The answer to a request; over a connection too many, always the same.
async fn answered(router: Router, request: Request, over: Option<TooMany>) -> Response {
    match over {
        None => {
            let Ok(response) = TowerToHyperService::new(router).call(request).await;
            response
        }
        Some(over) => {
            let mut response = answer::refused(Media::Json, &Refusal::TooMany(over));
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
            response
        }
    }
}

impl Seats {
    fn take(&self, address: SocketAddr) -> Seat {
        let address = address.ip().to_canonical();
        let household = one_of_many(address);
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(household).or_default();
        *count += 1;
        Seat {
            seats: self.clone(),
            address,
            count: *count,
        }
    }
}

impl Seat {
    /// What its requests are told where its address has more connections than it may have.
    fn over(&self, allowed: u64) -> Option<TooMany> {
        (self.count > allowed).then_some(TooMany {
            limit: "max_connections_per_address",
            what: "connections from one address",
            asked: self.count,
            allowed,
            wait: Duration::from_secs(1),
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let household = one_of_many(self.address);
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&household) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&household);
            }
        }
    }
}

/// The address of the client: of the connection, or, where proxies stand before the server, what the
/// outermost of them says.
pub(super) fn address(request: &Request, proxies: usize) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>().map(|Peer(peer)| *peer);
    match proxies {
        0 => peer,
        _ => forwarded(request.headers(), proxies).or(peer),
    }
}

/// Each proxy adds at the end whom it speaks for; what stands before those that are trusted may be
/// anybody's invention.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let values = headers.get_all("x-forwarded-for").iter();
    let listed: Vec<&str> = values
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .collect();
    let at = listed.len().checked_sub(proxies)?;
    listed.get(at)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        let of = |proxies, forwarded: &[&str]| {
            let mut request = Request::new(Body::empty());
            request.extensions_mut().insert(Peer([10, 0, 0, 9].into()));
            for value in forwarded {
                let value = HeaderValue::from_str(value).unwrap();
                request.headers_mut().append("x-forwarded-for", value);
            }
            address(&request, proxies).unwrap().to_string()
        };
        assert_eq!(of(0, &["1.1.1.1"]), "10.0.0.9");
        assert_eq!(of(1, &["6.6.6.6, 1.1.1.1"]), "1.1.1.1");
        assert_eq!(of(1, &["6.6.6.6", "1.1.1.1"]), "1.1.1.1");
        assert_eq!(of(2, &["6.6.6.6, 1.1.1.1", "2.2.2.2"]), "1.1.1.1");
        // Fewer than there should be, or no address: the connection's.
        assert_eq!(of(2, &["1.1.1.1"]), "10.0.0.9");
        assert_eq!(of(1, &["unknown"]), "10.0.0.9");
        assert_eq!(of(1, &[]), "10.0.0.9");
    }
}
