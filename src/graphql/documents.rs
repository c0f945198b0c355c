//! The documents that clients ask again and again, parsed once.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Request;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Name, Positioned, ServerError};

use super::error::with_code;
use super::kept::Kept;

/// The longest document that is kept, in bytes. Parsed, it is some fifty times as large, and anybody
/// can send as many as are kept.
const LONGEST: usize = 2 * 1024;
/// How many documents are kept.
const MOST: usize = 128;

/// A document that was measured and found small enough.
pub(super) struct Admitted {
    document: ExecutableDocument,
    /// Whether it asks for the schema.
    pub(super) asks_for_schema: bool,
}

/// Parsed documents by their text.
pub(super) struct Documents(Mutex<Kept<String, Arc<Admitted>>>);

impl Default for Documents {
    fn default() -> Self {
        Self(Mutex::new(Kept::of(MOST)))
    }
}

impl Documents {
    /// The document of a request, if it was admitted before; it is then the request's own.
    pub(super) fn take(&self, request: &mut Request) -> Option<Arc<Admitted>> {
        let known = self.known(&request.query)?;
        request.set_parsed_query(known.document.clone());
        Some(known)
    }

    /// Keeps the document of a request that is admitted.
    pub(super) fn keep(&self, text: &str, document: &ExecutableDocument, asks_for_schema: bool) {
        if text.len() <= LONGEST {
            let document = document.clone();
            let admitted = Arc::new(Admitted {
                document,
                asks_for_schema,
            });
            self.kept(|kept| kept.put(text.to_owned(), admitted));
        }
    }

    /// What kind of operation a request asks for; nothing where its document does not parse or has
    /// no such operation.
    pub(super) fn operation_type(&self, request: &mut Request) -> Option<OperationType> {
        let name = request.operation_name.take();
        let kind = match self.known(&request.query) {
            Some(known) => chosen(&known.document, name.as_deref()),
            None => {
                let document = request.parsed_query();
                document.map_or(None, |document| chosen(document, name.as_deref()))
            }
        };
        request.operation_name = name;
        kind
    }

    fn known(&self, text: &str) -> Option<Arc<Admitted>> {
        let short = text.len() <= LONGEST;
        short.then(|| self.kept(|kept| kept.get(text).map(Arc::clone)))?
    }

    fn kept<R>(&self, asked: impl FnOnce(&mut Kept<String, Arc<Admitted>>) -> R) -> R {
        asked(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The document of a request, parsed.
pub(super) fn parsed(request: &mut Request) -> Result<&ExecutableDocument, ServerError> {
    let document = request.parsed_query();
    document.map_err(|error| with_code("GRAPHQL_PARSE_FAILED", error))
}

/// The kind of the operation of this name, or of the only one.
fn chosen(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    let kind = |operation: &Positioned<_>| {
        let operation: &async_graphql::parser::types::OperationDefinition = &operation.node;
        operation.ty
    };
    let mut operations = document.operations.iter();
    let chosen = operations.find(|(known, _): &(Option<&Name>, _)| match name {
        Some(name) => known.is_some_and(|known| known == name),
        None => true,
    });
    chosen.map(|(_, operation)| kind(operation))
}
