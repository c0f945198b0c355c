//! How long data is kept, where an organisation says otherwise than the server, and what came of it
//! night by night. What an organisation said is added and never changed; the database itself sees
//! to it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, date_null, integer, integer_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::text;
use crate::table::{index, reference, unique};

/// The tables of retention.
#[derive(DeriveMigrationName)]
pub struct Migration;

const RULES: &str = "retention_rule";
const RUNS: &str = "retention_run";
const COUNTS: &str = "retention_count";

/// PostgreSQL: nothing of the trail is changed or taken away.
const FUNCTION: &str = "CREATE FUNCTION kaifong_retention_stays() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said of retention is never changed';
END
$$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(rules(backend)).await?;
        manager.create_table(runs()).await?;
        manager.create_table(counts(backend)).await?;
        for index in [
            unique(RULES, &["organisation_id", "subject", "number"]),
            unique(RUNS, &["day"]),
            index(COUNTS, &["run_id"]),
            index(COUNTS, &["organisation_id"]),
        ] {
            manager.create_index(index).await?;
        }
        let database = manager.get_connection();
        if backend == DbBackend::Postgres {
            database.execute_unprepared(FUNCTION).await?;
        }
        for trigger in stays(backend) {
            database.execute_unprepared(trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [COUNTS, RUNS, RULES] {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            let drop = "DROP FUNCTION kaifong_retention_stays()";
            manager.get_connection().execute_unprepared(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn rules(backend: DbBackend) -> TableCreateStatement {
    Table::create()
        .table(RULES)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("organisation_id"))
        .col(text("subject", backend))
        .col(integer("number"))
        .col(integer_null("months"))
        .col(text("reason", backend))
        .col(uuid_null("account_id"))
        .foreign_key(&mut reference(RULES, "organisation_id", "organisation"))
        .foreign_key(&mut reference(RULES, "account_id", "account"))
        .take()
}

fn runs() -> TableCreateStatement {
    Table::create()
        .table(RUNS)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(date_null("day"))
        .col(boolean("dry_run"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .take()
}

fn counts(backend: DbBackend) -> TableCreateStatement {
    Table::create()
        .table(COUNTS)
        .col(uuid("id").primary_key())
        .col(uuid("run_id"))
        .col(uuid("organisation_id"))
        .col(text("subject", backend))
        .col(integer("months"))
        .col(integer("done"))
        .col(integer("held"))
        .foreign_key(&mut reference(COUNTS, "run_id", RUNS))
        .foreign_key(&mut reference(COUNTS, "organisation_id", "organisation"))
        .take()
}

/// What refuses every change of the trail.
fn stays(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON retention_rule
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_retention_stays()",
        ];
    }
    &[
        "CREATE TRIGGER retention_rule_never_changed BEFORE UPDATE ON retention_rule
         BEGIN SELECT RAISE(ABORT, 'what was said of retention is never changed'); END",
        "CREATE TRIGGER retention_rule_never_deleted BEFORE DELETE ON retention_rule
         BEGIN SELECT RAISE(ABORT, 'what was said of retention is never changed'); END",
        // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
        "CREATE TRIGGER retention_rule_never_replaced BEFORE INSERT ON retention_rule
         WHEN EXISTS (SELECT 1 FROM retention_rule o WHERE o.id = NEW.id
                      OR (o.organisation_id = NEW.organisation_id AND o.subject = NEW.subject
                          AND o.number = NEW.number))
         BEGIN SELECT RAISE(ABORT, 'what was said of retention is never changed'); END",
    ]
}
