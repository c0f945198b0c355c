//! Requests that never reach the graph, each with its status and a code that stays.

use std::time::Duration;

use axum::http::StatusCode;

use super::gate::{Excess, GateError};
use crate::{entrance::Refused, residency::REFUSED, viewer::TokenError};

/// Why a request was answered without executing it. The text is safe to show.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("answers are `application/graphql-response+json` or `application/json`, in UTF-8")]
    NotAcceptable,
    #[error("answers are events, `text/event-stream`, in UTF-8")]
    NotEvents,
    #[error("the request for a WebSocket is not valid: {0}")]
    Upgrade(String),
    #[error("use GET or POST")]
    Method,
    #[error("only queries may be sent with GET; use POST")]
    MethodOfOperation,
    #[error("the token is not valid")]
    Authorization,
    #[error("the token is not valid")]
    Token(#[from] TokenError),
    #[error("{message}")]
    Outside {
        message: String,
        reason: &'static str,
    },
    #[error("send the request as `application/json`, in UTF-8")]
    ContentType,
    #[error("the request is larger than {} bytes", .0.allowed)]
    TooLarge(Excess),
    #[error("the request ended before it was complete")]
    Incomplete,
    #[error("the request did not come within {0} ms")]
    Slow(u128),
    #[error("send the request without `content-encoding`")]
    Encoded,
    #[error("the request is not in UTF-8")]
    NotUtf8,
    #[error("the request is not JSON: {0}")]
    NotJson(String),
    #[error("send one request at a time; an array of requests is not accepted")]
    Batch,
    #[error("an array has at most {} requests", .0.allowed)]
    BatchTooLong(Excess),
    #[error("{0}")]
    Shape(String),
    #[error("{0}")]
    Gate(#[from] GateError),
    #[error("no trusted document has this hash or id")]
    UnknownDocument,
    #[error("this server has no trusted documents; send the text of the document")]
    NoPersistedDocuments,
    #[error("only trusted documents are carried out here")]
    NotTrusted,
    #[error("a socket runs at most {0} operations at a time")]
    TooManyOperations(usize),
    #[error("more than {} {}; come again", .0.allowed, .0.what)]
    TooMany(TooMany),
    #[error("the request took longer than {0} ms")]
    Timeout(u128),
    #[error("the server failed to answer")]
    Internal,
}

/// Somebody has more going on than may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany {
    /// The setting.
    pub limit: &'static str,
    /// Of what.
    pub what: &'static str,
    /// How many there would be.
    pub asked: u64,
    /// How many there may be.
    pub allowed: u64,
    /// When to come again.
    pub wait: Duration,
}

/// A limit that a request is over.
pub(super) struct Exceeded {
    /// The setting.
    pub limit: &'static str,
    /// How many there are, as far as they were counted.
    pub asked: Option<u64>,
    /// How many there may be.
    pub allowed: u64,
}

impl Exceeded {
    fn of(limit: &'static str, excess: Excess) -> Self {
        Self {
            limit,
            asked: Some(excess.asked as u64),
            allowed: excess.allowed as u64,
        }
    }
}

impl Refusal {
    /// Why an outside provider's token is not taken.
    pub(super) fn outside(refused: Refused) -> Self {
        match refused {
            Refused::Internal => Self::Internal,
            // The token is good; that we do not know whom it is about, or may not let the one in by
            // this provider, its bearer may hear.
            refused @ (Refused::Unknown | Refused::Residency) => Self::Outside {
                message: refused.to_string(),
                reason: refused.code(),
            },
            refused => Self::Outside {
                message: Self::Authorization.to_string(),
                reason: refused.code(),
            },
        }
    }

