//! `extensions.privacy`: for each position in the answer, what was shown, masked and hidden.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_graphql::{Name, Value};

/// Counts of one position.
#[derive(Default, Clone)]
pub struct Tally {
    full: u64,
    masked: u64,
    hidden: u64,
    mask: Option<&'static str>,
}

impl Tally {
    /// A value was shown.
    pub fn full(&mut self) {
        self.full += 1;
    }

    /// A value was masked.
    pub fn masked(&mut self, mask: &'static str) {
        self.masked += 1;
        self.mask = Some(mask);
    }

    /// A value was hidden.
    pub fn hidden(&mut self) {
        self.hidden += 1;
    }

    fn add(&mut self, other: &Self) {
        self.full += other.full;
        self.masked += other.masked;
        self.hidden += other.hidden;
        self.mask = self.mask.or(other.mask);
    }

    fn is_empty(&self) -> bool {
        self.full + self.masked + self.hidden == 0
    }
}

/// Counts of a request, each with its path of response keys.
#[derive(Default)]
pub struct Privacy {
    counts: Mutex<Counts>,
}

/// The counts themselves.
#[derive(Default)]
pub struct Counts {
    paths: Vec<String>,
    /// One for each place that was taken.
    pub tallies: Vec<Tally>,
}

impl Privacy {
    /// The counts, to be added to.
    pub fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for the counts of a position.
    pub fn seat(&self, path: &str) -> usize {
        let mut counts = self.counts();
        counts.paths.push(path.to_owned());
        counts.tallies.push(Tally::default());
        counts.tallies.len() - 1
    }

    /// As the client sees it, with the version of the policies.
    pub fn value(&self, policy_version: &str) -> Value {
        let counts = self.counts();
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        for (path, tally) in counts.paths.iter().zip(&counts.tallies) {
            if !tally.is_empty() {
                tallies.entry(path).or_default().add(tally);
            }
        }
        let fields = tallies.iter().map(|(path, tally)| {
            let mut counts = vec![
                ("full", Value::from(tally.full)),
                ("masked", Value::from(tally.masked)),
                ("hidden", Value::from(tally.hidden)),
            ];
            if let Some(mask) = tally.mask {
                counts.push(("mask", Value::from(mask)));
            }
            (Name::new(path), object(counts))
        });
        let fields = Value::Object(fields.collect());
        object(vec![
            ("policyVersion", Value::from(policy_version)),
            ("fields", fields),
        ])
    }
}

fn object(entries: Vec<(&str, Value)>) -> Value {
    Value::Object(
        entries
            .into_iter()
            .map(|(name, value)| (Name::new(name), value))
            .collect(),
    )
}
