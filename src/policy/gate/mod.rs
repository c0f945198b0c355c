//! The gate that every set of policies passes before it goes live.
//!
//! One way in: files, then form, names, meaning, lists, scenarios and proofs, each a step with its
//! faults and its time. The gate changes nothing; whoever holds the live set goes on serving it
//! until the report says `ready`. It does not prove: a certificate is asked of a [`Proofs`].

mod checks;
mod depth;
mod folder;
mod report;

use std::sync::Arc;
use std::time::Instant;

pub use checks::check;
pub(super) use checks::line_of;
pub(super) use depth::too_deep;
pub use folder::Set;
pub(super) use report::milliseconds;
pub use report::{Fault, Kind, Report, STEPS, State, Step};

use super::load::Policies;
use super::scenario;
use report::{PARSE, PROOFS, READ, READY, SCENARIOS};

/// Who knows whether the invariants of a set are proved.
pub trait Proofs {
    /// Whether a certificate is there for exactly this set.
    fn certified(&self, set: &Set, policies: &Policies) -> bool;

    /// Whether a set without one may go live.
    fn required(&self) -> bool;
}

/// Nobody was asked for a proof, and none is required.
pub struct Unasked;

impl Proofs for Unasked {
    fn certified(&self, _: &Set, _: &Policies) -> bool {
        false
    }

    fn required(&self) -> bool {
        false
    }
}

/// Takes a set through the gate. The policies are there if the set is ready.
#[must_use]
pub fn pass(set: Result<&Set, Vec<Fault>>, proofs: &dyn Proofs) -> (Report, Option<Arc<Policies>>) {
    let began = Instant::now();
    let mut report = Report {
        ready: false,
        version: None,
        policies: 0,
        scenarios: 0,
        questions: 0,
        unexercised: Vec::new(),
        steps: Vec::new(),
        milliseconds: 0.0,
    };
    let policies = steps(set, proofs, &mut report);
    let missing = STEPS.get(report.steps.len()..).unwrap_or_default();
    report
        .steps
        .extend(missing.iter().copied().map(Step::skipped));
    report.milliseconds = milliseconds(began.elapsed());
    (report, policies)
}

fn steps(
    set: Result<&Set, Vec<Fault>>,
    proofs: &dyn Proofs,
    report: &mut Report,
) -> Option<Arc<Policies>> {
    let began = Instant::now();
    let set = match set {
        Ok(set) => set,
        Err(faults) => {
            report.steps.push(Step::tried(READ, faults, began));
            return None;
        }
    };
    report.steps.push(Step::tried(READ, Vec::new(), began));
    let (steps, policies) = check(&set.schema, &set.policies);
    report.steps.extend(steps);
    if let Some(policies) = policies.as_ref().filter(|p| p.count() == 0) {
        let fault = Fault::new(
            &set.schema.name,
            1,
            "the set has no policy at all: nobody would see or do anything",
            "此政策集沒有任何政策：任何人都看不到任何資料，也不能作任何操作",
        );
        report.version = Some(policies.version().to_owned());
        if let Some(parse) = report.steps.iter_mut().find(|step| step.name == PARSE.0) {
            parse.state = State::Failed;
            parse.faults.push(fault);
        }
        return None;
    }
    let policies = policies?;
    report.version = Some(policies.version().to_owned());
    report.policies = policies.count();
    let began = Instant::now();
    let tested = scenario::test(&policies, &set.scenarios);
    report.scenarios = tested.scenarios;
    report.questions = tested.questions;
    report.unexercised = tested.unexercised;
    let mut step = Step::tried(SCENARIOS, tested.faults, began);
    if tested.scenarios == 0 && step.faults.is_empty() {
        step.state = State::Skipped;
    }
    let holds = step.faults.is_empty();
    report.steps.push(step);
    if !holds {
        return None;
    }
    let began = Instant::now();
    let certified = proofs.certified(set, &policies);
    let mut faults = Vec::new();
    let state = match (certified, proofs.required()) {
        (true, _) => State::Certified,
        (false, false) => State::NotProved,
        (false, true) => {
            faults.push(Fault::new(
                &set.schema.name,
                1,
                "no certificate proves the promises for exactly these policies",
                "沒有證書證明各項承諾對這些政策成立",
            ));
            State::NotProved
        }
    };
    let proved = faults.is_empty();
    report.steps.push(Step::ended(PROOFS, state, faults, began));
    if !proved {
        return None;
    }
    report
        .steps
        .push(Step::tried(READY, Vec::new(), Instant::now()));
    report.ready = true;
    Some(policies)
}
