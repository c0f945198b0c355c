//! A plan is carried out: rows are fetched level by level, one statement for each list or relation
//! however many parents there are. What comes of it still has to be shown (`show`).

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;

use tracing::Instrument;
use uuid::Uuid;

use super::error::GraphError;
use super::plan::{EdgePart, ListPart, ListPlan, Pick, RowPlan, What};
use super::scope::Scope;
use crate::catalogue::CellRef;
use crate::policy::{Protected, Rows, Shown, Slot};
use crate::store::{Ask, CursorKey, Page, Pages, Within};
use crate::traces::span;

type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, GraphError>> + Send + 'a>>;

/// Rows, and what hangs on them.
pub struct Fetched {
    /// The rows.
    pub rows: Rows,
    /// For each entry that a row shows, the rows it leads to.
    pub branches: Vec<Branch>,
}

/// What hangs on an entry of rows.
pub enum Branch {
    /// Nothing: the row itself has the value.
    Leaf,
    /// For each row the related one, if it is there for the viewer.
    One(Vec<Option<usize>>, Box<Fetched>),
    /// For each row its list, if the viewer may follow.
    Many(Vec<Option<usize>>, Box<Lists>),
}

/// Lists of one kind, below several parents.
pub struct Lists {
    /// The rows of all of them.
    pub rows: Rows,
    /// Which of the rows each has.
    pub pages: Vec<Page>,
    /// The places of the rows, where cursors are shown.
    pub keys: Vec<CursorKey>,
    /// How many rows each has in the whole, where that is shown.
    pub counts: Vec<u64>,
    /// For each entry of the connection that shows rows, what hangs on these.
    pub parts: Vec<Vec<Branch>>,
}

impl Scope {
    /// A list, once for each parent (once where there is none).
    pub fn list<'a>(&'a self, plan: &'a ListPlan, parents: &'a [Uuid]) -> Later<'a, Lists> {
        Box::pin(async move {
            let within = || plan.foreign.map(|foreign| Within { foreign, parents });
            let groups = plan.foreign.map_or(1, |_| parents.len());
            let ask = |within| Ask {
                layout: &plan.layout,
                filter: plan.filter.as_ref(),
                order: &plan.order,
                archived: plan.archived,
                within,
                keyed: plan.keyed(),
            };
            let fetched = if plan.fetches() {
                self.store.page(&ask(within()), &plan.span).await?
            } else {
                nothing(plan, groups)
            };
            let counts = if plan.counts() {
                let cap = self.limits.max_count;
                self.store.count(&ask(within()), cap).await?
            } else {
                Vec::new()
            };
            let mut parts = Vec::with_capacity(plan.parts.len());
            for (_, part) in &plan.parts {
                parts.push(match part {
                    ListPart::Nodes(picks) => self.branches(picks, &fetched.rows).await?,
                    ListPart::Edges(edge) => {
                        let mut branches = Vec::new();
                        for (_, part) in edge {
                            if let EdgePart::Node(picks) = part {
                                branches.extend(self.branches(picks, &fetched.rows).await?);
                            }
                        }
                        branches
                    }
                    _ => Vec::new(),
                });
            }
            let Pages { rows, pages, keys } = fetched;
            Ok(Lists {
                rows,
                pages,
                keys,
                counts,
                parts,
            })
        })
    }

    /// The rows with these ids as far as the viewer sees them.
    pub fn by_ids<'a>(
        &'a self,
        plan: &'a RowPlan,
        wanted: impl IntoIterator<Item = Uuid>,
    ) -> Later<'a, Fetched> {
        // In the order of the ids, so that equal questions go equal ways.
        let wanted: BTreeSet<Uuid> = wanted.into_iter().collect();
        let ids: Vec<Uuid> = wanted.into_iter().collect();
        Box::pin(async move {
            let rows = self.store.by_ids(&plan.layout, &ids).await?;
            let branches = self.branches(&plan.picks, &rows).await?;
            Ok(Fetched { rows, branches })
        })
    }

    /// What hangs on these rows.
    async fn branches(&self, picks: &[Pick], rows: &Rows) -> Result<Vec<Branch>, GraphError> {
        let mut branches = Vec::with_capacity(picks.len());
        for pick in picks {
            branches.push(match &pick.what {
                What::One(slot, plan) => self.related(*slot, plan, rows).await?,
                What::Many(slot, plan) => self.lists(*slot, plan, rows).await?,
                _ => Branch::Leaf,
            });
        }
        Ok(branches)
    }

    async fn related(&self, slot: Slot, plan: &RowPlan, rows: &Rows) -> Result<Branch, GraphError> {
        let named = |row: Protected<'_>| match row.show(slot) {
            Shown::Full(CellRef::Id(id)) => Some(id),
            _ => None,
        };
        let ids: Vec<Option<Uuid>> = rows.iter().map(named).collect();
        let found = self.by_ids(plan, ids.iter().flatten().copied());
        let found = found.instrument(span!("fetch", kaifong.of = plan.layout.of().name));
        let found = found.await?;
        let places: HashMap<Uuid, usize> = places(found.rows.iter().map(Protected::id));
        let place = |id: &Option<Uuid>| id.and_then(|id| places.get(&id).copied());
        let at = ids.iter().map(place).collect();
        Ok(Branch::One(at, Box::new(found)))
    }

    async fn lists(&self, slot: Slot, plan: &ListPlan, rows: &Rows) -> Result<Branch, GraphError> {
        let followed = |row: &Protected<'_>| row.allows(slot);
        let parents: BTreeSet<Uuid> = rows.iter().filter(followed).map(Protected::id).collect();
        let parents: Vec<Uuid> = parents.into_iter().collect();
        let lists = self.list(plan, &parents);
        let lists = lists.instrument(span!("fetch", kaifong.of = plan.layout.of().name));
        let lists = lists.await?;
        let places = places(parents.into_iter());
        let place = |row: Protected<'_>| {
            let at = places.get(&row.id()).copied();
            at.filter(|_| row.allows(slot))
        };
        Ok(Branch::Many(
            rows.iter().map(place).collect(),
            Box::new(lists),
        ))
    }
}

fn places(ids: impl Iterator<Item = Uuid>) -> HashMap<Uuid, usize> {
    ids.enumerate().map(|(at, id)| (id, at)).collect()
}

/// The pages of lists of which no row is shown.
fn nothing(plan: &ListPlan, groups: usize) -> Pages {
    Pages {
        rows: Rows::none(&plan.layout),
        pages: vec![Page::default(); groups],
        keys: Vec::new(),
    }
}
