//! What is held, what was erased, and the one way in which a person's consents go: with the person.
//! Holds and records of erasures are never changed, but that a hold is released once; the database
//! itself sees to it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    timestamp_with_time_zone, timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{optional_text, text};
use crate::table::{index, reference};

/// The tables of holds and erasures.
#[derive(DeriveMigrationName)]
pub struct Migration;

const HOLDS: &str = "legal_hold";
const ERASURES: &str = "erasure";
const UNDER_WAY: &str = "erasure_under_way";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(holds(backend)).await?;
        manager.create_table(erasures(backend)).await?;
        let under_way = Table::create()
            .table(UNDER_WAY)
            .col(uuid("id").primary_key())
            .take();
        manager.create_table(under_way).await?;
        for index in [
            index(HOLDS, &["subject_id"]),
            index(HOLDS, &["organisation_id"]),
            index(ERASURES, &["organisation_id"]),
            index(ERASURES, &["external"]),
        ] {
            manager.create_index(index).await?;
        }
        let database = manager.get_connection();
        for statement in match backend {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        } {
            database.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = manager.get_connection();
        let backend = manager.get_database_backend();
        for statement in match backend {
            DbBackend::Postgres => POSTGRES_BACK,
            _ => SQLITE_BACK,
        } {
            database.execute_unprepared(statement).await?;
        }
        for table in [UNDER_WAY, ERASURES, HOLDS] {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        if backend == DbBackend::Postgres {
            for function in ["kaifong_holds_stay", "kaifong_erasures_stay"] {
                let drop = format!("DROP FUNCTION {function}()");
                database.execute_unprepared(&drop).await?;
            }
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn holds(backend: DbBackend) -> TableCreateStatement {
    Table::create()
        .table(HOLDS)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("organisation_id"))
        .col(text("subject_type", backend))
        .col(uuid("subject_id"))
        .col(text("reason", backend))
        .col(timestamp_with_time_zone_null("ends_at"))
        .col(uuid_null("account_id"))
        .col(timestamp_with_time_zone_null("released_at"))
        .col(uuid_null("released_by_id"))
        .col(optional_text("release_reason", backend))
        .foreign_key(&mut reference(HOLDS, "organisation_id", "organisation"))
        .foreign_key(&mut reference(HOLDS, "account_id", "account"))
        .foreign_key(&mut reference(HOLDS, "released_by_id", "account"))
        .take()
}

fn erasures(backend: DbBackend) -> TableCreateStatement {
    Table::create()
        .table(ERASURES)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("organisation_id"))
        .col(text("kind", backend))
        .col(text("pseudonym", backend))
        .col(text("ground", backend))
        .col(text("way", backend))
        .col(uuid_null("account_id"))
        .col(optional_text("external", backend))
        .col(text("counts", backend))
        .foreign_key(&mut reference(ERASURES, "organisation_id", "organisation"))
        .foreign_key(&mut reference(ERASURES, "account_id", "account"))
        .take()
}

const POSTGRES: &[&str] = &[
    "CREATE FUNCTION kaifong_holds_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
        AND (NEW.id, NEW.created_at, NEW.organisation_id, NEW.subject_type, NEW.subject_id,
             NEW.reason, NEW.ends_at, NEW.account_id)
        IS NOT DISTINCT FROM
            (OLD.id, OLD.created_at, OLD.organisation_id, OLD.subject_type, OLD.subject_id,
             OLD.reason, OLD.ends_at, OLD.account_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a hold is released once and never changed';
END
$$",
    "CREATE TRIGGER holds_stay BEFORE UPDATE OR DELETE ON legal_hold
     FOR EACH ROW EXECUTE FUNCTION kaifong_holds_stay()",
    "CREATE TRIGGER holds_stay_all BEFORE TRUNCATE ON legal_hold
     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_holds_stay()",
    "CREATE FUNCTION kaifong_erasures_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of an erasure is never changed';
END
$$",
    "CREATE TRIGGER erasures_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON erasure
     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_erasures_stay()",
    "DROP TRIGGER consents_stay ON consent",
    "CREATE TRIGGER consents_stay BEFORE UPDATE OR TRUNCATE ON consent
     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_consents_stay()",
    "CREATE FUNCTION kaifong_consents_go() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM erasure_under_way e
               WHERE e.id = OLD.volunteer_id OR e.id = OLD.student_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a consent is never changed';
END
$$",
    "CREATE TRIGGER consents_go BEFORE DELETE ON consent
     FOR EACH ROW EXECUTE FUNCTION kaifong_consents_go()",
];

const POSTGRES_BACK: &[&str] = &[
    "DROP TRIGGER consents_go ON consent",
    "DROP FUNCTION kaifong_consents_go()",
    "DROP TRIGGER consents_stay ON consent",
    "CREATE TRIGGER consents_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON consent
     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_consents_stay()",
];

const SQLITE: &[&str] = &[
    "CREATE TRIGGER legal_hold_only_released BEFORE UPDATE ON legal_hold
     WHEN OLD.released_at IS NOT NULL OR NEW.released_at IS NULL OR NEW.id IS NOT OLD.id
         OR NEW.created_at IS NOT OLD.created_at OR NEW.organisation_id IS NOT OLD.organisation_id
         OR NEW.subject_type IS NOT OLD.subject_type OR NEW.subject_id IS NOT OLD.subject_id
         OR NEW.reason IS NOT OLD.reason OR NEW.ends_at IS NOT OLD.ends_at
         OR NEW.account_id IS NOT OLD.account_id
     BEGIN SELECT RAISE(ABORT, 'a hold is released once and never changed'); END",
    "CREATE TRIGGER legal_hold_never_deleted BEFORE DELETE ON legal_hold
     BEGIN SELECT RAISE(ABORT, 'a hold is released once and never changed'); END",
    // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
    "CREATE TRIGGER legal_hold_never_replaced BEFORE INSERT ON legal_hold
     WHEN EXISTS (SELECT 1 FROM legal_hold o WHERE o.id = NEW.id)
     BEGIN SELECT RAISE(ABORT, 'a hold is released once and never changed'); END",
    "CREATE TRIGGER erasure_never_changed BEFORE UPDATE ON erasure
     BEGIN SELECT RAISE(ABORT, 'the record of an erasure is never changed'); END",
    "CREATE TRIGGER erasure_never_deleted BEFORE DELETE ON erasure
     BEGIN SELECT RAISE(ABORT, 'the record of an erasure is never changed'); END",
    "CREATE TRIGGER erasure_never_replaced BEFORE INSERT ON erasure
     WHEN EXISTS (SELECT 1 FROM erasure o WHERE o.id = NEW.id)
     BEGIN SELECT RAISE(ABORT, 'the record of an erasure is never changed'); END",
    "DROP TRIGGER consent_never_deleted",
    "CREATE TRIGGER consent_never_deleted BEFORE DELETE ON consent
     WHEN NOT EXISTS (SELECT 1 FROM erasure_under_way e
                      WHERE e.id = OLD.volunteer_id OR e.id = OLD.student_id)
     BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END",
];

const SQLITE_BACK: &[&str] = &[
    "DROP TRIGGER consent_never_deleted",
    "CREATE TRIGGER consent_never_deleted BEFORE DELETE ON consent
         BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END",
];
