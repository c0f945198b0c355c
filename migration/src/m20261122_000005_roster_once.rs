//! A volunteer is on the roster of a shift once, however many ask for it at a time.
//!
//! Where one was on it twice, the first stays and the others are archived.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

/// Nobody is on a roster twice.
#[derive(DeriveMigrationName)]
pub struct Migration;

const ARCHIVE: &str = "UPDATE assignment SET archived_at = updated_at, revision = revision + 1
WHERE archived_at IS NULL AND status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED') AND EXISTS (
    SELECT 1 FROM assignment f WHERE f.shift_id = assignment.shift_id
    AND f.volunteer_id = assignment.volunteer_id AND f.archived_at IS NULL
    AND f.status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED') AND f.id < assignment.id)";

const ONCE: &str = "CREATE UNIQUE INDEX assignment_once_on_roster
ON assignment (shift_id, volunteer_id)
WHERE archived_at IS NULL AND status IN ('PENDING', 'OFFERED', 'ACCEPTED', 'CONFIRMED', 'ATTENDED')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = manager.get_connection();
        database.execute_unprepared(ARCHIVE).await?;
        database.execute_unprepared(ONCE).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = "DROP INDEX assignment_once_on_roster";
        manager.get_connection().execute_unprepared(drop).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
