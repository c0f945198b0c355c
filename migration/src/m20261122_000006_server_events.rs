//! Servers that have one SQLite file leave word for each other of what they changed; PostgreSQL has
//! notices for it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// What other processes are told.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// An event names a type, ids and columns, and nothing that is in them. The last is never deleted,
/// so ids ascend.
const TABLE: &str = "CREATE TABLE server_event (
    id INTEGER PRIMARY KEY,
    server BLOB NOT NULL,
    notice TEXT NOT NULL
)";

/// The last thousand or so are kept: whoever reads more seldom than that has missed some.
const TRIGGER: &str = "CREATE TRIGGER server_event_kept AFTER INSERT ON server_event
WHEN NEW.id % 100 = 0
BEGIN
    DELETE FROM server_event WHERE id <= NEW.id - 1000;
END";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Sqlite {
            return Ok(());
        }
        let database = manager.get_connection();
        for text in [TABLE, TRIGGER] {
            database.execute_unprepared(text).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Sqlite {
            return Ok(());
        }
        let database = manager.get_connection();
        let text = "DROP TABLE server_event";
        database.execute_unprepared(text).await?;
        Ok(())
    }
}
