//! Which pages of other sites may read answers (CORS): those of the settings, and no others.
//!
//! An origin is let in if it is on the list letter by letter. Credentials (cookies, passwords that
//! the browser keeps) never are: a page has the token that it was given and no other.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::headers::REQUEST_ID;

/// How long a browser may remember that it may ask. Browsers shorten it as they like.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

/// The leave of these origins; nothing where there are none.
pub(super) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|one| one.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let asked_with = [
        header::ACCEPT,
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("traceparent"),
        REQUEST_ID,
    ];
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(asked_with)
            .expose_headers([REQUEST_ID, header::RETRY_AFTER])
            .max_age(REMEMBERED),
    )
}
