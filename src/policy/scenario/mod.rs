//! Scenarios: who, does what, to which record, and what comes of it.
//!
//! A scenario is written by an officer in `scenarios/*.toml`, over people, partners and records
//! that its file names ([`world`]). The people become viewers by the code that makes real viewers,
//! and the answers come from the lens and the layout through which the server looks ([`ask`]).
//! [`mutants`] tell whether the scenarios would notice a change of the policies.

mod ask;
mod book;
mod mutants;
mod people;
mod question;
mod rows;
mod sets;
mod world;

use std::collections::BTreeSet;

use super::gate::Fault;
use super::load::{Document, Policies};
use std::sync::Arc;

pub use mutants::{Mutant, MutantReport, Outcome, mutants};
pub use question::Answer;

/// What the scenarios of a set came to.
pub struct Tested {
    /// How many scenarios there are.
    pub scenarios: usize,
    /// How many questions they ask.
    pub questions: usize,
    /// What is wrong with them, and where they do not come out as they say.
    pub faults: Vec<Fault>,
    /// The policies that decide no question of any scenario.
    pub unexercised: Vec<String>,
}

/// Asks every question of every scenario.
#[must_use]
pub fn test(policies: &Arc<Policies>, documents: &[Document]) -> Tested {
    let (cases, mut faults) = book::cases(policies, documents);
    let mut exercised = BTreeSet::new();
    let mut questions = 0;
    for case in &cases {
        questions += case.asked.len();
        faults.extend(ask::faults(case, &mut exercised));
    }
    let ids = policies.sentences().into_iter().map(|(id, ..)| id);
    Tested {
        scenarios: cases.len(),
        questions,
        faults,
        unexercised: ids.filter(|id| !exercised.contains(id)).collect(),
    }
}
