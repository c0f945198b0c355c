//! The history of consents: what came last, and one act more.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::events::{Changes, Event};
use super::sql::Sql;
use super::write::{insert, update};
use super::{Change, Changed, Draft, Store, StoreError};
use crate::policy::Permit;

/// An act of the history.
pub struct ConsentAct {
    /// Its row.
    pub id: Uuid,
    /// `GIVEN` or `WITHDRAWN`.
    pub act: String,
    /// The text that was shown.
    pub text: Uuid,
}

/// A text on consent as it stands.
pub struct ConsentTextRow {
    /// Its row.
    pub id: Uuid,
    /// Whose it is.
    pub organisation: Uuid,
    /// What for.
    pub purpose: String,
    /// `DRAFT`, `PUBLISHED` or `RETIRED`.
    pub status: String,
}

impl Store {
    /// What a person, a volunteer or a student, did last about a purpose and a receiver.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn last_consent(
        &self,
        person: Uuid,
        purpose: &str,
        receiver: Uuid,
    ) -> Result<Option<ConsentAct>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT id, act, text_id FROM consent WHERE (volunteer_id = ")
            .bind(person)
            .push(" OR student_id = ")
            .bind(person)
            .push(") AND purpose = ")
            .bind(purpose)
            .push(" AND receiver_id = ")
            .bind(receiver)
            .push(" ORDER BY number DESC LIMIT 1");
        let row = self.database.query_one_raw(sql.finish()).await?;
        let read = |row: sea_orm::QueryResult| {
            Ok(ConsentAct {
                id: row.try_get_by_index(0)?,
                act: row.try_get_by_index(1)?,
                text: row.try_get_by_index(2)?,
            })
        };
        row.map(read).transpose()
    }

    /// A text on consent.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn consent_text(&self, id: Uuid) -> Result<Option<ConsentTextRow>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT organisation_id, purpose, status FROM consent_text WHERE archived_at IS NULL AND id = ")
            .bind(id);
        let row = self.database.query_one_raw(sql.finish()).await?;
        let read = |row: sea_orm::QueryResult| {
            Ok(ConsentTextRow {
                id,
                organisation: row.try_get_by_index(0)?,
                purpose: row.try_get_by_index(1)?,
                status: row.try_get_by_index(2)?,
            })
        };
        row.map(read).transpose()
    }

    /// Whether a person is a guardian who may sign for this child.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn may_sign(&self, account: Uuid, student: Uuid) -> Result<bool, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT g.id FROM guardianship g JOIN guardian p ON p.id = g.guardian_id ");
        sql.push("WHERE g.may_sign AND g.archived_at IS NULL AND g.student_id = ")
            .bind(student)
            .push(" AND p.account_id = ")
            .bind(account)
            .push(" LIMIT 1");
        Ok(self.database.query_one_raw(sql.finish()).await?.is_some())
    }

    /// Adds an act to the history of a person, under the permit for this action on that person,
    /// unless the person's record was changed since it was decided.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn consent(
        &self,
        permit: &Permit,
        action: &str,
        person: Change,
        mut act: Draft,
        now: DateTime<Utc>,
    ) -> Result<Changed, StoreError> {
        if !permit.covers(action, person.id) {
            return Err(StoreError::Unpermitted);
        }
        let id = person.id;
        let transaction = self.writing(action, now).await?;
        // The person's row is held from here on: acts about a person come one after another.
        if update(&transaction, person, now).await? == Changed::Overtaken {
            return Ok(Changed::Overtaken);
        }
        let mut sql = Sql::new(transaction.get_database_backend(), now);
        sql.push("SELECT COALESCE(MAX(number), 0) + 1 FROM consent WHERE volunteer_id = ")
            .bind(id)
            .push(" OR student_id = ")
            .bind(id);
        let row = transaction.query_one_raw(sql.finish()).await?;
        let number: i32 = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => 1,
        };
        act.columns.push(("number", number.into()));
        let (of, made, what) = (act.of, act.id, Changes::Made);
        insert(&transaction, act, now).await?;
        let event = Event { of, id: made, what };
        self.commit(transaction, vec![event]).await?;
        Ok(Changed::Done)
    }
}
