//! The response: its status, its media type and its body.

use async_graphql::{Response as GraphResponse, ServerError, Value as GraphValue};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{accept::Media, refusal::Refusal};

/// The answer of the graph.
pub(super) fn executed(media: Media, response: &GraphResponse) -> Response {
    let status = status(media, response);
    if status == StatusCode::UNAUTHORIZED {
        // To the client a token that is revoked is like one that is forged.
        return refused(media, &Refusal::Authorization);
    }
    let text = match refused_by_graph(response) {
        false => crate::graphql::written(response),
        true => serde_json::to_vec(&json!({ "errors": response.errors })),
    };
    match text {
        Ok(text) => answer(media, status, text),
        Err(cause) => {
            tracing::error!(%cause, "an answer cannot be written as JSON");
            refused(media, &Refusal::Internal)
        }
    }
}

/// The answer to a request that was not executed.
pub(super) fn refused(media: Media, refusal: &Refusal) -> Response {
    let text = json!({ "errors": errors(refusal) })
        .to_string()
        .into_bytes();
    let mut response = answer(media, refusal.status(), text);
    if let Some(seconds) = refusal.retry_after() {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The answers to the requests of an array, in its order.
pub(super) fn batch(media: Media, responses: &[GraphResponse]) -> Response {
    let each = responses
        .iter()
        .map(|response| match refused_by_graph(response) {
            false => serde_json::to_value(response),
            true => Ok(json!({ "errors": response.errors })),
        });
    // Where nothing was executed, the whole is what the first was.
    let status = match responses.iter().find(|one| !refused_by_graph(one)) {
        Some(executed) => status(media, executed),
        None => responses
            .first()
            .map_or(StatusCode::OK, |one| status(media, one)),
    };
    match each.collect::<Result<Vec<_>, _>>() {
        Ok(all) => answer(media, status, Value::from(all).to_string().into_bytes()),
        Err(cause) => {
            tracing::error!(%cause, "an answer cannot be written as JSON");
            refused(media, &Refusal::Internal)
        }
    }
}

/// The list of errors that a refusal is.
pub(super) fn errors(refusal: &Refusal) -> Value {
    let mut extensions = json!({ "code": refusal.code() });
    if let Some(reason) = refusal.reason() {
        extensions["reason"] = Value::from(reason);
    }
    if let Some(exceeded) = refusal.exceeded() {
        extensions["limit"] = Value::from(exceeded.limit);
        extensions["allowed"] = Value::from(exceeded.allowed);
        if let Some(asked) = exceeded.asked {
            extensions["asked"] = Value::from(asked);
        }
    }
    json!([{ "message": refusal.to_string(), "extensions": extensions }])
}

/// Errors without a place in the answer, and no data: the graph refused the
/// request (it does not parse, is not valid, asks too much) and executed nothing.
pub(super) fn refused_by_graph(response: &GraphResponse) -> bool {
    response.data == GraphValue::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

fn status(media: Media, response: &GraphResponse) -> StatusCode {
    if !refused_by_graph(response) {
        return StatusCode::OK;
    }
    match response.errors.iter().find_map(code) {
        Some("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
        Some("UNAVAILABLE") => StatusCode::SERVICE_UNAVAILABLE,
        Some("INTERNAL") => StatusCode::INTERNAL_SERVER_ERROR,
        _ if media == Media::GraphQl => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

fn code(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        GraphValue::String(code) => Some(code),
        _ => None,
    }
}

fn answer(media: Media, status: StatusCode, text: Vec<u8>) -> Response {
    let mut response = (status, Body::from(text)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept, authorization"),
    );
    if status == StatusCode::UNAUTHORIZED {
        let challenge = "Bearer realm=\"kaifong\", error=\"invalid_token\"";
        headers.insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static(challenge),
        );
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    }
    response
}

#[cfg(test)]
mod tests {
    use async_graphql::{ErrorExtensionValues, PathSegment};

    use super::*;

    fn error(code: Option<&str>, path: &[&str]) -> ServerError {
        let mut error = ServerError::new("no", None);
        error.path = path
            .iter()
            .map(|name| PathSegment::Field((*name).to_owned()))
            .collect();
        error.extensions = code.map(|code| {
            let mut values = ErrorExtensionValues::default();
            values.set("code", code);
            values
        });
        error
    }

    #[test]
    fn the_status_says_whether_the_request_was_executed() {
        let table = [
            (vec![], (200, 200), true),
            (vec![error(None, &["a", "b"])], (200, 200), true),
            (vec![error(Some("FORBIDDEN"), &["a"])], (200, 200), true),
            (
                vec![error(None, &[]), error(None, &["a"])],
                (200, 200),
                true,
            ),
            (vec![error(None, &[])], (400, 200), false),
            (vec![error(Some("TOO_COMPLEX"), &[])], (400, 200), false),
            (vec![error(Some("UNAUTHENTICATED"), &[])], (401, 401), false),
            (vec![error(Some("UNAVAILABLE"), &[])], (503, 503), false),
            (vec![error(Some("INTERNAL"), &[])], (500, 500), false),
        ];
        for (errors, (graphql, json), has_data) in table {
            let response = GraphResponse::from_errors(errors);
            assert_eq!(status(Media::GraphQl, &response).as_u16(), graphql);
            assert_eq!(status(Media::Json, &response).as_u16(), json);
            assert_eq!(!refused_by_graph(&response), has_data);
        }
    }
}
