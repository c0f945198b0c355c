//! The gate that every set of policies passes before it goes live.
//!
//! One way in: files, then form, names, meaning, lists, scenarios and proofs, each a step with its
//! faults and its time. The gate changes nothing; whoever holds the live set goes on serving it
//! until the report says `ready`. It does not prove: a certificate is asked of a [`Proofs`]. It
//! looks at no data: the step `difference` is skipped, and put in by whoever has some.

mod by_type;
mod checks;
mod depth;
mod edit;
mod fit;
mod folder;
mod report;

use std::sync::Arc;
use std::time::Instant;

pub use checks::check;
pub(super) use checks::line_of;
pub(super) use depth::too_deep;
pub use edit::{Change, Draft, File, FileKind};
pub use folder::Set;
pub(super) use report::milliseconds;
pub use report::{DIFFERENCE, Fault, Kind, Report, STEPS, State, Step};

use super::load::{Document, Policies};
use super::scenario;
use report::{PARSE, PROOFS, READ, READY, SCENARIOS};

/// Who knows whether the invariants of a set are proved.
pub trait Proofs {
    /// What is known of the proof of exactly this set.
    fn proof(&self, set: &Set, policies: &Policies) -> Proof;

    /// Whether a set without one may go live.
    fn required(&self) -> bool;
}

/// What is known of the proof of a set.
pub enum Proof {
    /// A certificate is there.
    Certified,
    /// It was proved now, by this certificate.
    Made(Document),
    /// It is not proved, for these reasons; without any, nobody tried.
    Missing(Vec<Fault>),
}

impl Proof {
    /// That a certificate is there, or not.
    #[must_use]
    pub fn known(certified: bool) -> Self {
        match certified {
            true => Self::Certified,
            false => Self::Missing(Vec::new()),
        }
    }
}

/// Nobody was asked for a proof, and none is required.
pub struct Unasked;

impl Proofs for Unasked {
    fn proof(&self, _: &Set, _: &Policies) -> Proof {
        Proof::known(false)
    }

    fn required(&self) -> bool {
        false
    }
}

/// What passed the gate.
pub struct Passed {
    /// The policies.
    pub policies: Arc<Policies>,
    /// Their certificate, if they were proved on the way.
    pub certificate: Option<Document>,
}

/// Takes a set through the gate. The policies are there if the set is ready.
#[must_use]
pub fn pass(set: Result<&Set, Vec<Fault>>, proofs: &dyn Proofs) -> (Report, Option<Arc<Policies>>) {
    let (report, passed) = pass_telling(set, proofs, &mut |_| {});
    (report, passed.map(|passed| passed.policies))
}

/// The same, where each step is told when it ends.
#[must_use]
pub fn pass_telling(
    set: Result<&Set, Vec<Fault>>,
    proofs: &dyn Proofs,
    tell: &mut dyn FnMut(&Step),
) -> (Report, Option<Passed>) {
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
    let passed = steps(set, proofs, &mut report, tell);
    let missing = STEPS.get(report.steps.len()..).unwrap_or_default();
    for step in missing.iter().copied().map(Step::skipped) {
        tell(&step);
        report.steps.push(step);
    }
    report.milliseconds = milliseconds(began.elapsed());
    (report, passed)
}

/// A step ended.
fn end(report: &mut Report, tell: &mut dyn FnMut(&Step), step: Step) {
    tell(&step);
    report.steps.push(step);
}

fn steps(
    set: Result<&Set, Vec<Fault>>,
    proofs: &dyn Proofs,
    report: &mut Report,
    tell: &mut dyn FnMut(&Step),
) -> Option<Passed> {
    let began = Instant::now();
    let set = match set {
        Ok(set) => set,
        Err(faults) => {
            end(report, tell, Step::tried(READ, faults, began));
            return None;
        }
    };
    end(report, tell, Step::tried(READ, Vec::new(), began));
    let (steps, policies) = check(&set.schema, &set.policies, tell);
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
            // It was told already; the last word on a step counts.
            tell(parse);
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
    end(report, tell, step);
    if !holds {
        return None;
    }
    let began = Instant::now();
    let (state, mut reasons, certificate) = match proofs.proof(set, &policies) {
        Proof::Certified => (State::Certified, Vec::new(), None),
        Proof::Made(certificate) => (State::Certified, Vec::new(), Some(certificate)),
        Proof::Missing(reasons) => (State::NotProved, reasons, None),
    };
    let stops = state == State::NotProved && proofs.required();
    if stops && reasons.is_empty() {
        reasons.push(Fault::new(
            &set.schema.name,
            1,
            "no certificate proves the promises for exactly these policies",
            "沒有證書證明各項承諾對這些政策成立",
        ));
    }
    let (faults, notes) = match stops {
        true => (reasons, Vec::new()),
        false => (Vec::new(), reasons),
    };
    let mut step = Step::ended(PROOFS, state, faults, began);
    step.notes = notes;
    end(report, tell, step);
    if stops {
        return None;
    }
    // whoever has data to look at puts in what it says
    end(report, tell, Step::skipped(DIFFERENCE));
    end(report, tell, Step::tried(READY, Vec::new(), Instant::now()));
    report.ready = true;
    Some(Passed {
        policies,
        certificate,
    })
}
