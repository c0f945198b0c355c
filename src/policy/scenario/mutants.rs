//! Mutants: policies with one thing changed, and whether the scenarios notice.
//!
//! Each policy is dropped, turned round, negated, and robbed of one part of its condition after
//! the other. Only the questions that the scope of the policy covers are asked again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use cedar_policy::pst::StaticPolicy;
use cedar_policy::{Policy, PolicyId, PolicySet, ValidationMode, Validator, pst};
use serde::Serialize;

use super::ask::Case;
use super::book::{self, Books};
use super::change::changes;
use super::question::{Groups, Question};
use crate::policy::gate::{Fault, milliseconds};
use crate::policy::load::{Document, Policies};

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A scenario came out otherwise.
    Caught,
    /// No scenario noticed.
    Survived,
    /// The gate refuses it before any scenario is asked; it counts neither way.
    Refused,
}

/// A policy with one thing changed.
#[derive(Clone, Debug, Serialize)]
pub struct Mutant {
    /// The policy.
    pub policy: String,
    /// What was changed, in English.
    pub en: String,
    /// What was changed, in Chinese.
    pub zh: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// A survivor, and why nothing can notice it.
#[derive(Clone, Debug, Serialize)]
pub struct Argued {
    /// The mutant.
    pub mutant: Mutant,
    /// Why, in English.
    pub en: String,
    /// Why, in Chinese.
    pub zh: String,
}

/// What the mutants came to.
#[derive(Clone, Debug, Serialize)]
pub struct MutantReport {
    /// How many were caught.
    pub caught: usize,
    /// How many survived.
    pub survived: usize,
    /// How many the gate refuses for their form.
    pub refused: usize,
    /// The share that was caught of those that count, in percent.
    pub percent: f64,
    /// The survivors.
    pub survivors: Vec<Mutant>,
    /// Survivors of which a file argues that no request can tell them apart; they do not count.
    pub argued: Vec<Argued>,
    /// How long it took, in milliseconds.
    pub milliseconds: f64,
}

/// Makes every mutant of every policy, and asks the scenarios.
///
/// # Errors
/// What is wrong with the scenarios, or where they do not come out as they say as things are.
pub fn mutants(
    policies: &Arc<Policies>,
    documents: &[Document],
) -> Result<MutantReport, Vec<Fault>> {
    let began = Instant::now();
    let Books {
        cases,
        arguments,
        mut faults,
    } = book::cases(policies, &Groups::of(policies), documents);
    let mut exercised = Default::default();
    faults.extend(
        cases
            .iter()
            .flat_map(|case| super::ask::faults(case, &mut exercised)),
    );
    if !faults.is_empty() {
        return Err(faults);
    }
    let bench = Bench::of(&cases);
    let mut all = Vec::new();
    let mut originals: Vec<&Policy> = policies.all.policies().collect();
    originals.sort_by(|a, b| a.id().cmp(b.id()));
    for original in originals {
        for (en, zh, template) in changes(original) {
            let changed = template.map(|template| {
                let fixed = StaticPolicy::try_from(template).ok()?;
                Policy::from_pst(pst::Policy::from(fixed)).ok()
            });
            // a change that makes no policy is none
            let changed = match changed {
                Some(None) => continue,
                Some(Some(policy)) => Some(policy),
                None => None,
            };
            let outcome = if bench.notices(original.id(), changed.as_ref()) {
                Outcome::Caught
            } else if changed.as_ref().is_some_and(|p| !sound(policies, p)) {
                Outcome::Refused
            } else {
                Outcome::Survived
            };
            all.push(Mutant {
                policy: original.id().to_string(),
                en,
                zh,
                outcome,
            });
        }
    }
    let mut argued = Vec::new();
    for argument in arguments {
        let said = |m: &Mutant| {
            m.outcome == Outcome::Survived && m.policy == argument.policy && m.en == argument.change
        };
        let Some(at) = all.iter().position(said) else {
            let (policy, change) = (&argument.policy, &argument.change);
            let (en, zh) = (
                format!("no change `{change}` of `{policy}` survives: strike the argument off"),
                format!("`{policy}` 的更改 `{change}` 並未倖存：請刪去此說明"),
            );
            return Err(vec![Fault::new(&argument.file, argument.line, en, zh)]);
        };
        argued.push(Argued {
            mutant: all.remove(at),
            en: argument.en,
            zh: argument.zh,
        });
    }
    let count = |outcome| all.iter().filter(|m| m.outcome == outcome).count();
    let (caught, survived) = (count(Outcome::Caught), count(Outcome::Survived));
    let refused = count(Outcome::Refused);
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are a few thousand at most"
    )]
    let percent = 100.0 * caught as f64 / (caught + survived).max(1) as f64;
    all.retain(|mutant| mutant.outcome == Outcome::Survived);
    Ok(MutantReport {
        caught,
        survived,
        refused,
        percent: (percent * 10.0).round() / 10.0,
        survivors: all,
        argued,
        milliseconds: milliseconds(began.elapsed()),
    })
}

