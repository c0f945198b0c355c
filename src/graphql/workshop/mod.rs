//! The workshop of those who keep the policies: sets, the gate, the trail, the matrix, and why.
//!
//! Whoever may not keep the policies finds nothing here: the workshop is null, the deeds are
//! `FORBIDDEN`. What is done is done by a [`Desk`]; this room reads what is asked, and shows what
//! the desk says. The texts of policies and drafts go into no log.

mod act;
mod contract;
mod cost;
mod desk;
mod difference;
mod kept;
pub mod plain;
mod promised;
mod shapes;
mod told;
mod watch;
mod why;

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::Field;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::unbounded_channel;

use super::arguments::{Arguments, items, word};
use super::error::GraphError;
use super::id;
use super::plan::Planner;
use super::scope::Scope;
use super::values::sane;
use crate::catalogue;
use crate::policy::gate::{Change, Draft};
use contract::WORKSHOP;
use shapes::shapes;

pub use act::act;
pub use contract::{
    CODES, DEEDS, EXPLAIN, GATE, WORKSHOP_FIELD, mutation, query, register, subscription,
};
pub use cost::{MOST_WORK, values, work};
pub use desk::{Act, Asker, Deed, Desk, Done, Kept, Officer, Told, Trouble, Why};
pub use difference::{
    PolicyAnswer, PolicyChange, PolicyDifference, PolicyExample, PolicyVerdict, PolicyVerdictKind,
};
pub use plain::{Plain, Shapes, below, register as register_plain};
pub use promised::{PolicyPromise, PolicyPromiseSort, PolicyPromiseTurn};
pub use watch::watch;
pub use why::explain;

/// How many viewers a matrix may have.
const MOST_VIEWERS: usize = 20;
/// How many acts are told at once.
const MOST_ACTS: u64 = 200;

impl Scope {
    /// Whether the viewer keeps the policies: may publish them, approve them, or go back.
    pub fn keeps_policies(&self) -> bool {
        DEEDS.iter().any(|(deed, ..)| self.may_act(deed))
    }

    fn may_act(&self, deed: &str) -> bool {
        let of = catalogue::find("Organisation");
        let found = of.and_then(|of| Some((of, of.deed(deed)?)));
        self.lens.viewer().account().is_some()
            && found.is_some_and(|(of, deed)| self.lens.permit_bulk(of, deed).is_ok())
    }

    /// The viewer as who works at the desk.
    fn officer(&self) -> Option<Officer> {
        Some(Officer {
            account: self.lens.viewer().account()?,
            now: self.now,
            policies: Arc::clone(self.lens.policies()),
        })
    }

    fn desk(&self) -> Result<Arc<dyn Desk>, GraphError> {
        let away = || {
            Trouble::told(
                "UNAVAILABLE",
                "this server has no desk for policies",
                "此伺服器不提供政策工作間",
            )
        };
        Ok(self.desk.clone().ok_or_else(away)?)
    }
}

impl From<Trouble> for GraphError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused => Self::Forbidden(Vec::new()),
            Trouble::Told(told) => Self::Told {
                code: told.code,
                en: told.en,
                zh: told.zh,
            },
            Trouble::Store(error) => Self::Store(error),
        }
    }
}

/// The workshop, as far as it is selected; null for whoever does not keep the policies.
pub async fn workshop<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
) -> Result<Value, GraphError> {
    let Some(officer) = scope.officer().filter(|_| scope.keeps_policies()) else {
        return Ok(Value::Null);
    };
    let shapes = shapes();
    let mut entries = Vec::new();
    for (key, merged) in planner.collect(below(fields), &|on| on == WORKSHOP) {
        let Some(first) = merged.first() else {
            continue;
        };
        let name = first.name.node.as_str();
        if name == "__typename" {
            entries.push((key.clone(), Value::from(WORKSHOP)));
            continue;
        }
        let arguments = Arguments::of(first, planner.request);
        let found = part(scope, &officer, name, &arguments).await?;
        let shown = match found {
            Some((of, found)) => shapes.show(planner, &below(&merged), of, &found),
            None => Value::Null,
        };
        entries.push((key.clone(), shown));
    }
    Ok(super::error::object(entries))
}

