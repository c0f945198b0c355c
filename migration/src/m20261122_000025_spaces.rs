//! Spaces in which organisations work together: who is in them, which projects were brought in, and
//! what became of them. A share says from which space it was offered.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, uuid, uuid_null};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{optional_text, text};
use crate::table::{index, reference, table, unique};

/// The tables of spaces, and where a share came from.
#[derive(DeriveMigrationName)]
pub struct Migration;

const SPACE: &str = "space";
const MEMBER: &str = "space_member";
const PROJECT: &str = "space_project";
const STEP: &str = "space_step";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [space(backend), member(backend), project(), step(backend)] {
            manager.create_table(table).await?;
        }
        for index in [
            index(SPACE, &["lead_id"]),
            unique(MEMBER, &["space_id", "organisation_id"]),
            index(MEMBER, &["organisation_id"]),
            index(PROJECT, &["space_id"]),
            unique(STEP, &["space_id", "number"]),
            index(STEP, &["organisation_id"]),
        ] {
            manager.create_index(index).await?;
        }
        let database = manager.get_connection();
        // SQLite takes a reference with a column that is added in this form only.
        let kind = match backend {
            DbBackend::Sqlite => "uuid_text",
            _ => "uuid",
        };
        let add =
            format!("ALTER TABLE partnership ADD COLUMN space_id {kind} REFERENCES space (id)");
        database.execute_unprepared(&add).await?;
        manager
            .create_index(index("partnership", &["space_id"]))
            .await?;
        for trigger in triggers(backend) {
            database.execute_unprepared(trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name("partnership_by_space_id")
            .table("partnership")
            .to_owned();
        manager.drop_index(index).await?;
        let column = Table::alter()
            .table("partnership")
            .drop_column("space_id")
            .take();
        manager.alter_table(column).await?;
        for table in [STEP, PROJECT, MEMBER, SPACE] {
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

/// What refuses every change of a step; PostgreSQL has the function from the steps of shares.
fn triggers(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE TRIGGER steps_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON space_step
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_steps_stay()",
        ];
    }
    &[
        "CREATE TRIGGER space_step_never_changed BEFORE UPDATE ON space_step
         BEGIN SELECT RAISE(ABORT, 'a step of a trail is never changed'); END",
        "CREATE TRIGGER space_step_never_deleted BEFORE DELETE ON space_step
         BEGIN SELECT RAISE(ABORT, 'a step of a trail is never changed'); END",
        "CREATE TRIGGER space_step_never_replaced BEFORE INSERT ON space_step
         WHEN EXISTS (SELECT 1 FROM space_step o WHERE o.id = NEW.id
                      OR (o.space_id = NEW.space_id AND o.number = NEW.number))
         BEGIN SELECT RAISE(ABORT, 'a step of a trail is never changed'); END",
    ]
}

fn space(backend: DbBackend) -> TableCreateStatement {
    table(SPACE)
        .col(uuid("lead_id"))
        .col(optional_text("name_en", backend))
        .col(optional_text("name_zh", backend))
        .col(optional_text("purpose", backend))
        .col(integer("last_step").default(0))
        .foreign_key(&mut reference(SPACE, "lead_id", "organisation"))
        .take()
}

/// What every row of a space says: the space, its lead, and the organisation that it is about.
fn of_space(name: &'static str) -> TableCreateStatement {
    table(name)
        .col(uuid("space_id"))
        .col(uuid("lead_id"))
        .col(uuid("organisation_id"))
        .foreign_key(&mut reference(name, "space_id", SPACE))
        .foreign_key(&mut reference(name, "lead_id", "organisation"))
        .foreign_key(&mut reference(name, "organisation_id", "organisation"))
        .take()
}

fn member(backend: DbBackend) -> TableCreateStatement {
    of_space(MEMBER).col(text("state", backend)).take()
}

fn project() -> TableCreateStatement {
    of_space(PROJECT)
        .col(uuid("project_id"))
        .foreign_key(&mut reference(PROJECT, "project_id", "project"))
        .take()
}

fn step(backend: DbBackend) -> TableCreateStatement {
    of_space(STEP)
        .col(integer("number"))
        .col(text("deed", backend))
        .col(uuid_null("account_id"))
        .col(text("before_values", backend))
        .col(text("after_values", backend))
        .foreign_key(&mut reference(STEP, "account_id", "account"))
        .take()
}
