//! Errors that a client sees: a stable code and a safe sentence. The cause goes to the log.

use async_graphql::{Name, Pos, ServerError, Value};

use crate::store::{Fault, StoreError};

/// What went wrong with a request.
#[derive(Debug)]
pub enum GraphError {
    /// An argument is wrong; the sentence says how.
    Input(String),
    /// A cursor is not of this list.
    Cursor,
    /// A page or a list in the request is larger than the limit.
    Limit(String),
    /// The same, with the numbers.
    Over(Over),
    /// The policies refuse a deed; the sentences may be told.
    Forbidden(Vec<String>),
    /// Something stands in the way that can be told in both languages.
    Told {
        /// A stable code.
        code: &'static str,
        /// In English.
        en: String,
        /// In Chinese.
        zh: String,
    },
    /// The store failed.
    Store(StoreError),
}

/// More is asked for than is given: which limit it is, and how far over it.
#[derive(Debug, PartialEq, Eq)]
pub struct Over {
    /// A sentence.
    pub message: String,
    /// The setting, or the argument where it cannot be set.
    pub limit: &'static str,
    /// How many are asked for.
    pub asked: u64,
    /// How many are given.
    pub allowed: u64,
}

impl Over {
    /// As the client sees it.
    pub fn shown(self, at: Option<Pos>) -> ServerError {
        let mut error = coded("LIMIT_EXCEEDED", self.message, at);
        if let Some(extensions) = &mut error.extensions {
            extensions.set("limit", self.limit);
            extensions.set("allowed", self.allowed);
            extensions.set("asked", self.asked);
        }
        error
    }
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
            Self::Over(over) => over.shown(Some(at)),
            Self::Limit(message) => coded("LIMIT_EXCEEDED", message, Some(at)),
            Self::Forbidden(reasons) => {
                let mut error = coded("FORBIDDEN", "the policies do not allow this", Some(at));
                if let (Some(extensions), false) = (&mut error.extensions, reasons.is_empty()) {
                    extensions.set("reasons", reasons);
                }
                error
            }
            Self::Told { code, en, zh } => {
                let mut error = coded(code, en, Some(at));
                if let Some(extensions) = &mut error.extensions {
                    extensions.set("messageZh", zh);
                }
                error
            }
            Self::Store(cause) => failed(&cause, Some(at)),
        }
    }
}

/// A failure of the store as the client sees it. The log gets the causes one by one as texts: a
/// whole error of a driver can hold values of rows.
pub fn failed(cause: &StoreError, at: Option<Pos>) -> ServerError {
    let mut reason: Option<&dyn std::error::Error> = Some(cause);
    while let Some(told) = reason {
        tracing::error!(error = %told, "the store failed");
        reason = told.source();
    }
    let (code, message) = match cause.fault() {
        Fault::Away => (
            "UNAVAILABLE",
            "the database is away or busy; if this was to change something, look whether it did \
             before you ask again",
        ),
        Fault::Full => (
            "STORAGE_FULL",
            "the database has no room for changes; what is there can be read",
        ),
        Fault::Taken | Fault::Own => ("INTERNAL", "something went wrong on the server"),
    };
    let message = match cause {
        StoreError::Unlogged(_) => {
            "what this would show of persons cannot be logged, so that it is not shown; if this was \
             to change something, look whether it did before you ask again"
        }
        _ => message,
    };
    coded(code, message, at)
}
