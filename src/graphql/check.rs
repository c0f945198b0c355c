//! Whether a document could be asked, without asking it.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::types::DocumentOperations;
use async_graphql::{Request, Response, ServerError, Value};

use super::{Executable, Graph, builder};

/// Checks documents against the limits and the schema of a graph.
pub struct Checker<'a> {
    graph: &'a Graph,
    validator: Executable,
}

impl Graph {
    /// What checks documents for this graph.
    #[must_use]
    pub fn checker(&self) -> Checker<'_> {
        Checker {
            graph: self,
            validator: builder().extension(NothingExecuted).finish(),
        }
    }
}

impl Checker<'_> {
    /// Whether the document is small enough and valid.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub async fn check(&self, document: &str) -> Result<(), String> {
        let mut request = Request::new(document);
        self.graph.admit(&mut request).map_err(on_one_line)?;
        // All operations are validated, whichever of them is to be carried out.
        let operations = request.parsed_query().map(|parsed| &parsed.operations);
        if let Ok(DocumentOperations::Multiple(named)) = operations {
            request.operation_name = named.keys().next().map(ToString::to_string);
        }
        let response = self.validator.execute(request).await;
        match response.errors.into_iter().next() {
            None => Ok(()),
            Some(error) => Err(on_one_line(error)),
        }
    }
}

/// What is wrong, with its line. The parser draws the place over several lines and says in the last
/// of them what is wrong with it.
fn on_one_line(error: ServerError) -> String {
    let last = error.message.lines().last().unwrap_or_default();
    let reason = last.trim_start_matches([' ', '=']);
    match error.locations.first() {
        Some(at) => format!("line {}: {reason}", at.line),
        None => reason.to_owned(),
    }
}

/// Ends each request where its execution would begin.
struct NothingExecuted;

impl ExtensionFactory for NothingExecuted {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for NothingExecuted {
    async fn execute(
        &self,
        _context: &ExtensionContext<'_>,
        _operation_name: Option<&str>,
        _next: NextExecute<'_>,
    ) -> Response {
        Response::new(Value::Null)
    }
}
