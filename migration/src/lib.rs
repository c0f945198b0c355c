//! The history of the database, for SQLite and PostgreSQL alike.
//!
//! A migration is never edited after it lands; a change is a new one, by expanding, moving
//! and contracting. The same holds for what `column` and `table` make, since old
//! migrations are built from it. The crate never imports the entities: they show the tables
//! of today, a migration those of its day.

mod column;
mod table;

mod m20261121_000001_organisations;
mod m20261121_000002_people;
mod m20261121_000003_projects_and_shifts;
mod m20261121_000004_schools;
mod m20261121_000005_memberships_and_shares;
mod m20261121_000006_notices;
mod m20261121_000007_reference;
mod m20261122_000001_roster_origins;
mod m20261122_000002_list_indexes;
mod m20261122_000003_directory_notices;
mod m20261122_000004_covering_indexes;
mod m20261122_000005_roster_once;
mod m20261122_000006_server_events;
mod m20261122_000007_policy_sets;

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{Migration, MigrationStatus, MigratorTrait};

/// Brings a database from any earlier state to today's.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_organisations::Migration),
            Box::new(m20261121_000002_people::Migration),
            Box::new(m20261121_000003_projects_and_shifts::Migration),
            Box::new(m20261121_000004_schools::Migration),
            Box::new(m20261121_000005_memberships_and_shares::Migration),
            Box::new(m20261121_000006_notices::Migration),
            Box::new(m20261121_000007_reference::Migration),
            Box::new(m20261122_000001_roster_origins::Migration),
            Box::new(m20261122_000002_list_indexes::Migration),
            Box::new(m20261122_000003_directory_notices::Migration),
            Box::new(m20261122_000004_covering_indexes::Migration),
            Box::new(m20261122_000005_roster_once::Migration),
            Box::new(m20261122_000006_server_events::Migration),
            Box::new(m20261122_000007_policy_sets::Migration),
        ]
    }
}
