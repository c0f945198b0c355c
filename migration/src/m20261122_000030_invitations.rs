//! Invitations to take a role in an organisation: the address is sealed, the link is kept as a hash.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{optional_text, text};
use crate::table::{index, reference, table, unique};

/// The table of invitations.
#[derive(DeriveMigrationName)]
pub struct Migration;

const INVITATION: &str = "invitation";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let invitation = invitation(manager.get_database_backend());
        manager.create_table(invitation).await?;
        for index in [
            unique(INVITATION, &["hash"]),
            index(INVITATION, &["organisation_id"]),
            index(INVITATION, &["email_hash"]),
            index(INVITATION, &["account_id"]),
            index(INVITATION, &["invited_by_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::drop().table(INVITATION).to_owned();
        manager.drop_table(drop).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn invitation(backend: DbBackend) -> TableCreateStatement {
    let mut table = table(INVITATION);
    table
        .col(uuid("organisation_id"))
        .col(uuid_null("project_id"))
        .col(uuid_null("class_id"))
        .col(uuid_null("invited_by_id"))
        .col(uuid_null("account_id"))
        .col(text("role", backend))
        .col(text("state", backend).default("SENT"))
        .col(optional_text("email", backend))
        .col(optional_text("email_hash", backend))
        .col(optional_text("hash", backend))
        .col(timestamp_with_time_zone("ends_at"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(timestamp_with_time_zone_null("revoked_at"));
    for (column, target) in [
        ("organisation_id", "organisation"),
        ("project_id", "project"),
        ("class_id", "school_class"),
        ("invited_by_id", "account"),
        ("account_id", "account"),
    ] {
        table.foreign_key(&mut reference(INVITATION, column, target));
    }
    table.take()
}
