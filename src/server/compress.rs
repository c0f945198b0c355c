//! Answers made shorter on their way.
//!
//! Compression tells the length of a text, and so a little of what is in it (BREACH), to whoever can
//! choose a part of the answer, have it made again and again with somebody's credentials, and watch
//! the line. Here a foreign page can do neither: credentials are tokens in a header, which no browser
//! adds by itself; there are no cookies; and pages of other sites are let in one by one. No answer
//! holds a token, a key or anything else that is worth guessing letter by letter. Who has to hide the
//! length of personal data from the line itself switches compression off; so there is a setting.

use axum::{
    body::HttpBody,
    http::{Response, StatusCode, header},
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate},
};

/// What is compressed: our own texts. Event streams are not among them, since what is collected to
/// be compressed well comes late.
const TEXTS: [&str; 6] = [
    "application/graphql-response+json",
    "application/json",
    "application/openmetrics-text",
    "text/css",
    "text/html",
    "text/javascript",
];

/// Which answers are compressed.
#[derive(Clone, Copy)]
pub(super) struct Long {
    /// From so many bytes.
    pub from: Option<u64>,
}

/// Compresses what is long enough, as the client accepts it.
pub(super) fn layer(from: Option<u64>) -> CompressionLayer<Long> {
    CompressionLayer::new()
        // An answer is compressed once and read once: the time counts as much as the bytes.
        .quality(CompressionLevel::Fastest)
        .compress_when(Long { from })
}

impl Predicate for Long {
    fn should_compress<B: HttpBody>(&self, response: &Response<B>) -> bool {
        let Some(from) = self.from else {
            return false;
        };
        let length = response.body().size_hint().exact();
        response.status() != StatusCode::SWITCHING_PROTOCOLS
            && length.is_some_and(|length| length >= from)
            && is_text(response)
    }
}

fn is_text<B>(response: &Response<B>) -> bool {
    let media = response.headers().get(header::CONTENT_TYPE);
    let media = media.and_then(|value| value.to_str().ok());
    let name = media.and_then(|media| media.split(';').next());
    name.is_some_and(|name| TEXTS.contains(&name.trim()))
}
