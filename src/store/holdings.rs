//! Everything that is held on a person, table by table, as the inventory of the catalogue has it.
//!
//! It is read as it is kept, sealed values opened: it is the person's. Whoever reads needs the permit
//! to fetch the copy of a request.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::cells::{self, Holds};
use super::sql::Sql;
use super::{Store, StoreError};
use crate::catalogue::about::{Person, Place, Reads, Told};
use crate::catalogue::{Cell, Kind};
use crate::policy::Permit;

/// The deeds of which the permit may be: the copy is fetched, or looked at before the answer.
pub const EXPORT: &str = "DataRequest.export";
/// The other of them.
pub const PREVIEW: &str = "DataRequest.preview";

/// A person, and for whom the organisation holds the data.
#[derive(Clone)]
pub struct Holdings {
    /// The request.
    pub request: Uuid,
    /// The records that are the person's.
    pub persons: Vec<(Person, Uuid)>,
    /// Who holds the data.
    pub organisation: Uuid,
}

/// A row of which a person is the subject, or which mentions the person.
pub struct HeldRow {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub made: DateTime<Utc>,
    /// The values, in the order in which the place tells them.
    pub cells: Vec<Cell>,
}

impl Store {
    /// The records of the same person at the same organisation, the first among them: who signs in
    /// has an account, and may have other records by it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn same_person(
        &self,
        person: Person,
        id: Uuid,
        organisation: Uuid,
    ) -> Result<Vec<(Person, Uuid)>, StoreError> {
        let mut all = vec![(person, id)];
        let account = match person {
            Person::User => Some(id),
            Person::Student => None,
            Person::Volunteer | Person::Guardian => {
                let rows = self.rows(|sql| {
                    sql.push("SELECT account_id FROM ").push(person.table());
                    sql.push(" WHERE id = ").bind(id);
                });
                match rows.await?.first() {
                    Some(row) => row.try_get_by_index(0)?,
                    None => None,
                }
            }
        };
        let Some(account) = account else {
            return Ok(all);
        };
        let mut add = |found: (Person, Uuid)| {
            if !all.contains(&found) {
                all.push(found);
            }
        };
        add((Person::User, account));
        for person in [Person::Volunteer, Person::Guardian] {
            let rows = self.rows(|sql| {
                sql.push("SELECT id FROM ").push(person.table());
                sql.push(" WHERE account_id = ").bind(account);
                sql.push(" AND organisation_id = ").bind(organisation);
                sql.push(" ORDER BY id");
            });
            for row in rows.await? {
                add((person, row.try_get_by_index(0)?));
            }
        }
        Ok(all)
    }

    /// Some rows of a place about the person, or that only mention the person, after a row.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn holdings(
        &self,
        permit: &Permit,
        of: &Holdings,
        (place, mentions): (&'static Place, bool),
        after: Option<Uuid>,
        most: u32,
    ) -> Result<Vec<HeldRow>, StoreError> {
        if ![EXPORT, PREVIEW]
            .iter()
            .any(|deed| permit.covers(deed, of.request))
        {
            return Err(StoreError::Unpermitted);
        }
        let told = place.told();
        let mut sql = self.sql();
        sql.push("SELECT t.id, t.created_at");
        for told in &told {
            sql.push(", ").column("t", told.column);
        }
        sql.push(" FROM ").push(place.table).push(" t");
        if let Some(via) = &place.via {
            sql.push(" JOIN ").push(via.table).push(" v ON v.id = ");
            sql.column("t", via.column);
        }
        sql.push(" WHERE ");
        let any = if mentions {
            mentioned(&mut sql, place, of)
        } else {
            about(&mut sql, place, of)
        };
        if !any {
            return Ok(Vec::new());
        }
        if let Some(after) = after {
            sql.push(" AND t.id > ").bind(after);
        }
        sql.push(" ORDER BY t.id LIMIT ").bind(i64::from(most));
        let rows = self.rows(|empty| *empty = sql).await?;
        let read = || -> Result<Vec<HeldRow>, StoreError> {
            let rows = rows.iter();
            rows.map(|row| self.held(place, &told, row)).collect()
        };
        match read() {
            Err(StoreError::UnknownKey) => {
                // Another server has made a key since.
                self.vault.learn(&self.database).await?;
                read()
            }
            read => read,
        }
    }

    fn held(
        &self,
        place: &'static Place,
        told: &[Told],
        row: &QueryResult,
    ) -> Result<HeldRow, StoreError> {
        let id: Uuid = row.try_get_by_index(0)?;
        let mut cells = Vec::with_capacity(told.len());
        for (at, told) in told.iter().enumerate() {
            let cell = cells::read(row, at + 2, holds(told.reads))?;
            cells.push(match (told.reads, place.of(), cell) {
                (Reads::Sealed, Some(of), Cell::Text(kept)) => {
                    let plain = self.vault.open(of, told.column, id, &kept)?;
                    Cell::Text(plain.unwrap_or(kept))
                }
                (_, _, cell) => cell,
            });
        }
        Ok(HeldRow {
            id,
            made: row.try_get_by_index(1)?,
            cells,
        })
    }
}

