//! The policies of a folder, or the built-in ones, for those who look after them.

use std::path::Path;
use std::time::Instant;

pub use crate::policy::gate::{Fault, Report as Gated, State, Step};
use crate::policy::gate::{Proof, Proofs, Set, Unasked, pass};
pub use crate::policy::scenario::MutantReport;
use crate::policy::{self, Document, Policies, scenario};

/// The certificate in a set's folder, or that of the built-in set.
pub struct Certificate<'a> {
    /// The set's folder, if it is not the built-in one.
    pub folder: Option<&'a Path>,
    /// Whether a set without one may go live.
    pub required: bool,
}

impl Proofs for Certificate<'_> {
    fn proof(&self, _: &Set, policies: &Policies) -> Proof {
        Proof::known(policies.proved(self.folder).is_ok())
    }

    fn required(&self) -> bool {
        self.required
    }
}

/// The set of a folder, or the built-in one.
fn set(folder: Option<&Path>) -> Result<Set, Vec<Fault>> {
    folder.map_or_else(|| Ok(Set::shipped()), Set::read)
}

/// Takes the set of a folder, or the built-in one, through the gate. It may still have to be
/// proved, which is another program's work; the report says so.
#[must_use]
pub fn gate(folder: Option<&Path>) -> Gated {
    let began = Instant::now();
    let set = set(folder);
    let reading = began.elapsed().as_secs_f64() * 1e3;
    let proofs = Certificate {
        folder,
        required: false,
    };
    let mut report = pass(set.as_ref().map_err(Clone::clone), &proofs).0;
    if let Some(read) = report.steps.first_mut() {
        read.milliseconds += reading;
    }
    report.milliseconds += reading;
    report
}

/// Whether the scenarios of a set notice changes of its policies.
///
/// # Errors
/// Everything for which the set does not pass the gate.
pub fn mutants(folder: Option<&Path>) -> Result<MutantReport, Vec<Fault>> {
    let set = set(folder)?;
    let (report, policies) = pass(Ok(&set), &Unasked);
    let policies = policies.ok_or_else(|| report.faults().cloned().collect::<Vec<_>>())?;
    scenario::mutants(&policies, &set.scenarios)
}

/// The text of a file of policies as it should be laid out.
///
/// # Errors
/// Where the file is not well formed.
pub fn formatted(name: &str, text: &str) -> Result<String, Fault> {
    policy::formatted(&Document {
        name: name.to_owned(),
        text: text.to_owned(),
    })
}
