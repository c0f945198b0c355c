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
mod m20261122_000008_policy_keepers;
mod m20261122_000009_steps_of_shares;
mod m20261122_000010_policy_keeper_acts;
mod m20261122_000012_partner_tokens;
mod m20261122_000013_sign_in;
mod m20261122_000014_consents;
mod m20261122_000015_time_of_shares;
mod m20261122_000016_data_keys;
mod m20261122_000018_data_requests;
mod m20261122_000019_data_request_refusals;
mod m20261122_000020_retention;
mod m20261122_000021_erasures;
mod m20261122_000022_invitations_and_mail;
mod m20261122_000023_outside_identities;
mod m20261122_000024_requests_go;
mod m20261122_000025_spaces;
mod m20261122_000026_disclosure_log;
mod m20261122_000027_trail_of_changes;
mod m20261122_000028_residency;
mod m20261122_000029_sealed_link_names;
mod m20261122_000030_invitations;
mod m20261122_000032_shift_templates;
mod m20261122_000033_cut_chains;
mod m20261122_000034_entries_as_they_are;

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
            Box::new(m20261122_000008_policy_keepers::Migration),
            Box::new(m20261122_000009_steps_of_shares::Migration),
            Box::new(m20261122_000010_policy_keeper_acts::Migration),
            Box::new(m20261122_000012_partner_tokens::Migration),
            Box::new(m20261122_000013_sign_in::Migration),
            Box::new(m20261122_000014_consents::Migration),
            Box::new(m20261122_000015_time_of_shares::Migration),
            Box::new(m20261122_000016_data_keys::Migration),
            Box::new(m20261122_000018_data_requests::Migration),
            Box::new(m20261122_000019_data_request_refusals::Migration),
            Box::new(m20261122_000020_retention::Migration),
            Box::new(m20261122_000021_erasures::Migration),
            Box::new(m20261122_000022_invitations_and_mail::Migration),
            Box::new(m20261122_000023_outside_identities::Migration),
            Box::new(m20261122_000024_requests_go::Migration),
            Box::new(m20261122_000025_spaces::Migration),
            Box::new(m20261122_000026_disclosure_log::Migration),
            Box::new(m20261122_000027_trail_of_changes::Migration),
            Box::new(m20261122_000028_residency::Migration),
            Box::new(m20261122_000029_sealed_link_names::Migration),
            Box::new(m20261122_000030_invitations::Migration),
            Box::new(m20261122_000032_shift_templates::Migration),
            Box::new(m20261122_000033_cut_chains::Migration),
            Box::new(m20261122_000034_entries_as_they_are::Migration),
        ]
    }
}
