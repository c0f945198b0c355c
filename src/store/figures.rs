//! Rows counted by what the viewer sees of them.

use std::sync::Arc;

use chrono::Months;
use uuid::Uuid;

use super::cells::Holds;
use super::find::{Ask, Within};
use super::raw::Raw;
use super::readers::Visit;
use super::sql::{Sql, hong_kong_day};
use super::view::{self, Seen, seen};
use super::{Store, StoreError};
use crate::catalogue::{self, AGE_BANDS, Cell, Dimension, Facet, Field, SMALL_GROUPS, Type};
use crate::policy::{Condition, Layout, Lens, Rule};

/// What is counted.
pub struct Counting<'a> {
    /// The rows, and whose view it is.
    pub layout: &'a Arc<Layout>,
    /// Of which organisation.
    pub organisation: Uuid,
    /// By what.
    pub by: &'a [&'static Dimension],
}

/// How many rows are alike.
#[derive(Clone)]
pub struct Counted {
    /// In what they are alike, in the order of the dimensions.
    pub keys: Vec<Cell>,
    /// Whether the viewer has the right to small groups for them.
    pub right: bool,
    /// How many.
    pub count: u64,
}

impl Store {
    /// Whether the viewer sees on any row what it is counted by.
    #[must_use]
    pub fn counts_by(lens: &Lens, of: &'static Type, by: &Dimension) -> bool {
        let sees = |of: &'static Type, name| of.field(name).is_some_and(|f| lens.may_see(of, f));
        match by.of {
            Facet::Value(name) | Facet::Target(name) | Facet::AgeBand(name) | Facet::Year(name) => {
                sees(of, name)
            }
            Facet::Class | Facet::Grade => {
                let entered = |of| sees(of, "class") && sees(of, "student");
                let there = |of| !matches!(&*lens.rows(of), Condition::Never);
                let class = |of| there(of) && (by.of == Facet::Class || sees(of, "grade"));
                catalogue::find("Enrolment").is_some_and(entered)
                    && catalogue::find("Class").is_some_and(class)
            }
        }
    }

    /// How many rows there are for the viewer, by what they are alike in. A value that the viewer
    /// does not see in full counts as none.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn figures(&self, counting: &Counting<'_>) -> Result<Vec<Counted>, StoreError> {
        let (layout, by) = (counting.layout, counting.by);
        let (of, lens) = (layout.of(), layout.lens());
        let mut sql = self.sql();
        let alias = sql.alias();
        let names: Vec<String> = (0..by.len()).map(|at| format!("q.g{at}, ")).collect();
        let names = names.concat();
        sql.push("SELECT ")
            .push(&names)
            .push("q.r, COUNT(*) FROM (SELECT ");
        for (at, one) in by.iter().enumerate() {
            self.bucket(&mut sql, one.of, &format!("p.v{at}"));
            sql.push(&format!(" AS g{at}, "));
        }
        sql.push("p.r AS r FROM (SELECT ");
        for (at, one) in by.iter().enumerate() {
            facet(&mut sql, lens, of, one.of, &alias);
            sql.push(&format!(" AS v{at}, "));
        }
        sql.push("CASE WHEN ");
        right(&mut sql, lens, of, &alias);
        sql.push(" THEN 1 ELSE 0 END AS r");
        let parents = [counting.organisation];
        let ask = Ask {
            layout,
            filter: None,
            order: &[],
            archived: false,
            within: Some(Within {
                foreign: "organisation_id",
                parents: &parents,
            }),
            keyed: false,
        };
        self.source(&mut sql, &ask, &alias);
        sql.push(") p) q GROUP BY ").push(&names).push("q.r");
        let holds = by.iter().map(|one| match one.of {
            Facet::Target(_) | Facet::Class => Holds::Id,
            _ => Holds::Text,
        });
        let taking = Taking {
            holds: holds.collect(),
            found: Vec::new(),
        };
        Ok(self.read(sql.finish(), taking).await?.found)
    }

    /// Adds what a value is counted as.
    fn bucket(&self, sql: &mut Sql, of: Facet, value: &str) {
        match of {
            Facet::Year(_) => {
                sql.push("substr(CAST(")
                    .push(value)
                    .push(" AS TEXT), 1, 4)");
            }
            Facet::AgeBand(_) => {
                let today = hong_kong_day(self.now());
                let ends = AGE_BANDS.iter().skip(1).map(|(from, _)| *from);
                sql.push("CASE WHEN ")
                    .push(value)
                    .push(" IS NULL THEN NULL");
                for (end, (_, name)) in ends.zip(AGE_BANDS) {
                    let day = today.checked_sub_months(Months::new(end * 12));
                    sql.push(" WHEN ").push(value).push(" > ");
                    sql.bind(day.unwrap_or(today));
                    sql.push(&format!(" THEN '{name}'"));
                }
                let last = AGE_BANDS.last().map_or("", |(_, name)| name);
                sql.push(&format!(" ELSE '{last}' END"));
            }
            _ => sql.word(value),
        }
    }
}

