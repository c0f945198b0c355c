//! Two sets against each other: for whom, and for what, the new one allows more, or less.
//!
//! Actions of one type that the same policies decide are one question, and one row. Where the
//! schemas differ, what an old policy's scope means is told by the old schema.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use cedar_policy::{Policy, PolicySet, RequestEnv};
use cedar_policy_symcc::CompiledSchema;

use crate::ask::{Answer, Asker, as_if, compiled, prepared};
use crate::case::{Case, Replay};
use crate::crew::{groups, share};
use crate::difference::{Change, Comparison, Row};
use crate::example::Example;
use crate::prove::asks_action;
use crate::set::{Set, action, place};
use crate::solver::Solver;

/// The policies of a side that decide an environment.
struct Side<'a> {
    set: &'a Set,
    /// Nothing where the side does not know the environment: then it allows nothing.
    slice: Vec<&'a Policy>,
}

struct Sides<'a> {
    old: &'a Set,
    new: &'a Set,
    same_schema: bool,
}

/// Compares two sets.
///
/// # Errors
/// Where a schema cannot be put into terms.
pub fn compare(old: &Set, new: &Set, solver: &Solver) -> Result<Comparison, String> {
    let began = Instant::now();
    let sides = Sides {
        old,
        new,
        same_schema: old.schema_text == new.schema_text,
    };
    let (of_new, of_old) = (prepared(&new.schema)?, prepared(&old.schema)?);
    let known: Vec<_> = new.environments().iter().map(place).collect();
    let mut gone = old.environments();
    gone.retain(|environment| known.binary_search(&place(environment)).is_err());
    let rows = Mutex::new(Vec::new());
    let mut work: Vec<(Vec<RequestEnv>, bool)> = Vec::new();
    work.extend(
        groups(new.environments())
            .into_iter()
            .map(|group| (group, true)),
    );
    work.extend(groups(gone).into_iter().map(|group| (group, false)));
    let toil = share(
        &work,
        solver,
        async |(group, in_new): &(Vec<RequestEnv>, bool), asker: &mut Asker| {
            let schema = if *in_new { &of_new } else { &of_old };
            let found = sides.group(group, *in_new, schema, asker).await;
            rows.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(found);
        },
    );
    if let Some(failure) = toil.failures.into_iter().next() {
        return Err(failure);
    }
    let mut rows: Vec<Row> = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    let order = |row: &Row| {
        (
            row.principal.clone(),
            row.resource.clone(),
            row.actions.clone(),
        )
    };
    rows.sort_by_key(order);
    Ok(Comparison {
        old: old.hash().to_owned(),
        new: new.hash().to_owned(),
        solver: solver.version().to_owned(),
        solved: toil.solved,
        milliseconds: began.elapsed().as_millis(),
        rows,
    })
}

