//! Which organisations look after the policies: their privacy officers may publish for all. None
//! does until somebody names one on the command line.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;

/// Which organisations look after the policies.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "organisation";
const COLUMN: &str = "keeps_policies";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = boolean(COLUMN);
        let mut table = Table::alter();
        let table = table.table(TABLE).add_column(column.default(false));
        manager.alter_table(table.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        let table = table.table(TABLE).drop_column(COLUMN);
        manager.alter_table(table.to_owned()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
