//! Rows whose answer turns, counted by condition.

use uuid::Uuid;

use super::arms::any;
use super::own::{condition, pairs, person};
use super::visits::{Ids, Pairs, number};
use crate::catalogue::{AttributeShape, CellRef, Type};
use crate::policy::difference::asks_own;
use crate::policy::{Condition, Test};
use crate::store::cells::Holds;
use crate::store::raw::Raw;
use crate::store::readers::Visit;
use crate::store::{Store, StoreError};

/// Rows: those for which a condition holds, of somebody among these people where it asks for what is
/// a person's own.
#[derive(Clone)]
pub struct Part {
    /// Of which rows.
    pub rows: Condition,
    /// Where the condition asks for what is a person's own.
    pub own: Option<Sampled>,
}

/// Some of the people of a class.
#[derive(Clone)]
pub struct Sampled {
    /// What holds of the row if nothing of it is the person's own.
    pub apart: Condition,
    /// The people.
    pub people: Vec<Uuid>,
}

/// How many rows, by whose they are.
#[derive(Clone, Default, Debug)]
pub struct Counted {
    /// Rows of each organisation; of none where the type has none.
    pub by: Vec<(Option<Uuid>, u64)>,
    /// Whether there are more.
    pub capped: bool,
}

/// A row that turns for a person to whom it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnRow {
    /// The person.
    pub who: Uuid,
    /// The row.
    pub row: Uuid,
    /// Whose it is.
    pub organisation: Option<Uuid>,
}

