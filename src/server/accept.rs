//! How the client wants its answer: the `Accept` header.

use axum::http::{HeaderMap, HeaderValue, header};

/// The two media types of GraphQL over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphQl,
    /// `application/json`: for older clients; a well-formed request is always 200.
    Json,
}

impl Media {
    /// The most wanted of the types we can give, or nothing where we can give none.
    ///
    /// Without the header, or with a wildcard, the older type is meant.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = ranges(headers).peekable();
        if ranges.peek().is_none() {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, Self)> = None;
        for (quality, name) in ranges.filter_map(wanted) {
            let Some(media) = Self::named(&name) else {
                continue;
            };
            if best.is_none_or(|(so_far, _)| quality > so_far) {
                best = Some((quality, media));
            }
        }
        best.map(|(_, media)| media)
    }

    /// The type that a range means, if we can give it.
    fn named(range: &str) -> Option<Self> {
        match range {
            "application/graphql-response+json" => Some(Self::GraphQl),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        }
    }

    /// The value of the answer's `Content-Type`.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// Whether the client takes a stream of events.
pub(super) fn takes_events(headers: &HeaderMap) -> bool {
    let mut ranges = ranges(headers).peekable();
    let is_events = |name: &str| matches!(name, "text/event-stream" | "text/*" | "*/*");
    ranges.peek().is_none()
        || ranges
            .filter_map(wanted)
            .any(|(_, name)| is_events(name.as_str()))
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header::ACCEPT).iter();
    values.flat_map(|value| value.to_str().unwrap_or_default().split(','))
}

/// One range of the header with its quality, if it is wanted at all and in UTF-8.
fn wanted(range: &str) -> Option<(f32, String)> {
    let mut parts = range
        .split(';')
        .map(|part| part.trim().to_ascii_lowercase());
    let name = parts.next()?;
    let mut quality = 1.0;
    for part in parts {
        match part.split_once('=') {
            Some(("q", value)) => quality = value.parse().unwrap_or(0.0),
            Some(("charset", value)) if !is_utf8(value) => return None,
            _ => {}
        }
    }
    (quality > 0.0).then_some((quality, name))
}

/// Whether a `charset` parameter, already in lower case, means UTF-8.
pub(super) fn is_utf8(charset: &str) -> bool {
    matches!(charset.trim_matches('"'), "utf-8" | "utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_type_is_given() {
        let table = [
            (None, Some(Media::Json)),
            (Some("*/*"), Some(Media::Json)),
            (Some("application/json"), Some(Media::Json)),
            (
                Some("Application/GraphQL-Response+JSON"),
                Some(Media::GraphQl),
            ),
            (
                Some("application/graphql-response+json, application/json;q=0.9"),
                Some(Media::GraphQl),
            ),
            (
                Some("application/json;q=0.5, application/graphql-response+json"),
                Some(Media::GraphQl),
            ),
            (
                Some("application/graphql-response+json;q=0.1, */*"),
                Some(Media::Json),
            ),
            (
                Some("application/json; charset=\"UTF-8\""),
                Some(Media::Json),
            ),
            (Some("application/json; charset=iso-8859-1"), None),
            (Some("application/json;q=0"), None),
            (Some("application/json;q=loud"), None),
            (Some("text/html"), None),
            (Some(""), None),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(Media::accepted(&headers), expected, "{accept:?}");
        }
    }

    #[test]
    fn events_are_given_to_those_who_take_them() {
        let table = [
            (None, true),
            (Some("text/event-stream"), true),
            (Some("application/json, Text/Event-Stream;q=0.1"), true),
            (Some("*/*"), true),
            (Some("text/event-stream;q=0"), false),
            (Some("text/event-stream; charset=utf-16"), false),
            (Some("application/json"), false),
            (Some("text/html"), false),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            assert_eq!(takes_events(&headers), expected, "{accept:?}");
        }
    }
}
