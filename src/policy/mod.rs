//! The policy engine: Cedar lives here and nowhere else.
//!
//! A set of policies is loaded and checked whole ([`Policies`]). For a viewer it becomes a
//! [`Lens`]: one [`Rule`] for each action, made once by type-aware partial evaluation. A rule is a
//! [`Condition`] that the store turns into SQL for rows, filters and sorts, and that a [`Layout`]
//! turns into closures for cells. Rows come out of the store [`Protected`]; what they hold opens
//! only through the layout's deciders. Deeds go through Cedar itself and give a [`Permit`].
//!
//! Before a set goes live it passes the [`gate`], and its [`scenario`]s come out as they say.
//!
//! The room knows no SQL, no GraphQL and no HTTP.

mod alike;
mod bare;
mod certificate;
mod condition;
mod decide;
pub mod difference;
mod entity;
mod explain;
mod form;
mod format;
pub mod gate;
mod layout;
mod lens;
mod load;
mod mask;
pub mod matrix;
mod parts;
mod permit;
mod protected;
mod residual;
mod rows;
pub mod scenario;
mod sights;
mod slice;

pub use certificate::Unproved;
pub use condition::{Condition, Test};
pub use entity::{NotAnEntity, Record, Value};
pub use explain::{Clause, Explanation, Near, Step, Told, Truth, explain, explain_briefly};
pub use format::formatted;
pub use layout::{Column, Layout, Slot};
pub use lens::{Lens, Rule, Sight};
pub use load::{Document, LoadError, Policies, Written};
pub use mask::masked;
pub use permit::{Permit, Refusal};
pub use protected::{Protected, Shown};
pub use rows::{Filling, Rows, Unfit};
pub use sights::Sights;
