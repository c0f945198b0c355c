//! Published sets of policies and the acts by which they came into force: rows that are added and
//! never changed. Which set is in force follows from the acts.

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DbBackend, IsolationLevel, QueryResult, SqlErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sql::Sql;
use super::{Store, StoreError};
use crate::policy::gate::Set;
use crate::policy::{Document, Permit};

/// What a person did with a set of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyDeed {
    /// Published it.
    Publish,
    /// Published an earlier one again.
    Rollback,
    /// Approved what another person had published.
    Approve,
}

impl PolicyDeed {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Publish, "PUBLISH", "publishPolicies"),
        (Self::Rollback, "ROLLBACK", "rollBackPolicies"),
        (Self::Approve, "APPROVE", "approvePolicies"),
    ];

    /// The deed of the catalogue, on organisations in bulk.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(deed, ..)| *deed == self);
        found.map_or("", |(_, _, name)| name)
    }

    fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|(deed, ..)| *deed == self);
        found.map_or("", |(_, word, _)| word)
    }

    fn of_word(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == word);
        found
            .map(|(deed, ..)| *deed)
            .ok_or(StoreError::Type("policy_act.deed"))
    }
}

/// A set that was published.
pub struct PublishedSet {
    /// Its id.
    pub id: Uuid,
    /// Its number, from 1.
    pub number: i32,
    /// The first characters of its hash.
    pub version: String,
    /// Its documents.
    pub set: Set,
    /// Whether what it promises was proved when it was published.
    pub proved: bool,
}

/// A set to be published.
pub struct NewSet<'a> {
    /// The first characters of its hash.
    pub version: &'a str,
    /// Its documents.
    pub set: &'a Set,
    /// Why.
    pub reason: &'a str,
    /// What the gate said, as JSON.
    pub report: &'a str,
    /// The number of the earlier set that it puts in force again.
    pub restores: Option<i32>,
}

/// By whom, when, and on top of what something is done.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// Who.
    pub account: Uuid,
    /// The number of the set that was in force when it was decided; another in between stops it.
    pub after: Option<i32>,
    /// Its version.
    pub version_before: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

/// What became of an act.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// It was kept, with a set of this number.
    Done(i32),
    /// Another was quicker; nothing was kept.
    Overtaken,
}

/// An act of the trail.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyAct {
    /// The number of the set.
    pub number: i32,
    /// What was done.
    pub deed: PolicyDeed,
    /// Who did it.
    pub account: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Why the set was published.
    pub reason: String,
    /// The version that was in force before.
    pub version_before: String,
    /// The version of the set.
    pub version_after: String,
    /// Whether the set came into force by it.
    pub in_force: bool,
    /// The number of the earlier set that the set is.
    pub restores: Option<i32>,
}

/// Documents as they are kept.
#[derive(Serialize, Deserialize)]
struct Documents {
    schema: Text,
    policies: Vec<Text>,
    scenarios: Vec<Text>,
    #[serde(default)]
    invariants: Vec<Text>,
    #[serde(default)]
    certificate: Option<Text>,
}

#[derive(Serialize, Deserialize)]
struct Text {
    name: String,
    text: String,
}

