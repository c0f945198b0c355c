//! PostgreSQL tells every server when something changes of which viewers are made, whoever
//! changes it. SQLite counts the commits of a file by itself; there is nothing to do.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Notices of what viewers are made of.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables that the directory reads. Of those that are written all day, the columns that matter.
const TABLES: [(&str, &str); 12] = [
    ("account", ""),
    ("membership", ""),
    ("organisation", ""),
    ("guardian", ""),
    ("guardianship", ""),
    ("student", ""),
    ("enrolment", ""),
    ("partnership", ""),
    ("partnership_scope", ""),
    (
        "volunteer",
        "id, organisation_id, department_id, account_id, status, archived_at",
    ),
    (
        "shift",
        "id, organisation_id, project_id, department_id, starts_at, ends_at, archived_at",
    ),
    (
        "assignment",
        "id, organisation_id, project_id, shift_id, volunteer_id, status, role, archived_at",
    ),
];

const FUNCTION: &str = "CREATE FUNCTION kaifong_directory_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kaifong_directory', TG_TABLE_NAME);
    RETURN NULL;
END
$$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let database = manager.get_connection();
        database.execute_unprepared(FUNCTION).await?;
        for (table, columns) in TABLES {
            let update = match columns {
                "" => "UPDATE".to_owned(),
                columns => format!("UPDATE OF {columns}"),
            };
            let trigger = format!(
                "CREATE TRIGGER kaifong_directory
                 AFTER INSERT OR {update} OR DELETE OR TRUNCATE ON {table}
                 FOR EACH STATEMENT EXECUTE FUNCTION kaifong_directory_changed()"
            );
            database.execute_unprepared(&trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let drop = "DROP FUNCTION kaifong_directory_changed CASCADE";
        manager.get_connection().execute_unprepared(drop).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
