//! One binary of integration tests: names are sentences, each through the real server's rooms.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod alliance;
mod alliance_shares;
mod answers;
mod app;
mod asking;
mod at_once;
mod audit;
mod bad_tokens;
mod by_ids;
mod catalogue;
mod cli;
mod cluster;
mod columns;
mod config;
mod consents;
mod contract;
mod coverage;
mod databases;
mod declared;
mod demo;
mod difference;
mod durable;
mod editions;
mod entities;
mod equality;
mod erasure;
mod figures;
mod filters;
mod gate;
mod gears;
mod health;
mod hostile;
mod house;
mod http;
mod http_pages;
mod http_rig;
mod http_tokens;
mod imports;
mod interference;
mod known;
mod leaks;
mod limits;
mod limits_server;
mod limits_time;
mod listed;
mod lists;
mod live;
mod logs;
mod matrix;
mod metrics;
mod migrations;
mod mutations;
mod pairs;
mod partner_tokens;
mod policies;
mod policy_keeper_trail;
mod process;
mod proofs;
mod publish;
mod replicas;
mod requests;
mod residency;
mod scratch;
mod sealed;
mod secrets;
mod served;
mod sharing;
mod shutdown;
mod signin;
mod socket_rig;
mod stream;
mod swap;
mod ten;
mod tokens;
mod traces;
mod trusted;
mod views;
mod websocket;
mod wire;
mod workshop;
