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
mod catalogue;
mod cli;
mod columns;
mod config;
mod contract;
mod coverage;
mod databases;
mod declared;
mod demo;
mod editions;
mod entities;
mod equality;
mod filters;
mod hostile;
mod house;
mod http;
mod http_pages;
mod http_rig;
mod http_tokens;
mod imports;
mod interference;
mod leaks;
mod limits;
mod limits_server;
mod limits_time;
mod lists;
mod live;
mod matrix;
mod migrations;
mod mutations;
mod policies;
mod scratch;
mod sharing;
mod socket_rig;
mod stream;
mod tokens;
mod views;
mod websocket;
