//! The trail of who named an organisation to look after the policies, or let it go: rows that are
//! added and never changed.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use uuid::Uuid;

use super::policy_sets::next;
use super::{Store, StoreError};
use crate::catalogue;

/// What was done with an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeeperDeed {
    /// It was named to look after the policies.
    AddKeeper,
    /// It was let go.
    RemoveKeeper,
}

/// By whom and why an organisation is named, as far as that is said.
#[derive(Clone, Copy, Default)]
pub struct KeeperBy<'a> {
    /// Who does it; whoever runs the server may be nobody who signs in.
    pub account: Option<Uuid>,
    /// Why.
    pub reason: Option<&'a str>,
}

/// An act of the trail.
#[derive(Clone, Debug, Serialize)]
pub struct KeeperAct {
    /// Its number, from 1.
    #[serde(rename = "keeper_act")]
    pub number: i32,
    /// What was done.
    pub deed: KeeperDeed,
    /// With which organisation.
    pub organisation: Uuid,
    /// Who did it, where that was said.
    pub account: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, where that was said.
    pub reason: Option<String>,
}

/// The table.
const TABLE: &str = "policy_keeper_act";

impl Store {
    /// Lets an organisation look after the policies, or no longer, and keeps that it was done; whether
    /// there is such an organisation in use. Where it is so already, nothing is done.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_policies(
        &self,
        organisation: Uuid,
        keeps: bool,
        by: KeeperBy<'_>,
    ) -> Result<bool, StoreError> {
        let _counted = self.watch().counts("organisation", &["keeps_policies"]);
        let deed = if keeps {
            "keepPolicies"
        } else {
            "leavePolicies"
        };
        let transaction = self.writing(deed, self.now).await?;
        if let Some(of) = catalogue::find("Organisation") {
            transaction.changes(of, &[organisation]).await?;
        }
        let mut sql = self.sql();
        sql.push("UPDATE organisation SET keeps_policies = ")
            .bind(keeps);
        sql.push(" WHERE archived_at IS NULL AND keeps_policies <> ")
            .bind(keeps);
        sql.push(" AND id = ").bind(organisation);
        let done = transaction.execute_raw(sql.finish()).await?;
        if done.rows_affected() == 0 {
            let mut sql = self.sql();
            sql.push("SELECT 1 FROM organisation WHERE archived_at IS NULL AND id = ")
                .bind(organisation);
            let there = transaction.query_one_raw(sql.finish()).await?.is_some();
            transaction.undo().await?;
            return Ok(there);
        }
        let number = next(&*transaction, self.sql(), TABLE).await?;
        let mut sql = self.sql();
        sql.push("INSERT INTO ").push(TABLE);
        sql.push(" (id, created_at, number, organisation_id, deed, account_id, reason) VALUES (");
        sql.bind(Uuid::now_v7()).push(", ").bind(self.now);
        sql.push(", ").bind(number).push(", ").bind(organisation);
        sql.push(", ").bind(if keeps { "ADD" } else { "REMOVE" });
        sql.push(", ").bind(by.account).push(", ");
        sql.bind(by.reason.map(str::to_owned)).push(")");
        transaction.execute_raw(sql.finish()).await?;
        transaction.keep().await?;
        Ok(true)
    }

    /// Every such act, the first one first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keeper_acts(&self) -> Result<Vec<KeeperAct>, StoreError> {
        let rows = self
            .rows(|sql| {
                sql.push(
                    "SELECT number, deed, organisation_id, account_id, created_at, reason FROM ",
                );
                sql.push(TABLE).push(" ORDER BY number");
            })
            .await?;
        rows.iter().map(act).collect()
    }
}

fn act(row: &QueryResult) -> Result<KeeperAct, StoreError> {
    let deed: String = row.try_get_by_index(1)?;
    Ok(KeeperAct {
        number: row.try_get_by_index(0)?,
        deed: match deed.as_str() {
            "ADD" => KeeperDeed::AddKeeper,
            "REMOVE" => KeeperDeed::RemoveKeeper,
            _ => return Err(StoreError::Type("policy_keeper_act.deed")),
        },
        organisation: row.try_get_by_index(2)?,
        account: row.try_get_by_index(3)?,
        at: row.try_get_by_index(4)?,
        reason: row.try_get_by_index(5)?,
    })
}