    /// A code for clients that never changes.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotAcceptable | Self::NotEvents => "NOT_ACCEPTABLE",
            Self::Upgrade(_) => "INVALID_UPGRADE",
            Self::Method | Self::MethodOfOperation => "METHOD_NOT_ALLOWED",
            Self::Authorization | Self::Token(_) | Self::Outside { .. } => "UNAUTHENTICATED",
            Self::ContentType | Self::Encoded => "UNSUPPORTED_MEDIA_TYPE",
            Self::TooLarge(_) => "REQUEST_TOO_LARGE",
            Self::BatchTooLong(_) => "BATCH_TOO_LONG",
            Self::TooMany(_) => "TOO_MANY_REQUESTS",
            Self::Incomplete => "REQUEST_INCOMPLETE",
            Self::Slow(_) => "REQUEST_TIMEOUT",
            Self::NotUtf8 => "INVALID_ENCODING",
            Self::NotJson(_) => "INVALID_JSON",
            Self::Batch => "BATCH_NOT_ACCEPTED",
            Self::Shape(_) => "INVALID_REQUEST",
            Self::Gate(cause) => cause.code(),
            Self::UnknownDocument => "PERSISTED_QUERY_NOT_FOUND",
            Self::NoPersistedDocuments => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::NotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::TooManyOperations(_) => "LIMIT_EXCEEDED",
            Self::Timeout(_) => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }

    /// The limit that the request is over, where that is the reason.
    pub(super) fn exceeded(&self) -> Option<Exceeded> {
        match self {
            Self::TooLarge(excess) => Some(Exceeded::of("max_body_bytes", *excess)),
            Self::BatchTooLong(excess) => Some(Exceeded::of("max_batch", *excess)),
            Self::Gate(cause) => cause
                .excess()
                .map(|(limit, excess)| Exceeded::of(limit, excess)),
            Self::TooManyOperations(allowed) => {
                let (asked, allowed) = (allowed + 1, *allowed);
                let excess = Excess { asked, allowed };
                Some(Exceeded::of("max_socket_operations", excess))
            }
            Self::TooMany(many) => Some(Exceeded {
                limit: many.limit,
                asked: Some(many.asked),
                allowed: many.allowed,
            }),
            Self::Timeout(milliseconds) | Self::Slow(milliseconds) => Some(Exceeded {
                limit: "request_timeout",
                asked: None,
                allowed: u64::try_from(*milliseconds).unwrap_or(u64::MAX),
            }),
            _ => None,
        }
    }

    /// After how many seconds to come again, where that helps.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany(many) => Some(many.wait.as_secs_f64().ceil().max(1.0) as u64),
            _ => None,
        }
    }

    /// That the token is at fault, where it is. Whoever tries tokens learns no more: each that is
    /// not good, for whatever reason, has the same answer.
    pub(super) fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Outside {
                reason: known @ ("IDENTITY_UNKNOWN" | REFUSED),
                ..
            } => Some(known),
            Self::Authorization | Self::Token(_) | Self::Outside { .. } => Some("TOKEN_INVALID"),
            _ => None,
        }
    }

    /// What went wrong with the token, for the log.
    pub(super) fn cause(&self) -> Option<&'static str> {
        match self {
            Self::Authorization => Some("TOKEN_SCHEME"),
            Self::Token(cause) => Some(cause.reason()),
            Self::Outside { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// The status of the answer, whichever media type it has.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NotAcceptable | Self::NotEvents => StatusCode::NOT_ACCEPTABLE,
            Self::Method | Self::MethodOfOperation => StatusCode::METHOD_NOT_ALLOWED,
            Self::Authorization | Self::Token(_) | Self::Outside { .. } => StatusCode::UNAUTHORIZED,
            Self::Slow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::ContentType | Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotTrusted => StatusCode::FORBIDDEN,
            Self::TooManyOperations(_) | Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Timeout(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Upgrade(_)
            | Self::Incomplete
            | Self::NotUtf8
            | Self::NotJson(_)
            | Self::Batch
            | Self::BatchTooLong(_)
            | Self::Shape(_)
            | Self::UnknownDocument
            | Self::NoPersistedDocuments
            | Self::Gate(_) => StatusCode::BAD_REQUEST,
        }
    }
}
