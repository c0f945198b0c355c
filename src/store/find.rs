//! Finding rows: pages of lists, rows by id, counts.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::cells::{self, Holds, column_holds, holds};
use super::cursor::CursorKey;
use super::filter::{Filter, Filtering};
use super::order::{Order, Term, beyond, order_by};
use super::sql::Sql;
use super::view::{self, seen};
use super::{Store, StoreError};
use crate::catalogue::{Cell, Type};
use crate::policy::{Column, Layout, Lens, Protected};

/// Which way a page goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the first row on.
    Forward,
    /// Up to the last row.
    Backward,
}

/// Which part of a list.
pub struct Span {
    /// How many rows at most.
    pub take: usize,
    /// Which way.
    pub direction: Direction,
    /// Only what lies beyond this key.
    pub from: Option<CursorKey>,
    /// How many rows to pass over.
    pub offset: u64,
}

/// A list for each of several parents.
pub struct Within<'a> {
    /// The column of the listed rows that names the parent.
    pub foreign: &'static str,
    /// The parents.
    pub parents: &'a [Uuid],
}

/// How many ids one statement takes; SQLite binds 32,766 values.
pub(super) const MOST_IDS: usize = 5_000;

impl<'a> Within<'a> {
    /// The parents, in parts of as many as one statement takes.
    fn parts(&self) -> impl Iterator<Item = Within<'a>> + use<'a> {
        let foreign = self.foreign;
        let parts = self.parents.chunks(MOST_IDS);
        parts.map(move |parents| Within { foreign, parents })
    }
}

/// What is asked for.
pub struct Ask<'a> {
    /// What is needed of each row, and whose view it is.
    pub layout: &'a Arc<Layout>,
    /// Which rows.
    pub filter: Option<&'a Filter>,
    /// In which order, before the id.
    pub order: &'a [Order],
    /// Whether archived rows are listed too.
    pub archived: bool,
    /// Below which parents.
    pub within: Option<Within<'a>>,
}

impl<'a> Ask<'a> {
    /// The same, below these parents.
    fn below(&self, within: Within<'a>) -> Self {
        Self {
            layout: self.layout,
            filter: self.filter,
            order: self.order,
            archived: self.archived,
            within: Some(within),
        }
    }
}

/// One row of a page.
pub struct Found {
    /// The row.
    pub row: Protected,
    /// Its place in the order, for a cursor.
    pub key: CursorKey,
}

/// A part of a list, in the list's order.
#[derive(Default)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Found>,
    /// Whether there are more beyond them.
    pub more: bool,
}