fn holds(reads: Reads) -> Holds {
    match reads {
        Reads::Id(_) => Holds::Id,
        Reads::Sealed => Holds::Text,
        Reads::Value(kind) => match kind {
            Kind::Int => Holds::Int,
            Kind::Float => Holds::Float,
            Kind::Bool => Holds::Bool,
            Kind::Time => Holds::Time,
            Kind::Date => Holds::Date,
            _ => Holds::Text,
        },
    }
}

/// Adds a condition after others, in brackets: `(a OR b`, to be closed.
fn or(sql: &mut Sql, any: &mut bool) {
    sql.push(if *any { " OR " } else { "(" });
    *any = true;
}

/// Adds that the row is about the person; whether it can be.
fn about(sql: &mut Sql, place: &Place, of: &Holdings) -> bool {
    let mut any = false;
    let of_one = place.columns().any(|column| column == "organisation_id");
    for (person, id) in &of.persons {
        for (column, _) in place.whose.iter().filter(|(_, whose)| whose == person) {
            or(sql, &mut any);
            sql.push("(").column("t", column).push(" = ").bind(*id);
            // A user is of many organisations; each tells what it holds itself.
            if of_one && *person == Person::User {
                sql.push(" AND t.organisation_id = ").bind(of.organisation);
            }
            sql.push(")");
        }
        if let (Some(via), Person::User) = (&place.via, person) {
            or(sql, &mut any);
            sql.column("v", via.whose).push(" = ").bind(*id);
        }
    }
    if any {
        sql.push(")");
    }
    any
}

/// Adds that the row mentions the person, and is not about them; whether it can.
fn mentioned(sql: &mut Sql, place: &Place, of: &Holdings) -> bool {
    let mut any = false;
    for (person, id) in &of.persons {
        for column in place.mentions.iter().filter(|_| *person == Person::User) {
            or(sql, &mut any);
            sql.column("t", column).push(" = ").bind(*id);
        }
    }
    if !any {
        return false;
    }
    sql.push(")");
    let has = |name: &str| place.columns().any(|column| column == name);
    // Each organisation tells of what it has a part in.
    let sides: Vec<&str> = ["organisation_id", "lead_id", "partner_id"]
        .into_iter()
        .filter(|column| has(column))
        .collect();
    if !sides.is_empty() {
        let mut within = false;
        sql.push(" AND ");
        for side in sides {
            or(sql, &mut within);
            sql.column("t", side).push(" = ").bind(of.organisation);
        }
        sql.push(")");
    }
    let own = place
        .whose
        .iter()
        .any(|(_, whose)| of.persons.iter().any(|(person, _)| person == whose));
    if own {
        sql.push(" AND NOT COALESCE(");
        about(sql, place, of);
        sql.push(", FALSE)");
    }
    true
}
