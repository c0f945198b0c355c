//! One binary of integration tests: names are sentences, each through the real server's rooms.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod answers;
mod app;
mod asking;
mod cli;
mod columns;
mod config;
mod coverage;
mod databases;
mod demo;
mod equality;
mod filters;
mod http;
mod http_pages;
mod http_rig;
mod http_tokens;
mod imports;
mod lists;
mod mutations;
mod scratch;
mod tokens;
mod views;
