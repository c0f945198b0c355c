//! The tokens of partners: whose they are, under which shares, and what became of them. No token
//! itself is kept, and nothing from which one could be made.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, integer, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{list, optional_text, text};
use crate::table::{index, reference, table};

/// The tokens of partners, and the shares that they are for.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TOKENS: &str = "partner_token";
const SHARES: &str = "partner_token_share";

/// The columns of a token of which viewers are made: that it was used is none of them.
const MATTERS: &str = "id, organisation_id, issuer_id, purpose, scopes, networks, audience, \
                       long_lived, expires_at, revoked_at, archived_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(tokens(backend)).await?;
        manager.create_table(shares()).await?;
        for (table, column) in [
            (TOKENS, "organisation_id"),
            (TOKENS, "issuer_id"),
            (SHARES, "partner_token_id"),
            (SHARES, "partnership_id"),
            (SHARES, "lead_id"),
            (SHARES, "partner_id"),
        ] {
            manager.create_index(index(table, &[column])).await?;
        }
        if backend == DbBackend::Postgres {
            for (table, update) in [
                (TOKENS, format!("UPDATE OF {MATTERS}")),
                (SHARES, "UPDATE".to_owned()),
            ] {
                let trigger = format!(
                    "CREATE TRIGGER kaifong_directory
                     AFTER INSERT OR {update} OR DELETE OR TRUNCATE ON {table}
                     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_directory_changed()"
                );
                let database = manager.get_connection();
                database.execute_unprepared(&trigger).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [SHARES, TOKENS] {
            let drop = Table::drop().table(name).to_owned();
            manager.drop_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn tokens(backend: DbBackend) -> TableCreateStatement {
    table(TOKENS)
        .col(uuid("organisation_id"))
        .col(uuid_null("issuer_id"))
        .col(text("name", backend))
        .col(optional_text("purpose", backend))
        .col(list("scopes", backend))
        .col(list("networks", backend))
        .col(text("audience", backend))
        .col(boolean("long_lived").default(false))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(uuid_null("revoked_by_id"))
        .col(integer("refreshes").default(0))
        .foreign_key(&mut reference(TOKENS, "organisation_id", "organisation"))
        .foreign_key(&mut reference(TOKENS, "issuer_id", "account"))
        .foreign_key(&mut reference(TOKENS, "revoked_by_id", "account"))
        .take()
}

fn shares() -> TableCreateStatement {
    table(SHARES)
        .col(uuid("partner_token_id"))
        .col(uuid("partnership_id"))
        .col(uuid_null("project_id"))
        .col(uuid("lead_id"))
        .col(uuid("partner_id"))
        .foreign_key(&mut reference(SHARES, "partner_token_id", TOKENS))
        .foreign_key(&mut reference(SHARES, "partnership_id", "partnership"))
        .foreign_key(&mut reference(SHARES, "project_id", "project"))
        .foreign_key(&mut reference(SHARES, "lead_id", "organisation"))
        .foreign_key(&mut reference(SHARES, "partner_id", "organisation"))
        .take()
}
