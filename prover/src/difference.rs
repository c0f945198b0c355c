//! What a new set changes, as a table.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::example::Example;

/// What the new set changes.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The hash of the old set.
    pub old: String,
    /// The hash of the new set.
    pub new: String,
    /// The solver and its version.
    pub solver: String,
    /// How many questions the solver answered.
    pub solved: usize,
    /// How long it took, in milliseconds.
    pub milliseconds: u128,
    /// Everything that can be asked, by asker, record and verdict.
    pub rows: Vec<Row>,
}

/// Actions of one kind of asker on one kind of record that the same policies decide.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The kind of asker.
    pub principal: String,
    /// The kind of record.
    pub resource: String,
    /// The actions.
    pub actions: Vec<String>,
    /// What the new set changes for them.
    pub verdict: Change,
    /// A request that only the new set allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gained: Option<Example>,
    /// A request that only the old set allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Example>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a new set changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Nothing.
    Same,
    /// It allows more.
    Wider,
    /// It allows less.
    Narrower,
    /// It allows some more and some less.
    Neither,
    /// It is not known.
    Undecided,
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.rows {
            *counts.entry(row.verdict.word()).or_default() += row.actions.len();
            if row.verdict != Change::Same {
                writeln!(f, "{row}")?;
            }
        }
        let counts: Vec<String> = counts
            .iter()
            .map(|(word, n)| format!("{n} {word}"))
            .collect();
        let (solved, solver, time) = (self.solved, &self.solver, self.milliseconds);
        let counts = counts.join(", ");
        write!(f, "{counts}; {solved} questions to {solver}, in {time} ms")
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (principal, resource) = (&self.principal, &self.resource);
        let actions = self.actions.join(", ");
        write!(
            f,
            "{:<9} {principal} on {resource}: {actions}",
            self.verdict.word()
        )?;
        if let Some(example) = &self.gained {
            write!(
                f,
                "\n  only the new set allows (the authorizer confirms it; 經授權引擎確認):{example}"
            )?;
        }
        if let Some(example) = &self.lost {
            write!(
                f,
                "\n  only the old set allows (the authorizer confirms it; 經授權引擎確認):{example}"
            )?;
        }
        match &self.reason {
            Some(reason) => write!(f, "\n  {reason}"),
            None => Ok(()),
        }
    }
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Neither => "neither",
            Self::Undecided => "undecided",
        }
    }
}
