//! Viewers that were made before, for as long as nothing changed of which they are made.
//!
//! A viewer is kept under the mark that the store's watch had before anything was read for it. It
//! is found again only under the same mark, before the first of what it holds ends, and while it is
//! young enough; where the watch has no mark, nobody is found.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::indexmap::Equivalent;
use chrono::{DateTime, TimeDelta, Utc};

use super::kept::Kept;
use crate::policy::Lens;
use crate::store::Mark;
use crate::viewer::Claimed;

/// How many viewers are kept.
const MOST: usize = 512;

/// The viewers that were made lately.
pub struct Known {
    age: TimeDelta,
    kept: Mutex<Kept<Holder, Entry>>,
}

/// What a token says of its holder, kept.
#[derive(PartialEq, Eq)]
enum Holder {
    User {
        subject: String,
    },
    Session {
        subject: String,
        session: String,
    },
    Token {
        subject: String,
        jti: String,
        shares: Vec<String>,
        projects: Vec<String>,
        scope: Option<String>,
    },
    Partner {
        subject: String,
        shares: Vec<String>,
        scope: Option<String>,
    },
}

struct Entry {
    lens: Arc<Lens>,
    mark: Mark,
    since: DateTime<Utc>,
}

impl Known {
    /// One that keeps a viewer for so long; not at all for no time.
    pub fn lasting(age: Duration) -> Self {
        Self {
            age: TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX),
            kept: Mutex::new(Kept::of(MOST)),
        }
    }

    /// Whether viewers are kept at all.
    pub fn keeps(&self) -> bool {
        !self.age.is_zero()
    }

    /// The lens of this holder, if it is as it was.
    pub fn find(&self, holder: Claimed<'_>, mark: Mark, now: DateTime<Utc>) -> Option<Arc<Lens>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = kept.get(&holder)?;
        let until = entry.lens.viewer().until();
        // A clock that was set back makes no viewer younger.
        let age = now - entry.since;
        let holds = entry.mark == mark
            && until.is_none_or(|until| now < until)
            && age >= TimeDelta::zero()
            && age < self.age;
        holds.then(|| Arc::clone(&entry.lens))
    }

    /// Keeps the lens of a holder, of which everything was read after the mark was taken.
    pub fn keep(&self, holder: Claimed<'_>, lens: &Arc<Lens>, mark: Mark, since: DateTime<Utc>) {
        let entry = Entry {
            lens: Arc::clone(lens),
            mark,
            since,
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.put(holder.into(), entry);
    }
}

impl From<Claimed<'_>> for Holder {
    fn from(claimed: Claimed<'_>) -> Self {
        match claimed {
            Claimed::User { subject } => Self::User {
                subject: subject.to_owned(),
            },
            Claimed::Session { subject, session } => Self::Session {
                subject: subject.to_owned(),
                session: session.to_owned(),
            },
            Claimed::Token {
                subject,
                jti,
                shares,
                projects,
                scope,
            } => Self::Token {
                subject: subject.to_owned(),
                jti: jti.to_owned(),
                shares: shares.to_vec(),
                projects: projects.to_vec(),
                scope: scope.map(str::to_owned),
            },
            Claimed::Partner {
                subject,
                shares,
                scope,
            } => Self::Partner {
                subject: subject.to_owned(),
                shares: shares.to_vec(),
                scope: scope.map(str::to_owned),
            },
        }
    }
}

impl Holder {
    fn claimed(&self) -> Claimed<'_> {
        match self {
            Self::User { subject } => Claimed::User { subject },
            Self::Session { subject, session } => Claimed::Session { subject, session },
            Self::Token {
                subject,
                jti,
                shares,
                projects,
                scope,
            } => Claimed::Token {
                subject,
                jti,
                shares,
                projects,
                scope: scope.as_deref(),
            },
            Self::Partner {
                subject,
                shares,
                scope,
            } => Claimed::Partner {
                subject,
                shares,
                scope: scope.as_deref(),
            },
        }
    }
}

/// As what it was made from, so that it is found without being copied.
impl Hash for Holder {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.claimed().hash(state);
    }
}

impl Equivalent<Holder> for Claimed<'_> {
    fn equivalent(&self, key: &Holder) -> bool {
        *self == key.claimed()
    }
}
