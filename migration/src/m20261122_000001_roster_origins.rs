//! Whence an imported roster came.

use sea_orm_migration::prelude::*;

use crate::column::optional_text;
use crate::table::unique;

/// Whence an imported roster came.
#[derive(DeriveMigrationName)]
pub struct Migration;

const KEY: &[&str] = &["organisation_id", "source", "external_id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for column in ["source", "external_id"] {
            let mut column = optional_text(column, backend);
            let mut table = Table::alter();
            let table = table.table("assignment").add_column(&mut column);
            manager.alter_table(table.to_owned()).await?;
        }
        manager.create_index(unique("assignment", KEY)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let name = format!("assignment_unique_{}", KEY.join("_"));
        let mut index = Index::drop();
        let index = index.name(name).table("assignment");
        manager.drop_index(index.to_owned()).await?;
        for column in ["external_id", "source"] {
            let mut table = Table::alter();
            let table = table.table("assignment").drop_column(column);
            manager.alter_table(table.to_owned()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
