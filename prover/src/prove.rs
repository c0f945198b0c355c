//! The proofs of a set.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, RequestEnv};
use cedar_policy_symcc::{CompiledPolicySet, CompiledSchema};

use crate::ask::{Answer, Asker, as_if, compiled, compiled_one, prepared};
use crate::case::{Breach, Case};
use crate::crew::{Toil, groups, share};
use crate::example::Example;
use crate::found::Found;
use crate::promise::{Kind, Promise, Promises, Sibling};
use crate::report::{Breached, Report};
use crate::set::{Set, action, place};
use crate::solver::Solver;

/// Proves the promises of a set.
#[must_use]
pub fn prove(set: &Set, promises: &Promises, solver: &Solver) -> Report {
    let began = Instant::now();
    let found: Vec<Found> = promises.all.iter().map(|_| Found::default()).collect();
    let work = Work {
        set,
        promises,
        found: &found,
    };
    let toil = match prepared(&set.schema) {
        Err(reason) => Toil {
            failures: vec![reason],
            ..Toil::default()
        },
        Ok(schema) => share(
            &groups(set.environments()),
            solver,
            async |group: &Vec<RequestEnv>, asker: &mut Asker| {
                work.group(group, &schema, asker).await;
            },
        ),
    };
    let verdicts = promises.all.iter().zip(&found);
    Report {
        set: set.hash().to_owned(),
        invariants: promises.hash().to_owned(),
        policies: set.count(),
        solver: solver.version().to_owned(),
        questions: toil.questions,
        solved: toil.solved,
        milliseconds: began.elapsed().as_millis(),
        promises: verdicts
            .map(|(p, found)| found.verdict(p, &toil.failures))
            .collect(),
    }
}

struct Work<'a> {
    set: &'a Set,
    promises: &'a Promises,
    found: &'a [Found],
}

/// What is at hand where one environment is asked about.
struct Site<'a> {
    environment: &'a RequestEnv,
    slice: Vec<&'a Policy>,
    compiled: Option<CompiledPolicySet>,
    schema: &'a CompiledSchema,
}

impl Site<'_> {
    /// The policies that can matter here, as terms.
    fn terms(&mut self) -> Result<CompiledPolicySet, String> {
        if let Some(compiled) = &self.compiled {
            return Ok(compiled.clone());
        }
        let compiled = compiled(&together(&self.slice)?, self.environment, self.schema)?;
        self.compiled = Some(compiled.clone());
        Ok(compiled)
    }

    fn permits(&self) -> bool {
        self.slice.iter().any(|p| p.effect() == Effect::Permit)
    }
}

