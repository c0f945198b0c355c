//! Kaifong (街坊): a GraphQL API server with a privacy policy engine.

pub mod catalogue;
pub mod demo;
pub mod graphql;
pub mod import;
pub mod policy;
pub mod store;
pub mod values;
pub mod viewer;
