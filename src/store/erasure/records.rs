//! What is kept of an erasure: when, by whom, on what ground and of how many rows; nobody's name.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::erase::{Counts, Order};
use crate::store::{Store, StoreError};

/// The record of an erasure.
pub struct ErasureRow {
    /// Its id.
    pub id: Uuid,
    /// When it was.
    pub at: DateTime<Utc>,
    /// Whose record it was, unless it was a sign-in.
    pub organisation: Option<Uuid>,
    /// The type of the record.
    pub kind: String,
    /// A keyed hash of the row's id.
    pub pseudonym: String,
    /// Why.
    pub ground: String,
    /// How it came about.
    pub way: String,
    /// Who did it.
    pub by: Option<Uuid>,
    /// A keyed hash of its key where it was imported from.
    pub external: Option<String>,
    /// How many rows were touched, by table: the text of a JSON object.
    pub counts: String,
}

const COLUMNS: &str = "SELECT id, created_at, organisation_id, kind, pseudonym, ground, way, \
     account_id, external, counts FROM erasure ";

fn read(row: &QueryResult) -> Result<ErasureRow, StoreError> {
    Ok(ErasureRow {
        id: row.try_get_by_index(0)?,
        at: row.try_get_by_index(1)?,
        organisation: row.try_get_by_index(2)?,
        kind: row.try_get_by_index(3)?,
        pseudonym: row.try_get_by_index(4)?,
        ground: row.try_get_by_index(5)?,
        way: row.try_get_by_index(6)?,
        by: row.try_get_by_index(7)?,
        external: row.try_get_by_index(8)?,
        counts: row.try_get_by_index(9)?,
    })
}

impl Store {
    /// The erasures of an organisation, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn erasures_of(
        &self,
        organisation: Uuid,
        most: u64,
    ) -> Result<Vec<ErasureRow>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push(COLUMNS)
                .push("WHERE organisation_id = ")
                .bind(organisation);
            sql.push(" ORDER BY created_at DESC, id DESC LIMIT ")
                .push(&most.to_string());
        });
        rows.await?.iter().map(read).collect()
    }

    /// Every erasure, the oldest first.
    pub(super) async fn all_erasures(&self) -> Result<Vec<ErasureRow>, StoreError> {
        let rows = self.rows(|sql| sql.push(COLUMNS).word("ORDER BY created_at, id"));
        rows.await?.iter().map(read).collect()
    }

    pub(super) async fn record_erasure(
        &self,
        transaction: &impl ConnectionTrait,
        order: &Order,
        organisation: Option<Uuid>,
        pseudonym: String,
        external: Option<String>,
        counts: &Counts,
    ) -> Result<(), StoreError> {
        let row = ErasureRow {
            id: Uuid::now_v7(),
            at: self.now,
            organisation,
            kind: order.person.name().to_owned(),
            pseudonym,
            ground: order.ground.code().to_owned(),
            way: order.way.code().to_owned(),
            by: order.by,
            external,
            counts: serde_json::json!(counts).to_string(),
        };
        self.insert_erasure(transaction, &row).await
    }

    pub(super) async fn insert_erasure(
        &self,
        database: &impl ConnectionTrait,
        row: &ErasureRow,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql();
        sql.push("INSERT INTO erasure (id, created_at, organisation_id, kind, pseudonym, ground, ");
        sql.push("way, account_id, external, counts) VALUES (")
            .bind(row.id);
        sql.push(", ")
            .bind(row.at)
            .push(", ")
            .bind(row.organisation);
        for text in [&row.kind, &row.pseudonym, &row.ground, &row.way] {
            sql.push(", ").bind(text.as_str());
        }
        sql.push(", ")
            .bind(row.by)
            .push(", ")
            .bind(row.external.clone());
        sql.push(", ").bind(row.counts.as_str()).push(")");
        database.execute_raw(sql.finish()).await?;
        Ok(())
    }
}
