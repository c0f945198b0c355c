//! Conditions as SQL, and a column as one viewer sees it.

use super::sql::Sql;
use crate::catalogue::{self, Attribute, AttributeShape, Field, Shape, Source, Type};
use crate::policy::{Condition, Lens, Rule, Test};

/// Adds a condition about the row `alias`. Every leaf is true or false, never null.
pub fn condition(sql: &mut Sql, condition: &Condition, alias: &str) {
    match condition {
        Condition::Always => sql.word("TRUE"),
        Condition::Never => sql.word("FALSE"),
        Condition::Not(inner) => {
            sql.push("NOT ");
            self::condition(sql, inner, alias);
        }
        Condition::All(parts) => join(sql, parts, " AND ", alias),
        Condition::Any(parts) => join(sql, parts, " OR ", alias),
        Condition::Test(asked) => test(sql, asked, alias),
    }
}

fn join(sql: &mut Sql, parts: &[Condition], word: &str, alias: &str) {
    sql.push("(");
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            sql.push(word);
        }
        condition(sql, part, alias);
    }
    sql.push(")");
}

/// Adds a question to the row `alias`.
pub fn test(sql: &mut Sql, test: &Test, alias: &str) {
    match test {
        Test::Is(attribute, ids) => {
            let (column, optional) = reference(attribute);
            if optional {
                sql.push("(")
                    .column(alias, column)
                    .push(" IS NOT NULL AND ");
            }
            sql.column(alias, column).among(ids.iter().copied());
            if optional {
                sql.push(")");
            }
        }
        Test::Has(attribute) => {
            sql.column(alias, reference(attribute).0)
                .push(" IS NOT NULL");
        }
        Test::Word(attribute, words) => {
            sql.column(alias, plain(attribute))
                .among(words.iter().map(String::as_str));
        }
        Test::Flag(attribute) => drop(sql.column(alias, plain(attribute))),
        Test::Meets(attribute, ids) => {
            let AttributeShape::Set {
                from,
                own,
                value,
                when,
                ..
            } = attribute.shape
            else {
                return sql.word("FALSE");
            };
            if sql.answered(test, alias) {
                return;
            }
            sql.exists()
                .push("SELECT 1 FROM ")
                .push(from)
                .push(" WHERE ")
                .push(own)
                .push(" = ");
            sql.column(alias, "id").push(" AND ").push(value);
            sql.among(ids.iter().copied())
                .push(" AND (")
                .timed(when)
                .push("))");
        }
    }
}

/// The column of a reference and whether it may be null.
fn reference(attribute: &Attribute) -> (&'static str, bool) {
    match attribute.shape {
        AttributeShape::Ref {
            column, optional, ..
        } => (column, optional),
        _ => ("id", false),
    }
}

fn plain(attribute: &Attribute) -> &'static str {
    match attribute.shape {
        AttributeShape::Text(column)
        | AttributeShape::Bool(column)
        | AttributeShape::Words(column) => column,
        _ => "id",
    }
}

/// Where a viewer has a field in full.
pub enum Seen {
    /// On every row that is there.
    Always,
    /// On none, or where only Cedar can say.
    Never,
    /// On the rows for which this holds.
    When(Condition),
}

/// Where the viewer has a field in full, on rows that are there.
pub fn seen(lens: &Lens, of: &'static Type, field: &'static Field, rows: &Condition) -> Seen {
    match &*lens.sight(of, field).full {
        Rule::Opaque | Rule::Condition(Condition::Never) => Seen::Never,
        Rule::Condition(condition) if rows.implies(condition) => Seen::Always,
        Rule::Condition(condition) => Seen::When(condition.clone()),
    }
}

/// Adds the stored value of a field of the row `alias`.
pub fn stored(sql: &mut Sql, field: &Field, alias: &str) {
    match field.shape {
        Shape::Value {
            source: Source::Column(column),
            ..
        }
        | Shape::One { column, .. } => {
            sql.column(alias, column);
        }
        Shape::Value {
            source: Source::Derived(text),
            ..
        } => {
            sql.timed(&text.replace("{row}", alias));
        }
        Shape::Many { .. } => sql.word("NULL"),
    }
}

/// Adds the value of a field as the viewer sees it: the stored one, or null.
pub fn viewed(sql: &mut Sql, field: &Field, seen: &Seen, alias: &str) {
    match seen {
        Seen::Always => stored(sql, field, alias),
        Seen::Never => sql.word("NULL"),
        Seen::When(when) => {
            sql.push("CASE WHEN ");
            condition(sql, when, alias);
            sql.push(" THEN ");
            stored(sql, field, alias);
            sql.push(" END");
        }
    }
}

/// Adds the id that a relation of the row `alias` names, or null where the viewer has no such row.
pub fn target(sql: &mut Sql, lens: &Lens, field: &Field, alias: &str) {
    let Shape::One { column, target } = field.shape else {
        return sql.word("NULL");
    };
    let Some(target) = catalogue::find(target) else {
        return sql.word("NULL");
    };
    let next = sql.alias();
    sql.push("CASE WHEN ")
        .exists()
        .push("SELECT 1 FROM ")
        .push(target.table)
        .push(" ")
        .push(&next)
        .push(" WHERE ");
    sql.column(&next, "id").push(" = ").column(alias, column);
    sql.push(" AND ");
    condition(sql, &lens.rows(target), &next);
    sql.push(") THEN ").column(alias, column).push(" END");
}

/// Adds "and the viewer may know that the row `alias` names its parent", for the rows of a list: a
/// relation that is hidden on one side is not to be had from the other. Where rows are there
/// because of what they name, that is known.
pub fn names(
    sql: &mut Sql,
    lens: &Lens,
    of: &'static Type,
    foreign: &str,
    rows: &Condition,
    alias: &str,
) {
    if rows.tests().any(|test| reads(test, foreign)) {
        return;
    }
    let back = of
        .fields
        .iter()
        .find(|field| matches!(field.shape, Shape::One { column, .. } if column == foreign));
    match back.map(|field| seen(lens, of, field, rows)) {
        None | Some(Seen::Always) => {}
        Some(Seen::Never) => sql.word(" AND FALSE"),
        Some(Seen::When(when)) => {
            sql.push(" AND ");
            condition(sql, &when, alias);
        }
    }
}

/// Whether a question is about this column.
fn reads(test: &Test, asked: &str) -> bool {
    let (Test::Is(attribute, _) | Test::Has(attribute)) = test else {
        return false;
    };
    matches!(attribute.shape, AttributeShape::Ref { column, .. } if column == asked)
}

/// Adds the value of an attribute that is one column.
pub fn attribute(sql: &mut Sql, attribute: &Attribute, alias: &str) {
    let column = match attribute.shape {
        AttributeShape::Text(_) | AttributeShape::Bool(_) | AttributeShape::Words(_) => {
            plain(attribute)
        }
        _ => reference(attribute).0,
    };
    sql.column(alias, column);
}
