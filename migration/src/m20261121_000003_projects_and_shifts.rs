//! Projects, their shifts and the roster.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, date_null, double_null, integer, timestamp_with_time_zone, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{list, optional_text, text};
use crate::table::{index, reference, table, unique};

/// Projects, their shifts and the roster.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(project(backend)).await?;
        manager.create_table(shift(backend)).await?;
        manager.create_table(assignment(backend)).await?;
        manager
            .create_index(index("project", &["organisation_id", "id"]))
            .await?;
        manager
            .create_index(unique(
                "shift",
                &["organisation_id", "source", "external_id"],
            ))
            .await?;
        manager
            .create_index(index("shift", &["project_id", "starts_at", "id"]))
            .await?;
        manager
            .create_index(index("shift", &["organisation_id", "starts_at", "id"]))
            .await?;
        manager
            .create_index(index("assignment", &["shift_id", "id"]))
            .await?;
        manager
            .create_index(index("assignment", &["volunteer_id", "id"]))
            .await?;
        manager
            .create_index(index("assignment", &["project_id", "volunteer_id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("assignment").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("shift").to_owned())
            .await?;
        manager
            .drop_table(Table::drop().table("project").to_owned())
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn project(backend: DbBackend) -> TableCreateStatement {
    table("project")
        .col(uuid("organisation_id"))
        .col(uuid_null("department_id"))
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(text("category", backend))
        .col(text("status", backend))
        .col(optional_text("description_en", backend))
        .col(optional_text("description_zh", backend))
        .col(date_null("starts_on"))
        .col(date_null("ends_on"))
        .foreign_key(&mut reference("project", "organisation_id", "organisation"))
        .foreign_key(&mut reference("project", "department_id", "department"))
        .take()
}

fn shift(backend: DbBackend) -> TableCreateStatement {
    table("shift")
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(uuid_null("department_id"))
        .col(optional_text("title", backend))
        .col(timestamp_with_time_zone("starts_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .col(optional_text("place", backend))
        .col(optional_text("task_type", backend))
        .col(boolean("outdoor").default(false))
        .col(integer("needed").default(1))
        .col(text("progress", backend))
        .col(optional_text("internal_note", backend))
        .col(optional_text("language", backend))
        .col(list("tags", backend))
        .col(optional_text("source", backend))
        .col(optional_text("external_id", backend))
        .foreign_key(&mut reference("shift", "organisation_id", "organisation"))
        .foreign_key(&mut reference("shift", "project_id", "project"))
        .foreign_key(&mut reference("shift", "department_id", "department"))
        .take()
}

fn assignment(backend: DbBackend) -> TableCreateStatement {
    table("assignment")
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(uuid("shift_id"))
        .col(uuid("volunteer_id"))
        .col(text("status", backend))
        .col(optional_text("role", backend))
        .col(double_null("hours"))
        .col(optional_text("remark", backend))
        .foreign_key(&mut reference(
            "assignment",
            "organisation_id",
            "organisation",
        ))
        .foreign_key(&mut reference("assignment", "project_id", "project"))
        .foreign_key(&mut reference("assignment", "shift_id", "shift"))
        .foreign_key(&mut reference("assignment", "volunteer_id", "volunteer"))
        .take()
}
