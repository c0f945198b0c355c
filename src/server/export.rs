//! Where the copy of a request for data is fetched: `GET /data-requests/{id}/export`.
//!
//! The copy leaves part by part, so that however much there is of a person, little of it is held. It is
//! kept by no cache, and a page of it may load and run nothing.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{self, Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use serde_json::json;

use super::refusal::Refusal;
use super::visitors::Visit;
use super::{Server, bearer, connections};
use crate::graphql::{ExportForm, Unexported};
use crate::rights::html::{Language, POLICY};

/// Answers `GET /data-requests/{id}/export?format=json|html&language=en|zh-HK`.
pub(super) async fn fetched(
    State(server): State<Arc<Server>>,
    Path(request): Path<String>,
    asked: extract::Request,
) -> Response {
    let address = connections::address(&asked, server.limits.visitors.proxies);
    let (head, _) = asked.into_parts();
    let now = server.clock.now();
    let claims = bearer::of_anybody(&head.headers, &head.uri, address, &server, now).await;
    let claims = match claims {
        Ok(claims) => claims,
        Err(refusal) => return refused(&refusal),
    };
    let pass = server
        .visitors
        .begin(Visit::Request, claims.as_ref(), address);
    let pass = match pass {
        Ok(pass) => pass,
        Err(refusal) => return refused(&refusal),
    };
    let Some(form) = form(&head.uri) else {
        let text = "say `format=json` or `format=html`, and `language=en` or `language=zh-HK`";
        return told(StatusCode::BAD_REQUEST, "INVALID", text);
    };
    let export = server.graph.export(claims.as_ref(), &request, form);
    // What takes long is the copy itself, which leaves part by part.
    let export = match tokio::time::timeout(server.limits.timeout, export).await {
        Ok(Ok(export)) => export,
        Ok(Err(unexported)) => return no_copy(unexported),
        Err(_) => return refused(&Refusal::Timeout(server.limits.timeout.as_millis())),
    };
    let parts = try_unfold((export, pass), |(mut export, pass)| async move {
        match export.next().await {
            Ok(Some(part)) => Ok(Some((part, (export, pass)))),
            Ok(None) => Ok(None),
            Err(unexported) => {
                tracing::warn!(code = unexported.code(), "a copy broke off");
                Err(io::Error::other(unexported.to_string()))
            }
        }
    });
    with_headers(form, Body::from_stream(parts))
}

/// In what form the copy is wanted: JSON unless said, a page in English first unless said.
fn form(uri: &Uri) -> Option<ExportForm> {
    let (mut html, mut language) = (false, Language::English);
    let query = uri.query().unwrap_or_default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair {
            "format=json" => html = false,
            "format=html" => html = true,
            "language=en" => language = Language::English,
            "language=zh-HK" => language = Language::Chinese,
            _ => return None,
        }
    }
    Some(match html {
        true => ExportForm::Html(language),
        false => ExportForm::Json,
    })
}

fn with_headers(form: ExportForm, body: Body) -> Response {
    let (media, name) = match form {
        ExportForm::Json => (
            "application/json",
            "attachment; filename=\"personal-data.json\"",
        ),
        ExportForm::Html(_) => (
            "text/html; charset=utf-8",
            "inline; filename=\"personal-data.html\"",
        ),
    };
    let mut response = body.into_response();
    for (key, value) in [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(key, value);
    }
    response
}

fn no_copy(unexported: Unexported) -> Response {
    let status = match unexported {
        Unexported::Nobody => StatusCode::UNAUTHORIZED,
        Unexported::Missing => StatusCode::NOT_FOUND,
        Unexported::Unanswered => StatusCode::CONFLICT,
        Unexported::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    told(status, unexported.code(), &unexported.to_string())
}

fn refused(refusal: &Refusal) -> Response {
    tracing::debug!(code = refusal.code(), "request refused");
    let mut response = told(refusal.status(), refusal.code(), &refusal.to_string());
    if let Some(seconds) = refusal.retry_after() {
        let value = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn told(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
    (status, Json(body)).into_response()
}