impl Store {
    /// How many rows one of these parts holds, at most the cap.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_turned(
        &self,
        of: &'static Type,
        parts: &[Part],
        cap: u64,
    ) -> Result<Counted, StoreError> {
        let mut sql = self.sql();
        let alias = sql.alias();
        let organisation = organisation(of);
        sql.push(if organisation.is_some() {
            "SELECT COUNT(*), q.o FROM (SELECT "
        } else {
            "SELECT COUNT(*) FROM (SELECT "
        });
        match organisation {
            Some(column) => sql.column(&alias, column).push(" AS o"),
            None => sql.push("1 AS o"),
        };
        sql.push(" FROM ").push(of.table).push(" ").push(&alias);
        sql.push(" WHERE ");
        any(&mut sql, of, parts, &alias);
        sql.push(&format!(" LIMIT {}) q", cap + 1));
        if organisation.is_some() {
            sql.push(" GROUP BY q.o");
        }
        let counting = By {
            grouped: organisation.is_some(),
            by: Vec::new(),
        };
        let mut by = self.read(sql.finish(), counting).await?.by;
        by.retain(|(_, count)| *count > 0);
        let capped = by.iter().map(|(_, count)| count).sum::<u64>() > cap;
        Ok(Counted { by, capped })
    }

    /// Some rows that one of these parts holds.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn some_turned(
        &self,
        of: &'static Type,
        parts: &[Part],
        take: usize,
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.first(take, |sql| {
            sql.push("SELECT ").column(&alias, "id");
            sql.push(" FROM ").push(of.table).push(" ").push(&alias);
            sql.push(" WHERE ");
            any(sql, of, parts, &alias);
        });
        Ok(self.read(sql.finish(), Ids::default()).await?.0)
    }

    /// Those of these rows that none of these parts holds.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn beside(
        &self,
        of: &'static Type,
        parts: &[Part],
        rows: &[Uuid],
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.push("SELECT ").column(&alias, "id");
        sql.push(" FROM ").push(of.table).push(" ").push(&alias);
        sql.push(" WHERE ").column(&alias, "id");
        sql.among(rows.iter().copied()).push(" AND NOT COALESCE(");
        any(&mut sql, of, parts, &alias);
        sql.push(", FALSE)");
        Ok(self.read(sql.finish(), Ids::default()).await?.0)
    }

    /// The rows that turn for these people and name what is their own, by one question of the
    /// condition that asks for it; so many at most.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn own_turned(
        &self,
        of: &'static Type,
        rows: &Condition,
        by: &Test,
        people: &[Uuid],
        take: usize,
    ) -> Result<Vec<OwnRow>, StoreError> {
        let Some(own) = asks_own(by) else {
            return Ok(Vec::new());
        };
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.push("SELECT DISTINCT ").push(person(own)).push(", ");
        sql.column(&alias, "id");
        if let Some(column) = organisation(of) {
            sql.push(", ").column(&alias, column);
        }
        let who = pairs(&mut sql, of, own, by, &alias);
        sql.push(" AND ").seldom(|sql| {
            sql.push(who).among(people.iter().copied());
        });
        sql.push(" AND ");
        // the names inside are those of the relation once more: the person is asked from outside
        let outside = format!("{alias}_who");
        sql.exists().push("SELECT 1 FROM account ").push(&outside);
        sql.push(" WHERE ")
            .column(&outside, "id")
            .push(" = ")
            .push(who);
        sql.push(" AND ");
        condition(&mut sql, rows, &alias, Some(&format!("{outside}.id")));
        sql.push(&format!(") LIMIT {take}"));
        let found = OwnRows {
            organised: organisation(of).is_some(),
            rows: Vec::new(),
        };
        Ok(self.read(sql.finish(), found).await?.rows)
    }

    /// Those of these people for whom one of these rows turns, each with such a row: all pairs, or
    /// one pair a person at least.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn turned_for(
        &self,
        of: &'static Type,
        turning: &Condition,
        people: &[Uuid],
        rows: &[Uuid],
        take: usize,
    ) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.push("SELECT who.id, ").column(&alias, "id");
        sql.push(" FROM account who, ")
            .push(of.table)
            .push(" ")
            .push(&alias);
        sql.push(" WHERE who.id").among(people.iter().copied());
        sql.push(" AND ").column(&alias, "id");
        sql.among(rows.iter().copied()).push(" AND ");
        condition(&mut sql, turning, &alias, Some("who.id"));
        sql.push(&format!(" LIMIT {take}"));
        Ok(self.read(sql.finish(), Pairs::default()).await?.0)
    }

    /// Those of these people for whom none of these rows turns.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn unturned(
        &self,
        of: &'static Type,
        turning: &Condition,
        people: &[Uuid],
        rows: &[Uuid],
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut sql = self.sql();
        let alias = sql.alias();
        sql.push("SELECT who.id FROM account who WHERE who.id");
        sql.among(people.iter().copied());
        sql.push(" AND NOT ").exists().push("SELECT 1 FROM ");
        sql.push(of.table).push(" ").push(&alias).push(" WHERE ");
        sql.column(&alias, "id").among(rows.iter().copied());
        sql.push(" AND ");
        condition(&mut sql, turning, &alias, Some("who.id"));
        sql.push(")");
        Ok(self.read(sql.finish(), Ids::default()).await?.0)
    }

    /// Some rows of a type, for questions that only Cedar answers; of all of them as few as these.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn some_rows(&self, of: &'static Type, take: usize) -> Result<Vec<Uuid>, StoreError> {
        let all = Part {
            rows: Condition::Always,
            own: None,
        };
        self.some_turned(of, &[all], take).await
    }
}

/// The column by which a row is an organisation's.
fn organisation(of: &Type) -> Option<&'static str> {
    let attribute = of.attribute("organisation").or(of.attribute("lead"))?;
    match attribute.shape {
        AttributeShape::Ref { column, .. } => Some(column),
        AttributeShape::Itself { .. } => Some("id"),
        _ => None,
    }
}

/// Takes counts, with whose the rows are.
#[derive(Clone)]
struct By {
    grouped: bool,
    by: Vec<(Option<Uuid>, u64)>,
}

impl Visit for By {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        let whose = if self.grouped {
            optional(row, 1)?
        } else {
            None
        };
        self.by.push((whose, number(row, 0)?));
        Ok(())
    }
}

fn optional(row: &impl Raw, at: usize) -> Result<Option<Uuid>, StoreError> {
    Ok(match row.cell(at, Holds::Id)? {
        CellRef::Id(id) => Some(id),
        _ => None,
    })
}

/// Takes rows with the people to whom they belong.
#[derive(Clone)]
struct OwnRows {
    organised: bool,
    rows: Vec<OwnRow>,
}

impl Visit for OwnRows {
    fn row(&mut self, row: &impl Raw) -> Result<(), StoreError> {
        let organisation = if self.organised {
            optional(row, 2)?
        } else {
            None
        };
        self.rows.push(OwnRow {
            who: row.id(0)?,
            row: row.id(1)?,
            organisation,
        });
        Ok(())
    }
}
