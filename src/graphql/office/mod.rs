//! The privacy office of an organisation: how long data is kept, what is held, what was erased, and
//! what an erasure would do.
//!
//! For whom the policies do not let in, and of an organisation that the viewer does not see, it is
//! null alike. It shows no person's data: records are named by their identifiers.

mod contract;
mod residency;
mod shapes;
mod told;

use async_graphql::Value;
use async_graphql::parser::types::Field;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::arguments::Arguments;
use super::drill;
use super::error::{GraphError, object};
use super::id;
use super::mutate::seen;
use super::plan::Planner;
use super::scope::Scope;
use super::workshop::plain::{Shapes, below};
use crate::catalogue;
use crate::store::Store;
use crate::store::erasure::Person;
use crate::viewer::Held;

pub use told::held;

pub use contract::{FIELD, inputs, query, register};

/// As how many values each of its fields counts: it asks many short questions.
pub const VALUES: u64 = 200;

/// How many rows of a list are told.
const MOST: u64 = 200;

impl Scope {
    /// The organisations of which the viewer is a privacy officer.
    pub fn offices(&self) -> Vec<Uuid> {
        match self.lens.viewer().held().get("officerOf") {
            Some(Held::Many(_, all)) => all.iter().copied().collect(),
            _ => Vec::new(),
        }
    }
}

/// The privacy office of an organisation, as far as it is selected.
pub async fn office<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
) -> Result<Value, GraphError> {
    let Some(organisation) = open(scope, planner, fields).await? else {
        return Ok(Value::Null);
    };
    let shapes = Shapes(shapes::TYPES.iter().chain(&drill::TYPES).collect());
    let mut entries = Vec::new();
    for (key, merged) in planner.collect(below(fields), &|on| on == contract::OFFICE) {
        let Some(first) = merged.first() else {
            continue;
        };
        let name = first.name.node.as_str();
        if name == "__typename" {
            entries.push((key.clone(), Value::from(contract::OFFICE)));
            continue;
        }
        let arguments = Arguments::of(first, planner.request);
        let shown = match part(scope, organisation, name, &arguments).await? {
            Some((of, found)) => shapes.show(planner, &below(&merged), of, &found),
            None => Value::Null,
        };
        entries.push((key.clone(), shown));
    }
    Ok(object(entries))
}

/// The organisation whose office is asked for, if the viewer is let in.
async fn open<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
) -> Result<Option<Uuid>, GraphError> {
    let (Some(field), Some(of)) = (fields.first(), catalogue::find("Organisation")) else {
        return Ok(None);
    };
    let arguments = Arguments::of(field, planner.request);
    let named = arguments.get("organisation");
    let Some(id) = named.and_then(|value| id::of_type(value, of)) else {
        return Ok(None);
    };
    let record = scope.store.records(of, &[id]).await?.remove(&id);
    let may = record.is_some_and(|record| {
        let action = "Organisation.privacyOffice";
        scope.lens.permit(action, &record).is_ok()
    });
    Ok(may.then_some(id))
}

async fn part(
    scope: &Scope,
    organisation: Uuid,
    name: &str,
    arguments: &Arguments,
) -> Result<Option<(&'static str, Json)>, GraphError> {
    let store = &scope.store;
    Ok(Some(match name {
        "erasurePreview" => match preview(scope, organisation, arguments).await? {
            Some(told) => ("ErasurePreviewResult", told),
            None => return Ok(None),
        },
        drill::FIELD => match drill::drill(scope, organisation, arguments).await? {
            Some(told) => (drill::RESULT, told),
            None => return Ok(None),
        },
        "holds" => {
            let holds = store.holds_of(organisation, MOST).await?;
            (
                "HoldResult",
                Json::Array(holds.iter().map(told::hold).collect()),
            )
        }
        "erasures" => {
            let all = store.erasures_of(organisation, MOST).await?;
            (
                "ErasureResult",
                Json::Array(all.iter().map(told::erasure).collect()),
            )
        }
        "retention" => {
            let in_force = store.retention_in_force(organisation).await?;
            let said = store.retention_rules(organisation).await?;
            ("RetentionResult", told::retention(&in_force, &said))
        }
        "retentionDue" => {
            let due = store.retention_due(organisation).await?;
            let told = due.iter().map(|due| {
                json!({
                    "subject": due.rule.code,
                    "months": due.months,
                    "due": due.due,
                    "held": due.held,
                })
            });
            ("RetentionDueResult", Json::Array(told.collect()))
        }
        "residency" => (
            "ResidencyResult",
            residency::told(scope, organisation).await?,
        ),
        "retentionRuns" => {
            let runs = store.retention_runs(organisation, MOST).await?;
            (
                "RetentionRunResult",
                Json::Array(runs.iter().map(told::run).collect()),
            )
        }
        _ => return Ok(None),
    }))
}

/// What erasing a record of the organisation would do; none for one that is not there, not its own,
/// or not seen.
async fn preview(
    scope: &Scope,
    organisation: Uuid,
    arguments: &Arguments,
) -> Result<Option<Json>, GraphError> {
    let text = arguments.get("record").and_then(id::text);
    let Some((of, subject)) = text.and_then(|text| id::decode(&text)) else {
        return Ok(None);
    };
    let Some(person) = Person::of(of) else {
        return Ok(None);
    };
    if !Store::holds(of)
        || !seen(scope, of, subject).await?
        || !scope.store.belongs(of, subject, organisation).await?
    {
        return Ok(None);
    }
    let offices = scope.offices();
    let found = scope
        .store
        .preview_erasure(person, subject, Some(&offices))
        .await?;
    Ok(found.as_ref().map(told::preview))
}
