//! The history of the database: it goes up, down and up, and ends where the entities are.

use std::collections::BTreeSet;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ColumnType, ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::databases::TestDatabase;
use crate::entities::tables;

/// Migrations that do nothing on SQLite.
const POSTGRES_ONLY: [&str; 2] = [
    "m20261122_000003_directory_notices",
    "m20261122_000034_entries_as_they_are",
];

/// What is not done on PostgreSQL.
const SQLITE_ONLY: [&str; 1] = ["m20261122_000006_server_events"];

/// The table in which the migrations keep their own state.
const OWN: &str = "seaql_migrations";

/// What servers with one SQLite file tell each other; no entity reads it.
const BETWEEN_SERVERS: &str = "server_event";

/// The log of disclosures, its keys and cuts and the trail of changes, which the store writes as bytes; no
/// entity reads them.
const LOG: [&str; 2] = ["audit_", "trail_"];

/// The rows of a query, each as one line.
async fn lines(db: &DatabaseConnection, columns: usize, query: &str) -> Vec<Vec<String>> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    let rows = db.query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).unwrap();
    rows.iter()
        .map(|row| (0..columns).map(|at| text(row, at)).collect())
        .collect()
}

/// Everything that the migrations made, as the database itself describes it.
async fn described(db: &DatabaseConnection) -> BTreeSet<Vec<String>> {
    let queries: &[(usize, &str)] = match db.get_database_backend() {
        DbBackend::Sqlite => &[(3, "SELECT type, name, COALESCE(sql, '') FROM sqlite_master")],
        _ => &[
            (
                6,
                "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text,
                    COALESCE(column_default, '')::text, COALESCE(collation_name, '')::text
                 FROM information_schema.columns WHERE table_schema = 'public'",
            ),
            (
                2,
                "SELECT tablename::text, indexdef::text FROM pg_indexes
                 WHERE schemaname = 'public'",
            ),
            (
                3,
                "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)::text
                 FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
            ),
            (
                2,
                "SELECT relkind::text, relname::text FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace",
            ),
            (
                2,
                "SELECT typtype::text, typname::text FROM pg_type
                 WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')",
            ),
            (
                2,
                "SELECT 'function', proname::text FROM pg_proc
                 WHERE pronamespace = 'public'::regnamespace",
            ),
            (
                3,
                "SELECT attrelid::regclass::text, attname::text, attstorage::text
                 FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
                    AND NOT attisdropped",
            ),
            (
                2,
                "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid)::text
                 FROM pg_trigger WHERE NOT tgisinternal",
            ),
        ],
    };
    let mut all = BTreeSet::new();
    for (columns, query) in queries {
        all.extend(lines(db, *columns, query).await);
    }
    all
}

#[tokio::test]
async fn migrations_go_up_and_down_and_up() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let up = described(db).await;
        assert!(up.len() > 60, "{}: only {} things", test.name, up.len());

        Migrator::down(db, None).await.unwrap();
        let mut down = described(db).await;
        down.retain(|thing| !thing.iter().any(|part| part.contains(OWN)));
        assert_eq!(down, BTreeSet::new(), "{}: left behind", test.name);

        Migrator::up(db, None).await.unwrap();
        assert_eq!(described(db).await, up, "{}", test.name);
        test.close().await;
    }
}

#[tokio::test]
async fn each_migration_can_be_taken_back_alone() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let mut states = vec![described(db).await];
        for migration in Migrator::migrations().iter().rev() {
            Migrator::down(db, Some(1)).await.unwrap();
            let state = described(db).await;
            let nothing = match test.name {
                "SQLite" => POSTGRES_ONLY.contains(&migration.name()),
                _ => SQLITE_ONLY.contains(&migration.name()),
            };
            let undone = states.last() != Some(&state);
            assert!(undone != nothing, "{}: {}", test.name, migration.name());
            states.push(state);
        }
        states.pop();
        for state in states.iter().rev() {
            Migrator::up(db, Some(1)).await.unwrap();
            assert_eq!(described(db).await, *state, "{}", test.name);
        }
        test.close().await;
    }
}

