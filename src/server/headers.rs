//! What every response carries, and the line that the log gets of it.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::Response,
};
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{metrics::Metrics, record::Told};
use crate::traces;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Adds the request id, the log line and the headers that keep browsers and caches careful.
///
/// What says nothing of its own about caches is kept by none: answers are one viewer's, errors too.
pub(super) fn on_every_response(router: Router, metrics: &Arc<Metrics>) -> Router {
    let set =
        |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    let metrics = metrics.clone();
    router
        .layer(set(header::CACHE_CONTROL, "no-store"))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            identified(metrics.clone(), request, next)
        }))
}

/// The route is logged, never the address: people write anything into it.
async fn identified(metrics: Arc<Metrics>, request: Request, next: Next) -> Response {
    let id = given_id(request.headers()).unwrap_or_else(|| Uuid::now_v7().to_string());
    let method = known(request.method());
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = path.as_ref().map_or("other", MatchedPath::as_str);
    // Errors bear the id too, so the span is there at every level.
    let span = tracing::error_span!("request", id, method, route);
    let traced = span.in_scope(|| {
        traces::span!(
            "request",
            otel.kind = "server",
            http.request.method = method,
            http.route = route,
            http.response.status_code = tracing::field::Empty,
            kaifong.request_id = id,
            kaifong.operation = tracing::field::Empty,
            kaifong.code = tracing::field::Empty,
        )
    });
    if let Some(parent) = request.headers().get("traceparent") {
        traces::adopt(&traced, parent.to_str().unwrap_or_default());
    }
    let mut line = Line {
        begun: Instant::now(),
        span: span.clone(),
        written: false,
    };
    let within = if traced.is_disabled() {
        span
    } else {
        traced.clone()
    };
    let mut response = next.run(request).instrument(within).await;
    line.write(&response, &traced);
    metrics.responded(route, response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The id that the client, or a proxy before us, gave the request, if it is one: it goes into the
/// log, so it is short and of letters, digits, `-` and `_` only.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let mut given = headers.get_all(REQUEST_ID).iter();
    let (Some(id), None) = (given.next(), given.next()) else {
        return None;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let id = id.to_str().ok()?;
    let fits = (16..=64).contains(&id.len()) && id.bytes().all(plain);
    fits.then(|| id.to_owned())
}

/// A method's name, of those that are; a client may make up others.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

/// The line of a request, written once: at its answer, or when the client leaves before.
struct Line {
    begun: Instant,
    span: Span,
    written: bool,
}

impl Line {
    fn write(&mut self, response: &Response, traced: &Span) {
        self.written = true;
        let status = response.status().as_u16();
        let milliseconds = self.begun.elapsed().as_millis();
        let told = response.extensions().get::<Told>();
        traced.record("http.response.status_code", status);
        if let Some(told) = told {
            traced.record("kaifong.operation", told.operation);
            traced.record("kaifong.code", told.code.as_str());
        }
        self.span.in_scope(|| match told {
            Some(Told {
                operation,
                code,
                viewer,
                bytes,
            }) => {
                tracing::info!(
                    status,
                    milliseconds,
                    operation,
                    code,
                    viewer,
                    bytes,
                    "answered"
                );
            }
            None => tracing::info!(status, milliseconds, "answered"),
        });
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.written {
            let milliseconds = self.begun.elapsed().as_millis();
            self.span
                .in_scope(|| tracing::info!(milliseconds, "the client left before the answer"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_id_is_taken_as_one() {
        let fitting = ["0123456789abcdef", "0198f0c2-7a3b-7000-8000-000000000000"];
        for id in fitting {
            let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(id))]);
            assert_eq!(given_id(&headers).as_deref(), Some(id));
        }
        let long = "a".repeat(65);
        let texts = [
            "",
            "short",
            "ann@example.org 1234",
            "0123456789abcdef\t",
            &long,
        ];
        for text in texts {
            let value = HeaderValue::from_str(text).unwrap();
            let headers = HeaderMap::from_iter([(REQUEST_ID, value)]);
            assert_eq!(given_id(&headers), None, "{text}");
        }
        let mut two = HeaderMap::new();
        for id in fitting {
            two.append(REQUEST_ID, HeaderValue::from_static(id));
        }
        assert_eq!(given_id(&two), None);
        assert_eq!(given_id(&HeaderMap::new()), None);
    }
}
