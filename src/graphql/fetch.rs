//! A plan is carried out: rows are fetched level by level and shown through their deciders.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;

use async_graphql::{Name, Value};
use uuid::Uuid;

use super::error::GraphError;
use super::id;
use super::plan::{EdgePart, ListPart, ListPlan, Pick, RowPlan, What};
use super::privacy::Tally;
use super::scope::Scope;
use super::values::shown;
use super::version::version;
use crate::catalogue::{Cell, Kind, Type};
use crate::policy::{Protected, Shown, Slot};
use crate::store::{Ask, Direction, Found, Page, Within};

type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, GraphError>> + Send + 'a>>;

/// A row, and how many times it stands in the answer.
#[derive(Clone, Copy)]
struct Standing<'a> {
    row: &'a Protected,
    times: u64,
}

impl Scope {
    /// A list, once for each parent (once where there is none), with how many times each parent
    /// stands in the answer.
    pub fn list<'a>(
        &'a self,
        plan: &'a ListPlan,
        parents: &'a [(Uuid, u64)],
    ) -> Later<'a, Vec<Value>> {
        Box::pin(async move {
            let ids: Vec<Uuid> = parents.iter().map(|(id, _)| *id).collect();
            let parents_of = |foreign| Within {
                foreign,
                parents: &ids,
            };
            let within = || plan.foreign.map(parents_of);
            let ask = |within| Ask {
                layout: &plan.layout,
                filter: plan.filter.as_ref(),
                order: &plan.order,
                archived: plan.archived,
                within,
            };
            let wants = |wanted: fn(&ListPart) -> bool| plan.parts.iter().any(|(_, p)| wanted(p));
            let groups = if plan.foreign.is_some() {
                parents.len()
            } else {
                1
            };
            let pages = if wants(|p| {
                matches!(
                    p,
                    ListPart::Edges(_) | ListPart::Nodes(_) | ListPart::PageInfo(_)
                )
            }) {
                self.store.page(&ask(within()), &plan.span).await?
            } else {
                std::iter::repeat_with(Page::default).take(groups).collect()
            };
            let cap = self.limits.max_count;
            let counts =
                if wants(|p| matches!(p, ListPart::TotalCount | ListPart::TotalCountIsExact)) {
                    self.store.count(&ask(within()), cap).await?
                } else {
                    vec![0; groups]
                };
            let times: Vec<u64> = match plan.foreign {
                Some(_) => parents.iter().map(|(_, times)| *times).collect(),
                None => vec![1],
            };
            self.connections(plan, &pages, &counts, &times).await
        })
    }

    async fn connections(
        &self,
        plan: &ListPlan,
        pages: &[Page],
        counts: &[u64],
        times: &[u64],
    ) -> Result<Vec<Value>, GraphError> {
        let of = plan.layout.of();
        let mut rows: Vec<Standing<'_>> = Vec::new();
        for (page, times) in pages.iter().zip(times) {
            rows.extend(page.rows.iter().map(|found| Standing {
                row: &found.row,
                times: *times,
            }));
        }
        let mut built: Vec<Vec<(Name, Value)>> = pages
            .iter()
            .map(|_| Vec::with_capacity(plan.parts.len()))
            .collect();
        for (key, part) in &plan.parts {
            let values: Vec<Value> = match part {
                ListPart::Typename => repeat(format!("{}Connection", of.name), pages.len()),
                ListPart::TotalCount => counts
                    .iter()
                    .map(|count| Value::from((*count).min(self.limits.max_count)))
                    .collect(),
                ListPart::TotalCountIsExact => counts
                    .iter()
                    .map(|count| Value::from(*count <= self.limits.max_count))
                    .collect(),
                ListPart::PageInfo(parts) => pages
                    .iter()
                    .map(|page| self.page_info(plan, parts, page))
                    .collect(),
                ListPart::Nodes(picks) => split(self.rows(of, picks, &rows).await?, pages),
                ListPart::Edges(parts) => {
                    split(self.edges(plan, parts, pages, &rows).await?, pages)
                }
            };
            for (entries, value) in built.iter_mut().zip(values) {
                entries.push((key.clone(), value));
            }
        }
        Ok(built.into_iter().map(object).collect())
    }

    async fn edges(
        &self,
        plan: &ListPlan,
        parts: &[(Name, EdgePart)],
        pages: &[Page],
        rows: &[Standing<'_>],
    ) -> Result<Vec<Value>, GraphError> {
        let of = plan.layout.of();
        let mut built: Vec<Vec<(Name, Value)>> = rows.iter().map(|_| Vec::new()).collect();
        for (key, part) in parts {
            let values: Vec<Value> = match part {
                EdgePart::Typename => repeat(format!("{}Edge", of.name), rows.len()),
                EdgePart::Cursor => {
                    let found = pages.iter().flat_map(|page| &page.rows);
                    found.map(|found| self.cursor(plan, found)).collect()
                }
                EdgePart::Node(picks) => self.rows(of, picks, rows).await?,
            };
            for (entries, value) in built.iter_mut().zip(values) {
                entries.push((key.clone(), value));
            }
        }
        Ok(built.into_iter().map(object).collect())
    }

    fn cursor(&self, plan: &ListPlan, found: &Found) -> Value {
        Value::String(self.seal.seal(&found.key, &plan.context))
    }

    fn page_info(&self, plan: &ListPlan, parts: &[(Name, String)], page: &Page) -> Value {
        let span = &plan.span;
        let forward = span.direction == Direction::Forward;
        let behind = span.from.is_some() || span.offset > 0;
        let value = |name: &str| match name {
            "hasNextPage" => Value::from(if forward { page.more } else { behind }),
            "hasPreviousPage" => Value::from(if forward { behind } else { page.more }),
            "startCursor" => page
                .rows
                .first()
                .map_or(Value::Null, |f| self.cursor(plan, f)),
            "endCursor" => page
                .rows
                .last()
                .map_or(Value::Null, |f| self.cursor(plan, f)),
            _ => Value::from("PageInfo"),
        };
        object(
            parts
                .iter()
                .map(|(key, name)| (key.clone(), value(name)))
                .collect(),
        )
    }

    /// The rows with these ids as far as the viewer sees them; with each id, how many times its
    /// row stands in the answer.
    pub fn by_ids<'a>(
        &'a self,
        plan: &'a RowPlan,
        wanted: &'a [(Uuid, u64)],
    ) -> Later<'a, HashMap<Uuid, Value>> {
        Box::pin(async move {
            // In the order of the ids, so that equal questions go equal ways.
            let mut ids: BTreeMap<Uuid, u64> = BTreeMap::new();
            for (id, times) in wanted {
                *ids.entry(*id).or_default() += times;
            }
            let each: Vec<Uuid> = ids.keys().copied().collect();
            let found = self.store.by_ids(&plan.layout, &each).await?;
            let rows: Vec<Standing<'_>> = ids
                .iter()
                .filter_map(|(id, times)| {
                    let (row, times) = (found.get(id)?, *times);
                    Some(Standing { row, times })
                })
                .collect();
            let values = self.rows(plan.layout.of(), &plan.picks, &rows).await?;
            Ok(rows.iter().map(|row| row.row.id()).zip(values).collect())
        })
    }

    /// Rows as objects.
    async fn rows(
        &self,
        of: &'static Type,
        picks: &[Pick],
        rows: &[Standing<'_>],
    ) -> Result<Vec<Value>, GraphError> {
        let mut built: Vec<Vec<(Name, Value)>> = rows
            .iter()
            .map(|_| Vec::with_capacity(picks.len()))
            .collect();
        for pick in picks {
            let values = self.values(of, pick, rows).await?;
            for (entries, value) in built.iter_mut().zip(values) {
                entries.push((pick.key.clone(), value));
            }
        }
        Ok(built.into_iter().map(object).collect())
    }

    async fn values(
        &self,
        of: &'static Type,
        pick: &Pick,
        rows: &[Standing<'_>],
    ) -> Result<Vec<Value>, GraphError> {
        let mut tally = Tally::default();
        let values = match &pick.what {
            What::Typename => return Ok(repeat(of.name.to_owned(), rows.len())),
            What::Id => {
                return Ok(rows
                    .iter()
                    .map(|row| Value::from(id::encode(of, row.row.id())))
                    .collect());
            }
            What::Version(slots) => {
                return Ok(rows
                    .iter()
                    .map(|row| Value::from(version(row.row, slots)))
                    .collect());
            }
            What::Can(slot) => {
                return Ok(rows
                    .iter()
                    .map(|row| Value::from(row.row.allows(*slot)))
                    .collect());
            }
            What::Cell(slot, kind) => rows
                .iter()
                .map(|row| cell(row, *slot, *kind, &mut tally))
                .collect(),
            What::One(slot, plan) => self.related(*slot, plan, rows, &mut tally).await?,
            What::Many(slot, plan) => self.lists(*slot, plan, rows, &mut tally).await?,
        };
        if !rows.is_empty() {
            self.privacy.add(&pick.path, &tally);
        }
        Ok(values)
    }

    async fn related(
        &self,
        slot: Slot,
        plan: &RowPlan,
        rows: &[Standing<'_>],
        tally: &mut Tally,
    ) -> Result<Vec<Value>, GraphError> {
        let mut ids = Vec::with_capacity(rows.len());
        for Standing { row, times } in rows {
            ids.push(match row.show(slot) {
                Shown::Full(cell) => {
                    tally.full(*times);
                    if let Cell::Id(id) = cell {
                        Some((*id, *times))
                    } else {
                        None
                    }
                }
                Shown::Masked(..) | Shown::Hidden => {
                    tally.hidden(*times);
                    None
                }
            });
        }
        let wanted: Vec<(Uuid, u64)> = ids.iter().flatten().copied().collect();
        let found = self.by_ids(plan, &wanted).await?;
        let target = |id: &Option<(Uuid, u64)>| id.and_then(|(id, _)| found.get(&id).cloned());
        Ok(ids
            .iter()
            .map(|id| target(id).unwrap_or(Value::Null))
            .collect())
    }

    async fn lists(
        &self,
        slot: Slot,
        plan: &ListPlan,
        rows: &[Standing<'_>],
        tally: &mut Tally,
    ) -> Result<Vec<Value>, GraphError> {
        let mut parents: BTreeMap<Uuid, u64> = BTreeMap::new();
        for Standing { row, times } in rows {
            if row.allows(slot) {
                tally.full(*times);
                *parents.entry(row.id()).or_default() += times;
            } else {
                tally.hidden(*times);
            }
        }
        let parents: Vec<(Uuid, u64)> = parents.into_iter().collect();
        let lists = self.list(plan, &parents).await?;
        let ids = parents.iter().map(|(id, _)| *id);
        let found: HashMap<Uuid, Value> = ids.zip(lists).collect();
        let list = |Standing { row, .. }: &Standing<'_>| match row.allows(slot) {
            true => found.get(&row.id()).cloned().unwrap_or(Value::Null),
            false => Value::Null,
        };
        Ok(rows.iter().map(list).collect())
    }
}

fn cell(standing: &Standing<'_>, slot: Slot, kind: Kind, tally: &mut Tally) -> Value {
    let times = standing.times;
    match standing.row.show(slot) {
        Shown::Full(cell) => {
            tally.full(times);
            shown(kind, cell)
        }
        Shown::Masked(kind, mask) => {
            tally.masked(kind.mask_name(), times);
            Value::String(mask)
        }
        Shown::Hidden => {
            tally.hidden(times);
            Value::Null
        }
    }
}

/// An object of these entries.
pub fn object(entries: Vec<(Name, Value)>) -> Value {
    Value::Object(entries.into_iter().collect())
}

fn repeat(text: String, count: usize) -> Vec<Value> {
    vec![Value::String(text); count]
}

/// Values of all pages as one list a page.
fn split(values: Vec<Value>, pages: &[Page]) -> Vec<Value> {
    let mut values = values.into_iter();
    pages
        .iter()
        .map(|page| Value::List(values.by_ref().take(page.rows.len()).collect()))
        .collect()
}