impl Store {
    /// The number of the published set that is in force; none where none was published.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn policies_in_force(&self) -> Result<Option<i32>, StoreError> {
        in_force(&self.database, self.sql()).await
    }

    /// The published set of this number.
    ///
    /// # Errors
    /// Where the database fails, or holds what is no set.
    pub async fn policy_set(&self, number: i32) -> Result<Option<PublishedSet>, StoreError> {
        let mut sql = self.sql();
        sql.push("SELECT id, version, documents, report FROM policy_set WHERE number = ")
            .bind(number);
        let row = self.database.query_one_raw(sql.finish()).await?;
        let read = |row: QueryResult| {
            let documents: String = row.try_get_by_index(2)?;
            Ok(PublishedSet {
                id: row.try_get_by_index(0)?,
                number,
                version: row.try_get_by_index(1)?,
                set: unfolded(&documents)?,
                proved: proved(&row.try_get_by_index::<String>(3)?),
            })
        };
        row.map(read).transpose()
    }

    /// Every act, the first one first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn policy_acts(&self) -> Result<Vec<PolicyAct>, StoreError> {
        let mut sql = self.sql();
        sql.push(
            "SELECT s.number, a.deed, a.account_id, a.created_at, s.reason, a.version_before, \
             a.version_after, a.in_force, s.restores \
             FROM policy_act a JOIN policy_set s ON s.id = a.policy_set_id ORDER BY a.number",
        );
        let rows = self.database.query_all_raw(sql.finish()).await?;
        rows.iter().map(act).collect()
    }

    /// What the gate said of some acts, as JSON, each with the act's number; the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn policy_reports(
        &self,
        first: usize,
        before: Option<i32>,
    ) -> Result<Vec<(i32, String)>, StoreError> {
        let mut sql = self.sql();
        sql.push(
            "SELECT a.number, COALESCE(a.report, s.report) FROM policy_act a \
             JOIN policy_set s ON s.id = a.policy_set_id",
        );
        if let Some(before) = before {
            sql.push(" WHERE a.number < ").bind(before);
        }
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        sql.push(" ORDER BY a.number DESC LIMIT ").bind(first);
        let rows = self.database.query_all_raw(sql.finish()).await?;
        let read = |row: &QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.iter().map(read).collect()
    }

    /// Publishes a set, under the permit for it: in force at once, or when another person approves.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn publish_policies(
        &self,
        permit: &Permit,
        deed: PolicyDeed,
        new: NewSet<'_>,
        at_once: bool,
        by: By<'_>,
    ) -> Result<Kept, StoreError> {
        permitted(permit, deed)?;
        let documents = folded(new.set)?;
        self.keep(by, async |transaction| {
            let number = next(transaction, self.sql(), "policy_set").await?;
            let id = Uuid::now_v7();
            let mut sql = self.sql();
            sql.push(
                "INSERT INTO policy_set (id, created_at, number, version, documents, reason, \
                 report, account_id, restores) VALUES (",
            );
            sql.bind(id).push(", ").bind(by.now);
            sql.push(", ").bind(number).push(", ").bind(new.version);
            sql.push(", ").bind(documents).push(", ").bind(new.reason);
            sql.push(", ").bind(new.report).push(", ").bind(by.account);
            sql.push(", ").bind(new.restores).push(")");
            transaction.execute_raw(sql.finish()).await?;
            let act = (deed, id, new.version, at_once, None);
            self.add_act(transaction, act, by).await?;
            Ok(number)
        })
        .await
    }

    /// Puts a published set in force that waited for it, under the permit for it.
    ///
    /// # Errors
    /// Where the permit is for something else, or the database fails.
    pub async fn approve_policies(
        &self,
        permit: &Permit,
        set: &PublishedSet,
        report: &str,
        by: By<'_>,
    ) -> Result<Kept, StoreError> {
        permitted(permit, PolicyDeed::Approve)?;
        self.keep(by, async |transaction| {
            let version = set.version.as_str();
            let act = (PolicyDeed::Approve, set.id, version, true, Some(report));
            self.add_act(transaction, act, by).await?;
            Ok(set.number)
        })
        .await
    }

    /// Does something in a transaction, unless another set came into force in between.
    async fn keep(
        &self,
        by: By<'_>,
        act: impl AsyncFnOnce(&sea_orm::DatabaseTransaction) -> Result<i32, StoreError>,
    ) -> Result<Kept, StoreError> {
        // One snapshot for the look and the count, so that whoever was quicker is met in the count.
        let postgres = self.database.get_database_backend() == DbBackend::Postgres;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            isolation_level: postgres.then_some(IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        let transaction = self.database.begin_with_options(options).await?;
        if in_force(&transaction, self.sql()).await? != by.after {
            return Ok(Kept::Overtaken);
        }
        match act(&transaction).await {
            Ok(number) => {
                transaction.commit().await?;
                Ok(Kept::Done(number))
            }
            // Two who count at the same moment come to the same number; the second keeps nothing.
            Err(StoreError::Database(error))
                if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) =>
            {
                Ok(Kept::Overtaken)
            }
            Err(error) => Err(error),
        }
    }

    async fn add_act(
        &self,
        transaction: &sea_orm::DatabaseTransaction,
        (deed, set, version, in_force, report): (PolicyDeed, Uuid, &str, bool, Option<&str>),
        by: By<'_>,
    ) -> Result<(), StoreError> {
        let number = next(transaction, self.sql(), "policy_act").await?;
        let mut sql = self.sql();
        sql.push(
            "INSERT INTO policy_act (id, created_at, number, policy_set_id, deed, account_id, \
             version_before, version_after, in_force, report) VALUES (",
        );
        sql.bind(Uuid::now_v7()).push(", ").bind(by.now);
        sql.push(", ").bind(number).push(", ").bind(set);
        sql.push(", ").bind(deed.word()).push(", ").bind(by.account);
        sql.push(", ").bind(by.version_before);
        sql.push(", ").bind(version).push(", ").bind(in_force);
        sql.push(", ").bind(report.map(str::to_owned)).push(")");
        transaction.execute_raw(sql.finish()).await?;
        Ok(())
    }
}

