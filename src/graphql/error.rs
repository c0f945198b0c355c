//! Errors that a client sees: a stable code and a safe sentence. The cause goes to the log.

use async_graphql::{Name, Pos, ServerError, Value};

use crate::store::StoreError;

/// What went wrong with a request.
#[derive(Debug)]
pub enum GraphError {
    /// An argument is wrong; the sentence says how.
    Input(String),
    /// A cursor is not of this list.
    Cursor,
    /// A page or a list in the request is larger than the limit.
    Limit(String),
    /// The policies refuse a deed; the sentences may be told.
    Forbidden(Vec<String>),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for GraphError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// An object of these entries.
pub fn object(entries: Vec<(Name, Value)>) -> Value {
    Value::Object(entries.into_iter().collect())
}

/// An error with this code and sentence.
pub fn coded(code: &str, message: impl Into<String>, at: Option<Pos>) -> ServerError {
    with_code(code, ServerError::new(message, at))
}

/// The same error with this code.
pub fn with_code(code: &str, mut error: ServerError) -> ServerError {
    let mut extensions = error.extensions.take().unwrap_or_default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    error
}

impl GraphError {
    /// As the client sees it.
    pub fn shown(self, at: Pos) -> ServerError {
        match self {
            Self::Input(message) => coded("BAD_USER_INPUT", message, Some(at)),
            Self::Cursor => {
                let message = "the cursor does not belong to this list, its filter and its order";
                coded("BAD_CURSOR", message, Some(at))
            }
            Self::Limit(message) => coded("LIMIT_EXCEEDED", message, Some(at)),
            Self::Forbidden(reasons) => {
                let mut error = coded("FORBIDDEN", "the policies do not allow this", Some(at));
                if let (Some(extensions), false) = (&mut error.extensions, reasons.is_empty()) {
                    extensions.set("reasons", reasons);
                }
                error
            }
            Self::Store(cause) => {
                // The causes one by one as texts: a whole error of a driver can hold values of rows.
                let mut reason: Option<&dyn std::error::Error> = Some(&cause);
                while let Some(told) = reason {
                    tracing::error!(error = %told, "the store failed");
                    reason = told.source();
                }
                coded("INTERNAL", "something went wrong on the server", Some(at))
            }
        }
    }
}
