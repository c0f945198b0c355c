//! One binary of integration tests: names are sentences, each through the real server's rooms.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod app;
mod cli;
mod config;
mod databases;
mod http;
mod imports;
mod interference;
mod leaks;
mod scratch;
mod tokens;
mod views;