impl Store {
    /// The asked part of the list, one page for each parent (one page where there is none).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn page(&self, ask: &Ask<'_>, span: &Span) -> Result<Vec<Page>, StoreError> {
        let Some(within) = &ask.within else {
            return self.pages(ask, span).await;
        };
        let mut pages = Vec::with_capacity(within.parents.len());
        for part in within.parts() {
            pages.extend(self.pages(&ask.below(part), span).await?);
        }
        Ok(pages)
    }

    /// The pages for as many parents as one statement takes.
    async fn pages(&self, ask: &Ask<'_>, span: &Span) -> Result<Vec<Page>, StoreError> {
        let groups = ask.within.as_ref().map_or(1, |within| within.parents.len());
        let mut pages: Vec<Page> = std::iter::repeat_with(Page::default).take(groups).collect();
        if groups == 0 {
            return Ok(pages);
        }
        let of = ask.layout.of();
        let lens = ask.layout.lens();
        let terms = terms(lens, of, ask);
        let statement = self.page_statement(ask, span, &terms, groups > 1);
        let rows = self.database.query_all_raw(statement).await?;
        let mut sealed = self.seal(ask.layout, &rows, 1).await?.into_iter();
        let keys = 1 + ask.layout.columns().len();
        let places: HashMap<Uuid, usize> = ask
            .within
            .as_ref()
            .map(|within| {
                within
                    .parents
                    .iter()
                    .enumerate()
                    .map(|(at, id)| (*id, at))
                    .collect()
            })
            .unwrap_or_default();
        for row in &rows {
            let Some(protected) = sealed.next() else {
                break;
            };
            let mut values = Vec::with_capacity(terms.len());
            for (at, term) in terms.iter().enumerate() {
                values.push(cells::read(row, keys + at, holds(term.order.field))?);
            }
            let group = match (&ask.within, cells::read(row, keys + terms.len(), Holds::Id)) {
                (Some(_), Ok(Cell::Id(parent))) => places.get(&parent).copied(),
                (Some(_), _) => None,
                (None, _) => Some(0),
            };
            let Some(page) = group.and_then(|group| pages.get_mut(group)) else {
                continue;
            };
            if page.rows.len() == span.take {
                page.more = true;
                continue;
            }
            let key = CursorKey {
                values,
                id: protected.id(),
            };
            page.rows.push(Found {
                row: protected,
                key,
            });
        }
        if span.direction == Direction::Backward {
            pages.iter_mut().for_each(|page| page.rows.reverse());
        }
        Ok(pages)
    }

    fn page_statement(
        &self,
        ask: &Ask<'_>,
        span: &Span,
        terms: &[Term],
        grouped: bool,
    ) -> sea_orm::Statement {
        let mut sql = self.sql();
        let alias = sql.alias();
        if grouped {
            sql.push("SELECT * FROM (");
        }
        sql.push("SELECT ");
        columns(&mut sql, ask.layout, &alias);
        for (at, term) in terms.iter().enumerate() {
            sql.push(", ");
            view::viewed(&mut sql, term.order.field, &term.seen, &alias);
            sql.push(&format!(" AS k{at}"));
        }
        if let Some(within) = &ask.within {
            sql.push(", ")
                .column(&alias, within.foreign)
                .push(" AS parent");
        }
        if let (true, Some(within)) = (grouped, &ask.within) {
            sql.push(", ROW_NUMBER() OVER (PARTITION BY ")
                .column(&alias, within.foreign);
            sql.push(" ORDER BY ");
            order_by(&mut sql, terms, &alias, span.direction);
            sql.push(") AS place");
        }
        self.source(&mut sql, ask, &alias);
        if let Some(key) = &span.from {
            sql.push(" AND ");
            beyond(&mut sql, terms, key, &alias, span.direction);
        }
        let take = span.take as u64 + 1;
        if grouped {
            let from = span.offset;
            sql.push(&format!(
                ") q WHERE q.place > {from} AND q.place <= {} ",
                from + take
            ));
            sql.push("ORDER BY q.place");
        } else {
            sql.push(" ORDER BY ");
            order_by(&mut sql, terms, &alias, span.direction);
            sql.push(&format!(" LIMIT {take}"));
            if span.offset > 0 {
                sql.push(&format!(" OFFSET {}", span.offset));
            }
        }
        sql.finish()
    }

    /// Adds ` FROM … WHERE …`: the rows that are there for the viewer, and are asked for.
    fn source(&self, sql: &mut Sql, ask: &Ask<'_>, alias: &str) {
        let of = ask.layout.of();
        let lens = ask.layout.lens();
        let rows = lens.rows(of);
        sql.push(" FROM ")
            .push(of.table)
            .push(" ")
            .push(alias)
            .push(" WHERE ");
        if let Some(within) = &ask.within {
            sql.column(alias, within.foreign).push(" IN ");
            sql.list(within.parents.iter().copied()).push(" AND ");
        }
        if !ask.archived {
            sql.column(alias, "archived_at").push(" IS NULL AND ");
        }
        view::condition(sql, &rows, alias);
        if let Some(within) = &ask.within {
            view::names(sql, lens, of, within.foreign, &rows, alias);
        }
        if let Some(filter) = ask.filter {
            sql.push(" AND ");
            Filtering { sql, lens }.add(filter, of, alias, &rows);
        }
    }

    /// How many rows are asked for, below each parent; at most one more than the cap.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count(&self, ask: &Ask<'_>, cap: u64) -> Result<Vec<u64>, StoreError> {
        let Some(within) = &ask.within else {
            return Ok(vec![self.count_to(ask, cap).await?]);
        };
        let mut counts = Vec::with_capacity(within.parents.len());
        for part in within.parts() {
            counts.extend(self.counts(&ask.below(part)).await?);
        }
        Ok(counts)
    }

    /// How many rows there are, at most one more than the cap.
    async fn count_to(&self, ask: &Ask<'_>, cap: u64) -> Result<u64, StoreError> {
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.push("SELECT COUNT(*) FROM (SELECT 1 AS one");
        self.source(&mut sql, ask, &alias);
        sql.push(&format!(" LIMIT {}) q", cap + 1));
        let row = self.database.query_one_raw(sql.finish()).await?;
        let count = row.map(|row| row.try_get_by_index::<i64>(0)).transpose()?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    /// How many rows there are below each of as many parents as one statement takes.
    async fn counts(&self, ask: &Ask<'_>) -> Result<Vec<u64>, StoreError> {
        let Some(within) = &ask.within else {
            return Ok(Vec::new());
        };
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.push("SELECT ")
            .column(&alias, within.foreign)
            .push(", COUNT(*)");
        self.source(&mut sql, ask, &alias);
        sql.push(" GROUP BY ").column(&alias, within.foreign);
        let mut counts: HashMap<Uuid, u64> = HashMap::new();
        for row in self.database.query_all_raw(sql.finish()).await? {
            let count = row.try_get_by_index::<i64>(1)?;
            counts.insert(row.try_get_by_index(0)?, count.unsigned_abs());
        }
        Ok(within
            .parents
            .iter()
            .map(|id| counts.get(id).copied().unwrap_or(0))
            .collect())
    }

    /// Those of these rows that are there for the viewer, archived or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn by_ids(
        &self,
        layout: &Arc<Layout>,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Protected>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for part in ids.chunks(MOST_IDS) {
            found.extend(self.some_by_ids(layout, part).await?);
        }
        Ok(found)
    }

    /// The same for as many rows as one statement takes.
    async fn some_by_ids(
        &self,
        layout: &Arc<Layout>,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Protected>, StoreError> {
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.push("SELECT ");
        columns(&mut sql, layout, &alias);
        let filter = Filter::Ids(ids.to_vec());
        let ask = Ask {
            layout,
            filter: Some(&filter),
            order: &[],
            archived: true,
            within: None,
        };
        self.source(&mut sql, &ask, &alias);
        let rows = self.database.query_all_raw(sql.finish()).await?;
        let sealed = self.seal(layout, &rows, 1).await?;
        Ok(sealed.into_iter().map(|row| (row.id(), row)).collect())
    }

    /// Seals rows whose first column is the id and whose next are those of the layout.
    async fn seal(
        &self,
        layout: &Arc<Layout>,
        rows: &[QueryResult],
        first: usize,
    ) -> Result<Vec<Protected>, StoreError> {
        let kinds: Vec<Holds> = layout.columns().iter().map(column_holds).collect();
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.try_get_by_index::<Uuid>(0)?;
            let mut cells = Vec::with_capacity(kinds.len());
            for (at, kind) in kinds.iter().enumerate() {
                cells.push(cells::read(row, first + at, *kind)?);
            }
            found.push((id, cells));
        }
        let mut records = HashMap::new();
        if layout.needs_records() {
            let ids: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
            records = self.records(layout.of(), &ids).await?;
        }
        let seal = |(id, cells)| Protected::seal(layout, id, cells, records.remove(&id));
        Ok(found.into_iter().map(seal).collect())
    }
}

/// Adds the id and the columns of a layout.
fn columns(sql: &mut Sql, layout: &Layout, alias: &str) {
    sql.column(alias, "id").push(" AS id");
    for (at, column) in layout.columns().iter().enumerate() {
        sql.push(", ");
        match column {
            Column::Field(field) => view::stored(sql, field, alias),
            Column::Target(field) => view::target(sql, layout.lens(), field, alias),
            Column::Attribute(attribute) => view::attribute(sql, attribute, alias),
            Column::Fact(test) => view::test(sql, test, alias),
        }
        sql.push(&format!(" AS c{at}"));
    }
}

/// The terms of an order that the viewer sees at all; the others would order nothing.
fn terms(lens: &Lens, of: &'static Type, ask: &Ask<'_>) -> Vec<Term> {
    let rows = lens.rows(of);
    let term = |order: &Order| Term {
        order: *order,
        seen: seen(lens, of, order.field, &rows),
    };
    let terms = ask.order.iter().map(term);
    terms
        .filter(|term| !matches!(term.seen, view::Seen::Never))
        .collect()
}
