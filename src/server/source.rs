//! Where the answers of sockets and event streams come from: the graph, or, in
//! tests, something that counts down.

use std::sync::Arc;

use async_graphql::{Request, Response};
use futures_util::stream::BoxStream;

use crate::{graphql::Graph, viewer::Claims};

/// Answers requests, once or again and again.
pub trait Answers: Send + Sync {
    /// The answers to a request by the holder of these claims: one to a query or a
    /// mutation, one for each event to a subscription, each decided afresh.
    fn answers(&self, request: Request, claims: Option<Claims>) -> BoxStream<'static, Response>;
}

impl Answers for Arc<Graph> {
    fn answers(&self, request: Request, claims: Option<Claims>) -> BoxStream<'static, Response> {
        self.stream(request, claims)
    }
}
