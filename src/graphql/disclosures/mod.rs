//! The log of disclosures of one record, for those whom the policies let read it.
//!
//! Who asked is shown as the viewer sees users and organisations: the log opens no other record.

mod contract;
mod show;

pub use contract::{FIELD, query, register};

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::Field;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use self::show::Shown;
use super::arguments::Arguments;
use super::error::{GraphError, Over};
use super::id;
use super::plan::{Place, Planner};
use super::scope::Scope;
use super::values::given;
use crate::catalogue::{Cell, Kind, Type};
use crate::policy::Layout;
use crate::store::CursorKey;
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
    let named = arguments.get("record").and_then(id::text);
    let Some((of, record)) = named.and_then(|text| id::decode(&text)) else {
        return Ok(Value::Null);
    };
    let asked = asked(scope, of, record, &arguments)?;
    if of.deed(DEED).is_none() || !readable(scope, of, record).await? {
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
        context: context(scope, record),
    };
    shown.page(fields).await
}

/// Whether the viewer sees the record and may read its log.
async fn readable(scope: &Scope, of: &'static Type, record: Uuid) -> Result<bool, GraphError> {
    let layout = Arc::new(Layout::new(of, &scope.lens));
    if scope.store.by_ids(&layout, &[record]).await?.is_empty() {
        return Ok(false);
    }
    let records = scope.store.records(of, &[record]).await?;
    let Some(row) = records.get(&record) else {
        return Ok(false);
    };
    let action = format!("{}.{DEED}", of.name);
    match scope.lens.permit(&action, row) {
        Ok(_) => Ok(true),
        Err(refusal) => Err(GraphError::Forbidden(refusal.reasons)),
    }
}

/// What a cursor of the list is bound to.
fn context(scope: &Scope, record: Uuid) -> Vec<u8> {
    let viewer = scope.lens.viewer();
    format!(
        "{}:{}\ndisclosures\n{record}",
        viewer.kind().entity(),
        viewer.id()
    )
    .into_bytes()
}

fn asked(
    scope: &Scope,
    of: &'static Type,
    record: Uuid,
    arguments: &Arguments,
) -> Result<Sought, GraphError> {
    let most = scope.limits.max_page;
    let first = arguments
        .count("first")?
        .unwrap_or(scope.limits.page as u64);
    if first > most as u64 {
        return Err(GraphError::Over(Over {
            message: format!("a page has at most {most} rows, not {first}"),
            limit: "max_page_size",
            asked: first,
            allowed: most as u64,
        }));
    }
    let time = |name: &str| -> Result<Option<DateTime<Utc>>, GraphError> {
        match arguments.get(name).map(|value| given(Kind::Time, value)) {
            None => Ok(None),
            Some(Some(Cell::Time(time))) => Ok(Some(time)),
            Some(_) => Err(GraphError::Input(format!("`{name}` is no instant"))),
        }
    };
    let before = match arguments.text("after")? {
        None => None,
        Some(cursor) => {
            let key = scope.seal.open(cursor, &context(scope, record));
            let CursorKey { values, .. } = key.map_err(|_| GraphError::Cursor)?;
            match values.first() {
                Some(Cell::Int(number)) => Some(number.cast_unsigned()),
                _ => return Err(GraphError::Cursor),
            }
        }
    };
    Ok(Sought {
        of,
        record,
        from: time("from")?,
        to: time("to")?,
        before,
        first: usize::try_from(first).unwrap_or(most),
    })
}
