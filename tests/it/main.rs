//! The one integration binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that fails should say so at once"
)]

mod cli;
mod config;
mod http;
mod http_pages;
mod http_rig;
mod http_tokens;
mod scratch;
mod tokens;
