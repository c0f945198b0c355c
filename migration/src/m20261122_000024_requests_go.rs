//! The steps of a request for data go with the person whose data it was about, and in no other way.
//! What was refused is kept in a log of its own, which names nobody.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// The triggers on steps of requests.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, [POSTGRES, SQLITE]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, [POSTGRES_BACK, SQLITE_BACK]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn run(manager: &SchemaManager<'_>, [postgres, sqlite]: [&[&str]; 2]) -> Result<(), DbErr> {
    let statements = match manager.get_database_backend() {
        DbBackend::Postgres => postgres,
        _ => sqlite,
    };
    for statement in statements {
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await?;
    }
    Ok(())
}

const POSTGRES: &[&str] = &[
    "DROP TRIGGER data_request_steps_stay ON data_request_step",
    "CREATE TRIGGER data_request_steps_stay BEFORE UPDATE OR TRUNCATE ON data_request_step
     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_data_requests_stay()",
    "CREATE FUNCTION kaifong_data_requests_go() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM erasure_under_way e
               WHERE e.id IN (OLD.volunteer_id, OLD.student_id, OLD.guardian_id, OLD.account_id)) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what became of a data request is never changed';
END
$$",
    "CREATE TRIGGER data_request_steps_go BEFORE DELETE ON data_request_step
     FOR EACH ROW EXECUTE FUNCTION kaifong_data_requests_go()",
];

const POSTGRES_BACK: &[&str] = &[
    "DROP TRIGGER data_request_steps_go ON data_request_step",
    "DROP FUNCTION kaifong_data_requests_go()",
    "DROP TRIGGER data_request_steps_stay ON data_request_step",
    "CREATE TRIGGER data_request_steps_stay BEFORE UPDATE OR DELETE OR TRUNCATE
     ON data_request_step
     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_data_requests_stay()",
];

const SQLITE: &[&str] = &[
    "DROP TRIGGER data_request_step_never_deleted",
    "CREATE TRIGGER data_request_step_never_deleted BEFORE DELETE ON data_request_step
     WHEN NOT EXISTS (SELECT 1 FROM erasure_under_way e
                      WHERE e.id IN (OLD.volunteer_id, OLD.student_id, OLD.guardian_id, OLD.account_id))
     BEGIN SELECT RAISE(ABORT, 'what became of a data request is never changed'); END",
];

const SQLITE_BACK: &[&str] = &[
    "DROP TRIGGER data_request_step_never_deleted",
    "CREATE TRIGGER data_request_step_never_deleted BEFORE DELETE ON data_request_step
         BEGIN SELECT RAISE(ABORT, 'what became of a data request is never changed'); END",
];