impl Sides<'_> {
    /// The rows of one kind of asker and record.
    async fn group(
        &self,
        group: &[RequestEnv],
        in_new: bool,
        schema: &CompiledSchema,
        asker: &mut Asker,
    ) -> Vec<Row> {
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        let known: Vec<_> = self.old.environments().iter().map(place).collect();
        for environment in group {
            let in_old = known.binary_search(&place(environment)).is_ok();
            let side = |set, there: bool| Side {
                set,
                slice: if there {
                    Set::slice(set, environment)
                } else {
                    Vec::new()
                },
            };
            let (old, new) = (side(self.old, in_old), side(self.new, in_new));
            let key = format!("{}\n{}", old.key(environment), new.key(environment));
            if let Some(row) = rows.get_mut(&key) {
                row.actions.push(action(environment));
                continue;
            }
            let row = self
                .row(environment, &old, &new, in_new, schema, asker)
                .await;
            rows.insert(key, row);
        }
        rows.into_values().collect()
    }

    async fn row(
        &self,
        environment: &RequestEnv,
        old: &Side<'_>,
        new: &Side<'_>,
        in_new: bool,
        schema: &CompiledSchema,
        asker: &mut Asker,
    ) -> Row {
        let (principal, resource, action) = place(environment);
        let mut row = Row {
            principal,
            resource,
            actions: vec![action],
            verdict: Change::Same,
            gained: None,
            lost: None,
            reason: None,
        };
        if old.decides_as(new) {
            return row;
        }
        let found = self
            .directions(environment, old, new, in_new, schema, asker)
            .await;
        match found {
            Ok((gained, lost)) => {
                row.verdict = match (&gained, &lost) {
                    (None, None) => Change::Same,
                    (Some(_), None) => Change::Wider,
                    (None, Some(_)) => Change::Narrower,
                    (Some(_), Some(_)) => Change::Neither,
                };
                (row.gained, row.lost) = (gained, lost);
            }
            Err(reason) => {
                row.verdict = Change::Undecided;
                row.reason = Some(reason);
            }
        }
        row
    }

    /// A request that only the new side allows, and one that only the old side allows.
    async fn directions(
        &self,
        environment: &RequestEnv,
        old: &Side<'_>,
        new: &Side<'_>,
        in_new: bool,
        schema: &CompiledSchema,
        asker: &mut Asker,
    ) -> Result<(Option<Example>, Option<Example>), String> {
        let asks = |side: &Side<'_>| side.slice.iter().any(|policy| asks_action(policy));
        if !self.same_schema && (asks(old) || asks(new)) {
            return Err("a policy asks which action it is, and the schemas differ".to_owned());
        }
        let old = as_if(&old.slice, environment.action())?;
        let new = as_if(&new.slice, environment.action())?;
        let (before, after) = (
            compiled(&old, environment, schema)?,
            compiled(&new, environment, schema)?,
        );
        let set = if in_new { self.new } else { self.old };
        // under one schema the whole sets confirm an example, not only what was cut out of them
        let (old, new) = match self.same_schema {
            true => (&self.old.all, &self.new.all),
            false => (&old, &new),
        };
        let gained = asker.implies(&after, &before, true).await;
        let gained = example(gained, set, new, old)?;
        let lost = asker.implies(&before, &after, true).await;
        let lost = example(lost, set, old, new)?;
        Ok((gained, lost))
    }
}

/// The example of an answer: a request that one side allows and the other refuses.
fn example(
    answer: Answer,
    set: &Set,
    allowing: &PolicySet,
    refusing: &PolicySet,
) -> Result<Option<Example>, String> {
    let env = match answer {
        Answer::Holds => return Ok(None),
        Answer::Fails(Some(env)) => env,
        Answer::Fails(None) => return Err("there is no example".to_owned()),
        Answer::Unknown(reason) => return Err(reason),
    };
    let differs = |replay: &Replay<'_>| {
        let action = &replay.case.action;
        replay.allows(allowing, action) && replay.refuses(refusing, action)
    };
    let found = Case::of(&env).and_then(|case| Example::of(&case, set, allowing, &differs));
    let unconfirmed = "the solver has an example, but the authorizer does not confirm it";
    found.map(Some).ok_or_else(|| unconfirmed.to_owned())
}

impl Side<'_> {
    /// What decides, as a key: the policies, and the action where one of them asks for it.
    fn key(&self, environment: &RequestEnv) -> String {
        let ids: Vec<String> = self.slice.iter().map(|p| p.id().to_string()).collect();
        let asks = self.slice.iter().any(|policy| asks_action(policy));
        let action = if asks {
            action(environment)
        } else {
            String::new()
        };
        format!("{}\t{action}", ids.join("\t"))
    }

    /// Whether the other side has the same policies, letter by letter, whatever they are called.
    fn decides_as(&self, other: &Self) -> bool {
        let texts = |side: &Self| {
            let texts = side.slice.iter().map(|policy| {
                let mut json = policy.to_json().unwrap_or_default();
                if let Some(of) = json.as_object_mut() {
                    of.remove("annotations");
                    // the environment has let them through
                    of.remove("action");
                }
                json.to_string()
            });
            let mut texts: Vec<String> = texts.collect();
            texts.sort();
            texts
        };
        let asks = self.slice.iter().any(|policy| asks_action(policy));
        let same_actions = self.set.schema_text == other.set.schema_text;
        texts(self) == texts(other) && (same_actions || !asks)
    }
}