fn sound(policies: &Policies, mutant: &Policy) -> bool {
    PolicySet::from_policies([mutant.clone()]).is_ok_and(|set| {
        Validator::new(policies.schema.clone())
            .validate(&set, ValidationMode::Strict)
            .validation_passed()
    })
}

/// The questions of all cases, by the policies that can matter to them.
struct Bench<'a> {
    cases: &'a [Case],
    /// For each policy: the cases and questions of which it is in a slice.
    by_policy: HashMap<PolicyId, Vec<(usize, usize)>>,
    /// What is allowed under the policies as they are, by case, action and whether it is fresh.
    known: HashMap<(usize, String, bool), bool>,
}

impl<'a> Bench<'a> {
    fn of(cases: &'a [Case]) -> Self {
        let mut by_policy: HashMap<PolicyId, Vec<(usize, usize)>> = HashMap::new();
        let mut known = HashMap::new();
        for (at, case) in cases.iter().enumerate() {
            for (number, (question, _)) in case.asked.iter().enumerate() {
                for action in actions(case, *question) {
                    let fresh = Case::is_fresh(*question);
                    let slice = case.slice(&action);
                    for policy in slice.policies() {
                        let asked = by_policy.entry(policy.id().clone()).or_default();
                        if asked.last() != Some(&(at, number)) {
                            asked.push((at, number));
                        }
                    }
                    known.entry((at, action.clone(), fresh)).or_insert_with(|| {
                        let decided = case.decided(&slice, &action, fresh);
                        decided.is_ok_and(|decided| decided.allowed)
                    });
                }
            }
        }
        Self {
            cases,
            by_policy,
            known,
        }
    }

    /// Whether some scenario comes out otherwise when the policy is changed.
    fn notices(&self, id: &PolicyId, changed: Option<&Policy>) -> bool {
        let mut slices: BTreeMap<(String, &'static str, bool), PolicySet> = BTreeMap::new();
        let asked = self.by_policy.get(id).into_iter().flatten();
        asked.copied().any(|(at, number)| {
            let Some(case) = self.cases.get(at) else {
                return false;
            };
            let Some((question, expected)) = case.asked.get(number) else {
                return false;
            };
            let fresh = Case::is_fresh(*question);
            let got = question.answer(case.of(), &mut |action| {
                let key = (
                    action.to_owned(),
                    case.lens.viewer().kind().entity(),
                    case.even_if,
                );
                let slice = slices
                    .entry(key)
                    .or_insert_with(|| replaced(&case.slice(action), id, changed));
                if case.slice_has(action, id) {
                    let decided = case.decided(slice, action, fresh);
                    decided.is_ok_and(|decided| decided.allowed)
                } else {
                    let known = self.known.get(&(at, action.to_owned(), fresh));
                    known.copied().unwrap_or_default()
                }
            });
            got != *expected
        })
    }
}

impl Case {
    fn slice_has(&self, action: &str, id: &PolicyId) -> bool {
        let policies = self.lens.policies();
        let slice = policies.slices.get(self.lens.viewer().kind(), action);
        slice.policy(id).is_some()
    }
}

/// The actions that a question can come to.
fn actions(case: &Case, question: Question) -> Vec<String> {
    let action = question.action(case.of());
    let mut all = vec![Question::There.action(case.of()), action.clone()];
    if let Question::See(field) = question
        && field.kind().is_some_and(crate::catalogue::Kind::maskable)
    {
        all.push(format!("{action}:masked"));
    }
    all.dedup();
    all
}

fn replaced(slice: &PolicySet, id: &PolicyId, changed: Option<&Policy>) -> PolicySet {
    let others = slice.policies().filter(|policy| policy.id() != id);
    let all = others.cloned().chain(changed.cloned());
    PolicySet::from_policies(all).unwrap_or_default()
}
