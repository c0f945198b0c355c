//! Tags and holidays.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::date;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{optional_text, text};
use crate::table::{table, unique};

/// Tags and holidays.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(tag(backend)).await?;
        manager.create_table(holiday(backend)).await?;
        manager
            .create_index(unique("tag", &["vocabulary", "code"]))
            .await?;
        manager
            .create_index(unique("holiday", &["source", "external_id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("holiday").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("tag").to_owned())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tag(backend: DbBackend) -> TableCreateStatement {
    table("tag")
        .col(text("vocabulary", backend))
        .col(text("code", backend))
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(optional_text("name_fr", backend))
        .col(optional_text("parent_code", backend))
        .take()
}

fn holiday(backend: DbBackend) -> TableCreateStatement {
    table("holiday")
        .col(date("date"))
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(optional_text("name_zh_hans", backend))
        .col(text("source", backend))
        .col(text("external_id", backend))
        .take()
}
