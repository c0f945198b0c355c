//! Indexes that answer a list by themselves.
//!
//! What a partner sees of a shared calendar and its rosters: without these PostgreSQL walks through
//! all shifts in the order of their ids until it has met enough of the shared ones. And, on SQLite,
//! the indexes of an earlier migration once more: there an index answers alone only if it
//! holds the column of its own condition too, and an order in which nulls come last only if it
//! says so itself. (An entry of an index of PostgreSQL has room for 2,700 bytes: texts that people
//! write are not carried there.)

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Indexes that answer a list by themselves.
#[derive(DeriveMigrationName)]
pub struct Migration;

const POSTGRES: [(&str, &str); 2] = [
    (
        "shift_list_of_frames",
        "shift (project_id, id) INCLUDE (starts_at, ends_at, outdoor)",
    ),
    (
        "assignment_list_by_shift",
        "assignment (shift_id, id) INCLUDE (project_id, volunteer_id, status)",
    ),
];

const SQLITE: [(&str, &str); 4] = [
    (
        "shift_list_of_frames",
        "shift (project_id, id, starts_at, ends_at, place, task_type, outdoor, external_id, \
         archived_at)",
    ),
    (
        "assignment_list_by_shift",
        "assignment (shift_id, id, project_id, volunteer_id, status, external_id, archived_at)",
    ),
    (
        "volunteer_list_by_hours",
        "volunteer (organisation_id, hours_total DESC, (external_id IS NULL), external_id, id, \
         name_zh, name_en, created_at, archived_at)",
    ),
    (
        "assignment_list_by_volunteer",
        "assignment (volunteer_id, project_id, shift_id, status, archived_at)",
    ),
];

/// Those that were there before under the same name, or did what a new one does.
const SQLITE_BEFORE: [(&str, &str); 3] = [
    ("shift_list_by_project", "shift (project_id, id)"),
    (
        "volunteer_list_by_hours",
        "volunteer (organisation_id, hours_total DESC, external_id, id, name_zh, name_en, \
         created_at)",
    ),
    (
        "assignment_list_by_volunteer",
        "assignment (volunteer_id, project_id, shift_id, status)",
    ),
];

const POSTGRES_BEFORE: [(&str, &str); 1] = [("shift_list_by_project", "shift (project_id, id)")];

type Indexes = &'static [(&'static str, &'static str)];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (before, after) = indexes(manager);
        replace(manager, before, after).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (before, after) = indexes(manager);
        replace(manager, after, before).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn indexes(manager: &SchemaManager) -> (Indexes, Indexes) {
    match manager.get_database_backend() {
        DbBackend::Postgres => (&POSTGRES_BEFORE, &POSTGRES),
        _ => (&SQLITE_BEFORE, &SQLITE),
    }
}

async fn replace(manager: &SchemaManager<'_>, old: Indexes, new: Indexes) -> Result<(), DbErr> {
    let database = manager.get_connection();
    for (name, _) in old {
        let text = format!("DROP INDEX {name}");
        database.execute_unprepared(&text).await?;
    }
    for (name, columns) in new {
        let text = format!("CREATE INDEX {name} ON {columns} WHERE archived_at IS NULL");
        database.execute_unprepared(&text).await?;
    }
    Ok(())
}
