//! `extensions.privacy`: for each position in the answer, what was shown, masked and hidden.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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
    /// A value was shown, so many times.
    pub fn full(&mut self, times: u64) {
        self.full += times;
    }

    /// A value was masked, so many times.
    pub fn masked(&mut self, mask: &'static str, times: u64) {
        self.masked += times;
        self.mask = Some(mask);
    }

    /// A value was hidden, so many times.
    pub fn hidden(&mut self, times: u64) {
        self.hidden += times;
    }
}

/// Counts of a request, by the path of response keys.
#[derive(Default)]
pub struct Privacy {
    tallies: Mutex<BTreeMap<String, Tally>>,
}

impl Privacy {
    /// Adds the counts of a position.
    pub fn add(&self, path: &str, tally: &Tally) {
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = tallies.entry(path.to_owned()).or_default();
        entry.full += tally.full;
        entry.masked += tally.masked;
        entry.hidden += tally.hidden;
        entry.mask = entry.mask.or(tally.mask);
    }

    /// As the client sees it, with the version of the policies.
    pub fn value(&self, policy_version: &str) -> Value {
        let tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
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