/// A part of the workshop, with its type.
async fn part(
    scope: &Scope,
    officer: &Officer,
    name: &str,
    arguments: &Arguments,
) -> Result<Option<(&'static str, Json)>, GraphError> {
    let desk = scope.desk()?;
    Ok(Some(match name {
        "approvalNeeded" => ("Boolean", json!(desk.approval_needed())),
        "inForce" => {
            let kept = desk.in_force(scope.lens.version()).await?;
            ("PolicySetResult", set(scope, &*desk, &kept).await?)
        }
        "set" => {
            let number = number(arguments, "number");
            let kept = match number {
                Some(number) => desk.set(number).await?,
                None => None,
            };
            match kept {
                Some(kept) => ("PolicySetResult", set(scope, &*desk, &kept).await?),
                None => return Ok(None),
            }
        }
        "history" => {
            let first = arguments.count("first")?.unwrap_or(50).min(MOST_ACTS);
            let first = usize::try_from(first).unwrap_or_default();
            let before = arguments.get("before").map(|_| number(arguments, "before"));
            let acts = match before {
                Some(None) => Vec::new(),
                before => desk.history(first, before.flatten()).await?,
            };
            let users = catalogue::find("User").ok_or_else(|| unknown("type"))?;
            let acts: Vec<Json> = acts.iter().map(|act| told::act(act, users)).collect();
            ("PolicyActResult", Json::Array(acts))
        }
        "keeperHistory" => {
            let first = arguments.count("first")?.unwrap_or(50).min(MOST_ACTS);
            let first = usize::try_from(first).unwrap_or_default();
            let acts = desk.keeper_history(first).await?;
            let of = |name| catalogue::find(name).ok_or_else(|| unknown("type"));
            let (users, organisations) = (of("User")?, of("Organisation")?);
            let acts = acts.iter();
            let acts = acts.map(|act| told::keeper_act(act, users, organisations));
            ("PolicyKeeperActResult", Json::Array(acts.collect()))
        }
        "gate" => {
            let draft = draft(arguments)?.ok_or_else(|| unknown("changes"))?;
            // Nobody listens for the steps.
            let (tell, _) = unbounded_channel();
            let report = desk.gate(officer, draft, tell).await?;
            ("PolicyReportResult", told::report(&report))
        }
        "difference" => {
            let draft = draft(arguments)?.ok_or_else(|| unknown("changes"))?;
            let difference = desk.difference(officer, draft).await?;
            ("PolicyDifferenceResult", json!(difference))
        }
        "matrix" => {
            let only = match arguments.text("type")? {
                Some(name) => Some(catalogue::find(name).ok_or_else(|| unknown("type"))?),
                None => None,
            };
            let viewers = arguments.get("viewers").map(viewers).transpose()?;
            let draft = draft(arguments)?;
            let matrix = desk.matrix(officer, draft, viewers, only).await?;
            ("PolicyMatrixResult", told::matrix(&matrix))
        }
        "explain" => {
            let Some(why) = why::asked(arguments)? else {
                return Ok(None);
            };
            let (who, record) = (why.who, (why.of, why.id));
            match desk.explain(officer, draft(arguments)?, why).await? {
                Some(found) => {
                    why::logged(scope, who, record);
                    ("ExplanationResult", told::whole(&found))
                }
                None => return Ok(None),
            }
        }
        _ => return Ok(None),
    }))
}

async fn set(scope: &Scope, desk: &dyn Desk, kept: &Kept) -> Result<Json, GraphError> {
    let rules = match kept.version == scope.lens.version() {
        true => scope.lens.policies().written(),
        false => desk.rules(Arc::clone(&kept.set)).await?,
    };
    Ok(told::set(kept, &rules))
}

/// The viewers of a matrix, with the names by which they were asked for.
fn viewers(value: &Value) -> Result<Vec<(String, Asker)>, GraphError> {
    let asked = items(value);
    if asked.len() > MOST_VIEWERS {
        let message = format!("`viewers` has more than {MOST_VIEWERS} items");
        return Err(GraphError::Limit(message));
    }
    let one = |value: &Value| {
        let text = id::text(value).ok_or_else(|| unknown("viewers"))?;
        let asker = why::asker(&text).ok_or_else(|| unknown("viewers"))?;
        Ok((text, asker))
    };
    asked.iter().map(one).collect()
}

/// The draft that is given, if one is.
fn draft(arguments: &Arguments) -> Result<Option<Draft>, GraphError> {
    arguments.get("changes").map(draft_of).transpose()
}

/// A draft as it is given.
fn draft_of(given: &Value) -> Result<Draft, GraphError> {
    let wrong = || unknown("changes");
    let Value::Object(given) = given else {
        return Err(wrong());
    };
    let text = |of: Option<&Value>| of.and_then(word).map(str::to_owned);
    let base = text(given.get("base")).ok_or_else(wrong)?;
    sane("base", &base)?;
    let number = given.get("baseSet").map(|number| match number {
        Value::Null => Ok(None),
        Value::Number(number) => {
            let number = number
                .as_i64()
                .and_then(|number| i32::try_from(number).ok());
            number.map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    });
    let number = number.transpose()?;
    let files = given.get("files").map(items).unwrap_or_default();
    let change = |file: &Value| match file {
        Value::Object(file) => Ok(Change {
            name: text(file.get("name")).ok_or_else(wrong)?,
            text: text(file.get("text")),
        }),
        _ => Err(wrong()),
    };
    let changes = files.iter().map(change).collect::<Result<_, _>>()?;
    Ok(Draft {
        base,
        number,
        changes,
    })
}

/// A number of an act or a set, if it is one.
fn number(arguments: &Arguments, name: &str) -> Option<i32> {
    match arguments.get(name)? {
        Value::Number(number) => i32::try_from(number.as_i64()?).ok(),
        _ => None,
    }
}

fn unknown(name: &str) -> GraphError {
    GraphError::Input(format!("`{name}` is not what it should be"))
}
