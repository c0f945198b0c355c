//! What was kept long enough goes: what each organisation says, what is due, and what each run did.

mod chains;
mod due;
mod rules;
mod run;

pub use due::Due;
pub(in crate::store) use due::DueBy;
pub use rules::{NewRule, RuleRow};
pub use run::{RunCount, RunRow};
