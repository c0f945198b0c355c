//! What a client looks for, put to the database as the viewer's view of the data.

use uuid::Uuid;

use super::cells::bound;
use super::sql::Sql;
use super::view::{self, Seen, seen};
use crate::catalogue::{Cell, Field, Sealing, Shape, Type};
use crate::policy::{Condition, Lens};

/// What a client looks for.
pub enum Filter {
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// One of these rows.
    Ids(Vec<Uuid>),
    /// A value that is so.
    Cell(&'static Field, CellTest),
    /// A related row, to which one leads, that is so.
    One(&'static Field, &'static Type, Box<Self>),
    /// At least one related row that is so.
    Some(&'static Field, &'static Type, Box<Self>),
    /// Each of these words in some field that search looks into.
    Search(Vec<String>),
}

/// How a value must be. A null satisfies none but [`CellTest::Null`].
pub enum CellTest {
    /// One of these.
    In(Vec<Cell>),
    /// Less than this.
    Less(Cell),
    /// Less than this or equal.
    AtMost(Cell),
    /// Greater than this.
    Greater(Cell),
    /// Greater than this or equal.
    AtLeast(Cell),
    /// Has this text in it; letters A to Z regardless of case.
    Contains(String),
    /// Begins with this text; letters A to Z regardless of case.
    StartsWith(String),
    /// Has this word in its list.
    Has(String),
    /// There is no value, or none that the viewer sees.
    Null,
}

/// Where filters are written: the statement, and whose view it is.
pub struct Filtering<'a> {
    /// The statement.
    pub sql: &'a mut Sql,
    /// Whose view it is.
    pub lens: &'a Lens,
}

