//! The address of a link by which somebody sets a password is sealed. Links that are there hold it
//! in clear, so they go: whoever still wants to use one asks for another.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{timestamp_with_time_zone, timestamp_with_time_zone_null, uuid};

use crate::column::text;
use crate::table::{index, reference, unique};

/// Sealed names of links.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "sign_in_link";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, "sealed").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, "name").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Makes the table anew, with this column for the address.
async fn replace(manager: &SchemaManager<'_>, address: &'static str) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let drop = Table::drop().table(TABLE).to_owned();
    manager.drop_table(drop).await?;
    let table = Table::create()
        .table(TABLE)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("account_id"))
        .col(text("kind", backend))
        .col(text(address, backend))
        .col(text("hash", backend))
        .col(timestamp_with_time_zone("ends_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut reference(TABLE, "account_id", "account"))
        .take();
    manager.create_table(table).await?;
    for index in [unique(TABLE, &["hash"]), index(TABLE, &["account_id"])] {
        manager.create_index(index).await?;
    }
    Ok(())
}