/// Adds whether the viewer has the right to small groups for a row.
fn right(sql: &mut Sql, lens: &Lens, of: &'static Type, alias: &str) {
    let rule = of.deed(SMALL_GROUPS).map(|deed| lens.deed(of, deed));
    match rule.as_deref() {
        Some(Rule::Condition(condition)) => view::condition(sql, condition, alias),
        _ => sql.word("FALSE"),
    }
}

/// Adds what of a row it is counted by, where the viewer sees it.
fn facet(sql: &mut Sql, lens: &Lens, of: &'static Type, facet: Facet, alias: &str) {
    match facet {
        Facet::Value(name) | Facet::AgeBand(name) | Facet::Year(name) => match of.field(name) {
            Some(field) => {
                let seen = seen(lens, of, field, &lens.rows(of));
                view::viewed(sql, field, &seen, alias);
            }
            None => sql.word("NULL"),
        },
        Facet::Target(name) => match of.field(name) {
            Some(field) => {
                sql.push("CASE WHEN ");
                sees(sql, lens, of, field, alias);
                sql.push(" THEN ");
                view::target(sql, lens, field, alias);
                sql.push(" END");
            }
            None => sql.word("NULL"),
        },
        Facet::Class => class(sql, lens, "id", alias),
        Facet::Grade => class(sql, lens, "grade", alias),
    }
}

/// Adds a column of the class that a student is in, as far as the viewer sees that.
fn class(sql: &mut Sql, lens: &Lens, column: &str, alias: &str) {
    let found = (catalogue::find("Enrolment"), catalogue::find("Class"));
    let (Some(entries), Some(classes)) = found else {
        return sql.word("NULL");
    };
    let (entry, class) = (sql.alias(), sql.alias());
    sql.push("(SELECT ").column(&class, column).push(" FROM ");
    sql.push(entries.table).push(" ").push(&entry);
    sql.push(" JOIN ")
        .push(classes.table)
        .push(" ")
        .push(&class);
    sql.push(" ON ")
        .column(&class, "id")
        .push(" = ")
        .column(&entry, "class_id");
    sql.push(" WHERE ")
        .column(&entry, "student_id")
        .push(" = ")
        .column(alias, "id");
    sql.push(" AND ")
        .column(&entry, "archived_at")
        .push(" IS NULL AND ");
    sql.push("(")
        .column(&entry, "ends_on")
        .push(" IS NULL OR ")
        .column(&entry, "ends_on");
    sql.timed(" >= {today}) AND ");
    view::condition(sql, &lens.rows(entries), &entry);
    for name in ["class", "student"] {
        sql.push(" AND ");
        match entries.field(name) {
            Some(field) => sees(sql, lens, entries, field, &entry),
            None => sql.word("FALSE"),
        }
    }
    sql.push(" AND ");
    view::condition(sql, &lens.rows(classes), &class);
    if let Some(field) = classes.field(column) {
        sql.push(" AND ");
        sees(sql, lens, classes, field, &class);
    }
    sql.push(" ORDER BY ")
        .column(&entry, "id")
        .push(" LIMIT 1)");
}

/// Adds whether the viewer has a field of a row in full.
fn sees(sql: &mut Sql, lens: &Lens, of: &'static Type, field: &'static Field, alias: &str) {
    match seen(lens, of, field, &lens.rows(of)) {
        Seen::Always => sql.word("TRUE"),
        Seen::Never => sql.word("FALSE"),
        Seen::When(condition) => view::condition(sql, &condition, alias),
    }
}

/// Takes the counts.
#[derive(Clone)]
struct Taking {
    holds: Vec<Holds>,
    found: Vec<Counted>,
}

impl Visit for Taking {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        let after = self.holds.len();
        let keys = self.holds.iter().enumerate();
        let keys = keys.map(|(at, holds)| Ok(row.cell(at, *holds)?.kept()));
        let number = |at, holds| match row.cell(at, holds)? {
            catalogue::CellRef::Int(number) => Ok(number.unsigned_abs()),
            _ => Err(StoreError::Type("count")),
        };
        self.found.push(Counted {
            keys: keys.collect::<Result<_, StoreError>>()?,
            right: number(after, Holds::Int)? == 1,
            count: number(after + 1, Holds::Long)?,
        });
        Ok(())
    }
}
