//! Notices and what became of them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, integer, timestamp_with_time_zone_null, uuid, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{optional_text, text};
use crate::table::{index, reference, table};

/// Notices and what became of them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(notice(backend)).await?;
        manager.create_table(notice_receipt()).await?;
        manager
            .create_index(index("notice", &["organisation_id", "id"]))
            .await?;
        manager
            .create_index(index("notice_receipt", &["notice_id", "id"]))
            .await?;
        manager
            .create_index(index("notice_receipt", &["recipient_id", "id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("notice_receipt").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("notice").to_owned())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn notice(backend: DbBackend) -> TableCreateStatement {
    table("notice")
        .col(uuid("organisation_id"))
        .col(uuid_null("project_id"))
        .col(uuid_null("class_id"))
        .col(uuid_null("author_id"))
        .col(optional_text("title_en", backend))
        .col(optional_text("title_zh", backend))
        .col(optional_text("body_en", backend))
        .col(optional_text("body_zh", backend))
        .col(text("urgency", backend))
        .col(text("status", backend))
        .col(integer("version").default(1))
        .col(timestamp_with_time_zone_null("published_at"))
        .col(boolean("requires_signature").default(false))
        .col(boolean("forwardable").default(true))
        .foreign_key(&mut reference("notice", "organisation_id", "organisation"))
        .foreign_key(&mut reference("notice", "project_id", "project"))
        .foreign_key(&mut reference("notice", "class_id", "school_class"))
        .foreign_key(&mut reference("notice", "author_id", "account"))
        .take()
}

fn notice_receipt() -> TableCreateStatement {
    table("notice_receipt")
        .col(uuid("organisation_id"))
        .col(uuid("notice_id"))
        .col(uuid("recipient_id"))
        .col(uuid_null("student_id"))
        .col(integer("notice_version"))
        .col(timestamp_with_time_zone_null("delivered_at"))
        .col(timestamp_with_time_zone_null("read_at"))
        .col(timestamp_with_time_zone_null("signed_at"))
        .foreign_key(&mut reference(
            "notice_receipt",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("notice_receipt", "notice_id", "notice"))
        .foreign_key(&mut reference("notice_receipt", "recipient_id", "account"))
        .foreign_key(&mut reference("notice_receipt", "student_id", "student"))
        .take()
}
