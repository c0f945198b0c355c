//! What people consent to: the texts that they are shown, and what they gave and withdrew. A row of
//! the history is never changed and never taken away: the database itself refuses it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, timestamp_with_time_zone_null, uuid, uuid_null};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::text;
use crate::table::{index, reference, table, unique};

/// The tables of consent.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TEXTS: &str = "consent_text";
const CONSENTS: &str = "consent";

/// PostgreSQL: nothing of the history is changed or taken away.
const FUNCTION: &str = "CREATE FUNCTION kaifong_consents_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a consent is never changed';
END
$$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(texts(backend)).await?;
        manager
            .create_index(index(TEXTS, &["organisation_id", "purpose"]))
            .await?;
        manager.create_table(consents(backend)).await?;
        for person in ["volunteer_id", "student_id"] {
            manager
                .create_index(unique(CONSENTS, &[person, "number"]))
                .await?;
        }
        manager
            .create_index(index(CONSENTS, &["organisation_id"]))
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
        for table in [CONSENTS, TEXTS] {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION kaifong_consents_stay()")
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// What refuses every change of the history.
fn triggers(backend: DbBackend) -> &'static [&'static str] {
    if backend == DbBackend::Postgres {
        return &[
            "CREATE TRIGGER consents_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON consent
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_consents_stay()",
        ];
    }
    &[
        "CREATE TRIGGER consent_never_changed BEFORE UPDATE ON consent
         BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END",
        "CREATE TRIGGER consent_never_deleted BEFORE DELETE ON consent
         BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END",
        // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
        "CREATE TRIGGER consent_never_replaced BEFORE INSERT ON consent
         WHEN EXISTS (SELECT 1 FROM consent o WHERE o.id = NEW.id
                      OR (o.volunteer_id = NEW.volunteer_id AND o.number = NEW.number)
                      OR (o.student_id = NEW.student_id AND o.number = NEW.number))
         BEGIN SELECT RAISE(ABORT, 'a consent is never changed'); END",
    ]
}

fn texts(backend: DbBackend) -> TableCreateStatement {
    table(TEXTS)
        .col(uuid("organisation_id"))
        .col(text("purpose", backend))
        .col(text("text_en", backend))
        .col(text("text_zh", backend))
        .col(text("status", backend).default("DRAFT"))
        .col(timestamp_with_time_zone_null("published_at"))
        .foreign_key(&mut reference(TEXTS, "organisation_id", "organisation"))
        .take()
}

fn consents(backend: DbBackend) -> TableCreateStatement {
    table(CONSENTS)
        .col(uuid("organisation_id"))
        .col(uuid_null("volunteer_id"))
        .col(uuid_null("student_id"))
        .col(integer("number"))
        .col(text("purpose", backend))
        .col(uuid("receiver_id"))
        .col(text("act", backend))
        .col(text("capacity", backend))
        .col(text("channel", backend))
        .col(uuid("text_id"))
        .col(uuid_null("account_id"))
        .foreign_key(&mut reference(CONSENTS, "organisation_id", "organisation"))
        .foreign_key(&mut reference(CONSENTS, "volunteer_id", "volunteer"))
        .foreign_key(&mut reference(CONSENTS, "student_id", "student"))
        .foreign_key(&mut reference(CONSENTS, "receiver_id", "organisation"))
        .foreign_key(&mut reference(CONSENTS, "text_id", TEXTS))
        .foreign_key(&mut reference(CONSENTS, "account_id", "account"))
        .take()
}
