//! The log of disclosures and changes: entries in a chain, where the chain stands, the keys that link
//! entries to records, and what finds them. An entry is never changed and never taken away: the
//! database itself refuses it. A key can be destroyed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_uniq, binary, integer, timestamp_with_time_zone, uuid,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::text;
use crate::table::index;

/// The log and its keys.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// PostgreSQL: nothing of the log is changed or taken away.
const FUNCTION: &str = "CREATE FUNCTION kaifong_entries_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the log is never changed';
END
$$";

/// Before the first entry the chain stands at the hash of nothing.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let tables = [head(), entries(), keys(backend), blocks()];
        for table in tables {
            manager.create_table(table).await?;
        }
        manager.create_index(index("audit_entry", &["at"])).await?;
        let database = manager.get_connection();
        let zeros = match backend {
            DbBackend::Postgres => format!("decode('{BEGINNING}', 'hex')"),
            _ => format!("X'{BEGINNING}'"),
        };
        let first = format!(
            "INSERT INTO audit_head (id, number, hash, forgotten) VALUES (1, 0, {zeros}, 0)"
        );
        database.execute_unprepared(&first).await?;
        if backend == DbBackend::Postgres {
            database.execute_unprepared(FUNCTION).await?;
        }
        for trigger in triggers(backend) {
            database.execute_unprepared(trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_block", "audit_key", "audit_entry", "audit_head"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION kaifong_entries_stay()")
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What refuses every change of an entry.
fn triggers(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_entries_stay()",
        ];
    }
    &[
        "CREATE TRIGGER audit_entry_never_changed BEFORE UPDATE ON audit_entry
         BEGIN SELECT RAISE(ABORT, 'an entry of the log is never changed'); END",
        "CREATE TRIGGER audit_entry_never_deleted BEFORE DELETE ON audit_entry
         BEGIN SELECT RAISE(ABORT, 'an entry of the log is never changed'); END",
    ]
}

/// Where the chain stands: one row.
fn head() -> TableCreateStatement {
    Table::create()
        .table("audit_head")
        .col(integer("id").primary_key())
        .col(big_integer("number"))
        .col(binary("hash"))
        .col(big_integer("forgotten"))
        .take()
}

fn entries() -> TableCreateStatement {
    Table::create()
        .table("audit_entry")
        .col(big_integer("number").primary_key())
        .col(timestamp_with_time_zone("at"))
        .col(binary("body"))
        .col(binary("hash"))
        .take()
}

/// One row for each record that the log knows, until it is to forget it.
fn keys(backend: DbBackend) -> TableCreateStatement {
    Table::create()
        .table("audit_key")
        .col(uuid("record_id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(text("record_type", backend))
        .col(big_integer_uniq("pseudonym"))
        .col(binary("secret"))
        .take()
}

/// Which records a run of entries may name.
fn blocks() -> TableCreateStatement {
    Table::create()
        .table("audit_block")
        .col(big_integer("number").primary_key())
        .col(binary("filter"))
        .take()
}
