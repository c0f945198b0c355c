//! Kaifong: a GraphQL server with a privacy policy engine.

pub mod config;
pub mod private_file;
pub mod viewer;
