//! A folder of policies that is looked at now and then.
//!
//! A set is taken from it once two looks in a row found the same: whoever saves several files
//! should not see the half of them in force.

use std::path::PathBuf;
use std::sync::Arc;

use super::LiveError;
use super::source::admitted;
use crate::policy::Policies;
use crate::policy::gate::{Fault, Proofs, Report, Set, pass};

/// A folder, and what was found in it.
pub struct Files {
    folder: PathBuf,
    /// What was there at the last look, and whether it was tried.
    seen: Option<(Found, bool)>,
}

/// What a look found.
#[derive(PartialEq, Eq)]
enum Found {
    Texts(Vec<(String, String)>),
    Faults(Vec<Fault>),
}

impl Files {
    pub fn of(folder: PathBuf) -> Self {
        let seen = None;
        Self { folder, seen }
    }

    /// Looks. The policies of a set that was not tried before, or why they are not taken up.
    pub fn look(&mut self, proofs: &dyn Proofs) -> Option<Result<Arc<Policies>, LiveError>> {
        let read = Set::read(&self.folder);
        let found = match &read {
            Ok(set) => Found::Texts(texts(set)),
            Err(faults) => Found::Faults(faults.clone()),
        };
        match &mut self.seen {
            Some((before, tried)) if *before == found => {
                if std::mem::replace(tried, true) {
                    return None;
                }
            }
            seen => {
                *seen = Some((found, false));
                return None;
            }
        }
        Some(match read {
            Ok(set) => admitted(&set, proofs),
            Err(faults) => Err(LiveError::Faults(Box::new(refused(faults, proofs)))),
        })
    }
}

fn texts(set: &Set) -> Vec<(String, String)> {
    let all = std::iter::once(&set.schema)
        .chain(&set.policies)
        .chain(&set.scenarios)
        .chain(&set.invariants)
        .chain(&set.certificate);
    all.map(|document| (document.name.clone(), document.text.clone()))
        .collect()
}

fn refused(faults: Vec<Fault>, proofs: &dyn Proofs) -> Report {
    pass(Err(faults), proofs).0
}
