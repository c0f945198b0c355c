//! Published sets of policies, and every act by which one came into force. Neither is ever changed:
//! the database itself refuses it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, integer, integer_null, timestamp_with_time_zone, uuid};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{optional_text, text};
use crate::table::{reference, unique};

/// Sets of policies and their trail.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["policy_set", "policy_act"];

/// PostgreSQL: nothing is changed or taken away, and each act is told to every server.
const FUNCTIONS: [&str; 2] = [
    "CREATE FUNCTION kaifong_never_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published is never changed';
END
$$",
    "CREATE FUNCTION kaifong_policies_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('kaifong_policies', '');
    RETURN NULL;
END
$$",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(policy_set(backend)).await?;
        manager.create_table(policy_act(backend)).await?;
        for table in TABLES {
            manager.create_index(unique(table, &["number"])).await?;
        }
        let database = manager.get_connection();
        if backend == DbBackend::Postgres {
            for function in FUNCTIONS {
                database.execute_unprepared(function).await?;
            }
            database
                .execute_unprepared(
                    "CREATE TRIGGER kaifong_policies AFTER INSERT ON policy_act
                     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_policies_changed()",
                )
                .await?;
        }
        for table in TABLES {
            for trigger in never_changed(table, backend) {
                database.execute_unprepared(&trigger).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager
                .drop_table(Table::drop().table(*table).to_owned())
                .await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            let drop = "DROP FUNCTION kaifong_never_changed(), kaifong_policies_changed()";
            manager.get_connection().execute_unprepared(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What refuses every change of a table's rows.
fn never_changed(table: &str, backend: DbBackend) -> Vec<String> {
    if backend == DbBackend::Postgres {
        return vec![format!(
            "CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_never_changed()"
        )];
    }
    let refuse = "BEGIN SELECT RAISE(ABORT, 'what was published is never changed'); END";
    let named = |name: &str, when: &str| format!("CREATE TRIGGER {table}_{name} {when} {refuse}");
    vec![
        named("never_changed", &format!("BEFORE UPDATE ON {table}")),
        named("never_deleted", &format!("BEFORE DELETE ON {table}")),
        // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
        named(
            "never_replaced",
            &format!(
                "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} o
                 WHERE o.id = NEW.id OR o.number = NEW.number)"
            ),
        ),
    ]
}

fn policy_set(backend: DbBackend) -> TableCreateStatement {
    Table::create()
        .table("policy_set")
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(integer("number"))
        .col(text("version", backend))
        .col(text("documents", backend))
        .col(text("reason", backend))
        .col(text("report", backend))
        .col(uuid("account_id"))
        .col(integer_null("restores"))
        .foreign_key(&mut reference("policy_set", "account_id", "account"))
        .take()
}

fn policy_act(backend: DbBackend) -> TableCreateStatement {
    Table::create()
        .table("policy_act")
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(integer("number"))
        .col(uuid("policy_set_id"))
        .col(text("deed", backend))
        .col(uuid("account_id"))
        .col(text("version_before", backend))
        .col(text("version_after", backend))
        .col(boolean("in_force"))
        .col(optional_text("report", backend))
        .foreign_key(&mut reference("policy_act", "policy_set_id", "policy_set"))
        .foreign_key(&mut reference("policy_act", "account_id", "account"))
        .take()
}
