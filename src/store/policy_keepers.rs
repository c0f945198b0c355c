//! Which organisations look after the policies. No request sets this: it is for the command line.

use serde::Serialize;
use uuid::Uuid;

use super::{Store, StoreError};

/// An organisation that looks after the policies.
#[derive(Serialize)]
pub struct PolicyKeeper {
    /// Its id.
    pub id: Uuid,
    /// Its name in English.
    pub name_en: Option<String>,
    /// Its name in Chinese.
    pub name_zh: Option<String>,
    /// How many people are its privacy officers now.
    pub officers: i64,
}

impl Store {
    /// The organisations that look after the policies, by id.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn policy_keepers(&self) -> Result<Vec<PolicyKeeper>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push(
                    "SELECT o.id, o.name_en, o.name_zh, (SELECT COUNT(DISTINCT m.account_id) ",
                );
                sql.push("FROM membership m WHERE m.organisation_id = o.id ");
                sql.push("AND m.role = 'PRIVACY_OFFICER' AND m.archived_at IS NULL ");
                sql.push("AND (m.valid_from IS NULL OR m.valid_from <= ")
                    .bind(self.now);
                sql.push(") AND (m.valid_to IS NULL OR m.valid_to > ")
                    .bind(self.now);
                sql.push(")) FROM organisation o WHERE o.keeps_policies ");
                sql.push("AND o.archived_at IS NULL ORDER BY o.id");
            })
            .await?;
        let one = |row: &sea_orm::QueryResult| {
            Ok(PolicyKeeper {
                id: row.try_get_by_index(0)?,
                name_en: row.try_get_by_index(1)?,
                name_zh: row.try_get_by_index(2)?,
                officers: row.try_get_by_index(3)?,
            })
        };
        rows.iter().map(one).collect()
    }
}
