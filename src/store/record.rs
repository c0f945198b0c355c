//! Everything that policies may read of rows, for the questions that go to Cedar itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::cells::{self, Holds};
use super::find::MOST_IDS;
use super::{Store, StoreError};
use crate::catalogue::{Attribute, AttributeShape, Cell, Type};
use crate::policy::Record;

impl Store {
    /// The records of these rows, whoever may see them: they are for deciding, not for showing.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn records(
        &self,
        of: &'static Type,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Record>, StoreError> {
        let mut records = HashMap::with_capacity(ids.len());
        for part in ids.chunks(MOST_IDS) {
            records.extend(self.some_records(of, part).await?);
        }
        Ok(records)
    }

    async fn some_records(
        &self,
        of: &'static Type,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Record>, StoreError> {
        let columns: Vec<(&'static str, Holds)> = of.attributes.iter().filter_map(column).collect();
        let mut sql = self.sql();
        sql.push("SELECT t.id");
        for (column, _) in &columns {
            sql.push(", ").column("t", column);
        }
        sql.push(" FROM ")
            .push(of.table)
            .push(" t WHERE t.id")
            .among(ids.iter().copied());
        let rows = self.database.query_all_raw(sql.finish()).await?;
        let mut sets: HashMap<Uuid, BTreeMap<&'static str, BTreeSet<Uuid>>> = HashMap::new();
        for attribute in of.attributes {
            for (row, member) in self.members(attribute, ids).await? {
                sets.entry(row)
                    .or_default()
                    .entry(attribute.name)
                    .or_default()
                    .insert(member);
            }
        }
        let none = BTreeMap::new();
        let mut records = HashMap::new();
        for row in &rows {
            let id = row.try_get_by_index::<Uuid>(0)?;
            let mut cells: HashMap<&str, Cell> = HashMap::new();
            for (at, (column, holds)) in columns.iter().enumerate() {
                cells.insert(column, cells::read(row, at + 1, *holds)?);
            }
            let sets = sets.get(&id).unwrap_or(&none);
            let record = Record::from_columns(of, id, |name| cells.get(name).cloned(), sets);
            records.insert(id, record);
        }
        Ok(records)
    }

    /// The members of a set, with the rows whose set it is.
    async fn members(
        &self,
        attribute: &Attribute,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        let AttributeShape::Set {
            from,
            own,
            value,
            when,
            ..
        } = attribute.shape
        else {
            return Ok(Vec::new());
        };
        let mut sql = self.sql();
        sql.push("SELECT ")
            .push(own)
            .push(", ")
            .push(value)
            .push(" FROM ")
            .push(from);
        sql.push(" WHERE ").push(own).among(ids.iter().copied());
        sql.push(" AND (").timed(when).push(")");
        let rows = self.database.query_all_raw(sql.finish()).await?;
        let pair =
            |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.iter().map(pair).collect()
    }
}

fn column(attribute: &Attribute) -> Option<(&'static str, Holds)> {
    match attribute.shape {
        AttributeShape::Ref { column, .. } => Some((column, Holds::Id)),
        AttributeShape::Text(column) | AttributeShape::Words(column) => Some((column, Holds::Text)),
        AttributeShape::Bool(column) => Some((column, Holds::Bool)),
        AttributeShape::Itself { .. } | AttributeShape::Set { .. } => None,
    }
}