fn permitted(permit: &Permit, deed: PolicyDeed) -> Result<(), StoreError> {
    match permit.covers_bulk(&format!("Organisation.{}", deed.name())) {
        true => Ok(()),
        false => Err(StoreError::Unpermitted),
    }
}

async fn in_force(
    database: &impl ConnectionTrait,
    mut sql: Sql,
) -> Result<Option<i32>, StoreError> {
    sql.push(
        "SELECT s.number FROM policy_act a JOIN policy_set s ON s.id = a.policy_set_id \
         WHERE a.in_force ORDER BY a.number DESC LIMIT 1",
    );
    let row = database.query_one_raw(sql.finish()).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// The next number of a table.
pub(super) async fn next(
    database: &impl ConnectionTrait,
    mut sql: Sql,
    table: &str,
) -> Result<i32, StoreError> {
    sql.push("SELECT COALESCE(MAX(number), 0) + 1 FROM ")
        .push(table);
    let row = database.query_one_raw(sql.finish()).await?;
    let row = row.ok_or(StoreError::Type("number"))?;
    Ok(row.try_get_by_index(0)?)
}

fn act(row: &QueryResult) -> Result<PolicyAct, StoreError> {
    let deed: String = row.try_get_by_index(1)?;
    Ok(PolicyAct {
        number: row.try_get_by_index(0)?,
        deed: PolicyDeed::of_word(&deed)?,
        account: row.try_get_by_index(2)?,
        at: row.try_get_by_index(3)?,
        reason: row.try_get_by_index(4)?,
        version_before: row.try_get_by_index(5)?,
        version_after: row.try_get_by_index(6)?,
        in_force: row.try_get_by_index(7)?,
        restores: row.try_get_by_index(8)?,
    })
}

fn folded(set: &Set) -> Result<String, StoreError> {
    let all = |documents: &[Document]| documents.iter().map(text).collect();
    let documents = Documents {
        schema: text(&set.schema),
        policies: all(&set.policies),
        scenarios: all(&set.scenarios),
        invariants: all(&set.invariants),
        certificate: set.certificate.as_ref().map(text),
    };
    serde_json::to_string(&documents).map_err(|_| StoreError::Type("policy_set.documents"))
}

fn text(document: &Document) -> Text {
    // Where the file lay on the machine of whoever published it is nobody's business.
    let name = document.name.rsplit(['/', '\\']).next();
    Text {
        name: name.unwrap_or_default().to_owned(),
        text: document.text.clone(),
    }
}

fn unfolded(documents: &str) -> Result<Set, StoreError> {
    let documents: Documents =
        serde_json::from_str(documents).map_err(|_| StoreError::Type("policy_set.documents"))?;
    let all = |texts: Vec<Text>| texts.into_iter().map(document).collect();
    Ok(Set {
        schema: document(documents.schema),
        policies: all(documents.policies),
        scenarios: all(documents.scenarios),
        invariants: all(documents.invariants),
        certificate: documents.certificate.map(document),
    })
}

/// Whether the gate's report says that the set's promises are proved by a certificate.
fn proved(report: &str) -> bool {
    #[derive(Deserialize)]
    struct Report {
        steps: Vec<Step>,
    }
    #[derive(Deserialize)]
    struct Step {
        name: String,
        state: String,
    }
    let report = serde_json::from_str::<Report>(report);
    let certified = |step: &Step| step.name == "proofs" && step.state == "certified";
    report.is_ok_and(|report| report.steps.iter().any(certified))
}

fn document(Text { name, text }: Text) -> Document {
    Document { name, text }
}
