//! The inventory of whose data each column is, held against the live database.

use std::collections::{BTreeMap, BTreeSet};

use kaifong::catalogue::about::{COMMON, NOBODYS, PERSONS, places};
use kaifong::catalogue::{Shape, TYPES, find};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::databases::TestDatabase;

/// Tables of the machinery, which hold no rows of the trade.
const MACHINERY: [&str; 2] = ["seaql_migrations", "server_event"];

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<Vec<String>> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    let read = |row: &sea_orm::QueryResult| {
        let one = |at| row.try_get_by_index::<String>(at).ok();
        (0..).map_while(one).collect()
    };
    rows.iter().map(read).collect()
}

/// Every column of every table, as the database says.
async fn columns(db: &DatabaseConnection) -> BTreeMap<String, BTreeSet<String>> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
    };
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in texts(db, sql).await {
        all.entry(row[0].clone())
            .or_default()
            .insert(row[1].clone());
    }
    all.retain(|table, _| !table.starts_with("sqlite_") && !MACHINERY.contains(&table.as_str()));
    all
}

#[tokio::test]
async fn every_column_of_the_database_has_its_place() {
    for database in TestDatabase::each().await {
        let mut wrong = Vec::new();
        let mut placed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for place in places() {
            let mut columns = BTreeSet::new();
            for column in place.columns() {
                if !columns.insert(column) {
                    wrong.push(format!("{}.{column} is placed twice", place.table));
                }
            }
            assert!(
                placed.insert(place.table, columns).is_none(),
                "{} twice",
                place.table
            );
        }
        for (table, columns) in NOBODYS {
            let columns = columns.iter().copied().collect();
            assert!(placed.insert(table, columns).is_none(), "{table} twice");
        }
        let live = columns(&database.db).await;
        for (table, columns) in &live {
            let Some(known) = placed.get(table.as_str()) else {
                wrong.push(format!("nobody said whom the rows of {table} are about"));
                continue;
            };
            for column in columns {
                let common = COMMON.contains(&column.as_str());
                if !common && !known.contains(column.as_str()) {
                    wrong.push(format!(
                        "nobody said of whom {table}.{column} says something"
                    ));
                }
            }
            for column in known {
                if !columns.contains(*column) {
                    wrong.push(format!("there is no {table}.{column} any more"));
                }
            }
        }
        for table in placed.keys() {
            if !live.contains_key(*table) {
                wrong.push(format!("there is no table {table} any more"));
            }
        }
        assert!(wrong.is_empty(), "{}: {}", database.name, wrong.join("\n"));
        database.close().await;
    }
}

/// A column that leads to a person, in whatever table, says whether the row is about that person or
/// mentions them: nothing that leads to one is called nobody's.
#[tokio::test]
async fn every_reference_to_a_person_is_whose_or_a_mention() {
    let database = TestDatabase::sqlite().await;
    let persons: BTreeSet<&str> = PERSONS.iter().map(|person| person.table()).collect();
    let sql = "SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'";
    let mut seen = 0;
    for row in texts(&database.db, sql).await {
        if !persons.contains(row[2].as_str()) {
            continue;
        }
        seen += 1;
        let place = places().find(|place| place.table == row[0]);
        let place = place.unwrap_or_else(|| panic!("{} leads to a person and is nobody's", row[0]));
        let whose = place.whose.iter().any(|(column, _)| *column == row[1]);
        // A person's own record leads to the account of the same person.
        let own = persons.contains(row[0].as_str()) && place.refers.contains(&row[1].as_str());
        assert!(
            whose || own || place.mentions.contains(&row[1].as_str()),
            "{}.{}",
            row[0],
            row[1]
        );
    }
    assert!(seen > 25, "{seen}");
    database.close().await;
}

/// What is told of a row are columns that the catalogue or the place has words for; secrets never are.
#[test]
fn what_is_told_has_words_and_no_secret() {
    for place in places() {
        let told: BTreeSet<&str> = place.told().iter().map(|told| told.column).collect();
        for secret in place.secrets {
            assert!(!told.contains(secret), "{}.{secret}", place.table);
        }
        let all = [place.facts, place.third, place.refers];
        for column in all.into_iter().flatten() {
            assert!(
                told.contains(column),
                "{}.{column} is placed and not told",
                place.table
            );
        }
        assert!(
            place.of().is_some() || place.words.is_some(),
            "{}",
            place.table
        );
    }
    // Every relation from a person to rows is followed by the inventory.
    for person in PERSONS {
        let of = person.of().unwrap();
        for field in of.fields {
            if let Shape::Many { target, foreign } = field.shape {
                let table = find(target).unwrap().table;
                let place = places().find(|place| place.table == table).unwrap();
                assert!(
                    place.whose.contains(&(foreign, person)),
                    "{}.{}",
                    of.name,
                    field.name
                );
            }
        }
    }
    assert!(TYPES.len() > 30);
}
