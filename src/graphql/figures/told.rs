//! Counts as a client is told them.

use std::collections::BTreeSet;

use async_graphql::Value;
use async_graphql::parser::types::Field;
use serde_json::{Value as Json, json};

use super::contract::{GROUP, MARGIN, shapes};
use crate::catalogue::{self, Cell, Dimension, Facet, Figures};
use crate::figures::{Table, Told};
use crate::graphql::id;
use crate::graphql::plan::{Place, Planner};
use crate::graphql::scope::Scope;
use crate::graphql::workshop::below;
use crate::store::Counted;

/// A key as it is told; nothing where nothing is known.
type Key = Option<String>;

/// Counts, and which of them are told.
pub struct Answer {
    by: Vec<&'static Dimension>,
    rows: Vec<Key>,
    columns: Vec<Key>,
    table: Table,
    told: Told,
}

impl Answer {
    /// All of it.
    pub fn whole(by: &[&'static Dimension], found: Vec<Counted>) -> Self {
        let (rows, columns, table) = table(by, &found);
        Self {
            by: by.to_vec(),
            told: table.whole(),
            rows,
            columns,
            table,
        }
    }

    /// What may be told without the right to small groups; and whether the groups are listed.
    pub fn of(by: &[&'static Dimension], found: Vec<Counted>, threshold: u64) -> (Self, bool) {
        let (rows, columns, table) = table(by, &found);
        let told = table.told(threshold);
        let listed = told.cells.is_some();
        let answer = Self {
            by: by.to_vec(),
            rows,
            columns,
            table,
            told,
        };
        (answer, listed)
    }

    /// The same by one of its two dimensions; itself where it has one.
    pub fn margin(self, by: &'static Dimension) -> Self {
        if self.by.len() < 2 {
            return self;
        }
        let first = self.by.first().is_some_and(|one| one.name == by.name);
        let (keys, sums) = match first {
            true => (self.rows, self.told.margins.rows),
            false => (self.columns, self.told.margins.columns),
        };
        let count = |at: usize| {
            let same =
                |(row, column, _): &&(usize, usize, u64)| at == if first { *row } else { *column };
            let cells = self.table.cells.iter().filter(same);
            (at, 0, cells.map(|(.., count)| count).sum())
        };
        Self {
            by: vec![by],
            table: Table {
                rows: keys.len(),
                columns: None,
                cells: (0..keys.len()).map(count).collect(),
            },
            rows: keys,
            columns: Vec::new(),
            told: Told {
                total: self.told.total,
                cells: Some(sums),
                margins: Default::default(),
            },
        }
    }

    /// What is selected of it. What is told and what is left out is counted for
    /// `extensions.privacy`.
    pub fn shown<'a>(
        &self,
        scope: &Scope,
        planner: &Planner<'a>,
        fields: &[&'a Field],
        figures: &'static Figures,
        at: &Place,
    ) -> Value {
        let groups = self.groups();
        let margins = self.margins();
        let value = json!({
            "total": self.told.total,
            "threshold": scope.limits.small_group,
            "suppressed": self.leaves_out(),
            "groups": groups,
            "margins": margins,
        });
        let all = planner.collect(below(fields), &|on| on == figures.answer);
        for (key, merged) in all {
            let name = merged.first().map_or("", |field| field.name.node.as_str());
            let place = at.under(key);
            match name {
                "total" => self.tally(scope, &place, std::iter::once(self.told.total)),
                "groups" | "margins" => {
                    let of = if name == "groups" { GROUP } else { MARGIN };
                    for (key, merged) in planner.collect(below(&merged), &|on| on == of) {
                        if merged
                            .first()
                            .is_some_and(|field| field.name.node == "count")
                        {
                            let listed = if name == "groups" { &groups } else { &margins };
                            let counts = listed.iter().map(|group| group["count"].as_u64());
                            self.tally(scope, &place.under(key), counts);
                        }
                    }
                }
                _ => {}
            }
        }
        shapes().show(planner, &below(fields), figures.answer, &value)
    }

    fn tally(&self, scope: &Scope, at: &Place, counts: impl Iterator<Item = Option<u64>>) {
        let seat = scope.privacy.seat(at.path(), None);
        let mut all = scope.privacy.counts();
        let Some(tally) = all.tallies.get_mut(seat) else {
            return;
        };
        for count in counts {
            match count {
                Some(_) => tally.full(),
                None => tally.left_out_as_small(),
            }
        }
    }

    fn leaves_out(&self) -> bool {
        let told = &self.told;
        let cells = told.cells.iter().flatten();
        let sums = told.margins.rows.iter().chain(&told.margins.columns);
        told.cells.is_none() || cells.chain(sums).any(Option::is_none)
    }

    fn groups(&self) -> Vec<Json> {
        // Without a dimension there is the total alone.
        if self.by.is_empty() {
            return Vec::new();
        }
        let cells = self
            .table
            .cells
            .iter()
            .zip(self.told.cells.iter().flatten());
        let group = |((row, column, _), count): (&(usize, usize, u64), &Option<u64>)| {
            let keys = self.rows.get(*row).into_iter();
            let keys: Vec<&Key> = keys.chain(self.columns.get(*column)).collect();
            json!({ "keys": keys, "count": count, "suppressed": count.is_none() })
        };
        cells.map(group).collect()
    }

    fn margins(&self) -> Vec<Json> {
        let sums = [
            (self.by.first(), &self.rows, &self.told.margins.rows),
            (self.by.get(1), &self.columns, &self.told.margins.columns),
        ];
        let mut all = Vec::new();
        for (by, keys, sums) in sums {
            let Some(by) = by else { continue };
            for (key, count) in keys.iter().zip(sums) {
                all.push(json!({
                    "by": by.name, "key": key, "count": count, "suppressed": count.is_none(),
                }));
            }
        }
        all
    }
}

/// The counts as a table: keys in the order of their texts.
fn table(by: &[&'static Dimension], found: &[Counted]) -> (Vec<Key>, Vec<Key>, Table) {
    let keys = |at: usize| -> Vec<Key> {
        let Some(of) = by.get(at) else {
            return Vec::new();
        };
        let all: BTreeSet<Key> = found.iter().map(|group| key(of, group, at)).collect();
        all.into_iter().collect()
    };
    let (rows, columns) = (keys(0), keys(1));
    let place = |among: &[Key], group: &Counted, at: usize| {
        let key = by.get(at).map(|of| key(of, group, at));
        key.and_then(|key| among.binary_search(&key).ok())
            .unwrap_or(0)
    };
    let mut cells: Vec<(usize, usize, u64)> = Vec::with_capacity(found.len());
    for group in found {
        let (row, column) = (place(&rows, group, 0), place(&columns, group, 1));
        let same = cells.iter_mut().find(|(r, c, _)| (*r, *c) == (row, column));
        match same {
            Some((.., count)) => *count += group.count,
            None => cells.push((row, column, group.count)),
        }
    }
    cells.sort_unstable();
    let table = Table {
        rows: rows.len().max(1),
        columns: by.get(1).map(|_| columns.len()),
        cells,
    };
    (rows, columns, table)
}

fn key(of: &Dimension, group: &Counted, at: usize) -> Key {
    let target = match of.of {
        Facet::Target(_) => "Department",
        _ => "Class",
    };
    match group.keys.get(at)? {
        Cell::Text(text) => Some(text.clone()),
        Cell::Id(row) => catalogue::find(target).map(|of| id::encode(of, *row)),
        _ => None,
    }
}
