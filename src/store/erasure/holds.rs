//! Holds: what is held is erased by nobody until the hold is released or ends.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult, TransactionTrait};
use uuid::Uuid;

use super::Person;
use crate::catalogue::Type;
use crate::policy::Permit;
use crate::store::sql::Sql;
use crate::store::{Store, StoreError};

/// A hold to be placed.
pub struct NewHold {
    /// Its id.
    pub id: Uuid,
    /// The organisation that holds.
    pub organisation: Uuid,
    /// The type of the record.
    pub of: &'static Type,
    /// The record.
    pub subject: Uuid,
    /// Why.
    pub reason: String,
    /// When it ends by itself.
    pub until: Option<DateTime<Utc>>,
    /// Who places it.
    pub by: Option<Uuid>,
}

/// A hold as it stands.
pub struct HeldRow {
    /// Its id.
    pub id: Uuid,
    /// When it was placed.
    pub placed: DateTime<Utc>,
    /// The type of the record.
    pub of: String,
    /// The record.
    pub subject: Uuid,
    /// Why.
    pub reason: String,
    /// When it ends by itself.
    pub until: Option<DateTime<Utc>>,
    /// Who placed it.
    pub by: Option<Uuid>,
    /// When it was released.
    pub released: Option<DateTime<Utc>>,
    /// Who released it.
    pub released_by: Option<Uuid>,
    /// Why.
    pub release_reason: Option<String>,
}

/// What became of a hold that was to be released.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Released {
    /// It is released.
    Done,
    /// It was before.
    Before,
    /// The organisation has no such hold.
    Unknown,
}

/// The deeds of which the permits must be.
const PLACE: &str = "Organisation.placeHold";
const RELEASE: &str = "Organisation.releaseHold";

/// The types whose records can be held, with the column that says whose they are.
const HELD: [(&str, &str); 6] = [
    ("Volunteer", "volunteer"),
    ("Student", "student"),
    ("Guardian", "guardian"),
    ("User", "account"),
    ("Notice", "notice"),
    ("Shift", "shift"),
];

impl Store {
    /// Whether records of a type can be held.
    #[must_use]
    pub fn holds(of: &Type) -> bool {
        HELD.iter().any(|(name, _)| *name == of.name)
    }

