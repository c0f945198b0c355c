//! Records that entries of the log or of the trail name, as far as the viewer sees them; and where a
//! page of entries is in its list.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::{Field, SelectionSet};
use uuid::Uuid;

use super::arguments::Arguments;
use super::error::{GraphError, Over, object};
use super::fetch::Fetched;
use super::plan::{Merged, Place, Planner, RowPlan};
use super::scope::Scope;
use super::show::RowAt;
use crate::catalogue::{self, Cell, Type};
use crate::policy::Layout;
use crate::store::CursorKey;

/// Records of one type.
pub struct Named {
    plan: RowPlan,
    fetched: Fetched,
    places: HashMap<Uuid, usize>,
}

impl Named {
    /// Those of these that are there for the viewer.
    pub async fn of<'a>(
        scope: &Scope,
        planner: &Planner<'a>,
        of: &str,
        (merged, at): (&Merged<'a>, &Place),
        wanted: BTreeSet<Uuid>,
    ) -> Result<Self, GraphError> {
        let of = catalogue::find(of).ok_or_else(|| GraphError::Input("no such type".into()))?;
        let plan = planner.rows(of, merged, at)?;
        let fetched = scope.by_ids(&plan, wanted).await?;
        let rows = fetched.rows.iter().enumerate();
        let places = rows.map(|(at, row)| (row.id(), at)).collect();
        Ok(Self {
            plan,
            fetched,
            places,
        })
    }

    /// Them, in this order.
    pub fn shown(&self, scope: &Scope, ids: &[Uuid]) -> Vec<Value> {
        let places = ids.iter().filter_map(|id| self.places.get(id));
        let each = places.map(|at| scope.shown(false, &RowAt(&self.plan, &self.fetched, *at)));
        each.collect()
    }
}

/// Where a page of entries is in its list.
pub struct Ends {
    /// Whether there are more.
    pub more: bool,
    /// Whether there are some before.
    pub behind: bool,
    /// The cursors of its first and last entry.
    pub cursors: Option<(String, String)>,
}

impl Ends {
    /// As far as it is selected.
    pub fn page_info<'a>(&self, planner: &Planner<'a>, fields: &[&'a Field]) -> Value {
        let mut entries = Vec::new();
        for (key, merged) in planner.collect(below(fields), &|on| on == "PageInfo") {
            let Some(first) = merged.first() else {
                continue;
            };
            let cursor = |text: Option<&String>| text.map_or(Value::Null, |t| Value::from(&**t));
            let value = match first.name.node.as_str() {
                "hasNextPage" => Value::Boolean(self.more),
                "hasPreviousPage" => Value::Boolean(self.behind),
                "startCursor" => cursor(self.cursors.as_ref().map(|(first, _)| first)),
                "endCursor" => cursor(self.cursors.as_ref().map(|(_, last)| last)),
                _ => Value::from("PageInfo"),
            };
            entries.push((key.clone(), value));
        }
        object(entries)
    }
}

/// Whether the viewer sees the record and may do this deed, which looks at what is kept about it.
pub async fn readable(
    scope: &Scope,
    deed: &str,
    of: &'static Type,
    record: Uuid,
) -> Result<bool, GraphError> {
    if of.deed(deed).is_none() {
        return Ok(false);
    }
    let layout = Arc::new(Layout::new(of, &scope.lens));
    if scope.store.by_ids(&layout, &[record]).await?.is_empty() {
        return Ok(false);
    }
    let records = scope.store.records(of, &[record]).await?;
    let Some(row) = records.get(&record) else {
        return Ok(false);
    };
    let action = format!("{}.{deed}", of.name);
    match scope.lens.permit(&action, row) {
        Ok(_) => Ok(true),
        Err(refusal) => Err(GraphError::Forbidden(refusal.reasons)),
    }
}

/// How many entries are asked for.
pub fn first(scope: &Scope, arguments: &Arguments) -> Result<usize, GraphError> {
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
    Ok(usize::try_from(first).unwrap_or(most))
}

/// What a cursor of a list of entries about a record is bound to.
pub fn context(scope: &Scope, list: &str, record: Uuid) -> Vec<u8> {
    let viewer = scope.lens.viewer();
    let (kind, id) = (viewer.kind().entity(), viewer.id());
    format!("{kind}:{id}\n{list}\n{record}").into_bytes()
}

/// The number of an entry, sealed: how many there are between two is nobody's business.
pub fn sealed(scope: &Scope, number: u64, context: &[u8]) -> String {
    let key = CursorKey {
        values: vec![Cell::Int(number.cast_signed())],
        id: Uuid::nil(),
    };
    scope.seal.seal(&key, context)
}

/// The number of the entry after which is asked, if it is.
pub fn after(
    scope: &Scope,
    arguments: &Arguments,
    context: &[u8],
) -> Result<Option<u64>, GraphError> {
    let Some(cursor) = arguments.text("after")? else {
        return Ok(None);
    };
    let key = scope.seal.open(cursor, context);
    let CursorKey { values, .. } = key.map_err(|_| GraphError::Cursor)?;
    match values.first() {
        Some(Cell::Int(number)) => Ok(Some(number.cast_unsigned())),
        _ => Err(GraphError::Cursor),
    }
}

/// What is selected below these fields.
pub fn below<'a>(fields: &[&'a Field]) -> impl Iterator<Item = &'a SelectionSet> {
    fields.iter().map(|field| &field.selection_set.node)
}
