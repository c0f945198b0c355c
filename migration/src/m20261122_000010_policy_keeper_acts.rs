//! Who named an organisation to look after the policies, or let it go: rows that are added and never
//! changed nor taken away; the database itself refuses it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, timestamp_with_time_zone, uuid, uuid_null};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{optional_text, text};
use crate::table::{reference, unique};

/// The trail of those who look after the policies.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "policy_keeper_act";

/// PostgreSQL: nothing of a trail is changed or taken away.
const FUNCTION: &str = "CREATE FUNCTION kaifong_keeper_acts_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an act of a trail is never changed';
END
$$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let acts = Table::create()
            .table(TABLE)
            .col(uuid("id").primary_key())
            .col(timestamp_with_time_zone("created_at"))
            .col(integer("number"))
            .col(uuid("organisation_id"))
            .col(text("deed", backend))
            .col(uuid_null("account_id"))
            .col(optional_text("reason", backend))
            .foreign_key(&mut reference(TABLE, "organisation_id", "organisation"))
            .foreign_key(&mut reference(TABLE, "account_id", "account"))
            .take();
        manager.create_table(acts).await?;
        manager.create_index(unique(TABLE, &["number"])).await?;
        let database = manager.get_connection();
        if backend == DbBackend::Postgres {
            database.execute_unprepared(FUNCTION).await?;
        }
        for trigger in stays(backend) {
            database.execute_unprepared(&trigger).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::drop().table(TABLE).to_owned();
        manager.drop_table(drop).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            let drop = "DROP FUNCTION kaifong_keeper_acts_stay()";
            manager.get_connection().execute_unprepared(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What refuses every change of the rows.
fn stays(backend: DbBackend) -> Vec<String> {
    if backend == DbBackend::Postgres {
        return vec![format!(
            "CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_keeper_acts_stay()"
        )];
    }
    let refuse = "BEGIN SELECT RAISE(ABORT, 'an act of a trail is never changed'); END";
    vec![
        format!("CREATE TRIGGER {TABLE}_never_changed BEFORE UPDATE ON {TABLE} {refuse}"),
        format!("CREATE TRIGGER {TABLE}_never_deleted BEFORE DELETE ON {TABLE} {refuse}"),
        // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
        format!(
            "CREATE TRIGGER {TABLE}_never_replaced BEFORE INSERT ON {TABLE}
             WHEN EXISTS (SELECT 1 FROM {TABLE} o WHERE o.id = NEW.id OR o.number = NEW.number) {refuse}"
        ),
    ]
}
