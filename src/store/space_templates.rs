//! The templates that are in a space.

use sea_orm::QueryResult;
use uuid::Uuid;

use super::{Store, StoreError};

/// The table that says which are.
pub(super) const SHARED: &str = "space_template";

/// A template that is in a space.
pub struct SharedTemplate {
    /// The row that says so.
    pub id: Uuid,
    /// The template.
    pub template: Uuid,
    /// Whose it is.
    pub organisation: Uuid,
}

impl Store {
    /// The templates that are in a space, archived ones too.
    pub(super) async fn shared_templates(
        &self,
        space: Uuid,
    ) -> Result<Vec<SharedTemplate>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("SELECT id, shift_template_id, organisation_id FROM ")
                .push(SHARED)
                .push(" WHERE archived_at IS NULL AND space_id = ")
                .bind(space)
                .push(" ORDER BY id");
        });
        rows.await?.iter().map(shared).collect()
    }
}

fn shared(row: &QueryResult) -> Result<SharedTemplate, StoreError> {
    Ok(SharedTemplate {
        id: row.try_get_by_index(0)?,
        template: row.try_get_by_index(1)?,
        organisation: row.try_get_by_index(2)?,
    })
}
