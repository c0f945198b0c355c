//! How sets of policies go live: a person publishes them, and running servers take them up.
//!
//! Every set passes the gate, whoever brings it. Whether a person may publish, approve or go back
//! is for the policies that are in force to say. A set that was published wins over the files of
//! the settings and over the built-in set; without one, those are in force. A server that cannot
//! take a set up goes on with the one it has, and says so.
//!
//! Officers work at a [`Desk`], which the graph's workshop asks: drafts against the set in force, the
//! gate with the prover as a child, the trail.
//!
//! The room knows no SQL, no documents of GraphQL, no HTTP and no Cedar.

mod acting;
mod asked;
mod bench;
mod chinese;
mod desk;
mod differ;
mod difference;
mod files;
mod keeper;
mod prover;
mod publish;
mod source;
mod trail;
mod trouble;
mod turns;
mod verdict;

use crate::policy::LoadError;
use crate::policy::gate::Report;

pub use asked::{AskedError, lens, viewer_of};
pub use desk::{Desk, Representatives, Terms};
pub use difference::{Asking, Progress, Side, difference, differing};
pub use keeper::{Keeper, Remark};
pub use prover::{Prover, find as find_prover};
pub use publish::{Office, Outcome, Published, acts};
pub use source::{InForce, Source, in_force};

use crate::store::StoreError;

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The files in force are not sound.
    #[error("the policies in force cannot be used: {0}")]
    Source(#[from] LoadError),
    /// What the gate said cannot be kept.
    #[error("the report cannot be written: {0}")]
    Report(#[from] serde_json::Error),
    /// The set does not pass the gate.
    #[error("the policies have {} faults{}", .0.faults().count(), first(.0))]
    Faults(Box<Report>),
    /// The published set does not pass the gate of this program.
    #[error("the published set {0} does not pass the gate of this program: {1}")]
    Unfit(i32, Box<Self>),
    /// The policies in force do not let the person do it.
    #[error("the policies in force do not let this person {0} policies")]
    Refused(&'static str),
    /// Nobody may, since no organisation looks after the policies.
    #[error(
        "the policies in force do not let this person {0} policies, and no organisation looks after \
         them yet; whoever runs the server names one: `kaifong policy keeper add ORGANISATION`"
    )]
    NoKeeper(&'static str),
    /// The directory knows no such person, or shuts the person out.
    #[error("no viewer can be made of this person: {0}")]
    Person(String),
    /// No set has this number.
    #[error("no published set has the number {0}")]
    Unknown(i32),
    /// The set does not wait for anybody.
    #[error("the set {0} does not wait for approval")]
    NotWaiting(i32),
    /// Another set came into force since.
    #[error("another set came into force after the set {0} was published; publish it again")]
    Superseded(i32),
    /// Two persons must be two.
    #[error("another person must approve the set {0}, not the one who published it")]
    SamePerson(i32),
    /// Somebody else was quicker.
    #[error("somebody else put policies in force at the same moment; look and try again")]
    Overtaken,
    /// Whoever publishes could not publish again.
    #[error("under these policies this person could publish no more, and so not put it right")]
    LockedOut,
    /// A reason is missing.
    #[error("a reason is needed, in words")]
    Reason,
}

impl LiveError {
    /// A stable word for it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "DATABASE",
            Self::Source(_) => "SOURCE",
            Self::Report(_) => "REPORT",
            Self::Faults(_) => "FAULTS",
            Self::Unfit(..) => "UNFIT",
            Self::Refused(_) => "FORBIDDEN",
            Self::NoKeeper(_) => "NO_KEEPER",
            Self::Person(_) => "UNKNOWN_PERSON",
            Self::Unknown(_) => "UNKNOWN_SET",
            Self::NotWaiting(_) => "NOT_WAITING",
            Self::Superseded(_) => "SUPERSEDED",
            Self::SamePerson(_) => "SAME_PERSON",
            Self::Overtaken => "OVERTAKEN",
            Self::LockedOut => "LOCKED_OUT",
            Self::Reason => "NO_REASON",
        }
    }
}

/// The first fault, for a line of text.
fn first(report: &Report) -> String {
    let fault = report.faults().next();
    fault.map_or_else(String::new, |fault| {
        format!("; the first: {}:{}: {}", fault.file, fault.line, fault.en)
    })
}
