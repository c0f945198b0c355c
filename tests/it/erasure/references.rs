//! Every column that refers to a person is decided about, and what is decided is there.

use std::collections::BTreeSet;

use kaifong::catalogue::{Shape, TYPES};
use kaifong::store::erasure::{Person, REFERENCES, Treatment};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::databases::TestDatabase;
use crate::entities::tables;

type Column = (String, String, String);

fn person(table: &str) -> bool {
    Person::ALL.iter().any(|person| person.table() == table)
}

/// The decisions, as table, column and the table of the person.
fn decided() -> BTreeSet<Column> {
    let all = REFERENCES.iter().map(|reference| {
        let to = reference.to.table().to_owned();
        (reference.table.to_owned(), reference.column.to_owned(), to)
    });
    let set: BTreeSet<Column> = all.collect();
    assert_eq!(
        set.len(),
        REFERENCES.len(),
        "a column is decided about twice"
    );
    set
}

/// The foreign keys of a database that lead to persons.
async fn keys(test: &TestDatabase) -> BTreeSet<Column> {
    let sql = match test.db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_master m \
             JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        }
        _ => {
            "SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text \
             FROM pg_constraint c JOIN pg_attribute a \
             ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'f'"
        }
    };
    let statement = Statement::from_string(test.db.get_database_backend(), sql);
    let rows = test.db.query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).unwrap();
    let all = rows
        .iter()
        .map(|row| (text(row, 0), text(row, 1), text(row, 2)));
    all.filter(|(_, _, to)| person(to)).collect()
}

#[tokio::test]
async fn each_reference_to_a_person_in_the_database_is_decided_about() {
    for test in TestDatabase::each().await {
        assert_eq!(decided(), keys(&test).await, "{}", test.name);
        test.close().await;
    }
}

/// The entities and the catalogue know of no other, and no column is only named like one.
#[test]
fn each_reference_to_a_person_in_the_program_is_decided_about() {
    let decided = decided();
    for table in tables() {
        for (column, to, _) in &table.references {
            let found = (table.name.to_owned(), column.clone(), to.clone());
            assert!(!person(to) || decided.contains(&found), "{found:?}");
        }
        for column in &table.columns {
            let named = ["volunteer_id", "student_id", "guardian_id", "account_id"];
            let like = named.iter().any(|name| column.name.ends_with(name));
            let known = decided
                .iter()
                .any(|(t, c, _)| t == table.name && *c == column.name);
            assert!(!like || known, "{}.{}", table.name, column.name);
        }
    }
    for of in TYPES {
        for field in of.fields {
            if let Shape::One { column, target } = field.shape {
                let to = kaifong::catalogue::find(target).unwrap().table;
                let found = (of.table.to_owned(), column.to_owned(), to.to_owned());
                assert!(!person(to) || decided.contains(&found), "{found:?}");
            }
        }
    }
}

/// What is to be emptied may be empty; what goes or is emptied leaves nothing that must not be.
#[test]
fn what_is_decided_can_be_done() {
    let tables = tables();
    for reference in REFERENCES {
        let table = tables
            .iter()
            .find(|table| table.name == reference.table)
            .unwrap();
        let column = table.column(reference.column).unwrap();
        if reference.treatment == Treatment::Emptied {
            assert!(column.nullable, "{}.{}", reference.table, reference.column);
        }
        assert!(reference.en.ends_with('.') && reference.zh.ends_with('。'));
        // What is kept refers to sign-ins, whose rows stay without the person.
        let kept = reference.treatment == Treatment::Kept;
        assert!(!kept || reference.to == Person::User);
    }
}
