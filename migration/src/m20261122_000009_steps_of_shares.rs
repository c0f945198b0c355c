//! What has become of each share, step by step. A step is never changed and never taken away: the
//! database itself refuses it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, uuid, uuid_null};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{optional_text, text};
use crate::table::{index, reference, table, unique};

/// The steps of shares, and what a share must say of itself for them.
#[derive(DeriveMigrationName)]
pub struct Migration;

const STEPS: &str = "partnership_step";

/// The columns that a share gains.
const GAINED: [&str; 4] = [
    "suspended_by",
    "proposed_by",
    "proposed_change",
    "last_step",
];

/// PostgreSQL: nothing of a trail is changed or taken away.
const FUNCTION: &str = "CREATE FUNCTION kaifong_steps_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a step of a trail is never changed';
END
$$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let columns = [
            optional_text("suspended_by", backend),
            optional_text("proposed_by", backend),
            optional_text("proposed_change", backend),
            integer("last_step").default(0).take(),
        ];
        for mut column in columns {
            let add = Table::alter()
                .table("partnership")
                .add_column(&mut column)
                .take();
            manager.alter_table(add).await?;
        }
        let database = manager.get_connection();
        // Until now nobody but the lead could suspend a share.
        database
            .execute_unprepared(
                "UPDATE partnership SET suspended_by = 'LEAD' WHERE state = 'SUSPENDED'",
            )
            .await?;
        manager.create_table(steps(backend)).await?;
        manager
            .create_index(unique(STEPS, &["partnership_id", "number"]))
            .await?;
        for side in ["lead_id", "partner_id"] {
            manager.create_index(index(STEPS, &[side])).await?;
        }
        if backend == DbBackend::Postgres {
            database.execute_unprepared(FUNCTION).await?;
        }
        for trigger in triggers(backend) {
            database.execute_unprepared(trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(STEPS).to_owned())
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION kaifong_steps_stay()")
                .await?;
        }
        for column in GAINED {
            let drop = Table::alter()
                .table("partnership")
                .drop_column(column)
                .take();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What refuses every change of a step.
fn triggers(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE TRIGGER steps_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON partnership_step
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_steps_stay()",
        ];
    }
    &[
        "CREATE TRIGGER partnership_step_never_changed BEFORE UPDATE ON partnership_step
         BEGIN SELECT RAISE(ABORT, 'a step of a trail is never changed'); END",
        "CREATE TRIGGER partnership_step_never_deleted BEFORE DELETE ON partnership_step
         BEGIN SELECT RAISE(ABORT, 'a step of a trail is never changed'); END",
        // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
        "CREATE TRIGGER partnership_step_never_replaced BEFORE INSERT ON partnership_step
         WHEN EXISTS (SELECT 1 FROM partnership_step o WHERE o.id = NEW.id
                      OR (o.partnership_id = NEW.partnership_id AND o.number = NEW.number))
         BEGIN SELECT RAISE(ABORT, 'a step of a trail is never changed'); END",
    ]
}

fn steps(backend: DbBackend) -> TableCreateStatement {
    table(STEPS)
        .col(uuid("partnership_id"))
        .col(uuid("lead_id"))
        .col(uuid("partner_id"))
        .col(integer("number"))
        .col(text("deed", backend))
        .col(text("side", backend))
        .col(uuid_null("account_id"))
        .col(text("before_values", backend))
        .col(text("after_values", backend))
        .foreign_key(&mut reference(STEPS, "partnership_id", "partnership"))
        .foreign_key(&mut reference(STEPS, "lead_id", "organisation"))
        .foreign_key(&mut reference(STEPS, "partner_id", "organisation"))
        .foreign_key(&mut reference(STEPS, "account_id", "account"))
        .take()
}
