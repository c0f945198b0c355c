//! A sign-in whose last record goes: it loses the role that came with the record, and goes itself
//! where nothing else hangs on it.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::Person;
use super::erase::Counts;
use crate::store::sql::Sql;
use crate::store::trail::Writing;
use crate::store::{Store, StoreError};

/// The tables by which somebody who signs in belongs to an organisation.
const BELONGS: [&str; 3] = ["membership", "volunteer", "guardian"];
/// The tables in which an organisation keeps what it was asked about somebody who signs in, what
/// hangs on others first.
const ASKED: [&str; 3] = ["correction_note", "data_request_step", "data_request"];

impl Store {
    /// Takes the role away that came with a record, unless there is another such record; whether
    /// nothing is left of the sign-in but itself. Where the person no longer belongs to the
    /// organisation, what it was asked about the sign-in goes with the record.
    pub(super) async fn leave(
        &self,
        transaction: &Writing,
        (account, person, organisation): (Uuid, Person, Uuid),
        counts: &mut Counts,
    ) -> Result<bool, StoreError> {
        let role = match person {
            Person::Volunteer => "VOLUNTEER",
            Person::Guardian => "GUARDIAN",
            Person::Student | Person::User => return Ok(false),
        };
        transaction
            .strips("membership", "account_id", account)
            .await?;
        let mut sql = self.sql();
        sql.push("DELETE FROM membership WHERE account_id = ")
            .bind(account);
        sql.push(" AND organisation_id = ").bind(organisation);
        sql.push(" AND role = ").bind(role);
        sql.push(" AND NOT EXISTS (SELECT 1 FROM ")
            .push(person.table());
        sql.push(" o WHERE o.account_id = ").bind(account);
        sql.push(" AND o.organisation_id = ")
            .bind(organisation)
            .push(")");
        transaction.execute_raw(sql.finish()).await?;
        if !self
            .is_in(&**transaction, &BELONGS, account, |sql| {
                sql.push(" AND organisation_id = ").bind(organisation);
            })
            .await?
        {
            self.under_way(transaction, account, true).await?;
            for table in ASKED {
                transaction.strips(table, "account_id", account).await?;
                let mut sql = self.sql();
                sql.push("DELETE FROM ").push(table);
                sql.push(" WHERE account_id = ").bind(account);
                sql.push(" AND organisation_id = ").bind(organisation);
                let gone = transaction.execute_raw(sql.finish()).await?;
                if gone.rows_affected() > 0 {
                    *counts.entry(table).or_default() += gone.rows_affected();
                }
            }
            self.under_way(transaction, account, false).await?;
        }
        let anywhere = [&BELONGS[..], &ASKED[..]].concat();
        Ok(!self
            .is_in(&**transaction, &anywhere, account, |_| {})
            .await?)
    }

    /// Whether other organisations than this one have a sign-in too.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn is_of_others(
        &self,
        account: Uuid,
        organisation: Uuid,
    ) -> Result<bool, StoreError> {
        self.is_elsewhere(&self.database, account, &[organisation])
            .await
    }

    /// Whether a sign-in is used by other organisations than these.
    pub(super) async fn is_elsewhere(
        &self,
        database: &impl ConnectionTrait,
        account: Uuid,
        organisations: &[Uuid],
    ) -> Result<bool, StoreError> {
        let anywhere = [&BELONGS[..], &ASKED[..]].concat();
        self.is_in(database, &anywhere, account, |sql| {
            sql.push(" AND NOT (organisation_id")
                .among(organisations.iter().copied());
            sql.push(")");
        })
        .await
    }

    /// Whether a sign-in has a row in one of these tables, of those that are asked for.
    async fn is_in(
        &self,
        database: &impl ConnectionTrait,
        tables: &[&'static str],
        account: Uuid,
        which: impl Fn(&mut Sql),
    ) -> Result<bool, StoreError> {
        for table in tables {
            let mut sql = self.sql();
            sql.push("SELECT id FROM ").push(table);
            sql.push(" WHERE account_id = ").bind(account);
            which(&mut sql);
            sql.push(" LIMIT 1");
            if database.query_one_raw(sql.finish()).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
