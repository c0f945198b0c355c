//! The tokens of partners that are good, for making viewers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Store, StoreError};
use crate::viewer::{Grant, Parts};

impl Store {
    /// The token that is listed under this id, unless it has ended or was revoked.
    pub(super) async fn listed(
        &self,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<Grant>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push(
                    "SELECT t.organisation_id, t.issuer_id, t.purpose, t.scopes, t.networks, ",
                );
                sql.push("t.audience, t.long_lived, t.expires_at ");
                sql.push("FROM partner_token t WHERE t.revoked_at IS NULL ");
                sql.push("AND t.archived_at IS NULL AND t.expires_at > ")
                    .bind(now);
                sql.push(" AND t.id = ").bind(id);
            })
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let words = |at: usize, column| -> Result<Vec<String>, StoreError> {
            let text: String = row.try_get_by_index(at)?;
            serde_json::from_str(&text).map_err(|_| StoreError::Type(column))
        };
        let partner = row.try_get_by_index(0)?;
        let issuer: Option<Uuid> = row.try_get_by_index(1)?;
        let (issuer_holds, until) = match issuer {
            Some(issuer) => self.may_issue(issuer, partner, now).await?,
            // The keeper of the server made it, and holds the key itself.
            None => (true, None),
        };
        Ok(Some(Grant {
            id,
            partner,
            purpose: row.try_get_by_index(2)?,
            scopes: words(3, "partner_token.scopes")?,
            networks: words(4, "partner_token.networks")?,
            audience: row.try_get_by_index(5)?,
            long_lived: row.try_get_by_index(6)?,
            expires: row.try_get_by_index(7)?,
            shares: self.shares_of(id).await?,
            issuer_holds,
            until,
        }))
    }

    async fn shares_of(&self, token: Uuid) -> Result<BTreeMap<Uuid, Parts>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push("SELECT s.partnership_id, s.project_id FROM partner_token_share s ");
                sql.push("WHERE s.archived_at IS NULL AND s.partner_token_id = ")
                    .bind(token);
            })
            .await?;
        let mut shares: BTreeMap<Uuid, Parts> = BTreeMap::new();
        for row in rows {
            let (share, project) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let parts = match (shares.remove(&share), project) {
                (None, Some(project)) => Parts::Projects([project].into()),
                (None, None) => Parts::Whole,
                (Some(parts), project) => parts.and(project),
            };
            shares.insert(share, parts);
        }
        Ok(shares)
    }
}
