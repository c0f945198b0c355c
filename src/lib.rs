//! Kaifong (街坊): a GraphQL API server with a privacy policy engine.

pub mod app;
pub mod catalogue;
pub mod cli;
pub mod config;
pub mod demo;
pub mod graphql;
pub mod import;
pub mod policy;
pub mod private_file;
pub mod server;
pub mod store;
pub mod values;
pub mod viewer;