/// What a column of an entity is called in a database; a text is a text whatever its name.
fn written(ty: &ColumnType, backend: DbBackend) -> &'static str {
    let (sqlite, postgres) = match ty {
        ColumnType::String(_) | ColumnType::Text => ("text", "text"),
        ColumnType::Uuid => ("uuid_text", "uuid"),
        ColumnType::BigInteger => ("integer", "bigint"),
        ColumnType::Integer => ("integer", "integer"),
        ColumnType::Double => ("double", "double precision"),
        ColumnType::Boolean => ("boolean", "boolean"),
        ColumnType::Date => ("date_text", "date"),
        ColumnType::TimestampWithTimeZone => {
            ("timestamp_with_timezone_text", "timestamp with time zone")
        }
        other => panic!("no column is {other:?} yet"),
    };
    if backend == DbBackend::Sqlite {
        sqlite
    } else {
        postgres
    }
}

/// Table, column, type, whether it may be null, whether it is the key.
async fn columns(db: &DatabaseConnection) -> BTreeSet<Vec<String>> {
    let query = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT m.name, c.name, lower(c.type), CASE c.\"notnull\" WHEN 0 THEN 'null' ELSE '' END,
                CASE c.pk WHEN 0 THEN '' ELSE 'key' END
             FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
        _ => {
            "SELECT c.table_name::text, c.column_name::text, c.data_type::text,
                CASE c.is_nullable WHEN 'YES' THEN 'null' ELSE '' END,
                CASE WHEN k.column_name IS NULL THEN '' ELSE 'key' END
             FROM information_schema.columns c
             LEFT JOIN (information_schema.table_constraints t
                JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name))
                ON t.constraint_type = 'PRIMARY KEY' AND t.table_schema = 'public'
                AND k.table_name = c.table_name AND k.column_name = c.column_name
             WHERE c.table_schema = 'public'"
        }
    };
    lines(db, 5, query).await.into_iter().collect()
}

/// Table, column, table and column there.
async fn references(db: &DatabaseConnection) -> BTreeSet<Vec<String>> {
    let query = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT m.name, f.\"from\", f.\"table\", f.\"to\"
             FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        }
        _ => {
            "SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text,
                b.attname::text
             FROM pg_constraint c
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
             WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"
        }
    };
    lines(db, 4, query).await.into_iter().collect()
}

#[tokio::test]
async fn entities_are_the_tables_that_the_migrations_made() {
    for test in TestDatabase::each().await {
        let backend = test.db.get_database_backend();
        let (mut wanted, mut pointing) = (BTreeSet::new(), BTreeSet::new());
        for table in tables() {
            for column in &table.columns {
                wanted.insert(vec![
                    table.name.to_owned(),
                    column.name.clone(),
                    written(&column.ty, backend).to_owned(),
                    if column.nullable { "null" } else { "" }.to_owned(),
                    if table.key.contains(&column.name) {
                        "key"
                    } else {
                        ""
                    }
                    .to_owned(),
                ]);
            }
            for (column, target, there) in &table.references {
                pointing.insert(vec![
                    table.name.to_owned(),
                    column.clone(),
                    target.clone(),
                    there.clone(),
                ]);
            }
        }
        let mut live = columns(&test.db).await;
        live.retain(|column| column[0] != OWN && column[0] != BETWEEN_SERVERS);
        live.retain(|column| !LOG.iter().any(|log| column[0].starts_with(log)));
        let only = |a: &BTreeSet<Vec<String>>, b: &BTreeSet<Vec<String>>| -> Vec<String> {
            a.difference(b).map(|line| line.join(" ")).collect()
        };
        let none: [Vec<String>; 2] = [Vec::new(), Vec::new()];
        assert_eq!(
            [only(&wanted, &live), only(&live, &wanted)],
            none,
            "{}",
            test.name
        );
        let live = references(&test.db).await;
        assert_eq!(
            [only(&pointing, &live), only(&live, &pointing)],
            none,
            "{}",
            test.name
        );
        test.close().await;
    }
}

/// Text compares by its bytes on both databases, so that both sort and search alike.
#[tokio::test]
async fn every_text_column_compares_by_bytes() {
    for test in TestDatabase::each().await {
        if test.db.get_database_backend() == DbBackend::Postgres {
            let query = "SELECT table_name::text, column_name::text FROM information_schema.columns
                 WHERE table_schema = 'public' AND data_type = 'text' AND collation_name <> 'C'
                 OR table_schema = 'public' AND data_type = 'text' AND collation_name IS NULL";
            let other = lines(&test.db, 2, query).await;
            assert_eq!(other, Vec::<Vec<String>>::new());
        } else {
            let query = "SELECT name FROM sqlite_master WHERE lower(sql) LIKE '%collate%'";
            assert_eq!(lines(&test.db, 1, query).await, Vec::<Vec<String>>::new());
        }
        test.close().await;
    }
}
