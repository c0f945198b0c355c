//! The trail of changes: entries in a chain of their own, and where it stands. An entry is never
//! changed and never taken away: the database itself refuses it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, integer, timestamp_with_time_zone};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::table::index;

/// The trail.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Where a trail stands before its first entry: SHA-256 of `kaifong trail 1` and a zero byte.
const BEGINNING: &str = "b392e075a02cc3ebfb834eaed4e785ef15d28d92b22f77370cbc783ab1c17bf6";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(head()).await?;
        manager.create_table(entries()).await?;
        for columns in [["at"], ["record"]] {
            manager.create_index(index("trail_entry", &columns)).await?;
        }
        let database = manager.get_connection();
        let beginning = match backend {
            DbBackend::Postgres => format!("decode('{BEGINNING}', 'hex')"),
            _ => format!("X'{BEGINNING}'"),
        };
        let first = format!("INSERT INTO trail_head (id, number, hash) VALUES (1, 0, {beginning})");
        database.execute_unprepared(&first).await?;
        for trigger in triggers(backend) {
            database.execute_unprepared(trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["trail_entry", "trail_head"] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What refuses every change of an entry; on PostgreSQL as the log of disclosures does.
fn triggers(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON trail_entry
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_entries_stay()",
        ];
    }
    &[
        "CREATE TRIGGER trail_entry_never_changed BEFORE UPDATE ON trail_entry
         BEGIN SELECT RAISE(ABORT, 'an entry of the trail is never changed'); END",
        "CREATE TRIGGER trail_entry_never_deleted BEFORE DELETE ON trail_entry
         BEGIN SELECT RAISE(ABORT, 'an entry of the trail is never changed'); END",
    ]
}

/// Where the chain stands: one row.
fn head() -> TableCreateStatement {
    Table::create()
        .table("trail_head")
        .col(integer("id").primary_key())
        .col(big_integer("number"))
        .col(binary("hash"))
        .take()
}

/// One row for each row that was made or changed; `record` is what finds those of one row.
fn entries() -> TableCreateStatement {
    Table::create()
        .table("trail_entry")
        .col(big_integer("number").primary_key())
        .col(timestamp_with_time_zone("at"))
        .col(big_integer("record"))
        .col(binary("body"))
        .col(binary("hash"))
        .take()
}
