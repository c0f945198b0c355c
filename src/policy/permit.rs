//! The proof that a deed was allowed. Only the lens makes one; only the store uses it up.

use uuid::Uuid;

use super::entity::Record;

/// That an action on one row was allowed.
#[derive(Debug)]
pub struct Permit {
    action: String,
    row: Option<Uuid>,
}

impl Permit {
    pub(super) fn grant(action: &str, record: &Record) -> Self {
        Self {
            action: action.to_owned(),
            row: Some(record.id()),
        }
    }

    pub(super) fn grant_bulk(action: &str) -> Self {
        Self {
            action: action.to_owned(),
            row: None,
        }
    }

    /// Whether this is the permit for that action on rows in bulk.
    #[must_use]
    pub fn covers_bulk(&self, action: &str) -> bool {
        self.action == action && self.row.is_none()
    }

    /// Whether this is the permit for that action on that row.
    #[must_use]
    pub fn covers(&self, action: &str, row: Uuid) -> bool {
        self.action == action && self.row == Some(row)
    }
}

/// That an action on one row was refused.
#[derive(Debug)]
pub struct Refusal {
    /// The action.
    pub action: String,
    /// The sentences of the policies that refused it, of those that may be told to anyone.
    pub reasons: Vec<String>,
}
