//! Finding rows: pages of lists, rows by id, counts.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sea_orm::StreamTrait as _;
use uuid::Uuid;

use super::cells::{Holds, column_holds, holds};
use super::cursor::CursorKey;
use super::filter::{Filter, Filtering};
use super::order::{Order, Term};
use super::raw::Raw;
use super::readers::Visit;
use super::sql::Sql;
use super::vault::Vault;
use super::view::{self, seen};
use super::{Store, StoreError};
use crate::catalogue::{CellRef, Type};
use crate::policy::{Column, Filling, Layout, Lens, Rows};

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
    /// Whether cursors are wanted.
    pub keyed: bool,
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
            keyed: self.keyed,
        }
    }
}

/// A part of a list, in the list's order.
#[derive(Clone, Default)]
pub struct Page {
    /// Where its rows are among all that were found.
    pub rows: Vec<usize>,
    /// Whether there are more beyond them.
    pub more: bool,
}

/// The asked parts of lists.
pub struct Pages {
    /// The rows of all of them.
    pub rows: Rows,
    /// Which of the rows each has.
    pub pages: Vec<Page>,
    /// The place of each row in the order, for cursors, if they were asked for.
    pub keys: Vec<CursorKey>,
}

impl Store {
    /// The asked part of the list, one page for each parent (one page where there is none).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn page(&self, ask: &Ask<'_>, span: &Span) -> Result<Pages, StoreError> {
        let groups = ask.within.as_ref().map_or(1, |within| within.parents.len());
        let terms = terms(ask.layout.lens(), ask.layout.of(), ask);
        // Lists below many parents are mostly short.
        let expected = if groups > 1 { groups } else { span.take + 1 };
        let begin = || Paging {
            vault: self.vault.clone(),
            filling: Filling::expecting(ask.layout, expected),
            holds: ask.layout.columns().iter().map(column_holds).collect(),
            keyed: ask.keyed,
            orders: terms.iter().map(|term| holds(term.order.field)).collect(),
            keys: Vec::new(),
            take: span.take,
            places: None,
            pages: vec![Page::default(); groups],
        };
        let mut found = begin();
        match &ask.within {
            None => {
                if self.sought(ask, span, &terms) {
                    let statement = self.seek(ask, span, &terms);
                    found = self.read(statement, found).await?;
                }
                // A page that is not full may go on with rows that the search cannot name.
                if !found.pages.iter().any(|page| page.more) {
                    let statement = self.page_statement(ask, span, &terms, false);
                    found = self.read(statement, begin()).await?;
                }
            }
            Some(within) => {
                let places = within.parents.iter().enumerate();
                found.places = Some(places.map(|(at, id)| (*id, at)).collect());
                for part in within.parts() {
                    let grouped = groups > 1;
                    let ask = ask.below(part);
                    let statement = self.page_statement(&ask, span, &terms, grouped);
                    found = self.read(statement, found).await?;
                }
            }
        }
        if span.direction == Direction::Backward {
            found.pages.iter_mut().for_each(|page| page.rows.reverse());
        }
        Ok(Pages {
            pages: found.pages,
            keys: found.keys,
            rows: self.seal(found.filling).await?,
        })
    }

    /// Runs a statement that only reads.
    pub(super) async fn read<V: Visit>(
        &self,
        statement: sea_orm::Statement,
        visit: V,
    ) -> Result<V, StoreError> {
        if !visit.opens() {
            return self.read_once(statement, visit).await;
        }
        let done = self.read_once(statement.clone(), visit.clone()).await;
        if !matches!(done, Err(StoreError::UnknownKey)) {
            return done;
        }
        // Another server has made a key since.
        self.vault.learn(&self.database).await?;
        self.read_once(statement, visit).await
    }

    async fn read_once<V: Visit>(
        &self,
        statement: sea_orm::Statement,
        mut visit: V,
    ) -> Result<V, StoreError> {
        if let Some(readers) = &self.readers {
            return readers.read(statement, visit).await;
        }
        if let Some(readers) = &self.postgres_readers {
            return readers.read(statement, visit).await;
        }
        let mut rows = self.database.stream_raw(statement).await?;
        while let Some(row) = rows.try_next().await? {
            visit.row(&row)?;
        }
        Ok(visit)
    }

    /// Rows with the records that their deciders need.
    async fn seal(&self, filling: Filling) -> Result<Rows, StoreError> {
        let mut records = HashMap::new();
        if filling.layout().needs_records() {
            records = self.records(filling.layout().of(), filling.ids()).await?;
        }
        Ok(filling.sealed(records)?)
    }

    /// Adds ` FROM … WHERE …`: the rows that are there for the viewer, and are asked for.
    pub(super) fn source(&self, sql: &mut Sql, ask: &Ask<'_>, alias: &str) {
        let of = ask.layout.of();
        let lens = ask.layout.lens();
        let rows = lens.rows(of);
        sql.push(" FROM ").push(of.table).push(" ").push(alias);
        sql.join_together();
        sql.push(" WHERE ");
        if let Some(within) = &ask.within {
            sql.column(alias, within.foreign);
            sql.among(within.parents.iter().copied()).push(" AND ");
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
        Ok(self.read(sql.finish(), Counting::default()).await?.one)
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
        let counting = Counting {
            grouped: true,
            ..Counting::default()
        };
        let counts = self.read(sql.finish(), counting).await?.by;
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
    pub async fn by_ids(&self, layout: &Arc<Layout>, ids: &[Uuid]) -> Result<Rows, StoreError> {
        let mut found = Taking {
            vault: self.vault.clone(),
            holds: layout.columns().iter().map(column_holds).collect(),
            filling: Filling::expecting(layout, ids.len()),
        };
        for part in ids.chunks(MOST_IDS) {
            let mut sql = self.sql();
            let alias = sql.alias();
            sql.ask_together(layout, &alias);
            sql.push("SELECT ");
            columns(&mut sql, layout, &alias);
            let filter = Filter::Ids(part.to_vec());
            let ask = Ask {
                layout,
                filter: Some(&filter),
                order: &[],
                archived: true,
                within: None,
                keyed: false,
            };
            self.source(&mut sql, &ask, &alias);
            found = self.read(sql.finish(), found).await?;
        }
        self.seal(found.filling).await
    }
}

/// A number as databases have them. Where a page begins is bound, or each page of a list would be a
/// statement of its own, to be prepared anew.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Takes rows whose first value is the id and whose next are those of a layout.
#[derive(Clone)]
struct Taking {
    vault: Vault,
    holds: Vec<Holds>,
    filling: Filling,
}

impl Visit for Taking {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        fill(&mut self.filling, &self.holds, row, &self.vault)
    }

    fn opens(&self) -> bool {
        opens(&self.holds)
    }
}

