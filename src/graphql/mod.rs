//! A stand-in for the graph, until the real one takes its place.

use async_graphql::{EmptySubscription, Object, Schema};
use chrono::{DateTime, Utc};

use crate::viewer::Claims;

struct Query;

#[Object]
impl Query {
    /// Says hello.
    async fn hello(&self, name: Option<String>) -> String {
        format!("hello {}", name.as_deref().unwrap_or("neighbour"))
    }
    /// Who asks.
    async fn me(&self, ctx: &async_graphql::Context<'_>) -> Option<String> {
        ctx.data_opt::<Claims>().map(|claims| claims.sub.clone())
    }
    /// Fails.
    async fn fails(&self) -> async_graphql::Result<String> {
        Err("no".into())
    }
}

struct Mutation;

#[Object]
impl Mutation {
    /// Does nothing.
    async fn nothing(&self) -> bool {
        true
    }
}

/// The graph.
pub struct Graph(Schema<Query, Mutation, EmptySubscription>);

impl Graph {
    /// A graph of a few fields.
    #[must_use]
    pub fn stand_in() -> Self {
        Self(Schema::new(Query, Mutation, EmptySubscription))
    }

    /// Answers one request for the holder of these claims (None: anonymous), at this instant.
    pub async fn execute(
        &self,
        request: async_graphql::Request,
        claims: Option<&Claims>,
        _now: DateTime<Utc>,
    ) -> async_graphql::Response {
        let request = match claims {
            Some(claims) => request.data(claims.clone()),
            None => request,
        };
        self.0.execute(request).await
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> bool {
        true
    }
}

/// The schema as GraphQL SDL.
#[must_use]
pub fn sdl() -> String {
    Graph::stand_in().0.sdl()
}