    /// Whether a record is an organisation's to hold; a sign-in is, while it has a role there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn belongs(
        &self,
        of: &Type,
        subject: Uuid,
        organisation: Uuid,
    ) -> Result<bool, StoreError> {
        let rows = self.rows(|sql| {
            match of.name {
                "User" => sql.push("SELECT id FROM membership WHERE account_id = "),
                _ => sql
                    .push("SELECT id FROM ")
                    .push(of.table)
                    .push(" WHERE id = "),
            };
            sql.bind(subject)
                .push(" AND organisation_id = ")
                .bind(organisation);
            sql.push(" LIMIT 1");
        });
        Ok(!rows.await?.is_empty())
    }

    /// Places a hold, under the permit for it on the organisation; whether the record was there.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn place_hold(&self, permit: &Permit, hold: NewHold) -> Result<bool, StoreError> {
        if !permit.covers(PLACE, hold.organisation) {
            return Err(StoreError::Unpermitted);
        }
        let transaction = self.database.begin().await?;
        // Whoever erases the record waits for this, or was before.
        if !self.lock(&transaction, hold.of.table, hold.subject).await? {
            return Ok(false);
        }
        let mut sql = self.sql();
        sql.push("INSERT INTO legal_hold (id, created_at, organisation_id, subject_type, ");
        sql.push("subject_id, reason, ends_at, account_id) VALUES (")
            .bind(hold.id);
        sql.push(", ")
            .bind(self.now)
            .push(", ")
            .bind(hold.organisation);
        sql.push(", ")
            .bind(hold.of.name)
            .push(", ")
            .bind(hold.subject);
        sql.push(", ").bind(hold.reason).push(", ").bind(hold.until);
        sql.push(", ").bind(hold.by).push(")");
        transaction.execute_raw(sql.finish()).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Releases a hold of an organisation, under the permit for it there.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn release_hold(
        &self,
        permit: &Permit,
        organisation: Uuid,
        hold: Uuid,
        reason: &str,
        by: Option<Uuid>,
    ) -> Result<Released, StoreError> {
        if !permit.covers(RELEASE, organisation) {
            return Err(StoreError::Unpermitted);
        }
        let mut sql = self.sql();
        sql.push("UPDATE legal_hold SET released_at = ")
            .bind(self.now);
        sql.push(", released_by_id = ").bind(by);
        sql.push(", release_reason = ").bind(reason);
        sql.push(" WHERE released_at IS NULL AND id = ").bind(hold);
        sql.push(" AND organisation_id = ").bind(organisation);
        let done = self.database.execute_raw(sql.finish()).await?;
        if done.rows_affected() > 0 {
            return Ok(Released::Done);
        }
        let rows = self.rows(|sql| {
            sql.push("SELECT id FROM legal_hold WHERE id = ").bind(hold);
            sql.push(" AND organisation_id = ").bind(organisation);
        });
        Ok(match rows.await?.is_empty() {
            true => Released::Unknown,
            false => Released::Before,
        })
    }

    /// The holds of an organisation, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn holds_of(
        &self,
        organisation: Uuid,
        most: u64,
    ) -> Result<Vec<HeldRow>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT id, created_at, subject_type, subject_id, reason, ends_at, ");
            sql.push("account_id, released_at, released_by_id, release_reason FROM legal_hold ");
            sql.push("WHERE organisation_id = ").bind(organisation);
            sql.push(" ORDER BY created_at DESC, id DESC LIMIT ");
            sql.push(&most.to_string());
        });
        let read = |row: &QueryResult| {
            Ok(HeldRow {
                id: row.try_get_by_index(0)?,
                placed: row.try_get_by_index(1)?,
                of: row.try_get_by_index(2)?,
                subject: row.try_get_by_index(3)?,
                reason: row.try_get_by_index(4)?,
                until: row.try_get_by_index(5)?,
                by: row.try_get_by_index(6)?,
                released: row.try_get_by_index(7)?,
                released_by: row.try_get_by_index(8)?,
                release_reason: row.try_get_by_index(9)?,
            })
        };
        rows.await?.iter().map(read).collect()
    }

    /// Takes hold of a row until the transaction ends; whether it is there.
    pub(in crate::store) async fn lock(
        &self,
        transaction: &impl ConnectionTrait,
        table: &str,
        id: Uuid,
    ) -> Result<bool, StoreError> {
        let mut sql = self.sql();
        sql.push("UPDATE ").push(table);
        // nothing of it changes: whoever edits it goes on
        sql.push(" SET updated_at = updated_at WHERE id = ")
            .bind(id);
        Ok(transaction.execute_raw(sql.finish()).await?.rows_affected() > 0)
    }

    /// Whether a person is held: by name, or with what the person has a part in.
    pub(super) async fn is_held(
        &self,
        database: &impl ConnectionTrait,
        person: Person,
        id: Uuid,
    ) -> Result<bool, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT h.id FROM legal_hold h WHERE ");
        in_force(&mut sql, "h", self.now);
        sql.push(" AND (h.subject_id = ").bind(id);
        match person {
            // A shift that is held is held with its roster.
            Person::Volunteer => {
                with_sign_in(&mut sql, "volunteer", id);
                sql.push(
                    " OR h.subject_id IN (SELECT shift_id FROM assignment WHERE volunteer_id = ",
                );
                sql.bind(id).push(")");
            }
            Person::Student => {
                sql.push(
                    " OR h.subject_id IN (SELECT notice_id FROM notice_receipt WHERE student_id = ",
                );
                sql.bind(id).push(")");
            }
            Person::Guardian => with_sign_in(&mut sql, "guardian", id),
            // Neither what the person is elsewhere, nor what was written or signed, goes first.
            Person::User => {
                for (column, from) in [
                    ("id", "volunteer WHERE account_id = "),
                    ("id", "guardian WHERE account_id = "),
                    ("id", "notice WHERE author_id = "),
                    ("notice_id", "notice_receipt WHERE recipient_id = "),
                ] {
                    sql.push(" OR h.subject_id IN (SELECT ").push(column);
                    sql.push(" FROM ").push(from).bind(id).push(")");
                }
            }
        }
        sql.push(") LIMIT 1");
        Ok(database.query_one_raw(sql.finish()).await?.is_some())
    }
}

/// Adds that the sign-in of a record is held by the organisation whose record it is.
fn with_sign_in(sql: &mut Sql, table: &str, id: Uuid) {
    sql.push(" OR EXISTS (SELECT 1 FROM ").push(table);
    sql.push(" s WHERE s.id = ").bind(id);
    sql.push(" AND h.subject_id = s.account_id AND h.organisation_id = s.organisation_id)");
}

/// That a hold is in force at an instant.
pub(in crate::store) fn in_force(sql: &mut Sql, alias: &str, now: DateTime<Utc>) {
    sql.push(alias).push(".released_at IS NULL AND (");
    sql.push(alias).push(".ends_at IS NULL OR ");
    sql.push(alias).push(".ends_at > ").bind(now).push(")");
}
