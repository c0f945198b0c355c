//! Finding and changing rows.

pub mod import;
