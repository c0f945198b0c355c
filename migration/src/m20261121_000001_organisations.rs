//! Organisations and their departments.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{double_null, uuid, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{optional_text, text};
use crate::table::{index, reference, table, unique};

/// Organisations and their departments.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(organisation(backend)).await?;
        manager.create_table(department(backend)).await?;
        manager
            .create_index(unique("organisation", &["source", "external_id"]))
            .await?;
        manager
            .create_index(index("organisation", &["parent_id"]))
            .await?;
        manager
            .create_index(index("department", &["organisation_id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("department").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("organisation").to_owned())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn organisation(backend: DbBackend) -> TableCreateStatement {
    table("organisation")
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(text("kind", backend))
        .col(uuid_null("parent_id"))
        .col(optional_text("district", backend))
        .col(optional_text("address_en", backend))
        .col(optional_text("address_zh", backend))
        .col(optional_text("telephone", backend))
        .col(optional_text("email", backend))
        .col(optional_text("website", backend))
        .col(optional_text("registration_number", backend))
        .col(optional_text("school_category", backend))
        .col(optional_text("school_level", backend))
        .col(optional_text("school_session", backend))
        .col(optional_text("school_gender", backend))
        .col(optional_text("finance_type", backend))
        .col(optional_text("religion", backend))
        .col(double_null("longitude"))
        .col(double_null("latitude"))
        .col(optional_text("source", backend))
        .col(optional_text("external_id", backend))
        .foreign_key(&mut reference("organisation", "parent_id", "organisation"))
        .take()
}

fn department(backend: DbBackend) -> TableCreateStatement {
    table("department")
        .col(uuid("organisation_id"))
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .foreign_key(&mut reference(
            "department",
            "organisation_id",
            "organisation",
        ))
        .take()
}
