//! `/metrics`, and who may read it.
//!
//! It tells how much is asked and how long it takes, which is nobody's business but that of those
//! who run the server. Without a setting it is there for requests from this machine alone. A proxy on
//! this machine is from this machine too, so a request that bears any sign of one, or that was meant
//! for another host, is not answered. All others are told that there is no such page.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing,
};
use prometheus_client::encoding::text;

use super::Metrics;
use crate::{config::MetricsAt, server::Server};

/// The format, as Prometheus wants it named.
const MEDIA: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What proxies add to a request that they pass on, beside `x-forwarded-…`.
const SIGNS: [&str; 7] = [
    "cf-connecting-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-original-forwarded-for",
    "x-real-ip",
];

/// `/metrics` of the server itself.
pub(in crate::server) async fn asked(
    State(server): State<Arc<Server>>,
    request: Request,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    let open = server.wire.metrics == MetricsAt::Loopback;
    match open && near && meant_for_this_machine(request.headers()) {
        true => written(&server.metrics),
        false => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The only page of the address that is for metrics.
pub(in crate::server) fn alone(server: Server) -> Router {
    let page = async |State(server): State<Arc<Server>>| written(&server.metrics);
    Router::new()
        .route("/metrics", routing::get(page))
        .with_state(Arc::new(server))
}

fn meant_for_this_machine(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let named = host.map(|host| match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    });
    let near = named.is_some_and(|name| {
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let address = bare.parse::<IpAddr>();
        name == "localhost" || address.is_ok_and(|address| address.is_loopback())
    });
    let sign = |name: &HeaderName| {
        let name = name.as_str();
        SIGNS.contains(&name) || name.starts_with("x-forwarded-")
    };
    near && !headers.keys().any(sign)
}

fn written(metrics: &Metrics) -> Response {
    let mut page = String::new();
    match text::encode(&mut page, &metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, MEDIA)], page).into_response(),
        Err(cause) => {
            tracing::error!(%cause, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_a_proxy_passes_on_is_not_meant_for_this_machine() {
        let table = [
            (vec![("host", "127.0.0.1:8080")], true),
            (vec![("host", "localhost")], true),
            (vec![("host", "[::1]:8080")], true),
            (vec![], false),
            (vec![("host", "api.example.org")], false),
            (vec![("host", "localhost.example.org:80")], false),
            (vec![("host", "10.0.0.1:8080")], false),
            (
                vec![("host", "127.0.0.1"), ("x-forwarded-for", "203.0.113.9")],
                false,
            ),
            (vec![("host", "127.0.0.1"), ("via", "1.1 proxy")], false),
            (vec![("host", "127.0.0.1"), ("forwarded", "")], false),
        ];
        for (given, expected) in table {
            let headers = given.iter().map(|(name, value)| {
                let name = HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            });
            let headers: HeaderMap = headers.collect();
            assert_eq!(meant_for_this_machine(&headers), expected, "{given:?}");
        }
    }
}
