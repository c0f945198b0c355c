//! A partner's token as it is listed: what it was issued for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A token that was issued, has not ended and was not revoked.
#[derive(Clone)]
pub struct Grant {
    /// Its id, the subject of all that is signed for it.
    pub id: Uuid,
    /// The partner that bears it.
    pub partner: Uuid,
    /// What the data may be used for.
    pub purpose: Option<String>,
    /// The scopes that it was narrowed to; empty where it is as wide as its shares.
    pub scopes: Vec<String>,
    /// The networks from which it may be used; empty where from everywhere.
    pub networks: Vec<String>,
    /// For which service it is.
    pub audience: String,
    /// Whether it holds to its end by itself.
    pub long_lived: bool,
    /// From when it is no longer good.
    pub expires: DateTime<Utc>,
    /// The shares that it is for, and of each all of it or only these projects.
    pub shares: BTreeMap<Uuid, Parts>,
    /// Whether its issuer may still hand out what it is for.
    pub issuer_holds: bool,
    /// When the first of this ends.
    pub until: Option<DateTime<Utc>>,
}

/// How much of a share a token is for.
#[derive(Clone, PartialEq, Eq)]
pub enum Parts {
    /// All of it.
    Whole,
    /// Only these projects.
    Projects(BTreeSet<Uuid>),
}

impl Parts {
    /// Whether a project of the share is among them.
    #[must_use]
    pub fn cover(&self, project: Uuid) -> bool {
        match self {
            Self::Whole => true,
            Self::Projects(projects) => projects.contains(&project),
        }
    }

    /// With one more part; all of it stays all of it.
    #[must_use]
    pub fn and(self, project: Option<Uuid>) -> Self {
        match (self, project) {
            (Self::Projects(mut projects), Some(project)) => {
                projects.insert(project);
                Self::Projects(projects)
            }
            _ => Self::Whole,
        }
    }
}
