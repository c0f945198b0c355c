//! Templates of what standard activities need, and the spaces into which they were brought.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, integer, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{list, optional_text};
use crate::table::{index, reference, table};

/// The tables of templates.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TEMPLATE: &str = "shift_template";
const BROUGHT: &str = "space_template";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(template(backend)).await?;
        manager.create_table(brought()).await?;
        for index in [
            index(TEMPLATE, &["organisation_id", "id"]),
            index(BROUGHT, &["space_id"]),
            index(BROUGHT, &["shift_template_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [BROUGHT, TEMPLATE] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn template(backend: DbBackend) -> TableCreateStatement {
    table(TEMPLATE)
        .col(uuid("organisation_id"))
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(optional_text("task_type", backend))
        .col(list("tags", backend))
        .col(boolean("outdoor").default(false))
        .col(integer("needed").default(1))
        .col(integer("duration_minutes"))
        .col(optional_text("instructions_en", backend))
        .col(optional_text("instructions_zh", backend))
        .col(boolean("forwardable").default(true))
        .foreign_key(&mut reference(TEMPLATE, "organisation_id", "organisation"))
        .take()
}

fn brought() -> TableCreateStatement {
    table(BROUGHT)
        .col(uuid("space_id"))
        .col(uuid("organisation_id"))
        .col(uuid("shift_template_id"))
        .foreign_key(&mut reference(BROUGHT, "space_id", "space"))
        .foreign_key(&mut reference(BROUGHT, "organisation_id", "organisation"))
        .foreign_key(&mut reference(BROUGHT, "shift_template_id", TEMPLATE))
        .take()
}
