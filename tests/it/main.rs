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
mod coverage;
mod databases;
mod demo;
mod equality;
mod http;
mod http_pages;
mod http_rig;
mod http_tokens;
mod imports;
mod limits;
mod scratch;
mod socket_rig;
mod stream;
mod tokens;
mod views;
mod websocket;
