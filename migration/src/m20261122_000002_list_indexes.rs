//! Indexes by which long lists are read in their order, and which hold what such a list shows.
//!
//! Lists leave archived rows out, and so do these indexes. A list whose order and columns are all in
//! one of them passes over thousands of rows without touching the table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Indexes for long lists.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// An index: its table and name, the columns it is ordered by, and those it only carries.
struct ListIndex {
    table: &'static str,
    name: &'static str,
    ordered: &'static str,
    carried: &'static str,
}

const INDEXES: [ListIndex; 4] = [
    // the volunteers of an organisation as their source numbers them; one of them by that number
    ListIndex {
        table: "volunteer",
        name: "volunteer_list_by_external_id",
        ordered: "organisation_id, external_id, id",
        carried: "",
    },
    // those who served most, first; how many served so much
    ListIndex {
        table: "volunteer",
        name: "volunteer_list_by_hours",
        ordered: "organisation_id, hours_total DESC, external_id, id",
        carried: "name_zh, name_en, created_at",
    },
    // whether a volunteer is on a roster of these projects, of these shifts
    ListIndex {
        table: "assignment",
        name: "assignment_list_by_volunteer",
        ordered: "volunteer_id, project_id",
        carried: "shift_id, status",
    },
    // the shifts of a project in the order in which they were entered
    ListIndex {
        table: "shift",
        name: "shift_list_by_project",
        ordered: "project_id, id",
        carried: "",
    },
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in &INDEXES {
            let text = index.create(manager.get_database_backend());
            manager.get_connection().execute_unprepared(&text).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in &INDEXES {
            let mut drop = Index::drop();
            let drop = drop.name(index.name).table(index.table);
            manager.drop_index(drop.to_owned()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What an index of PostgreSQL can carry: an entry has room for 2,700 bytes, and texts that people
/// write can be longer than that.
fn short(carried: &str) -> String {
    let columns = carried
        .split(", ")
        .filter(|name| !name.starts_with("name_"));
    let columns: Vec<&str> = columns.collect();
    format!(" INCLUDE ({})", columns.join(", "))
}

impl ListIndex {
    fn create(&self, backend: DbBackend) -> String {
        let Self {
            table,
            name,
            ordered,
            carried,
        } = self;
        let columns = match (backend, carried.is_empty()) {
            (_, true) => format!("({ordered})"),
            // lists put nulls last whichever way they go: SQLite does so going down, PostgreSQL not
            (DbBackend::Postgres, false) => format!(
                "({}){}",
                ordered.replace(" DESC", " DESC NULLS LAST"),
                short(carried)
            ),
            (_, false) => format!("({ordered}, {carried})"),
        };
        format!("CREATE INDEX {name} ON {table} {columns} WHERE archived_at IS NULL")
    }
}
