//! How people sign in: names and passwords, sessions and their tokens, one-time codes, and how
//! often somebody tried. Secrets are kept as hashes, those of authenticators sealed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, integer, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{optional_text, text};
use crate::table::{index, reference, unique};

/// The tables of sign-in.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Ended sessions end what viewers hold: every server is told.
const TRIGGER: &str = "CREATE TRIGGER kaifong_directory
AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON session
FOR EACH STATEMENT EXECUTE FUNCTION kaifong_directory_changed()";

/// In an order in which they can be dropped.
const TABLES: [&str; 7] = [
    "sign_in_place",
    "sign_in_rate",
    "recovery_code",
    "authenticator",
    "session_token",
    "session",
    "login",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in tables(backend) {
            manager.create_table(table).await?;
        }
        for index in [
            unique("login", &["account_id"]),
            unique("login", &["name"]),
            index("session", &["account_id"]),
            unique("session_token", &["hash"]),
            index("session_token", &["session_id"]),
            unique("authenticator", &["account_id"]),
            index("recovery_code", &["account_id"]),
            index("sign_in_rate", &["full_until"]),
            index("sign_in_place", &["account_id"]),
        ] {
            manager.create_index(index).await?;
        }
        if backend == DbBackend::Postgres {
            let database = manager.get_connection();
            database.execute_unprepared(TRIGGER).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tables(backend: DbBackend) -> Vec<TableCreateStatement> {
    let of_account = |name| {
        bare(name)
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid("account_id"))
            .foreign_key(&mut reference(name, "account_id", "account"))
            .take()
    };
    vec![
        of_account("login")
            .col(timestamp_with_time_zone("updated_at"))
            .col(text("name", backend))
            .col(optional_text("hash", backend))
            .take(),
        of_account("session")
            .col(text("way", backend))
            .col(timestamp_with_time_zone_null("second_factor_at"))
            .col(timestamp_with_time_zone("ends_at"))
            .col(timestamp_with_time_zone_null("ended_at"))
            .take(),
        bare("session_token")
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid("session_id"))
            .col(text("hash", backend))
            .col(timestamp_with_time_zone_null("used_at"))
            .foreign_key(&mut reference("session_token", "session_id", "session"))
            .take(),
        of_account("authenticator")
            .col(text("sealed", backend))
            .col(timestamp_with_time_zone_null("confirmed_at"))
            .col(integer("last_step").default(0))
            .take(),
        of_account("recovery_code")
            .col(text("hash", backend))
            .col(timestamp_with_time_zone_null("used_at"))
            .take(),
        bare("sign_in_rate").col(big_integer("full_until")).take(),
        of_account("sign_in_place"),
    ]
}

/// A table with an id and nothing else yet.
fn bare(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(uuid("id").primary_key())
        .take()
}
