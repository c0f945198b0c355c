//! Who holds which role where, and what is shared with whom.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, timestamp_with_time_zone_null, uuid, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{list, optional_text, text};
use crate::table::{index, reference, table};

/// Who holds which role where, and what is shared with whom.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(membership(backend)).await?;
        manager.create_table(partnership(backend)).await?;
        manager.create_table(partnership_scope()).await?;
        manager
            .create_index(index("membership", &["account_id"]))
            .await?;
        manager
            .create_index(index("partnership", &["partner_id"]))
            .await?;
        manager
            .create_index(index("partnership", &["lead_id"]))
            .await?;
        manager
            .create_index(index("partnership_scope", &["partnership_id"]))
            .await?;
        manager
            .create_index(index("partnership_scope", &["project_id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("partnership_scope").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("partnership").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("membership").to_owned())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn membership(backend: DbBackend) -> TableCreateStatement {
    table("membership")
        .col(uuid("account_id"))
        .col(uuid("organisation_id"))
        .col(uuid_null("project_id"))
        .col(uuid_null("class_id"))
        .col(text("role", backend))
        .col(timestamp_with_time_zone_null("valid_from"))
        .col(timestamp_with_time_zone_null("valid_to"))
        .foreign_key(&mut reference("membership", "account_id", "account"))
        .foreign_key(&mut reference(
            "membership",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("membership", "project_id", "project"))
        .foreign_key(&mut reference("membership", "class_id", "school_class"))
        .take()
}

fn partnership(backend: DbBackend) -> TableCreateStatement {
    table("partnership")
        .col(uuid("lead_id"))
        .col(uuid("partner_id"))
        .col(text("state", backend))
        .col(text("level", backend))
        .col(list("field_groups", backend))
        .col(boolean("desensitised").default(true))
        .col(optional_text("purpose", backend))
        .col(timestamp_with_time_zone_null("valid_from"))
        .col(timestamp_with_time_zone_null("valid_to"))
        .foreign_key(&mut reference("partnership", "lead_id", "organisation"))
        .foreign_key(&mut reference("partnership", "partner_id", "organisation"))
        .take()
}

fn partnership_scope() -> TableCreateStatement {
    table("partnership_scope")
        .col(uuid("partnership_id"))
        .col(uuid("lead_id"))
        .col(uuid("partner_id"))
        .col(uuid("project_id"))
        .col(uuid_null("department_id"))
        .col(uuid_null("shift_id"))
        .foreign_key(&mut reference(
            "partnership_scope",
            "partnership_id",
            "partnership",
        ))
        .foreign_key(&mut reference(
            "partnership_scope",
            "lead_id",
            "organisation",
        ))
        .foreign_key(&mut reference(
            "partnership_scope",
            "partner_id",
            "organisation",
        ))
        .foreign_key(&mut reference("partnership_scope", "project_id", "project"))
        .foreign_key(&mut reference(
            "partnership_scope",
            "department_id",
            "department",
        ))
        .foreign_key(&mut reference("partnership_scope", "shift_id", "shift"))
        .take()
}
