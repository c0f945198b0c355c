//! Where data about an organisation's people may go: anywhere, until somebody says otherwise. And
//! since when a letter may not go where the mail server is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::timestamp_with_time_zone_null;

use crate::column::list;

/// Places, and letters that are withheld.
#[derive(DeriveMigrationName)]
pub struct Migration;

const ORGANISATIONS: &str = "organisation";
const RESIDENCY: &str = "residency";
const LETTERS: &str = "letter";
const WITHHELD: &str = "withheld_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut places = list(RESIDENCY, manager.get_database_backend());
        let mut table = Table::alter();
        let table = table.table(ORGANISATIONS);
        let table = table.add_column(places.default(r#"["ANYWHERE"]"#));
        manager.alter_table(table.to_owned()).await?;
        let mut table = Table::alter();
        let table = table.table(LETTERS);
        let table = table.add_column(timestamp_with_time_zone_null(WITHHELD));
        manager.alter_table(table.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in [(LETTERS, WITHHELD), (ORGANISATIONS, RESIDENCY)] {
            let drop = Table::alter().table(table).drop_column(column).take();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
