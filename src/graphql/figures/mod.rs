//! Counts of people: as many as the viewer sees, by what the viewer sees of them in full, and
//! without small groups for whoever has no right to those.
//!
//! Who has the right to small groups for everybody who is counted is told everything. Anybody else
//! is told what [`figures`](crate::figures) lets be told, of tables that share no dimension: a
//! dimension is always answered from the one table that the catalogue names for it. There are no
//! filters, so that no two answers differ by a few people.

mod contract;
mod told;

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::types::Field;

use super::arguments::{Arguments, items, word};
use super::error::GraphError;
use super::id;
use super::plan::{Place, Planner};
use super::scope::Scope;
use crate::catalogue::{self, Dimension, FIGURES, Figures};
use crate::policy::Layout;
use crate::store::{Counted, Counting, Store};
use told::Answer;

pub use contract::{query, register};

/// As how many values each field below counts: a table has to be reckoned with.
pub const VALUES: u64 = 2_000;

/// How many groups are told at most.
const MOST_GROUPS: usize = 2_000;
/// By how many dimensions one counts at most.
const MOST_DIMENSIONS: usize = 2;

/// The counts that a field of the query root asks for, if it is one.
pub fn named(field: &str) -> Option<&'static Figures> {
    FIGURES.iter().find(|figures| figures.root == field)
}

/// Counts, as far as they are selected.
pub async fn figures<'a>(
    scope: &'a Scope,
    planner: &Planner<'a>,
    figures: &'static Figures,
    fields: &[&'a Field],
) -> Result<Value, GraphError> {
    let Some(first) = fields.first() else {
        return Ok(Value::Null);
    };
    let arguments = Arguments::of(first, planner.request);
    let by = dimensions(scope, figures, &arguments)?;
    let organisation = arguments
        .get("organisationId")
        .zip(catalogue::find("Organisation"))
        .and_then(|(value, of)| id::of_type(value, of));
    let (Some(organisation), Some(of)) = (organisation, figures.rows()) else {
        return Ok(Value::Null);
    };
    let layout = Arc::new(Layout::new(of, &scope.lens));
    let counted = async |by: &[&'static Dimension]| {
        let counting = Counting {
            layout: &layout,
            organisation,
            by,
        };
        let found = scope.store.figures(&counting).await?;
        match found.len() > MOST_GROUPS {
            true => Err(GraphError::Limit(format!(
                "there are more than {MOST_GROUPS} groups"
            ))),
            false => Ok(found),
        }
    };
    let threshold = u64::from(scope.limits.small_group);
    let found = counted(&by).await?;
    let answer = match right(&found) {
        true => Answer::whole(&by, found),
        false => {
            let table = table(scope, figures, &by)?;
            let found = match table.len() == by.len() {
                true => found,
                false => counted(&table).await?,
            };
            let (answer, listed) = Answer::of(&table, found, threshold);
            match by.as_slice() {
                [one] if listed => answer.margin(one),
                // The two together cannot be told; each by itself may be.
                [_] if table.len() > 1 => Answer::of(&by, counted(&by).await?, threshold).0,
                _ => answer,
            }
        }
    };
    let at = Place::root(first.response_key().node.as_str());
    Ok(answer.shown(scope, planner, fields, figures, &at))
}

/// Whether the viewer has the right to small groups for everybody who is counted.
fn right(found: &[Counted]) -> bool {
    !found.is_empty() && found.iter().all(|group| group.right)
}

/// By what is to be counted.
fn dimensions(
    scope: &Scope,
    figures: &'static Figures,
    arguments: &Arguments,
) -> Result<Vec<&'static Dimension>, GraphError> {
    let asked = arguments.get("groupBy").map(items).unwrap_or_default();
    if asked.len() > MOST_DIMENSIONS {
        let message = format!("`groupBy` has more than {MOST_DIMENSIONS} items");
        return Err(GraphError::Limit(message));
    }
    let wrong = || GraphError::Input("`groupBy` is not what it should be".to_owned());
    let mut by: Vec<&'static Dimension> = Vec::new();
    for one in asked {
        let one = word(one).and_then(|name| figures.dimension(name));
        let one = one.ok_or_else(wrong)?;
        if by.iter().any(|other| other.name == one.name) {
            return Err(wrong());
        }
        let seen = figures.rows();
        if !seen.is_some_and(|of| Store::counts_by(&scope.lens, of, one)) {
            return Err(GraphError::Forbidden(Vec::new()));
        }
        by.push(one);
    }
    Ok(by)
}

/// The table from which whoever has no right to small groups is told of these dimensions.
fn table(
    scope: &Scope,
    figures: &'static Figures,
    by: &[&'static Dimension],
) -> Result<Vec<&'static Dimension>, GraphError> {
    let Some(first) = by.first() else {
        return Ok(Vec::new());
    };
    let with = first.with.and_then(|name| figures.dimension(name));
    let seen = |with: &&'static Dimension| {
        let of = figures.rows();
        of.is_some_and(|of| Store::counts_by(&scope.lens, of, with))
    };
    let with = with.filter(seen);
    match by.get(1) {
        None => Ok(std::iter::once(*first).chain(with).collect()),
        Some(second) if with.is_some_and(|with| with.name == second.name) => Ok(by.to_vec()),
        Some(_) => Err(GraphError::Told {
            code: "SMALL_GROUPS",
            en: "these two together take the right to see small groups".to_owned(),
            zh: "須有查看小組別的權限，方可同時按這兩項分組".to_owned(),
        }),
    }
}
