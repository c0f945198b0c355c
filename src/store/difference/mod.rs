//! What the difference of two sets comes to in the data: counted, never fetched.
//!
//! People come in classes by the roles they hold (`people`); rows are counted by condition
//! (`count`). What is a person's own is put to the database as a relation between people and rows
//! (`own`), so that a million people with a record each are one question.

mod arms;
mod count;
mod own;
mod people;
mod visits;

pub use count::{Counted, OwnRow, Part, Sampled};
pub use people::{Held, Live, People, RoleAsked};