impl Work<'_> {
    async fn group(&self, group: &[RequestEnv], schema: &CompiledSchema, asker: &mut Asker) {
        // the breaches of this group, so that one example stands for all of its actions
        let mut broken: BTreeMap<usize, usize> = BTreeMap::new();
        // policies found never to fail here, whatever the action
        let mut sound: BTreeSet<PolicyId> = BTreeSet::new();
        for environment in group {
            let mut site = Site {
                environment,
                slice: self.set.slice(environment),
                compiled: None,
                schema,
            };
            for (index, (promise, found)) in self.promises.all.iter().zip(self.found).enumerate() {
                if !promise.names(environment) {
                    continue;
                }
                let example = !broken.contains_key(&index);
                let answer = match promise.kind {
                    Kind::Never => self.never(promise, found, &mut site, asker, example).await,
                    Kind::Also(sibling) => {
                        self.also(sibling, found, &mut site, group, asker, example)
                            .await
                    }
                    Kind::NoErrors => {
                        self.no_errors(found, &site, &mut sound, asker, example)
                            .await
                    }
                };
                match answer {
                    Ok(None) => {}
                    Ok(Some(breach)) => self.note(found, environment, breach, &mut broken, index),
                    Err(reason) => found.unknown(action(environment), reason),
                }
            }
        }
    }

    /// Notes a breach: the first of a group with its example, the others by their action.
    fn note(
        &self,
        found: &Found,
        environment: &RequestEnv,
        breach: Option<Breached>,
        broken: &mut BTreeMap<usize, usize>,
        index: usize,
    ) {
        let mut all = found
            .breaches
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match breach {
            Some(breach) => {
                broken.insert(index, all.len());
                all.push((place(environment), breach));
            }
            None => {
                let first = broken.get(&index).and_then(|at| all.get_mut(*at));
                if let Some((_, first)) = first {
                    first.actions.push(action(environment));
                }
            }
        }
    }

    /// Nothing that the promise matches is allowed.
    async fn never(
        &self,
        promise: &Promise,
        found: &Found,
        site: &mut Site<'_>,
        asker: &mut Asker,
        example: bool,
    ) -> Result<Option<Option<Breached>>, String> {
        found.environments.fetch_add(1, Ordering::Relaxed);
        let bound = promise.bound()?;
        if !found.breakable.load(Ordering::Relaxed) {
            let everything = together(&[&everything()?])?;
            let everything = compiled(&everything, site.environment, site.schema)?;
            let bound = compiled(&bound, site.environment, site.schema)?;
            match asker.implies(&everything, &bound, false).await {
                Answer::Fails(_) => found.breakable.store(true, Ordering::Relaxed),
                Answer::Unknown(reason) => found.doubt(reason),
                Answer::Holds => {}
            }
        }
        // Cedar skips a policy that fails, and a promise that is skipped promises nothing
        let itself = compiled_one(&promise.policy, site.environment, site.schema)?;
        match asker.never_errors(&itself, false).await {
            Answer::Holds => {}
            Answer::Fails(_) => return Err("the promise itself fails on some request".to_owned()),
            Answer::Unknown(reason) => return Err(reason),
        }
        if !site.permits() {
            return Ok(None);
        }
        let allowed = site.terms()?;
        let most = compiled(&bound, site.environment, site.schema)?;
        let breach = |replay: &crate::case::Replay<'_>| {
            let action = &replay.case.action;
            replay.allows(&self.set.all, action) && replay.refuses(&bound, action)
        };
        let answer = asker.implies(&allowed, &most, example).await;
        self.told(answer, site.environment, &breach, None)
    }

    /// Who is allowed this is also allowed its sibling.
    async fn also(
        &self,
        sibling: Sibling,
        found: &Found,
        site: &mut Site<'_>,
        group: &[RequestEnv],
        asker: &mut Asker,
        example: bool,
    ) -> Result<Option<Option<Breached>>, String> {
        let name = sibling.of(&action(site.environment));
        let other = name.and_then(|name| group.iter().find(|e| action(e) == name));
        let Some(other) = other else {
            return Ok(None);
        };
        found.environments.fetch_add(1, Ordering::Relaxed);
        found.breakable.store(true, Ordering::Relaxed);
        if !site.permits() {
            return Ok(None);
        }
        let allowed = site.terms()?;
        let rewritten = as_if(&self.set.slice(other), other.action())?;
        let also = compiled(&rewritten, site.environment, site.schema)?;
        let breach = |replay: &crate::case::Replay<'_>| {
            replay.allows(&self.set.all, &replay.case.action)
                && replay.refuses(&self.set.all, other.action())
        };
        let but = format!("but is refused {}", action(other));
        let answer = asker.implies(&allowed, &also, example).await;
        self.told(answer, site.environment, &breach, Some(but))
    }

    /// No policy that can matter here fails.
    async fn no_errors(
        &self,
        found: &Found,
        site: &Site<'_>,
        sound: &mut BTreeSet<PolicyId>,
        asker: &mut Asker,
        example: bool,
    ) -> Result<Option<Option<Breached>>, String> {
        found.environments.fetch_add(1, Ordering::Relaxed);
        found.breakable.store(true, Ordering::Relaxed);
        for policy in &site.slice {
            if sound.contains(policy.id()) {
                continue;
            }
            let terms = compiled_one(policy, site.environment, site.schema)?;
            let answer = asker.never_errors(&terms, example).await;
            if matches!(answer, Answer::Holds) {
                if !asks_action(policy) {
                    sound.insert(policy.id().clone());
                }
                continue;
            }
            let alone = together(&[policy])?;
            let breach = |replay: &crate::case::Replay<'_>| {
                let answer = replay.ask(&alone, &replay.case.action);
                answer.is_some_and(|a| a.diagnostics().errors().next().is_some())
            };
            let but = format!("but the policy `{}` fails", policy.id());
            return self.told(answer, site.environment, &breach, Some(but));
        }
        Ok(None)
    }

    /// What an answer means: nothing, a breach (with its example where it is the first), or doubt.
    fn told(
        &self,
        answer: Answer,
        environment: &RequestEnv,
        breach: &Breach<'_>,
        but: Option<String>,
    ) -> Result<Option<Option<Breached>>, String> {
        let env = match answer {
            Answer::Holds => return Ok(None),
            Answer::Fails(None) => return Ok(Some(None)),
            Answer::Fails(Some(env)) => env,
            Answer::Unknown(reason) => return Err(reason),
        };
        let example = Case::of(&env)
            .and_then(|case| Example::of(&case, self.set, &self.set.all, breach))
            .ok_or("the solver has a counterexample, but the authorizer does not confirm it")?;
        Ok(Some(Some(Breached {
            example,
            but,
            actions: vec![action(environment)],
        })))
    }
}

/// Policies as a set.
pub(crate) fn together(policies: &[&Policy]) -> Result<PolicySet, String> {
    PolicySet::from_policies(policies.iter().copied().cloned()).map_err(|e| e.to_string())
}

fn everything() -> Result<Policy, String> {
    Policy::parse(None, "permit (principal, action, resource);").map_err(|e| e.to_string())
}

/// Whether a policy's conditions ask for more than who and for which record, so that they may
/// mean something else for another action.
pub(crate) fn asks_action(policy: &Policy) -> bool {
    policy.has_non_scope_constraint()
        && policy.to_json().map_or(true, |json| {
            let conditions = json.get("conditions").map(ToString::to_string);
            let asks = |text: &String| {
                text.contains(r#"{"Var":"action"}"#) || text.contains(r#"{"Var":"context"}"#)
            };
            conditions.as_ref().is_none_or(asks)
        })
}
