//! The trail of changes of one record, for those whom the policies let read it.
//!
//! Who made a change is shown as the viewer sees users and organisations, and each value as the
//! viewer sees the field now: the trail opens no other record and no other field.

mod contract;
mod show;
mod told;

pub use contract::{FIELD, query, register};

use async_graphql::Value;
use async_graphql::parser::types::Field;

use self::show::Shown;
use self::told::{Sight, Told};
use super::arguments::Arguments;
use super::error::GraphError;
use super::id;
use super::named;
use super::plan::{Place, Planner};
use super::scope::Scope;

/// The deed that lets the changes of a record be read.
const DEED: &str = "readChanges";

/// A page of the changes of a record.
pub async fn changes<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
    at: &Place,
) -> Result<Value, GraphError> {
    let Some(field) = fields.first() else {
        return Ok(Value::Null);
    };
    let arguments = Arguments::of(field, planner.request);
    let record = arguments.get("record").and_then(id::text);
    let Some((of, record)) = record.and_then(|text| id::decode(&text)) else {
        return Ok(Value::Null);
    };
    let first = named::first(scope, &arguments)?;
    let context = named::context(scope, FIELD, record);
    let mut before = named::after(scope, &arguments, &context)?;
    let behind = before.is_some();
    if !named::readable(scope, DEED, of, record).await? {
        return Ok(Value::Null);
    }
    let sight = Sight::of(scope, of, record).await?;
    // One more than is shown tells whether there are more; what is withheld is passed over.
    let mut found: Vec<Told> = Vec::new();
    while found.len() <= first {
        let turns = scope.store.changes_of(of, record, before, first + 1);
        let turns = turns.await?;
        let Some(last) = turns.last() else { break };
        before = Some(last.number);
        found.extend(sight.told(scope, turns).await?);
    }
    let more = found.len() > first;
    found.truncate(first);
    let (full, masked) = sight.bits(&found);
    scope.seen().changes(of, record, full, masked);
    let shown = Shown {
        scope,
        planner,
        at: &at.times(found.len() as u64),
        of,
        found: &found,
        more,
        behind,
        context,
    };
    shown.page(fields).await
}
