//! How long an organisation keeps a kind of data: its own word where it has said one, which is never
//! changed but followed by another.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult, TransactionTrait};
use uuid::Uuid;

use crate::policy::Permit;
use crate::retention::{Rule, SCHEDULE};
use crate::store::{Store, StoreError};

/// What an organisation says of a kind of data.
pub struct NewRule {
    /// The organisation.
    pub organisation: Uuid,
    /// The kind.
    pub rule: &'static Rule,
    /// So many months; as the server has it where there are none.
    pub months: Option<i32>,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: Option<Uuid>,
}

/// What an organisation said.
pub struct RuleRow {
    /// The word of the kind.
    pub subject: String,
    /// Counts what the organisation said of it, from 1; the last is in force.
    pub number: i32,
    /// So many months; as the server has it where there are none.
    pub months: Option<i32>,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

/// The deed of which the permit must be.
const SET: &str = "Organisation.setRetention";

impl Store {
    /// Adds what an organisation says, under the permit for it there.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn set_retention(&self, permit: &Permit, new: NewRule) -> Result<(), StoreError> {
        if !permit.covers(SET, new.organisation) {
            return Err(StoreError::Unpermitted);
        }
        let transaction = self.database.begin().await?;
        // One after another: whoever comes second counts on.
        self.lock_organisation(&transaction, new.organisation)
            .await?;
        let mut sql = self.sql();
        sql.push("INSERT INTO retention_rule (id, created_at, organisation_id, subject, number, ");
        sql.push("months, reason, account_id) SELECT ")
            .bind(Uuid::now_v7());
        sql.push(", ")
            .bind(self.now)
            .push(", ")
            .bind(new.organisation);
        sql.push(", ").bind(new.rule.code);
        sql.push(", COALESCE(MAX(number), 0) + 1, ")
            .bind(new.months);
        sql.push(", ").bind(new.reason).push(", ").bind(new.by);
        sql.push(" FROM retention_rule WHERE organisation_id = ")
            .bind(new.organisation);
        sql.push(" AND subject = ").bind(new.rule.code);
        transaction.execute_raw(sql.finish()).await?;
        Ok(transaction.commit().await?)
    }

    async fn lock_organisation(
        &self,
        transaction: &impl ConnectionTrait,
        organisation: Uuid,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql();
        sql.push("UPDATE organisation SET updated_at = updated_at WHERE id = ")
            .bind(organisation);
        transaction.execute_raw(sql.finish()).await?;
        Ok(())
    }

    /// All that an organisation said, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn retention_rules(&self, organisation: Uuid) -> Result<Vec<RuleRow>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT subject, number, months, reason, account_id, created_at ");
            sql.push("FROM retention_rule WHERE organisation_id = ")
                .bind(organisation);
            sql.push(" ORDER BY created_at DESC, number DESC");
        });
        let read = |row: &QueryResult| {
            Ok(RuleRow {
                subject: row.try_get_by_index(0)?,
                number: row.try_get_by_index(1)?,
                months: row.try_get_by_index(2)?,
                reason: row.try_get_by_index(3)?,
                by: row.try_get_by_index(4)?,
                at: row.try_get_by_index(5)?,
            })
        };
        rows.await?.iter().map(read).collect()
    }

    /// After how many months each kind of data of an organisation goes; what was said once and is
    /// out of bounds now is not followed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn retention_in_force(
        &self,
        organisation: Uuid,
    ) -> Result<Vec<(&'static Rule, i32)>, StoreError> {
        let said = self.retention_rules(organisation).await?;
        let mut last: BTreeMap<&str, &RuleRow> = BTreeMap::new();
        for row in &said {
            let kept = last.entry(&row.subject).or_insert(row);
            if row.number > kept.number {
                *kept = row;
            }
        }
        let months = |rule: &'static Rule| {
            let own = last.get(rule.code).and_then(|row| row.months);
            (
                rule,
                own.filter(|months| rule.allows(*months))
                    .unwrap_or(rule.months),
            )
        };
        Ok(SCHEDULE.iter().map(months).collect())
    }
}
