//! Taking people out of rosters: hours and task stay, under somebody of whom nothing is known.
//!
//! An organisation has as many such rows as people were taken out of one shift, and no more: what
//! several people did is under the same one, so that it does not say who did what together.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::catalogue;
use crate::store::trail::Writing;
use crate::store::{Store, StoreError};

/// What stands as the source of such a row.
pub(in crate::store) const NOBODY: &str = "erased";

impl Store {
    /// Takes the person out of some places on rosters, each with its shift; how many.
    pub(in crate::store) async fn take_out(
        &self,
        transaction: &Writing,
        organisation: Uuid,
        places: &[(Uuid, Uuid)],
    ) -> Result<u64, StoreError> {
        let mut done = 0;
        for (place, shift) in places {
            let nobody = self.nobody(transaction, organisation, Some(*shift)).await?;
            transaction.strips("assignment", "id", *place).await?;
            let mut sql = self.sql();
            sql.push("UPDATE assignment SET volunteer_id = ")
                .bind(nobody);
            sql.push(", remark = NULL, source = NULL, external_id = NULL, ");
            sql.push("revision = revision + 1, updated_at = ")
                .bind(self.now);
            sql.push(" WHERE id = ").bind(*place);
            done += transaction.execute_raw(sql.finish()).await?.rows_affected();
        }
        Ok(done)
    }

    /// Keeps the sum of somebody's hours.
    pub(super) async fn keep_hours(
        &self,
        transaction: &Writing,
        organisation: Uuid,
        hours: i32,
    ) -> Result<(), StoreError> {
        if hours == 0 {
            return Ok(());
        }
        let nobody = self.nobody(transaction, organisation, None).await?;
        transaction.strips("volunteer", "id", nobody).await?;
        let mut sql = self.sql();
        sql.push("UPDATE volunteer SET hours_total = hours_total + ")
            .bind(hours);
        sql.push(", revision = revision + 1, updated_at = ")
            .bind(self.now);
        sql.push(" WHERE id = ").bind(nobody);
        transaction.execute_raw(sql.finish()).await?;
        Ok(())
    }

    /// Somebody of whom nothing is known, who is not on the roster of this shift yet.
    async fn nobody(
        &self,
        transaction: &Writing,
        organisation: Uuid,
        shift: Option<Uuid>,
    ) -> Result<Uuid, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT v.id FROM volunteer v WHERE v.organisation_id = ")
            .bind(organisation);
        sql.push(" AND v.source = ").bind(NOBODY);
        if let Some(shift) = shift {
            sql.push(" AND NOT EXISTS (SELECT 1 FROM assignment o WHERE o.volunteer_id = v.id ");
            sql.push("AND o.shift_id = ").bind(shift).push(")");
        }
        sql.push(" ORDER BY v.created_at, v.id LIMIT 1");
        if let Some(row) = transaction.query_one_raw(sql.finish()).await? {
            return Ok(row.try_get_by_index(0)?);
        }
        let id = Uuid::new_v4();
        let mut sql = self.sql();
        sql.push("INSERT INTO volunteer (id, created_at, updated_at, archived_at, ");
        sql.push("organisation_id, status, source) VALUES (")
            .bind(id);
        for _ in 0..3 {
            sql.push(", ").bind(self.now);
        }
        sql.push(", ")
            .bind(organisation)
            .push(", 'LEFT', ")
            .bind(NOBODY);
        sql.push(")");
        transaction.execute_raw(sql.finish()).await?;
        if let Some(of) = catalogue::find("Volunteer") {
            transaction.makes(of, id);
        }
        Ok(id)
    }
}
