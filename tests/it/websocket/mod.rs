//! GraphQL over WebSockets, through a real connection.

mod endings;
mod operations;
mod protocol;
mod tokens;
