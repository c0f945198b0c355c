//! Shares between organisations: how one stands, and the steps by which it comes to stand otherwise.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::events::{Changes, Event};
use super::sql::Sql;
use super::write::{insert, update};
use super::{Change, Changed, Draft, Store, StoreError};
use crate::catalogue;
use crate::policy::Permit;

/// A share as it stands, for deciding, not for showing.
pub struct ShareRow {
    /// Who shares.
    pub lead: Uuid,
    /// With whom.
    pub partner: Uuid,
    /// `PROPOSED`, `ACTIVE` and so on.
    pub state: String,
    /// Who holds it while it is suspended.
    pub suspended_by: Option<String>,
    /// Whose change waits.
    pub proposed_by: Option<String>,
    /// The change that waits, as JSON.
    pub proposed_change: Option<String>,
    /// `READ_ONLY`, `EDIT` or `ADMIN`.
    pub level: String,
    /// The groups of fields, as a JSON array.
    pub field_groups: String,
    /// Whether people are shown as first character and `XX`.
    pub desensitised: bool,
    /// What for.
    pub purpose: Option<String>,
    /// From when.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when.
    pub valid_to: Option<DateTime<Utc>>,
    /// The number of the last step of its trail.
    pub last_step: i32,
    /// What it covers.
    pub scopes: Vec<ScopeRow>,
}

/// A part of the lead's work that a share covers.
#[derive(Clone, Copy)]
pub struct ScopeRow {
    /// The row that says so.
    pub id: Uuid,
    /// The project.
    pub project: Uuid,
    /// The department, if only one.
    pub department: Option<Uuid>,
    /// The shift, if only one.
    pub shift: Option<Uuid>,
}

/// A step in the life of a share: all of it is kept, or nothing.
pub struct ShareStep {
    /// What changes of the share.
    pub change: Change,
    /// The parts of the work that it covers no longer.
    pub leaves: Vec<Uuid>,
    /// The parts that it covers from now on.
    pub gains: Vec<Draft>,
    /// What its trail says.
    pub trail: Draft,
}

impl Store {
    /// How a share stands. What is read here after [`Store::revision`] and is newer fails the step.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn share(&self, id: Uuid) -> Result<Option<ShareRow>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT lead_id, partner_id, state, suspended_by, proposed_by, proposed_change, ");
        sql.push("level, field_groups, desensitised, purpose, valid_from, valid_to, last_step ");
        sql.push("FROM partnership WHERE id = ").bind(id);
        let Some(row) = self.database.query_one_raw(sql.finish()).await? else {
            return Ok(None);
        };
        Ok(Some(ShareRow {
            lead: row.try_get_by_index(0)?,
            partner: row.try_get_by_index(1)?,
            state: row.try_get_by_index(2)?,
            suspended_by: row.try_get_by_index(3)?,
            proposed_by: row.try_get_by_index(4)?,
            proposed_change: row.try_get_by_index(5)?,
            level: row.try_get_by_index(6)?,
            field_groups: row.try_get_by_index(7)?,
            desensitised: row.try_get_by_index(8)?,
            purpose: row.try_get_by_index(9)?,
            valid_from: row.try_get_by_index(10)?,
            valid_to: row.try_get_by_index(11)?,
            last_step: row.try_get_by_index(12)?,
            scopes: self.scope_rows(id).await?,
        }))
    }

    async fn scope_rows(&self, share: Uuid) -> Result<Vec<ScopeRow>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT id, project_id, department_id, shift_id FROM partnership_scope ");
        sql.push("WHERE archived_at IS NULL AND partnership_id = ")
            .bind(share)
            .push(" ORDER BY id");
        let rows = self.database.query_all_raw(sql.finish()).await?;
        let scope = |row: &sea_orm::QueryResult| {
            Ok(ScopeRow {
                id: row.try_get_by_index(0)?,
                project: row.try_get_by_index(1)?,
                department: row.try_get_by_index(2)?,
                shift: row.try_get_by_index(3)?,
            })
        };
        rows.iter().map(scope).collect()
    }

    /// Takes a step in the life of a share, under the permit for this action on it, unless the
    /// share was changed since the step was decided.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn share_step(
        &self,
        permit: &Permit,
        action: &str,
        step: ShareStep,
        now: DateTime<Utc>,
    ) -> Result<Changed, StoreError> {
        let ShareStep {
            mut change,
            leaves,
            gains,
            trail,
        } = step;
        if !permit.covers(action, change.id) {
            return Err(StoreError::Unpermitted);
        }
        let (of, id) = (change.of, change.id);
        let columns: Vec<_> = change.columns.iter().map(|(column, _)| *column).collect();
        // What time did until now is in the trail: it was written before the step was decided.
        change.columns.push(("settled_at", now.into()));
        let _share = self.watch.counts(of.table, &columns);
        let _scopes = self.watch.counts("partnership_scope", &[]);
        let mut events = Vec::new();
        let mut tell = |of, id, what| events.push(Event { of, id, what });
        tell(of, id, Changes::Columns(columns));
        if !(leaves.is_empty() && gains.is_empty()) {
            tell(of, id, Changes::Fields(vec!["scopes"]));
        }
        for draft in gains.iter().chain([&trail]) {
            tell(draft.of, draft.id, Changes::Made);
        }
        let transaction = self.writing(action, now).await?;
        if update(&transaction, change, now).await? == Changed::Overtaken {
            return Ok(Changed::Overtaken);
        }
        if !leaves.is_empty() {
            if let Some(scopes) = catalogue::find("PartnershipScope") {
                transaction.changes(scopes, &leaves).await?;
            }
            let mut sql = Sql::new(transaction.get_database_backend(), now);
            sql.push("UPDATE partnership_scope SET revision = revision + 1, updated_at = ")
                .bind(now)
                .push(", archived_at = ")
                .bind(Value::from(now))
                .push(" WHERE partnership_id = ")
                .bind(id)
                .push(" AND id")
                .among(leaves);
            transaction.execute_raw(sql.finish()).await?;
        }
        for draft in gains {
            insert(&transaction, draft, now).await?;
        }
        insert(&transaction, trail, now).await?;
        self.commit(transaction, events).await?;
        Ok(Changed::Done)
    }
}
