//! Who asks: a token comes in, a [`Viewer`] goes out.
//!
//! A viewer is what the roles, shares and consents that are alive at the request's instant amount
//! to: for each right the set of things it reaches. It knows no policy, no SQL and no GraphQL; what
//! it must look up it asks of a [`Directory`], which the store implements.

mod assemble;
mod directory;
mod keys;
mod token;

pub use assemble::{Claimed, Unrecognised, assemble, scopes};
pub use directory::{Directory, InForce, Role, Scope, Share, Standing};
pub use keys::{KeyError, Keys};
pub use token::{Claims, TokenError, TokenKind};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What kind of principal asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A scoped token of a partner organisation.
    Partner,
    /// Internal work with a named role.
    Job,
    /// Nobody in particular.
    Anonymous,
}

impl PrincipalKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::User, Self::Partner, Self::Job, Self::Anonymous];

    /// The Cedar entity type.
    #[must_use]
    pub const fn entity(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Partner => "Partner",
            Self::Job => "Job",
            Self::Anonymous => "Anonymous",
        }
    }
}

/// Something that a viewer holds: an attribute of the principal.
#[derive(Clone, PartialEq, Eq)]
pub enum Held {
    /// One thing, with its entity type.
    One(&'static str, Uuid),
    /// Many things of one entity type.
    Many(&'static str, BTreeSet<Uuid>),
    /// A word.
    Word(String),
}

/// Who asks, at one instant.
#[derive(Clone)]
pub struct Viewer {
    kind: PrincipalKind,
    id: String,
    account: Option<Uuid>,
    held: BTreeMap<&'static str, Held>,
    until: Option<DateTime<Utc>>,
}

impl Viewer {
    /// A viewer that holds exactly this; `until` is when the first of it ends.
    #[must_use]
    pub fn new(
        kind: PrincipalKind,
        id: String,
        account: Option<Uuid>,
        held: BTreeMap<&'static str, Held>,
        until: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            kind,
            id,
            account,
            held,
            until,
        }
    }

    /// Nobody in particular.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(
            PrincipalKind::Anonymous,
            "anonymous".into(),
            None,
            BTreeMap::new(),
            None,
        )
    }

    /// Internal work under a named role.
    #[must_use]
    pub fn job(role: &str) -> Self {
        let held = BTreeMap::from([("role", Held::Word(role.to_owned()))]);
        Self::new(PrincipalKind::Job, role.to_owned(), None, held, None)
    }

    /// What kind of principal this is.
    #[must_use]
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// The principal's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The person behind it, if it is a person.
    #[must_use]
    pub fn account(&self) -> Option<Uuid> {
        self.account
    }

    /// What the viewer holds.
    #[must_use]
    pub fn held(&self) -> &BTreeMap<&'static str, Held> {
        &self.held
    }

    /// When the first of what it holds ends.
    #[must_use]
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.until
    }

    /// Two viewers with the same fingerprint are decided alike.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use std::fmt::Write as _;
        let mut text = format!("{}/{}", self.kind.entity(), self.id);
        for (name, held) in &self.held {
            let _ = match held {
                Held::One(entity, id) => write!(text, "/{name}={entity}:{id}"),
                Held::Many(entity, ids) => {
                    let _ = write!(text, "/{name}={entity}:");
                    ids.iter().try_for_each(|id| write!(text, "{id},"))
                }
                Held::Word(word) => write!(text, "/{name}={word:?}"),
            };
        }
        text
    }
}
