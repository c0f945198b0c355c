//! Ways to ask and to read answers that the tests of the graph share.

use std::sync::{Arc, Mutex};

use kaifong::catalogue::{self, Field, Kind, TYPES, Type};
use kaifong::graphql::{decode_id, encode_id};
use kaifong::policy::{Document, Policies};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::databases::TestDatabase;

/// The type with this name.
pub fn of(name: &str) -> &'static Type {
    catalogue::find(name).unwrap()
}

/// The identifier of a row of this type.
pub fn id(name: &str, row: Uuid) -> String {
    encode_id(of(name), row)
}

/// The row that an identifier names.
pub fn row(id: &Value) -> Uuid {
    decode_id(id.as_str().unwrap()).unwrap().1
}

/// The name of a field in an order: `nameZh` is `NAME_ZH`.
pub fn constant(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// The fields by which a type can be ordered.
pub fn sortable(of: &'static Type) -> impl Iterator<Item = &'static Field> {
    of.fields.iter().filter(|field| field.sortable())
}

/// The code of the one error of an answer.
pub fn code(answer: &Value) -> &str {
    let errors = answer["errors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("no error: {answer}"));
    assert_eq!(errors.len(), 1, "{answer}");
    errors[0]["extensions"]["code"].as_str().unwrap_or("")
}

/// What a deed on a space takes besides the space, as JSON.
pub fn space_input(deed: &str, organisation: &str, project: &str) -> Value {
    match deed {
        "invite" => json!({ "organisationIds": [organisation] }),
        "remove" | "join" | "decline" | "leave" => json!({ "organisationId": organisation }),
        "bring" | "takeOut" => json!({ "projectIds": [project] }),
        "bringTemplates" | "takeOutTemplates" => json!({ "templateIds": [project] }),
        "share" => json!({
            "organisationId": organisation, "partnerIds": [organisation], "level": "EDIT",
        }),
        _ => json!({}),
    }
}

/// The same as it stands in a document.
pub fn space_words(deed: &str, organisation: &str, project: &str) -> String {
    let input = space_input(deed, organisation, project);
    let words = input.as_object().unwrap().iter();
    let words = words.map(|(key, value)| format!("{key}: {value} "));
    words.collect::<String>().replace("\"EDIT\"", "EDIT")
}

/// The rows of a connection.
pub fn nodes(list: &Value) -> &Vec<Value> {
    list["nodes"].as_array().unwrap_or_else(|| panic!("{list}"))
}

/// These policies and no others.
pub fn policies(text: &str) -> Arc<Policies> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/schema.cedarschema");
    let document = |name: &str, text: String| Document {
        name: name.into(),
        text,
    };
    let schema = document("schema", std::fs::read_to_string(path).unwrap());
    Policies::load(&schema, &[document("rules", text.into())]).unwrap()
}

/// A graph in which everybody may do everything, on each database.
pub async fn permitted() -> Vec<App> {
    let text = "@id(\"everything\") @en(\"Everybody may do everything.\") \
                @zh(\"人人可做任何事。\") permit (principal, action, resource);";
    let mut all = Vec::new();
    for database in TestDatabase::each().await {
        all.push(App::over(database, policies(text)).await);
    }
    all
}

/// Changes the database behind the graph's back.
pub async fn tamper(app: &App, sql: &str) {
    app.database.db.execute_unprepared(sql).await.unwrap();
}

/// A row's id as SQL has it.
pub fn literal(app: &App, row: Uuid) -> String {
    match app.database.name {
        "SQLite" => format!("X'{}'", row.simple()),
        _ => format!("'{row}'"),
    }
}

/// A number that the database knows.
pub async fn number(app: &App, sql: &str) -> i64 {
    let db = &app.database.db;
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// The statements that a database was sent.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Listens to what a server asks its database.
    pub fn of(app: &App) -> Self {
        let log = Self::default();
        let heard = log.clone();
        let hear = move |text: &str| heard.0.lock().unwrap().push(text.to_owned());
        app.graph.store().listen(hear);
        log
    }

    /// What was sent since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Every type, for tables of tests.
pub fn types() -> impl Iterator<Item = &'static Type> {
    TYPES.iter().copied()
}

/// Whether a shown value is a mask.
pub fn masked(kind: Kind, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match kind {
        Kind::PersonName => text.ends_with("XX"),
        Kind::Phone | Kind::Email | Kind::Hkid => text.contains("**"),
        _ => false,
    }
}
