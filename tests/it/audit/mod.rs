//! The log of disclosures: what is logged is what was shown, and nothing can be altered unseen.

mod bounded;
mod changes;
mod command;
mod cut;
mod drill;
mod drill_past;
mod drill_sets;
mod erased;
mod explained;
mod forgotten;
mod killed;
pub mod logged;
mod own;
mod paces;
mod random;
mod shown;
mod side_by_side;
mod tampered;
mod trail;
mod trail_killed;
mod watched;
mod writers;