fn fill(
    filling: &mut Filling,
    holds: &[Holds],
    row: &impl Raw,
    vault: &Vault,
) -> Result<(), StoreError> {
    let id = row.id(0)?;
    filling.begin(id);
    for (at, holds) in holds.iter().enumerate() {
        let Holds::Sealed(column) = holds else {
            row.put(1 + at, *holds, filling)?;
            continue;
        };
        let kept = row.cell(1 + at, Holds::Text)?;
        let opened = match kept {
            CellRef::Text(text) => vault.open(filling.layout().of(), column, id, text)?,
            _ => None,
        };
        filling.put(opened.as_deref().map_or(kept, CellRef::Text))?;
    }
    Ok(())
}

/// Whether some of these values are sealed.
fn opens(holds: &[Holds]) -> bool {
    holds.iter().any(|holds| matches!(holds, Holds::Sealed(_)))
}

/// Takes the rows of pages.
#[derive(Clone)]
struct Paging {
    vault: Vault,
    filling: Filling,
    holds: Vec<Holds>,
    keyed: bool,
    orders: Vec<Holds>,
    keys: Vec<CursorKey>,
    take: usize,
    places: Option<HashMap<Uuid, usize>>,
    pages: Vec<Page>,
}

impl Visit for Paging {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        let after = 1 + self.holds.len();
        let (place, keys) = match &self.places {
            None => (Some(0), after),
            Some(places) => (places.get(&row.id(after)?).copied(), after + 1),
        };
        let Some(page) = place.and_then(|place| self.pages.get_mut(place)) else {
            return Ok(());
        };
        if page.rows.len() == self.take {
            page.more = true;
            return Ok(());
        }
        page.rows.push(self.filling.len());
        fill(&mut self.filling, &self.holds, row, &self.vault)?;
        if let Some(id) = self.filling.ids().last().filter(|_| self.keyed) {
            let each = self.orders.iter().enumerate();
            let values = each.map(|(at, holds)| Ok(row.cell(keys + at, *holds)?.kept()));
            self.keys.push(CursorKey {
                values: values.collect::<Result<_, StoreError>>()?,
                id: *id,
            });
        }
        Ok(())
    }

    fn opens(&self) -> bool {
        opens(&self.holds)
    }
}

/// Takes counts.
#[derive(Clone, Default)]
struct Counting {
    by: HashMap<Uuid, u64>,
    one: u64,
    grouped: bool,
}

impl Visit for Counting {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        let number = |at| match row.cell(at, Holds::Long)? {
            CellRef::Int(number) => Ok(number.unsigned_abs()),
            _ => Err(StoreError::Type("count")),
        };
        if self.grouped {
            self.by.insert(row.id(0)?, number(1)?);
        } else {
            self.one = number(0)?;
        }
        Ok(())
    }
}

/// Adds the id and the columns of a layout.
pub(super) fn columns(sql: &mut Sql, layout: &Layout, alias: &str) {
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
    let terms = ask
        .order
        .iter()
        .filter(|order| order.field.sortable())
        .map(term);
    terms
        .filter(|term| !matches!(term.seen, view::Seen::Never))
        .collect()
}
