//! What a share is, on values alone: its life, and what it covers and lets a partner do.
//!
//! Two sides agree on a share. The lead offers it and the partner accepts it; either may hold it
//! or end it at once; giving more takes both, taking away takes the lead alone. The room knows the
//! states, the deeds and the sides, and how an organisation stands in a space; it refuses to know who
//! may speak for a side (policies say that) and where a share is kept.

mod life;
mod place;
mod terms;

pub use life::{Deed, Hold, NoStep, Side, Standing, State, step};
pub use place::{Place, Turn, turn};
pub use terms::{Covers, GROUPS, Level, Terms, takes_only_away};
