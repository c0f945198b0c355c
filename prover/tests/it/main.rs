//! The prover on the shipped set, on broken ones, and with solvers that fail.

mod breaches;
mod command;
mod comparing;
mod promises;
mod rig;
mod shipped;
