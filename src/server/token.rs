//! Where tokens are exchanged, refreshed (`POST /token`) and given back (`POST /revoke`).
//!
//! Errors are as RFC 6749, 5.2, has them. Whatever is wrong with a token that is shown, the answer
//! is the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Form, FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::visitors::Visit;
use super::{Server, bearer, connections};
use crate::tokens::{ACCESS, Refused, Tokens};

/// No form of ours is longer than two tokens.
const LONGEST: usize = 20 * 1024;

/// Answers `POST /token`.
pub(super) async fn given(State(server): State<Arc<Server>>, asked: Request) -> Response {
    let address = connections::address(&asked, server.limits.visitors.proxies);
    let (tokens, form) = match form(&server, asked).await {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    let now = server.clock.now();
    let good = |token: &str| bearer::good(token, address, &server.keys, now).ok();
    match tokens.give(&form, now, good).await {
        Ok(given) => {
            let mut answer = json!({
                "access_token": given.token,
                "issued_token_type": ACCESS,
                "token_type": "Bearer",
                "expires_in": given.seconds,
            });
            let more = [("scope", given.scope), ("refresh_token", given.refresh)];
            for (name, value) in more {
                if let Some(value) = value {
                    answer[name] = Value::from(value);
                }
            }
            written(StatusCode::OK, &answer)
        }
        Err(refused) => refusal(&refused),
    }
}

/// Answers `POST /revoke`: that it is done, whether there was anything to do or not.
pub(super) async fn ended(State(server): State<Arc<Server>>, asked: Request) -> Response {
    let (tokens, form) = match form(&server, asked).await {
        Ok(asked) => asked,
        Err(refused) => return *refused,
    };
    let Some(token) = form.get("token") else {
        return refusal(&Refused::Request("`token` is missing"));
    };
    match tokens.end(token, server.clock.now()).await {
        Ok(()) => written(StatusCode::OK, &json!({})),
        Err(refused) => refusal(&refused),
    }
}

/// The parameters of a form, each there once, from somebody who does not ask too often.
async fn form(
    server: &Server,
    asked: Request,
) -> Result<(Tokens, BTreeMap<String, String>), Box<Response>> {
    let address = connections::address(&asked, server.limits.visitors.proxies);
    let (head, body) = asked.into_parts();
    let pass = server.visitors.begin(Visit::Request, None, address);
    let _pass = pass.map_err(|busy| Box::new(crowded(&busy)))?;
    let Some(tokens) = server.tokens.clone() else {
        return Err(Box::new(StatusCode::NOT_FOUND.into_response()));
    };
    let wrong = |text| Box::new(refusal(&Refused::Request(text)));
    if !is_form(&head.headers) {
        return Err(wrong("send a form, as `application/x-www-form-urlencoded`"));
    }
    if head.uri.query().is_some() {
        return Err(wrong("send the parameters in the body"));
    }
    let body = tokio::time::timeout(server.limits.timeout, to_bytes(body, LONGEST)).await;
    let Ok(Ok(body)) = body else {
        return Err(wrong("the form is too long, or did not come"));
    };
    let mut form = BTreeMap::new();
    let read = Request::from_parts(head, Body::from(body));
    let Ok(Form(pairs)) = Form::<Vec<(String, String)>>::from_request(read, &()).await else {
        return Err(wrong("the form cannot be read"));
    };
    for (name, value) in pairs {
        if form.insert(name, value).is_some() {
            return Err(wrong("a parameter is there twice"));
        }
    }
    // A parameter without a value counts as left out.
    form.retain(|_, value: &mut String| !value.is_empty());
    Ok((tokens, form))
}

fn is_form(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE);
    let given = given
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn crowded(busy: &Refusal) -> Response {
    let body = json!({ "error": "temporarily_unavailable", "error_description": busy.to_string() });
    let mut response = written(busy.status(), &body);
    if let Some(seconds) = busy.retry_after() {
        let value = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn refusal(refused: &Refused) -> Response {
    tracing::debug!(code = refused.code(), "no token given");
    let status = match refused {
        Refused::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let body = json!({ "error": refused.code(), "error_description": refused.to_string() });
    written(status, &body)
}

fn written(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, Body::from(body.to_string())).into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
