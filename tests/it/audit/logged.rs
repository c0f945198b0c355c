//! The log as a test reads it: entries with the records that their pseudonyms stand for.

use std::collections::{BTreeMap, BTreeSet};

use kaifong::audit::Entry;
use kaifong::catalogue::{Kind, Shape, TYPES};
use kaifong::store::Store;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;

/// What was seen of a record: its type and id, and the names of its fields.
pub type Views = BTreeMap<(String, Uuid), (BTreeSet<String>, BTreeSet<String>)>;

/// Every entry after this one.
pub async fn entries(store: &Store, after: u64) -> Vec<(u64, Entry)> {
    let mut all = Vec::new();
    let mut last = after;
    loop {
        let some = store.log_after(last, u64::MAX >> 1).await.unwrap();
        let Some((number, ..)) = some.last() else {
            return all;
        };
        last = *number;
        let read = |(number, _, body, _): &(u64, i64, Vec<u8>, Vec<u8>)| {
            (*number, Entry::from_bytes(body).unwrap())
        };
        all.extend(some.iter().map(read));
    }
}

/// The number of the last entry.
pub async fn last(store: &Store) -> u64 {
    store.log_head().await.unwrap().chain.number
}

/// Rows of a statement, each value as text.
pub async fn rows(db: &DatabaseConnection, query: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), query);
    db.query_all_raw(statement).await.unwrap()
}

/// The records that pseudonyms stand for.
pub async fn keys(db: &DatabaseConnection) -> BTreeMap<u64, Uuid> {
    let rows = rows(db, "SELECT pseudonym, record_id FROM audit_key").await;
    let pair = |row: &sea_orm::QueryResult| {
        let pseudonym: i64 = row.try_get_by_index(0).unwrap();
        (
            u64::try_from(pseudonym).unwrap(),
            row.try_get_by_index(1).unwrap(),
        )
    };
    rows.iter().map(pair).collect()
}

/// What an entry says was seen, in full and masked.
pub async fn views(app: &App, entry: &Entry) -> Views {
    let keys = keys(&app.database.db).await;
    let mut views = Views::new();
    for part in entry.parts() {
        assert_eq!(part.count, part.records.len());
        for record in &part.records {
            let view = views
                .entry((part.of.to_string(), keys[record]))
                .or_default();
            view.0.extend(part.full.iter().map(ToString::to_string));
            view.1.extend(part.masked.iter().map(ToString::to_string));
        }
    }
    views
}

/// The values of the database by type, record and field, where there are any.
pub struct Truth(BTreeMap<(String, Uuid, String), String>);

impl Truth {
    pub async fn of(db: &DatabaseConnection) -> Self {
        let mut all = BTreeMap::new();
        for of in TYPES {
            for field in of.fields {
                let Some(column) = field.column() else {
                    continue;
                };
                let query = format!(
                    "SELECT id, CAST({column} AS TEXT) FROM {} WHERE {column} IS NOT NULL",
                    of.table
                );
                for row in rows(db, &query).await {
                    let key = (
                        of.name.to_owned(),
                        row.try_get_by_index(0).unwrap(),
                        field.name.to_owned(),
                    );
                    // An id of SQLite is no text; that there is one is enough.
                    let value = row.try_get_by_index::<String>(1).unwrap_or_default();
                    all.insert(key, value);
                }
            }
        }
        Self(all)
    }
}

/// What an answer shows, told from the answer and the database alone: of each record about a person
/// what must be logged as seen in full, what as seen masked, and what was withheld.
#[derive(Default)]
pub struct Told {
    pub seen: Views,
    pub withheld: BTreeSet<(String, Uuid, String)>,
}

impl Told {
    pub fn of(answer: &Value, truth: &Truth) -> Self {
        let mut told = Self::default();
        told.walk(answer, truth);
        let seen = &told.seen;
        // What one place withholds another may show.
        told.withheld.retain(|(of, id, field)| {
            let views = seen.get(&(of.clone(), *id));
            !views.is_some_and(|(full, masked)| full.contains(field) || masked.contains(field))
        });
        told
    }

    fn walk(&mut self, value: &Value, truth: &Truth) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, truth)),
            Value::Object(entries) => {
                entries.values().for_each(|value| self.walk(value, truth));
                let record = entries.get("id").and_then(Value::as_str);
                if let Some((of, id)) = record.and_then(kaifong::graphql::decode_id) {
                    self.record(of, id, entries, truth);
                }
            }
            _ => {}
        }
    }

    fn record(
        &mut self,
        name: &str,
        id: Uuid,
        entries: &serde_json::Map<String, Value>,
        truth: &Truth,
    ) {
        let of = kaifong::catalogue::find(name).unwrap();
        if !about_persons(name) {
            return;
        }
        let (full, masked) = self.seen.entry((name.to_owned(), id)).or_default();
        for (key, value) in entries {
            let Some(field) = of.field(key) else { continue };
            let there = truth.0.get(&(name.to_owned(), id, key.clone()));
            let maskable = field.kind().is_some_and(Kind::maskable);
            match (value, there) {
                (Value::Null, Some(_)) => {
                    // A relation that is visible may lead to a row that is not.
                    if !matches!(field.shape, Shape::One { .. }) {
                        self.withheld.insert((name.to_owned(), id, key.clone()));
                    }
                }
                (Value::Null, None) => {}
                // What is sealed at rest is in the database as no answer shows it.
                (Value::String(shown), Some(sealed))
                    if sealed.starts_with("kf1.") && !shown.starts_with("***") =>
                {
                    full.insert(key.clone());
                }
                (Value::String(shown), there) if maskable && there != Some(shown) => {
                    masked.insert(key.clone());
                }
                _ => drop(full.insert(key.clone())),
            }
        }
    }
}

/// Written down here once more, so that the catalogue's own answer is checked.
pub fn about_persons(of: &str) -> bool {
    [
        "User",
        "Membership",
        "Volunteer",
        "Certificate",
        "Assignment",
        "Student",
        "Guardian",
        "Guardianship",
        "Enrolment",
        "NoticeReceipt",
        "Consent",
        "DataRequest",
        "DataRequestStep",
        "CorrectionNote",
        "Invitation",
    ]
    .contains(&of)
}
