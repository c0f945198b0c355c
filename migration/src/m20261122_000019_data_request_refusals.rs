//! The log of refusals: it names nobody, and the database itself lets no entry be changed, or be
//! taken away before its four years are over.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{date, uuid};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::text;
use crate::table::{index, reference, table};

/// The log of refusals.
#[derive(DeriveMigrationName)]
pub struct Migration;

const REFUSAL: &str = "data_request_refusal";

/// PostgreSQL: an entry is never changed, and stays for its four years. The day is Hong Kong's.
const FUNCTION: &str = "CREATE FUNCTION kaifong_refusals_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.kept_until < (now() AT TIME ZONE 'Asia/Hong_Kong')::date THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'a refusal is kept as it is for four years';
END
$$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(refusals(backend)).await?;
        manager
            .create_index(index(REFUSAL, &["organisation_id", "refused_on"]))
            .await?;
        let database = manager.get_connection();
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
            .drop_table(Table::drop().table(REFUSAL).to_owned())
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION kaifong_refusals_stay()")
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn triggers(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE TRIGGER refusals_stay BEFORE UPDATE OR DELETE ON data_request_refusal
             FOR EACH ROW EXECUTE FUNCTION kaifong_refusals_stay()",
            "CREATE TRIGGER refusals_stay_whole BEFORE TRUNCATE ON data_request_refusal
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_refusals_stay()",
        ];
    }
    &[
        "CREATE TRIGGER data_request_refusal_never_changed BEFORE UPDATE ON data_request_refusal
         BEGIN SELECT RAISE(ABORT, 'a refusal is kept as it is for four years'); END",
        "CREATE TRIGGER data_request_refusal_kept BEFORE DELETE ON data_request_refusal
         WHEN OLD.kept_until >= date('now', '+8 hours')
         BEGIN SELECT RAISE(ABORT, 'a refusal is kept as it is for four years'); END",
        // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
        "CREATE TRIGGER data_request_refusal_never_replaced BEFORE INSERT ON data_request_refusal
         WHEN EXISTS (SELECT 1 FROM data_request_refusal o WHERE o.id = NEW.id)
         BEGIN SELECT RAISE(ABORT, 'a refusal is kept as it is for four years'); END",
    ]
}

fn refusals(backend: DbBackend) -> TableCreateStatement {
    table(REFUSAL)
        .col(uuid("organisation_id"))
        .col(text("kind", backend))
        .col(text("ground", backend))
        .col(text("particulars", backend))
        .col(date("opened_on"))
        .col(date("refused_on"))
        .col(date("kept_until"))
        .foreign_key(&mut reference(REFUSAL, "organisation_id", "organisation"))
        .take()
}
