//! Links by which somebody sets a password, kept as hashes, and letters that wait to be sent.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::text;
use crate::table::{index, reference, unique};

/// The tables of links and letters.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// In an order in which they can be dropped.
const TABLES: [&str; 2] = ["letter", "sign_in_link"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(link(backend)).await?;
        manager.create_table(letter(backend)).await?;
        for index in [
            unique("sign_in_link", &["hash"]),
            index("sign_in_link", &["account_id"]),
            index("letter", &["next_at"]),
            index("letter", &["account_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn link(backend: DbBackend) -> TableCreateStatement {
    bare("sign_in_link")
        .col(uuid("account_id"))
        .col(text("kind", backend))
        .col(text("name", backend))
        .col(text("hash", backend))
        .col(timestamp_with_time_zone("ends_at"))
        .col(timestamp_with_time_zone_null("used_at"))
        .foreign_key(&mut reference("sign_in_link", "account_id", "account"))
        .take()
}

fn letter(backend: DbBackend) -> TableCreateStatement {
    bare("letter")
        .col(uuid_null("account_id"))
        .col(text("kind", backend))
        .col(text("sealed", backend))
        .col(timestamp_with_time_zone("next_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .col(integer("attempts").default(0))
        .foreign_key(&mut reference("letter", "account_id", "account"))
        .take()
}

/// A table with an id and a beginning.
fn bare(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .take()
}
