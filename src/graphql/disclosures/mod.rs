//! The log of disclosures of one record, for those whom the policies let read it.
//!
//! Who asked is shown as the viewer sees users and organisations: the log opens no other record.

mod contract;
mod show;

pub use contract::{ENTRY, FIELD, query, register};

use async_graphql::Value;
use async_graphql::parser::types::Field;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::show::Shown;
use super::arguments::Arguments;
use super::error::GraphError;
use super::id;
use super::named;
use super::plan::{Place, Planner};
use super::scope::Scope;
use super::values::given;
use crate::catalogue::{Cell, Kind, Type};
use crate::store::log::Sought;

/// The deed that lets the log of a record be read.
const DEED: &str = "readDisclosures";

/// A page of the log of a record.
pub async fn disclosures<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    fields: &[&'a Field],
    at: &Place,
) -> Result<Value, GraphError> {
    let Some(first) = fields.first() else {
        return Ok(Value::Null);
    };
    let arguments = Arguments::of(first, planner.request);
    let record = arguments.get("record").and_then(id::text);
    let Some((of, record)) = record.and_then(|text| id::decode(&text)) else {
        return Ok(Value::Null);
    };
    let asked = asked(scope, of, record, &arguments)?;
    if !named::readable(scope, DEED, of, record).await? {
        return Ok(Value::Null);
    }
    scope.seen().log(of, record);
    // One more than is shown tells whether there are more.
    let first = asked.first + 1;
    let mut found = scope.store.log_of(&Sought { first, ..asked }).await?;
    let more = found.len() >= first;
    found.truncate(first - 1);
    let shown = Shown {
        scope,
        planner,
        at: &at.times(found.len() as u64),
        found: &found,
        more,
        behind: arguments.get("after").is_some(),
        context: named::context(scope, FIELD, record),
    };
    shown.page(fields).await
}

fn asked(
    scope: &Scope,
    of: &'static Type,
    record: Uuid,
    arguments: &Arguments,
) -> Result<Sought, GraphError> {
    let first = named::first(scope, arguments)?;
    let time = |name: &str| -> Result<Option<DateTime<Utc>>, GraphError> {
        match arguments.get(name).map(|value| given(Kind::Time, value)) {
            None => Ok(None),
            Some(Some(Cell::Time(time))) => Ok(Some(time)),
            Some(_) => Err(GraphError::Input(format!("`{name}` is no instant"))),
        }
    };
    Ok(Sought {
        records: vec![(of, record)],
        from: time("from")?,
        to: time("to")?,
        before: named::after(scope, arguments, &named::context(scope, FIELD, record))?,
        first,
    })
}
