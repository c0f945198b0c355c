//! Requests that never reach the graph, each with its status and a code that stays.

use axum::http::StatusCode;

use super::gate::GateError;
use crate::viewer::TokenError;

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
    #[error("`authorization` is not one `Bearer` token")]
    Authorization,
    #[error("{0}")]
    Token(#[from] TokenError),
    #[error("send the request as `application/json`, in UTF-8")]
    ContentType,
    #[error("the request is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the request ended before it was complete")]
    Incomplete,
    #[error("the request is not in UTF-8")]
    NotUtf8,
    #[error("the request is not JSON: {0}")]
    NotJson(String),
    #[error("send one request at a time; an array of requests is not accepted")]
    Batch,
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
    #[error("the request took longer than {0} ms")]
    Timeout(u128),
    #[error("the server failed to answer")]
    Internal,
}

impl Refusal {
    /// A code for clients that never changes.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotAcceptable | Self::NotEvents => "NOT_ACCEPTABLE",
            Self::Upgrade(_) => "INVALID_UPGRADE",
            Self::Method | Self::MethodOfOperation => "METHOD_NOT_ALLOWED",
            Self::Authorization | Self::Token(_) => "UNAUTHENTICATED",
            Self::ContentType => "UNSUPPORTED_MEDIA_TYPE",
            Self::TooLarge(_) => "REQUEST_TOO_LARGE",
            Self::Incomplete => "REQUEST_INCOMPLETE",
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

    /// What went wrong with the token, where that is the reason.
    pub(super) fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Authorization => Some("TOKEN_SCHEME"),
            Self::Token(cause) => Some(cause.reason()),
            _ => None,
        }
    }

    /// The status of the answer, whichever media type it has.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NotAcceptable | Self::NotEvents => StatusCode::NOT_ACCEPTABLE,
            Self::Method | Self::MethodOfOperation => StatusCode::METHOD_NOT_ALLOWED,
            Self::Authorization | Self::Token(_) => StatusCode::UNAUTHORIZED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotTrusted => StatusCode::FORBIDDEN,
            Self::TooManyOperations(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Timeout(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Upgrade(_)
            | Self::Incomplete
            | Self::NotUtf8
            | Self::NotJson(_)
            | Self::Batch
            | Self::Shape(_)
            | Self::UnknownDocument
            | Self::NoPersistedDocuments
            | Self::Gate(_) => StatusCode::BAD_REQUEST,
        }
    }
}
