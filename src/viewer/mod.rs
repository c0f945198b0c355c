//! Who asks: a token comes in, a [`Viewer`] goes out.
//!
//! A viewer is what the roles, shares and consents that are alive at the request's instant amount
//! to: for each right the set of things it reaches. It knows no policy, no SQL and no GraphQL; what
//! it must look up it asks of a [`Directory`], which the store implements.

mod assemble;
mod bearing;
mod directory;
mod grant;
mod keys;
mod mint;
mod network;
mod token;

pub use assemble::{Claimed, Unrecognised, assemble, scopes};
pub use bearing::Bearing;
pub use directory::{Directory, InForce, InSession, Role, Scope, Share, Standing};
pub use grant::{Grant, Parts};
pub use keys::{KeyError, KeyFiles, Keys, Retiring};
pub use mint::{Issued, Mint};
pub use network::Network;
pub use token::{Claims, RefreshClaims, TokenError, TokenKind};

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
    bearing: Option<Bearing>,
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
            bearing: None,
        }
    }

    /// The same viewer, let in by this token.
    #[must_use]
    pub fn bearing_token(self, bearing: Bearing) -> Self {
        let bearing = Some(bearing);
        Self { bearing, ..self }
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

    /// A connector to another machine in a place, of no code where nobody knows in which.
    #[must_use]
    pub fn connector(name: &str, place: &str) -> Self {
        let held = BTreeMap::from([
            ("role", Held::Word(name.to_owned())),
            ("place", Held::Word(place.to_owned())),
        ]);
        let id = format!("{name} in {place}");
        Self::new(PrincipalKind::Job, id, None, held, None)
    }

    /// Somebody of a kind who holds nothing, with what is said of each viewer of that kind.
    #[must_use]
    pub fn bare(kind: PrincipalKind) -> Self {
        assemble::bare(kind)
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

    /// The partner's token behind it, if there is one.
    #[must_use]
    pub fn bearing(&self) -> Option<&Bearing> {
        self.bearing.as_ref()
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

    /// Whether this one holds everything that the other does.
    #[must_use]
    pub fn holds_all_of(&self, other: &Self) -> bool {
        let kept = |(name, old): (&&'static str, &Held)| match (self.held.get(name), old) {
            (Some(Held::Many(_, now)), Held::Many(_, old)) => old.is_subset(now),
            (None, Held::Many(_, old)) => old.is_empty(),
            (now, old) => now == Some(old),
        };
        (self.kind, &self.id) == (other.kind, &other.id) && other.held.iter().all(kept)
    }

    /// Two viewers with the same fingerprint are decided alike.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use std::fmt::Write as _;
        let mut text = format!("{}/{}", self.kind.entity(), self.id);
        if let Some(bearing) = &self.bearing {
            let _ = write!(text, "/{:?}/{:?}", bearing.jti, bearing.purpose);
        }
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
