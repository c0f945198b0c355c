//! `extensions.privacy`: for each position in the answer, what was shown, masked and hidden, and
//! by which name `explain` tells why.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_graphql::{Name, Value};

/// Counts of one position.
#[derive(Default, Clone)]
pub struct Tally {
    full: u64,
    masked: u64,
    hidden: u64,
    paired: u64,
    small: u64,
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

    /// What is masked or hidden now is so by the pair rule alone.
    pub fn withheld_as_pair(&mut self) {
        self.paired += 1;
    }

    /// A number was left out for the sake of a small group.
    pub fn left_out_as_small(&mut self) {
        self.hidden += 1;
        self.small += 1;
    }

    fn add(&mut self, other: &Self) {
        self.full += other.full;
        self.masked += other.masked;
        self.hidden += other.hidden;
        self.paired += other.paired;
        self.small += other.small;
        self.mask = self.mask.or(other.mask);
    }

    fn is_empty(&self) -> bool {
        self.full + self.masked + self.hidden == 0
    }
}

/// A type and a field of it, if the position is one of a field.
pub type Ask = Option<(&'static str, &'static str)>;

/// Counts of a request, each with its path of response keys.
#[derive(Default)]
pub struct Privacy {
    counts: Mutex<Counts>,
}

/// The counts themselves.
#[derive(Default)]
pub struct Counts {
    paths: Vec<String>,
    /// What is asked about each of them: a type and a field.
    asks: Vec<Ask>,
    /// One for each place that was taken.
    pub tallies: Vec<Tally>,
}

impl Privacy {
    /// The counts, to be added to.
    pub fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for the counts of a position.
    pub fn seat(&self, path: &str, ask: Ask) -> usize {
        let mut counts = self.counts();
        counts.paths.push(path.to_owned());
        counts.asks.push(ask);
        counts.tallies.push(Tally::default());
        counts.tallies.len() - 1
    }

    /// As the client sees it, with the version of the policies.
    pub fn value(&self, policy_version: &str) -> Value {
        let counts = self.counts();
        let mut tallies: BTreeMap<&str, (Tally, Ask)> = BTreeMap::new();
        let seats = counts.tallies.iter().zip(&counts.asks);
        for (path, (tally, ask)) in counts.paths.iter().zip(seats) {
            if !tally.is_empty() {
                let at = tallies.entry(path);
                let (sum, asked) = at.or_insert_with(|| (Tally::default(), *ask));
                sum.add(tally);
                // Where records of two types share a position, no one question is about it.
                if asked != ask {
                    *asked = None;
                }
            }
        }
        let fields = tallies.iter().map(|(path, (tally, ask))| {
            let mut counts = vec![
                ("full", Value::from(tally.full)),
                ("masked", Value::from(tally.masked)),
                ("hidden", Value::from(tally.hidden)),
            ];
            if let Some(mask) = tally.mask {
                counts.push(("mask", Value::from(mask)));
            }
            if tally.paired > 0 {
                counts.push(("withheldByPairRule", Value::from(tally.paired)));
            }
            if tally.small > 0 {
                counts.push(("suppressedAsSmallGroup", Value::from(tally.small)));
            }
            if let Some((of, field)) = ask {
                counts.push(("ask", Value::String([of, ".", field].concat())));
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
