//! Scenarios: who, does what, to which record, and what comes of it.
//!
//! A scenario is written by an officer in `scenarios/*.toml`, over people, partners and records
//! that its file names (`world`). The people become viewers by the code that makes real viewers,
//! and the answers come from the lens and the layout through which the server looks (`ask`).
//! Mutants tell whether the scenarios would notice a change of the policies.

mod ask;
mod book;
mod change;
mod mutants;
mod people;
mod question;
mod rows;
mod served;
mod sets;
mod standing;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::gate::Fault;
use super::load::{Document, Policies};

pub use mutants::{Argued, Mutant, MutantReport, Outcome, mutants};
pub use question::{Answer, Question};

/// What the scenarios of a set came to.
#[derive(Default)]
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

/// What one file came to.
#[derive(Default)]
struct Part {
    questions: usize,
    faults: Vec<Fault>,
    exercised: BTreeSet<String>,
    /// Its sentences, each with its line.
    sentences: Vec<(String, String, usize)>,
}

/// Asks every question of every scenario, the files side by side.
#[must_use]
pub fn test(policies: &Arc<Policies>, documents: &[Document]) -> Tested {
    let groups = question::Groups::of(policies);
    // The longest first, so that nobody is left with one of them at the end.
    let mut order: Vec<(usize, &Document)> = documents.iter().enumerate().collect();
    order.sort_by_key(|(_, document)| std::cmp::Reverse(document.text.len()));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, document)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push((*at, part(policies, &groups, document)));
        }
        done
    };
    let workers = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(4);
    let mut parts = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut parts = work();
        parts.extend(
            others
                .into_iter()
                .filter_map(|other| other.join().ok())
                .flatten(),
        );
        parts
    });
    parts.sort_by_key(|(at, _)| *at);
    let mut tested = Tested::default();
    if parts.len() != documents.len() {
        let (en, zh) = ("the scenarios could not be asked", "未能執行情境");
        tested.faults.push(Fault::new("scenarios", 1, en, zh));
    }
    let mut exercised = BTreeSet::new();
    let mut first: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for (at, part) in parts {
        let file = documents
            .get(at)
            .map(|d| d.name.clone())
            .unwrap_or_default();
        tested.scenarios += part.sentences.len();
        tested.questions += part.questions;
        tested.faults.extend(part.faults);
        exercised.extend(part.exercised);
        for (en, zh, line) in part.sentences {
            if let Some((before, place)) = first.get(&en) {
                tested.faults.push(Fault::new(
                    &file,
                    line,
                    format!("the sentence “{en}” is also in {before}:{place}"),
                    format!("句子「{zh}」已在 {before}:{place}"),
                ));
            }
            first.entry(en).or_insert_with(|| (file.clone(), line));
        }
    }
    let ids = policies.sentences().into_iter().map(|(id, ..)| id);
    tested.unexercised = ids.filter(|id| !exercised.contains(id)).collect();
    tested
}

fn part(policies: &Arc<Policies>, groups: &question::Groups, document: &Document) -> Part {
    let book::Books { cases, faults, .. } = book::cases(policies, groups, [document]);
    let mut part = Part {
        faults,
        ..Part::default()
    };
    for case in cases {
        part.questions += case.asked.len();
        let wrong = ask::faults(&case, &mut part.exercised);
        part.faults.extend(wrong);
        part.sentences.push((case.en, case.zh, case.line));
    }
    part
}
