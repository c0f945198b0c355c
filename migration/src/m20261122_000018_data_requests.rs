//! What people ask of those who hold their data, what became of it, and the notes that travel with
//! data whose accuracy is disputed. A step is never changed and never taken away: the database itself
//! refuses it. A note is of the person's record, and goes where that goes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    date, date_null, integer, integer_null, timestamp_with_time_zone_null, uuid, uuid_null,
};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::{list, optional_text, text};
use crate::table::{index, reference, table, unique};

/// The tables of requests.
#[derive(DeriveMigrationName)]
pub struct Migration;

const REQUEST: &str = "data_request";
const STEP: &str = "data_request_step";
const NOTE: &str = "correction_note";

/// Whose data it is: the columns, and the tables that they lead to.
const PERSONS: [(&str, &str); 4] = [
    ("volunteer_id", "volunteer"),
    ("student_id", "student"),
    ("guardian_id", "guardian"),
    ("account_id", "account"),
];

/// PostgreSQL: nothing of a trail is changed or taken away.
const FUNCTION: &str = "CREATE FUNCTION kaifong_data_requests_stay() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what became of a data request is never changed';
END
$$";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [request(backend), step(backend), note(backend)] {
            manager.create_table(table).await?;
        }
        for table in [REQUEST, STEP, NOTE] {
            for (column, _) in PERSONS {
                manager.create_index(index(table, &[column])).await?;
            }
        }
        for index in [
            index(REQUEST, &["organisation_id", "due_on"]),
            index(REQUEST, &["next_reminder_on"]),
            unique(STEP, &["data_request_id", "number"]),
            index(STEP, &["organisation_id"]),
            index(NOTE, &["organisation_id"]),
        ] {
            manager.create_index(index).await?;
        }
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
        for table in [NOTE, STEP, REQUEST] {
            let drop = Table::drop().table(table).to_owned();
            manager.drop_table(drop).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION kaifong_data_requests_stay()")
                .await?;
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
            "CREATE TRIGGER data_request_steps_stay BEFORE UPDATE OR DELETE OR TRUNCATE
             ON data_request_step
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_data_requests_stay()",
        ];
    }
    &[
        "CREATE TRIGGER data_request_step_never_changed BEFORE UPDATE ON data_request_step
         BEGIN SELECT RAISE(ABORT, 'what became of a data request is never changed'); END",
        "CREATE TRIGGER data_request_step_never_deleted BEFORE DELETE ON data_request_step
         BEGIN SELECT RAISE(ABORT, 'what became of a data request is never changed'); END",
        // `INSERT OR REPLACE` takes rows away without asking the triggers on that.
        "CREATE TRIGGER data_request_step_never_replaced BEFORE INSERT ON data_request_step
         WHEN EXISTS (SELECT 1 FROM data_request_step o WHERE o.id = NEW.id
                      OR (o.data_request_id = NEW.data_request_id AND o.number = NEW.number))
         BEGIN SELECT RAISE(ABORT, 'what became of a data request is never changed'); END",
    ]
}

/// A table about one person's data.
fn about(name: &'static str) -> TableCreateStatement {
    let mut table = table(name);
    table
        .col(uuid("organisation_id"))
        .foreign_key(&mut reference(name, "organisation_id", "organisation"));
    for (column, person) in PERSONS {
        table
            .col(uuid_null(column))
            .foreign_key(&mut reference(name, column, person));
    }
    table.take()
}

fn request(backend: DbBackend) -> TableCreateStatement {
    about(REQUEST)
        .col(text("kind", backend))
        .col(text("state", backend).default("OPEN"))
        .col(text("capacity", backend))
        .col(uuid_null("opened_by_id"))
        .col(optional_text("statement", backend))
        .col(optional_text("corrected_field", backend))
        .col(optional_text("proposed_value", backend))
        .col(date("opened_on"))
        .col(date("due_on"))
        .col(date_null("next_reminder_on"))
        .col(timestamp_with_time_zone_null("settled_at"))
        .col(optional_text("ground", backend))
        .col(optional_text("reasons", backend))
        .col(list("withheld", backend))
        .foreign_key(&mut reference(REQUEST, "opened_by_id", "account"))
        .take()
}

fn step(backend: DbBackend) -> TableCreateStatement {
    about(STEP)
        .col(uuid("data_request_id"))
        .col(integer("number"))
        .col(text("deed", backend))
        .col(integer_null("day"))
        .col(optional_text("ground", backend))
        .col(uuid_null("actor_id"))
        .foreign_key(&mut reference(STEP, "data_request_id", REQUEST))
        .foreign_key(&mut reference(STEP, "actor_id", "account"))
        .take()
}

fn note(backend: DbBackend) -> TableCreateStatement {
    about(NOTE)
        .col(uuid("data_request_id"))
        .col(text("disputed_field", backend))
        .col(optional_text("statement", backend))
        .col(optional_text("proposed_value", backend))
        .foreign_key(&mut reference(NOTE, "data_request_id", REQUEST))
        .take()
}
