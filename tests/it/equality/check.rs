//! What is compared: one case, on every row of its type.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use kaifong::catalogue::{self, Shape, Type};
use kaifong::policy::{Layout, Lens, Shown};
use kaifong::store::{Ask, CellTest, Direction, Filter, Span, Store};
use uuid::Uuid;

use super::cases::{Case, Population};

/// The field that a random rule decides, by type: the first value.
pub fn probe(of: &'static Type) -> &'static catalogue::Field {
    let value =
        |f: &&catalogue::Field| f.column().is_some() && matches!(f.shape, Shape::Value { .. });
    of.fields.iter().find(value).unwrap_or(&of.fields[0])
}

/// What was compared.
#[derive(Default, Debug)]
pub struct Counts {
    pub rows: usize,
    pub listed: usize,
    pub withheld: usize,
    pub full: usize,
    pub hidden: usize,
    pub opaque: usize,
    pub types: BTreeSet<&'static str>,
}

/// Asserts that the three ways decide the same.
pub async fn check(store: &Store, population: &Population, case: &Case, counts: &mut Counts) {
    let of = case.of;
    let field = probe(of);
    let policies = case.policies();
    let ids = &population.rows[of.name];
    let records = store.records(of, ids).await.unwrap();
    let lens = Arc::new(Lens::new(Arc::clone(&policies), case.viewer()).unwrap());
    let mut layout = Layout::new(of, &lens);
    layout.field(field);
    counts.opaque += usize::from(layout.needs_records());
    let opaque = layout.needs_records();
    let layout = Arc::new(layout);

    // SQL, as a list: which rows are there; and as a filter: where the viewer has the field.
    let listed = list(store, &layout, None).await;
    let filtered = Filter::Not(Box::new(Filter::Cell(field, CellTest::Null)));
    let filtered = list(store, &layout, Some(&filtered)).await;
    let (list_action, cell_action) = (format!("{}.list", of.name), field.action(of));
    for id in ids {
        let record = &records[id];
        let context = || format!("{} {id}\n{case}", of.name);
        let there = lens.allows(&list_action, record);
        assert_eq!(listed.contains_key(id), there, "rows: {}", context());
        counts.rows += 1;
        if !there {
            counts.withheld += 1;
            continue;
        }
        counts.listed += 1;
        let full = lens.allows(&cell_action, record);
        let shown = &listed[id];
        assert_eq!(shown.is_some(), full, "cells: {}", context());
        *(if full {
            &mut counts.full
        } else {
            &mut counts.hidden
        }) += 1;
        // In a filter an opaque rule is never true.
        let has_value = shown.is_some_and(|null| !null);
        assert_eq!(
            filtered.contains_key(id),
            has_value && !opaque,
            "filter: {}",
            context()
        );
    }
    counts.types.insert(of.name);
}

/// The rows of a list: for each whether its probe is shown, and if so whether it is null.
async fn list(
    store: &Store,
    layout: &Arc<Layout>,
    filter: Option<&Filter>,
) -> HashMap<Uuid, Option<bool>> {
    let ask = Ask {
        layout,
        filter,
        order: &[],
        archived: true,
        within: None,
        keyed: true,
    };
    let span = Span {
        take: 10_000,
        direction: Direction::Forward,
        from: None,
        offset: 0,
    };
    let pages = store.page(&ask, &span).await.unwrap();
    let counted = store.count(&ask, 100_000).await.unwrap();
    let field = probe(layout.of());
    let mut same = Layout::new(layout.of(), layout.lens());
    let slot = same.field(field);
    let mut found = HashMap::new();
    for row in pages.rows.iter() {
        let shown = match row.show(slot) {
            Shown::Full(cell) => Some(cell == catalogue::CellRef::Null),
            Shown::Masked(..) | Shown::Hidden => None,
        };
        found.insert(row.id(), shown);
    }
    assert_eq!(
        counted,
        [found.len() as u64],
        "the count is the length of the list"
    );
    found
}
