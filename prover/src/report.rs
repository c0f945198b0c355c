//! What the proofs came to.

use serde::Serialize;

use crate::example::Example;

/// What the proofs of a set came to.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The hash of the set.
    pub set: String,
    /// The hash of its promises.
    pub invariants: String,
    /// How many policies there are.
    pub policies: usize,
    /// The solver and its version.
    pub solver: String,
    /// How many questions there were.
    pub questions: usize,
    /// How many of them the solver answered; the others were the same again, or plain.
    pub solved: usize,
    /// How long it took, in milliseconds.
    pub milliseconds: u128,
    /// Each promise.
    pub promises: Vec<Verdict>,
}

/// What the proof of one promise came to.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Its name.
    pub id: String,
    /// The promise in English.
    pub en: String,
    /// The promise in Chinese.
    pub zh: String,
    /// How many environments it is about.
    pub environments: usize,
    /// What it came to.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What a proof came to.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// It holds for every request.
    Proved,
    /// The schema does not have the action yet; nothing can break the promise.
    Waiting {
        /// The action.
        action: String,
    },
    /// It does not hold.
    Broken {
        /// Requests against it, one for each kind of asker and record.
        examples: Vec<Breached>,
    },
    /// It is not known to hold.
    Undecided {
        /// Why.
        reasons: Vec<String>,
    },
    /// No set could break it: it promises nothing.
    Empty,
}

/// A promise broken, for one kind of asker and one kind of record.
#[derive(Clone, Debug, Serialize)]
pub struct Breached {
    /// A request against it, confirmed by the authorizer.
    #[serde(flatten)]
    pub example: Example,
    /// What makes it a breach, beyond being allowed; in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub but: Option<String>,
    /// The actions for which it is broken so.
    pub actions: Vec<String>,
}

impl Outcome {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Proved => "PROVED",
            Self::Waiting { .. } => "WAITING",
            Self::Broken { .. } => "BROKEN",
            Self::Undecided { .. } => "UNDECIDED",
            Self::Empty => "EMPTY",
        }
    }
}

impl Report {
    /// Whether every promise holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.promises
            .iter()
            .all(|p| matches!(p.outcome, Outcome::Proved | Outcome::Waiting { .. }))
    }
}
