//! The prover on the shipped set, on broken ones, and with solvers that fail.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod breaches;
mod command;
mod comparing;
mod promises;
mod rig;
mod shipped;
