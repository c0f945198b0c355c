//! What is sealed at rest: the keys it is sealed with, each wrapped by a key of the settings, and the
//! hashes by which identity numbers are found.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, timestamp_with_time_zone, uuid};
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::column::{optional_text, text};
use crate::table::unique;

/// The data keys, and the hashes beside what is sealed.
#[derive(DeriveMigrationName)]
pub struct Migration;

const KEYS: &str = "data_key";
const HASH: &str = "identity_number_hash";
const PERSONS: [&str; 2] = ["volunteer", "student"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let keys = Table::create()
            .table(KEYS)
            .col(uuid("id").primary_key())
            .col(text("purpose", backend))
            .col(integer("number"))
            .col(text("wrapped_by", backend))
            .col(text("wrapped", backend))
            .col(timestamp_with_time_zone("created_at"))
            .take();
        manager.create_table(keys).await?;
        manager
            .create_index(unique(KEYS, &["purpose", "number"]))
            .await?;
        for table in PERSONS {
            let mut column = optional_text(HASH, backend);
            let add = Table::alter().table(table).add_column(&mut column).take();
            manager.alter_table(add).await?;
            // Most people have none: an index of all rows would be worth little to the planner.
            let index = format!(
                "CREATE INDEX {table}_by_{HASH} ON {table} ({HASH}) WHERE {HASH} IS NOT NULL"
            );
            manager.get_connection().execute_unprepared(&index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in PERSONS {
            let index = format!("DROP INDEX {table}_by_{HASH}");
            manager.get_connection().execute_unprepared(&index).await?;
            let drop = Table::alter().table(table).drop_column(HASH).take();
            manager.alter_table(drop).await?;
        }
        manager.drop_table(Table::drop().table(KEYS).take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
