//! Puts the demo into a database, once. It is nobody's deed: the trail of changes begins after it.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    ModelTrait, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use super::holders::{DemoHolder, holders};
use super::members::LEAD;
use super::organisations::organisation_id;
use super::{Demo, people};

/// How many rows go into one statement: the widest table has fewer than 40 columns, and SQLite
/// binds 32,766 values.
const BATCH: usize = 500;

/// The demo, as it is in the database now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The nine for whom tokens are made.
    pub holders: [DemoHolder; 9],
    /// Whether the data was put in just now; if not it was there before, and was left alone.
    pub inserted: bool,
}

/// Loads the demo around this moment, unless its lead organisation is there already.
///
/// # Errors
/// What the database refuses; nothing is kept then.
pub async fn load(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<Loaded, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(options).await?;
    let lead = entity::organisation::Entity::find_by_id(organisation_id(LEAD));
    let there = lead.one(&transaction).await?.is_some();
    if !there {
        insert_all(&transaction, people(now)).await?;
    } else {
        // A demo that was made before tokens were listed.
        let tokens = entity::partner_token::Entity::find();
        if tokens.one(&transaction).await?.is_none() {
            let demo = people(now);
            insert(&transaction, demo.partner_tokens).await?;
            insert(&transaction, demo.partner_token_shares).await?;
        }
    }
    transaction.commit().await?;
    Ok(Loaded {
        holders: holders(),
        inserted: !there,
    })
}

async fn insert_all(transaction: &DatabaseTransaction, demo: Demo) -> Result<(), DbErr> {
    insert(transaction, demo.tags).await?;
    insert(transaction, demo.holidays).await?;
    insert(transaction, demo.organisations).await?;
    insert(transaction, demo.departments).await?;
    insert(transaction, demo.accounts).await?;
    insert(transaction, demo.projects).await?;
    insert(transaction, demo.school_classes).await?;
    insert(transaction, demo.memberships).await?;
    insert(transaction, demo.invitations).await?;
    insert(transaction, demo.volunteers).await?;
    insert(transaction, demo.certificates).await?;
    insert(transaction, demo.shifts).await?;
    insert(transaction, demo.assignments).await?;
    insert(transaction, demo.spaces).await?;
    insert(transaction, demo.space_members).await?;
    insert(transaction, demo.space_projects).await?;
    insert(transaction, demo.space_steps).await?;
    insert(transaction, demo.shift_templates).await?;
    insert(transaction, demo.space_templates).await?;
    insert(transaction, demo.partnerships).await?;
    insert(transaction, demo.partnership_scopes).await?;
    insert(transaction, demo.partnership_steps).await?;
    insert(transaction, demo.partner_tokens).await?;
    insert(transaction, demo.partner_token_shares).await?;
    insert(transaction, demo.students).await?;
    insert(transaction, demo.guardians).await?;
    insert(transaction, demo.guardianships).await?;
    insert(transaction, demo.enrolments).await?;
    insert(transaction, demo.notices).await?;
    insert(transaction, demo.notice_receipts).await?;
    insert(transaction, demo.consent_texts).await?;
    insert(transaction, demo.consents).await?;
    insert(transaction, demo.data_requests).await?;
    insert(transaction, demo.data_request_steps).await?;
    insert(transaction, demo.data_request_refusals).await?;
    insert(transaction, demo.correction_notes).await
}

async fn insert<M, A>(transaction: &DatabaseTransaction, mut rows: Vec<M>) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity> + Send,
    M::Entity: EntityTrait<ActiveModel = A>,
{
    while !rows.is_empty() {
        let batch = rows.drain(..rows.len().min(BATCH));
        let batch = batch.map(IntoActiveModel::into_active_model);
        let batch: Vec<A> = batch.collect();
        M::Entity::insert_many(batch)
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}
