//! The bodies of entries of the disclosure log are kept as they are: their bulk is packed already, so
//! that PostgreSQL would look for something to compress in every one, and find nothing. What is there
//! stays as it is. On SQLite there is nothing to do.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// How bodies are stored.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        store(manager, "EXTERNAL").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        store(manager, "EXTENDED").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn store(manager: &SchemaManager<'_>, how: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let alter = format!("ALTER TABLE audit_entry ALTER COLUMN body SET STORAGE {how}");
        let database = manager.get_connection();
        database.execute_unprepared(&alter).await?;
    }
    Ok(())
}
