//! The statements of pages: where they begin, and how rows that are dear to reach are found.

use super::Store;
use super::find::{Ask, Direction, Span, columns, number};
use super::order::{Term, beyond, order_by};
use super::sql::Sql;
use super::view::{self, Seen};
use crate::policy::{Condition, Test};

/// From how many pages on a page is far from the beginning.
const FAR: u64 = 20;

/// From how many rows on those that are passed over cost more than a search for the first.
const MANY: u64 = 200;

impl Store {
    /// The statement that reads the asked part of a list, or of each of several.
    pub(super) fn page_statement(
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
        if let Some(within) = &ask.within {
            sql.push(", ")
                .column(&alias, within.foreign)
                .push(" AS parent");
        }
        for (at, term) in terms.iter().enumerate().filter(|_| ask.keyed) {
            sql.push(", ");
            view::viewed(&mut sql, term.order.field, &term.seen, &alias);
            sql.push(&format!(" AS k{at}"));
        }
        if let (true, Some(within)) = (grouped, &ask.within) {
            sql.push(", ROW_NUMBER() OVER (PARTITION BY ")
                .column(&alias, within.foreign);
            sql.push(" ORDER BY ");
            order_by(&mut sql, terms, &alias, span.direction);
            sql.push(") AS place");
        }
        let take = span.take as u64 + 1;
        if !grouped && (span.offset > FAR * take || self.scattered(ask)) {
            self.far(&mut sql, ask, span, terms, &alias);
            return sql.finish();
        }
        self.source(&mut sql, ask, &alias);
        if let Some(key) = &span.from {
            sql.push(" AND ");
            beyond(&mut sql, terms, key, &alias, span.direction);
        }
        if grouped {
            sql.push(") q WHERE q.place > ").bind(number(span.offset));
            let last = span.offset.saturating_add(take);
            sql.push(" AND q.place <= ").bind(number(last));
            sql.push(" ORDER BY q.place");
        } else {
            sql.push(" ORDER BY ");
            order_by(&mut sql, terms, &alias, span.direction);
            sql.push(&format!(" LIMIT {take}"));
            if span.offset > 0 {
                sql.push(" OFFSET ").bind(number(span.offset));
            }
        }
        sql.finish()
    }

    /// Whether the rows that are there lie in several places of every index, as those of the
    /// projects that are shared with a partner. PostgreSQL otherwise walks through all rows in their
    /// order, theirs or not, since it believes that it will meet enough of them soon.
    fn scattered(&self, ask: &Ask<'_>) -> bool {
        let rows = ask.layout.lens().rows(ask.layout.of());
        let several = matches!(&*rows, Condition::Test(Test::Is(_, ids)) if ids.len() > 1);
        several && self.postgres_readers.is_some()
    }

    /// Adds what follows the columns for a page whose rows are dear to reach: their ids are found
    /// first, from an index alone where there is one, and only these rows are read.
    fn far(&self, sql: &mut Sql, ask: &Ask<'_>, span: &Span, terms: &[Term], alias: &str) {
        let inner = sql.alias();
        sql.push(" FROM (SELECT ").column(&inner, "id");
        self.source(sql, ask, &inner);
        if let Some(key) = &span.from {
            sql.push(" AND ");
            beyond(sql, terms, key, &inner, span.direction);
        }
        sql.push(" ORDER BY ");
        order_by(sql, terms, &inner, span.direction);
        let take = span.take as u64 + 1;
        sql.push(&format!(" LIMIT {take} OFFSET "))
            .bind(number(span.offset));
        sql.push(") far JOIN ");
        sql.push(ask.layout.of().table).push(" ").push(alias);
        sql.push(" ON ")
            .column(alias, "id")
            .push(" = far.id ORDER BY ");
        order_by(sql, terms, alias, span.direction);
    }

    /// Whether a page's first row is looked up in the index, and the page read from there. Passing
    /// over rows reads each of them from its table; their keys alone are in the index. Only where the
    /// order is an index's own: one field, ascending, that the viewer sees on every row.
    pub(super) fn sought(&self, ask: &Ask<'_>, span: &Span, terms: &[Term]) -> bool {
        let take = span.take as u64 + 1;
        let simple = matches!(terms, [Term { order, seen: Seen::Always }] if !order.descending);
        simple
            && self.postgres_readers.is_some()
            && span.direction == Direction::Forward
            && span.from.is_none()
            && (MANY..=FAR * take).contains(&span.offset)
            && !self.scattered(ask)
    }

    /// The page from the row on that lies at the offset. Rows without a value in the order's field
    /// come last and are not found like this: whoever gets less than a full page asks again without.
    pub(super) fn seek(&self, ask: &Ask<'_>, span: &Span, terms: &[Term]) -> sea_orm::Statement {
        let mut sql = self.sql();
        let (inner, alias) = (sql.alias(), sql.alias());
        sql.push("WITH far AS MATERIALIZED (SELECT ");
        for term in terms {
            view::viewed(&mut sql, term.order.field, &term.seen, &inner);
            sql.push(" AS first_key, ");
        }
        sql.column(&inner, "id").push(" AS first_id");
        self.source(&mut sql, ask, &inner);
        sql.push(" ORDER BY ");
        order_by(&mut sql, terms, &inner, span.direction);
        sql.push(" LIMIT 1 OFFSET ").bind(number(span.offset));
        sql.push(") SELECT ");
        columns(&mut sql, ask.layout, &alias);
        for (at, term) in terms.iter().enumerate().filter(|_| ask.keyed) {
            sql.push(", ");
            view::viewed(&mut sql, term.order.field, &term.seen, &alias);
            sql.push(&format!(" AS k{at}"));
        }
        self.source(&mut sql, ask, &alias);
        sql.push(" AND (");
        for term in terms {
            view::viewed(&mut sql, term.order.field, &term.seen, &alias);
            sql.push(", ");
        }
        sql.column(&alias, "id");
        sql.push(") >= ((SELECT first_key FROM far), (SELECT first_id FROM far)) ORDER BY ");
        order_by(&mut sql, terms, &alias, span.direction);
        sql.push(&format!(" LIMIT {}", span.take + 1));
        sql.finish()
    }
}
