//! The bare server: async-graphql, sea-orm and axum, as their guides put them together.
//!
//! Types derive their resolvers, a data loader fetches organisations, nobody is asked for a token
//! and nothing is withheld. It answers the query of `benches/policy-cost` with the same rows as
//! Kaifong, in the same shape.

mod organisation;
mod volunteer;

use std::sync::Arc;

use async_graphql::dataloader::DataLoader;
use async_graphql::runtime::{TokioSpawner, TokioTimer};
use async_graphql::{EmptyMutation, EmptySubscription, Request, Response, Schema};
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use sea_orm::{ConnectOptions, Database};

use organisation::Organisations;
use volunteer::Query;

type Bare = Schema<Query, EmptyMutation, EmptySubscription>;

async fn answer(State(schema): State<Arc<Bare>>, Json(request): Json<Request>) -> Json<Response> {
    Json(schema.execute(request).await)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL")?;
    let port: u16 = std::env::var("PORT")?.parse()?;
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(8);
    let database = Database::connect(options).await?;
    let loader = DataLoader::new(
        Organisations(database.clone()),
        TokioSpawner::current(),
        TokioTimer::default(),
    );
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
        .data(database)
        .data(loader)
        .finish();
    let router = Router::new()
        .route("/graphql", post(answer))
        .with_state(Arc::new(schema));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, router).await?;
    Ok(())
}
