//! Proves what a set of policies promises, for every request there can be.
//!
//! The server decides requests; this decides whether a set of policies can be trusted with them.
//! It translates policies into terms for a solver (cvc5), which answers for all principals and
//! records at once. Promises stand beside the set, in `invariants/*.cedar`. What is proved is
//! certified by the hash of the files, so that the server needs no prover to believe it.
//!
//! It knows no rows, no GraphQL and no server, and the server knows nothing of it.

mod ask;
mod case;
mod certificate;
mod compare;
mod crew;
mod difference;
mod document;
mod example;
mod found;
mod promise;
mod prove;
mod report;
mod set;
mod shrink;
mod solver;
mod tell;
mod words;

pub use certificate::{Certificate, FILE as CERTIFICATE};
pub use compare::compare;
pub use difference::{Change, Comparison, Row};
pub use document::{Document, ReadError};
pub use example::{Attribute, Example, Party, Told};
pub use promise::{Promise, Promises};
pub use prove::prove;
pub use report::{Breached, Outcome, Report, Verdict};
pub use set::Set;
pub use solver::{Solver, SolverError, VARIABLE};
