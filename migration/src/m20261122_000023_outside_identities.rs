//! Who somebody is to an outside provider of identity, and sign-ins there that have begun.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{optional_text, text};
use crate::table::{index, reference, unique};

/// The tables of outside identities.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// In an order in which they can be dropped.
const TABLES: [&str; 2] = ["outside_sign_in", "outside_identity"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(identity(backend)).await?;
        manager.create_table(sign_in(backend)).await?;
        for index in [
            unique("outside_identity", &["issuer", "subject"]),
            index("outside_identity", &["account_id"]),
            unique("outside_sign_in", &["state"]),
            unique("outside_sign_in", &["ticket"]),
            index("outside_sign_in", &["created_at"]),
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

fn identity(backend: DbBackend) -> TableCreateStatement {
    bare("outside_identity")
        .col(uuid("account_id"))
        .col(text("issuer", backend))
        .col(text("subject", backend))
        .foreign_key(&mut reference("outside_identity", "account_id", "account"))
        .take()
}

fn sign_in(backend: DbBackend) -> TableCreateStatement {
    bare("outside_sign_in")
        .col(text("provider", backend))
        .col(text("state", backend))
        .col(text("challenge", backend))
        .col(text("return_to", backend))
        .col(timestamp_with_time_zone_null("answered_at"))
        .col(optional_text("ticket", backend))
        .col(uuid_null("account_id"))
        .col(boolean("second_factor").default(false))
        .foreign_key(&mut reference("outside_sign_in", "account_id", "account"))
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