impl Filtering<'_> {
    /// Adds a filter on the row `alias` of a type, whose rows are there under `rows`.
    pub fn add(&mut self, filter: &Filter, of: &'static Type, alias: &str, rows: &Condition) {
        match filter {
            Filter::All(parts) => self.join(parts, " AND ", "TRUE", of, alias, rows),
            Filter::Any(parts) => self.join(parts, " OR ", "FALSE", of, alias, rows),
            Filter::Not(inner) => {
                // Only here can a null spoil the truth: what is unknown is not so.
                self.sql.push("NOT COALESCE(");
                self.add(inner, of, alias, rows);
                self.sql.push(", FALSE)");
            }
            Filter::Ids(ids) if ids.is_empty() => self.sql.word("FALSE"),
            Filter::Ids(ids) => {
                self.sql.column(alias, "id").among(ids.iter().copied());
            }
            Filter::Cell(field, test) => match seen(self.lens, of, field, rows) {
                Seen::Never => {
                    self.sql.push(if matches!(test, CellTest::Null) {
                        "TRUE"
                    } else {
                        "FALSE"
                    });
                }
                Seen::Always => self.cell(of, field, test, alias),
                Seen::When(when) => {
                    let null = matches!(test, CellTest::Null);
                    self.sql.push(if null { "(NOT " } else { "(" });
                    view::condition(self.sql, &when, alias);
                    self.sql.push(if null { " OR " } else { " AND " });
                    self.cell(of, field, test, alias);
                    self.sql.push(")");
                }
            },
            Filter::One(field, target, inner) | Filter::Some(field, target, inner) => {
                self.related(field, target, inner, of, alias, rows);
            }
            Filter::Search(words) => self.search(words, of, alias, rows),
        }
    }

    fn join(
        &mut self,
        parts: &[Filter],
        word: &str,
        none: &str,
        of: &'static Type,
        alias: &str,
        rows: &Condition,
    ) {
        if parts.is_empty() {
            return self.sql.word(none);
        }
        self.sql.push("(");
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.sql.push(word);
            }
            self.add(part, of, alias, rows);
        }
        self.sql.push(")");
    }

    fn cell(&mut self, of: &'static Type, field: &Field, test: &CellTest, alias: &str) {
        if field.sealing != Sealing::Open && !matches!(test, CellTest::Null) {
            return self.sealed(of, field, test, alias);
        }
        let mut compare = |operator: &str, value: &Cell| {
            view::stored(self.sql, field, alias);
            self.sql.push(operator).bind(bound(value));
        };
        match test {
            CellTest::In(values) if values.is_empty() => self.sql.word("FALSE"),
            CellTest::In(values) => {
                view::stored(self.sql, field, alias);
                self.sql.among(values.iter().map(bound));
            }
            CellTest::Less(value) => compare(" < ", value),
            CellTest::AtMost(value) => compare(" <= ", value),
            CellTest::Greater(value) => compare(" > ", value),
            CellTest::AtLeast(value) => compare(" >= ", value),
            CellTest::Contains(text) => self.position(field, alias, text, " > 0"),
            CellTest::StartsWith(text) => self.position(field, alias, text, " = 1"),
            CellTest::Has(word) => self.has(field, alias, word),
            CellTest::Null => {
                view::stored(self.sql, field, alias);
                self.sql.push(" IS NULL");
            }
        }
    }

    /// What is sealed is found whole, by its hash, or not at all.
    fn sealed(&mut self, of: &'static Type, field: &Field, test: &CellTest, alias: &str) {
        let (CellTest::In(values), Sealing::Found(beside), Some(column)) =
            (test, field.sealing, field.column())
        else {
            return self.sql.word("FALSE");
        };
        let texts = values.iter().filter_map(|value| match value {
            Cell::Text(text) => Some(text),
            _ => None,
        });
        let vault = self.sql.vault();
        let hashes: Vec<String> = texts
            .flat_map(|text| vault.hashes(of, column, text))
            .collect();
        if hashes.is_empty() {
            return self.sql.word("FALSE");
        }
        self.sql.column(alias, beside).among(hashes);
    }

    /// A list has a word as one of its items, not as a part of one.
    fn has(&mut self, field: &Field, alias: &str, word: &str) {
        let (before, after) = self.sql.items();
        self.sql.exists().push("SELECT 1 FROM ").push(before);
        view::stored(self.sql, field, alias);
        self.sql
            .push(after)
            .push(" WHERE item.value = ")
            .bind(word)
            .push(")");
    }

    fn position(&mut self, field: &Field, alias: &str, text: &str, is: &str) {
        let position = self.sql.position();
        self.sql.push(position).push("(LOWER(");
        view::stored(self.sql, field, alias);
        self.sql
            .push("), ")
            .bind(text.to_ascii_lowercase())
            .push(")")
            .push(is);
    }

    /// A related row: the relation is seen, the row is there for the viewer, and it is so.
    fn related(
        &mut self,
        field: &'static Field,
        target: &'static Type,
        inner: &Filter,
        of: &'static Type,
        alias: &str,
        rows: &Condition,
    ) {
        let when = match seen(self.lens, of, field, rows) {
            Seen::Never => return self.sql.word("FALSE"),
            Seen::Always => Condition::Always,
            Seen::When(when) => when,
        };
        let there = self.lens.rows(target);
        let next = self.sql.alias();
        self.sql.push("(");
        view::condition(self.sql, &when, alias);
        self.sql
            .push(" AND ")
            .exists()
            .push("SELECT 1 FROM ")
            .push(target.table)
            .push(" ")
            .push(&next);
        self.sql.push(" WHERE ");
        match field.shape {
            Shape::Many { foreign, .. } => {
                self.sql
                    .column(&next, foreign)
                    .push(" = ")
                    .column(alias, "id");
                self.sql
                    .push(" AND ")
                    .column(&next, "archived_at")
                    .push(" IS NULL");
            }
            _ => {
                self.sql.column(&next, "id").push(" = ");
                view::stored(self.sql, field, alias);
            }
        }
        self.sql.push(" AND ");
        view::condition(self.sql, &there, &next);
        if let Shape::Many { foreign, .. } = field.shape {
            view::names(self.sql, self.lens, target, foreign, &there, &next);
        }
        self.sql.push(" AND ");
        self.add(inner, target, &next, &there);
        self.sql.push("))");
    }

    fn search(&mut self, words: &[String], of: &'static Type, alias: &str, rows: &Condition) {
        let fields = || {
            of.fields
                .iter()
                .filter(|f| matches!(f.shape, Shape::Value { search: true, .. }))
        };
        let parts = words.iter().map(|word| {
            Filter::Any(
                fields()
                    .map(|f| Filter::Cell(f, CellTest::Contains(word.clone())))
                    .collect(),
            )
        });
        let parts: Vec<Filter> = parts.collect();
        self.join(&parts, " AND ", "TRUE", of, alias, rows);
    }
}
