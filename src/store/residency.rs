//! Which organisations are bound by what is said of where data may go.

use uuid::Uuid;

use super::{Store, StoreError};

impl Store {
    /// The organisations that have a user, at any time and in whatever way, and all above them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn organisations_of(&self, account: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("WITH RECURSIVE bound (id) AS (SELECT h.organisation_id FROM (");
            for (at, table) in ["membership", "volunteer", "guardian"].iter().enumerate() {
                sql.push(if at == 0 { "" } else { " UNION " });
                sql.push("SELECT organisation_id FROM ").push(table);
                sql.push(" WHERE account_id = ").bind(account);
            }
            sql.push(") h").push(ABOVE);
        });
        let read = |row: &sea_orm::QueryResult| Ok(row.try_get_by_index(0)?);
        rows.await?.iter().map(read).collect()
    }

    /// An organisation and all above it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn organisations_above(&self, organisation: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let rows = self.rows(|sql| {
            sql.push("WITH RECURSIVE bound (id) AS (SELECT id FROM organisation WHERE id = ");
            sql.bind(organisation).push(ABOVE);
        });
        let read = |row: &sea_orm::QueryResult| Ok(row.try_get_by_index(0)?);
        rows.await?.iter().map(read).collect()
    }
}

/// Adds the parents of what is bound, each once; a ring ends where it began.
const ABOVE: &str = " UNION SELECT o.parent_id FROM bound b JOIN organisation o ON o.id = b.id \
                     WHERE o.parent_id IS NOT NULL) SELECT id FROM bound";
