//! Accounts, volunteers and their certificates.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{date_null, integer, uuid, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{list, optional_text, text};
use crate::table::{index, reference, table, unique};

/// Accounts, volunteers and their certificates.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(account(backend)).await?;
        manager.create_table(volunteer(backend)).await?;
        manager.create_table(certificate(backend)).await?;
        manager
            .create_index(unique(
                "volunteer",
                &["organisation_id", "source", "external_id"],
            ))
            .await?;
        manager
            .create_index(index("volunteer", &["organisation_id", "id"]))
            .await?;
        manager
            .create_index(index("volunteer", &["account_id"]))
            .await?;
        manager
            .create_index(index("certificate", &["volunteer_id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("certificate").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("volunteer").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("account").to_owned())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn account(backend: DbBackend) -> TableCreateStatement {
    table("account")
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(optional_text("email", backend))
        .col(text("locale", backend).default("zh-HK"))
        .col(text("status", backend))
        .take()
}

fn volunteer(backend: DbBackend) -> TableCreateStatement {
    table("volunteer")
        .col(uuid("organisation_id"))
        .col(uuid_null("department_id"))
        .col(uuid_null("account_id"))
        .col(optional_text("name_zh", backend))
        .col(optional_text("name_en", backend))
        .col(optional_text("phone", backend))
        .col(optional_text("email", backend))
        .col(optional_text("address", backend))
        .col(optional_text("district", backend))
        .col(date_null("birth_date"))
        .col(optional_text("identity_number", backend))
        .col(optional_text("emergency_contact_name", backend))
        .col(optional_text("emergency_contact_phone", backend))
        .col(optional_text("health_remark", backend))
        .col(optional_text("internal_notes", backend))
        .col(list("skills", backend))
        .col(list("availability", backend))
        .col(list("preferences", backend))
        .col(integer("hours_total").default(0))
        .col(text("status", backend))
        .col(date_null("joined_on"))
        .col(optional_text("source", backend))
        .col(optional_text("external_id", backend))
        .foreign_key(&mut reference(
            "volunteer",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("volunteer", "department_id", "department"))
        .foreign_key(&mut reference("volunteer", "account_id", "account"))
        .take()
}

fn certificate(backend: DbBackend) -> TableCreateStatement {
    table("certificate")
        .col(uuid("organisation_id"))
        .col(uuid("volunteer_id"))
        .col(text("skill", backend))
        .col(optional_text("title", backend))
        .col(optional_text("issuer", backend))
        .col(date_null("issued_on"))
        .col(date_null("expires_on"))
        .foreign_key(&mut reference(
            "certificate",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("certificate", "volunteer_id", "volunteer"))
        .take()
}
