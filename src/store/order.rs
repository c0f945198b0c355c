//! The order of a list: by what the viewer sees, and in the end always by id.

use super::cells::bound;
use super::cursor::CursorKey;
use super::find::Direction;
use super::sql::Sql;
use super::view::{self, Seen};
use crate::catalogue::{Cell, Field};

/// One term of an order. Nulls come last, whichever way it goes.
#[derive(Clone, Copy)]
pub struct Order {
    /// By which field.
    pub field: &'static Field,
    /// The greatest first.
    pub descending: bool,
}

/// A term, with where the viewer sees its field.
pub struct Term {
    /// The term.
    pub order: Order,
    /// Where its field is seen.
    pub seen: Seen,
}

/// Adds `ORDER BY` terms; backwards for the pages before a cursor.
pub fn order_by(sql: &mut Sql, terms: &[Term], alias: &str, direction: Direction) {
    let backward = direction == Direction::Backward;
    for (at, term) in terms.iter().enumerate() {
        // SQLite reads nulls last from an index where they come first only by the index's first
        // column; for a further one the index holds whether there is a value, and so says the order.
        let spelt = at > 0 && !term.order.descending && sql.spells_nulls();
        if spelt {
            view::viewed(sql, term.order.field, &term.seen, alias);
            sql.push(if backward {
                " IS NULL DESC, "
            } else {
                " IS NULL ASC, "
            });
        }
        view::viewed(sql, term.order.field, &term.seen, alias);
        sql.push(if term.order.descending == backward {
            " ASC"
        } else {
            " DESC"
        });
        sql.push(match (spelt, backward) {
            (true, _) => ", ",
            (false, true) => " NULLS FIRST, ",
            (false, false) => " NULLS LAST, ",
        });
    }
    sql.column(alias, "id")
        .push(if backward { " DESC" } else { " ASC" });
}

/// Adds "comes after this key" (or before it, backwards).
pub fn beyond(sql: &mut Sql, terms: &[Term], key: &CursorKey, alias: &str, direction: Direction) {
    let backward = direction == Direction::Backward;
    sql.push("(");
    for at in 0..terms.len() {
        let (Some(term), Some(value)) = (terms.get(at), key.values.get(at)) else {
            continue;
        };
        sql.push("(");
        equals(sql, terms, key, alias, at);
        let greater = term.order.descending == backward;
        match (value, backward) {
            // Nulls are last: nothing comes after one, and every value comes before it.
            (Cell::Null, false) => sql.word("FALSE"),
            (Cell::Null, true) => {
                view::viewed(sql, term.order.field, &term.seen, alias);
                sql.push(" IS NOT NULL");
            }
            (value, backward) => {
                sql.push("(");
                view::viewed(sql, term.order.field, &term.seen, alias);
                sql.push(if greater { " > " } else { " < " })
                    .bind(bound(value));
                if !backward {
                    sql.push(" OR ");
                    view::viewed(sql, term.order.field, &term.seen, alias);
                    sql.push(" IS NULL");
                }
                sql.push(")");
            }
        }
        sql.push(") OR ");
    }
    sql.push("(");
    equals(sql, terms, key, alias, terms.len());
    sql.column(alias, "id")
        .push(if backward { " < " } else { " > " })
        .bind(key.id);
    sql.push("))");
}

/// Adds "the first terms are as in the key, and ".
fn equals(sql: &mut Sql, terms: &[Term], key: &CursorKey, alias: &str, count: usize) {
    for (term, value) in terms.iter().zip(&key.values).take(count) {
        view::viewed(sql, term.order.field, &term.seen, alias);
        match value {
            Cell::Null => sql.word(" IS NULL AND "),
            value => drop(sql.push(" = ").bind(bound(value)).push(" AND ")),
        }
    }
}
