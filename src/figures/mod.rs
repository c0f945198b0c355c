//! Which counts of people may be told: small groups are left out, and with them whatever else would
//! give them away.
//!
//! Pure arithmetic on counts. The room knows no rows, no viewers and no policies; who may see small
//! groups is decided elsewhere.
//!
//! # What is promised
//!
//! Whoever has all that is told of a table (its cells, its margins, its total, and that each cell
//! that is listed has at least one person) and reckons with it as far as that goes finds for each
//! count that is left out an interval at least as wide as the threshold. Tables without a dimension
//! in common, over the same people, have nothing in common but their total: each keeps its promise
//! beside the others.
//!
//! # What is not promised
//!
//! Nothing about tables of other people (another organisation, another viewer, another day), about
//! what somebody knows already, and about somebody who works the rule itself backwards.

mod network;
mod table;
#[cfg(test)]
mod tests;

pub use table::{Margins, Table, Told};
