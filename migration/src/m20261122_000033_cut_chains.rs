//! The oldest entries of the log of disclosures and of the trail of changes may go at the end of their
//! time: up to where a cut was recorded, which names an entry that was there and the entry of the same
//! chain that says so. The database itself refuses every other change, and every change of a cut.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary};
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::column::text;

/// Cuts.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// What follows for each of the two: its word, its table, and what it is called in an error.
const BOOKS: [(&str, &str, &str); 2] = [
    ("LOG", "audit_entry", "log"),
    ("TRAIL", "trail_entry", "trail"),
];

/// PostgreSQL: what was not cut stays.
const GO: &str = "CREATE FUNCTION kaifong_entries_go() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.number > COALESCE((SELECT MAX(c.number) FROM audit_cut c WHERE c.book = TG_ARGV[0]), 0) THEN
        RAISE EXCEPTION 'an entry of the log goes only where it was cut';
    END IF;
    RETURN OLD;
END
$$";

/// PostgreSQL: a cut is at an entry that is there, and recorded by one.
fn cut(backend: DbBackend) -> String {
    format!(
        "CREATE FUNCTION kaifong_cut_is_recorded() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ({}) THEN
        RAISE EXCEPTION 'a cut is at an entry of the log, and recorded by one';
    END IF;
    RETURN NEW;
END
$$",
        recorded(backend)
    )
}

/// That a new cut is at an entry that is there, and recorded by one after it.
fn recorded(backend: DbBackend) -> String {
    // What the entry says begins so, in its bytes as JSON has them.
    let says = "'\"cut\":{\"number\":' || CAST(NEW.number AS TEXT) || ','";
    let says = match backend {
        DbBackend::Postgres => format!("POSITION(CONVERT_TO({says}, 'UTF8') IN e.body) > 0"),
        _ => format!("INSTR(e.body, CAST({says} AS BLOB)) > 0"),
    };
    let each = BOOKS.map(|(book, table, _)| {
        format!(
            "(NEW.book = '{book}' AND NEW.entry > NEW.number
             AND EXISTS (SELECT 1 FROM {table} e WHERE e.number = NEW.number AND e.hash = NEW.hash)
             AND EXISTS (SELECT 1 FROM {table} e WHERE e.number = NEW.entry AND {says}))"
        )
    });
    each.join(" OR ")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager.create_table(cuts(backend)).await?;
        let database = manager.get_connection();
        for statement in up(backend) {
            database.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let database = manager.get_connection();
        for statement in down(backend) {
            database.execute_unprepared(&statement).await?;
        }
        let drop = Table::drop().table("audit_cut").to_owned();
        manager.drop_table(drop).await?;
        if backend == DbBackend::Postgres {
            for function in ["kaifong_entries_go", "kaifong_cut_is_recorded"] {
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

fn up(backend: DbBackend) -> Vec<String> {
    let mut all = Vec::new();
    if backend == DbBackend::Postgres {
        all.extend([GO.to_owned(), cut(backend)]);
        for (book, table, _) in BOOKS {
            all.extend([
                format!("DROP TRIGGER entries_stay ON {table}"),
                format!(
                    "CREATE TRIGGER entries_stay BEFORE UPDATE OR TRUNCATE ON {table}
                     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_entries_stay()"
                ),
                format!(
                    "CREATE TRIGGER entries_go BEFORE DELETE ON {table}
                     FOR EACH ROW EXECUTE FUNCTION kaifong_entries_go('{book}')"
                ),
            ]);
        }
        all.extend([
            "CREATE TRIGGER cuts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_cut
             FOR EACH STATEMENT EXECUTE FUNCTION kaifong_entries_stay()"
                .to_owned(),
            "CREATE TRIGGER cut_is_recorded BEFORE INSERT ON audit_cut
             FOR EACH ROW EXECUTE FUNCTION kaifong_cut_is_recorded()"
                .to_owned(),
        ]);
        return all;
    }
    for (book, table, name) in BOOKS {
        all.extend([
            format!("DROP TRIGGER {table}_never_deleted"),
            format!(
                "CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}
                 WHEN OLD.number > (SELECT COALESCE(MAX(number), 0) FROM audit_cut WHERE book = '{book}')
                 BEGIN SELECT RAISE(ABORT, 'an entry of the {name} goes only where it was cut'); END"
            ),
        ]);
    }
    for (name, when) in [("changed", "UPDATE"), ("deleted", "DELETE")] {
        all.push(format!(
            "CREATE TRIGGER audit_cut_never_{name} BEFORE {when} ON audit_cut
             BEGIN SELECT RAISE(ABORT, 'a cut of the log is never changed'); END"
        ));
    }
    all.push(format!(
        "CREATE TRIGGER audit_cut_is_recorded BEFORE INSERT ON audit_cut WHEN NOT ({})
         BEGIN SELECT RAISE(ABORT, 'a cut is at an entry of the log, and recorded by one'); END",
        recorded(backend)
    ));
    all
}

/// As it was before: nothing goes.
fn down(backend: DbBackend) -> Vec<String> {
    let mut all = Vec::new();
    for (_, table, name) in BOOKS {
        if backend == DbBackend::Postgres {
            all.extend([
                format!("DROP TRIGGER entries_go ON {table}"),
                format!("DROP TRIGGER entries_stay ON {table}"),
                format!(
                    "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                     FOR EACH STATEMENT EXECUTE FUNCTION kaifong_entries_stay()"
                ),
            ]);
            continue;
        }
        all.extend([
            format!("DROP TRIGGER {table}_never_deleted"),
            format!(
                "CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}\n         \
                 BEGIN SELECT RAISE(ABORT, 'an entry of the {name} is never changed'); END"
            ),
        ]);
    }
    all
}

/// One row for each cut: the last entry that went, its hash, and the entry that says so.
fn cuts(backend: DbBackend) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("audit_cut")
        .col(text("book", backend))
        .col(big_integer("number"))
        .col(binary("hash"))
        .col(big_integer("entry"))
        .primary_key(Index::create().col("book").col("number"));
    table.take()
}
