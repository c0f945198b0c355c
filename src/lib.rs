//! Kaifong: a GraphQL server with a privacy policy engine.

pub mod app;
pub mod cli;
pub mod config;
pub mod graphql;
pub mod private_file;
pub mod server;
pub mod viewer;
