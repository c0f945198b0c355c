//! What is known of the token behind a viewer.

use std::collections::BTreeSet;

use uuid::Uuid;

/// The token that a partner's viewer was made from. Policies read none of it; records of what was
/// seen do.
#[derive(Clone, PartialEq, Eq)]
pub struct Bearing {
    /// The token as it is listed.
    pub token: Uuid,
    /// The one that was shown: each refresh and each exchange makes another.
    pub jti: String,
    /// What the data may be used for.
    pub purpose: Option<String>,
    /// The shares in force under which it was let in.
    pub shares: BTreeSet<Uuid>,
}
