//! The workshop of those who keep the policies, through the graph and through real servers.

mod acts;
mod closed;
mod difference;
mod drafts;
mod keepers;
mod promises;
mod prover;
mod shown;
mod why;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kaifong::graphql::{Graph, Limits};
use kaifong::live::{Desk, Prover, Source, Terms};
use kaifong::policy::Policies;
use kaifong::store::{Seal, Store};
use kaifong::viewer::Viewer;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, noon};
use crate::asking::code;
use crate::databases::TestDatabase;

/// Nothing may go live without a proof, and nobody proves.
const STRICT: Terms = Terms {
    proof: true,
    two_persons: false,
};
/// Whatever passes the gate may go live.
const FREE: Terms = Terms {
    proof: false,
    two_persons: false,
};
/// The same, once two persons said so.
const TWO: Terms = Terms {
    proof: false,
    two_persons: true,
};

const OFFICER: &str = "privacy_officer";

const GATE: &str = "query($c: PolicyChangesInput!) { policyWorkshop { gate(changes: $c) { ready version \
    steps { name state faults { file line policy english chinese } notes { english chinese } } } } }";

const PUBLISH: &str = "mutation($i: PublishPoliciesInput!) { publishPolicies(input: $i) { \
    clientMutationId number inForce versionBefore versionAfter report { ready steps { name state } } \
    userErrors { code message messageZh field } } }";

/// A graph with a desk on each database.
async fn each(terms: Terms) -> Vec<App> {
    let mut all = Vec::new();
    for database in TestDatabase::each().await {
        kaifong::demo::load(&database.db, noon()).await.unwrap();
        all.push(around(
            database,
            terms,
            Prover::new(Some(nowhere()), Duration::ZERO),
        ));
    }
    all
}

/// A program that is not there.
fn nowhere() -> PathBuf {
    PathBuf::from("/nowhere/kaifong-prover")
}

fn around(database: TestDatabase, terms: Terms, prover: Prover) -> App {
    let store = Store::new(database.db.clone());
    let nobody = || vec![("nobody".to_owned(), Viewer::anonymous())];
    let desk = Desk::new(
        store.clone(),
        Source::Shipped,
        terms,
        prover,
        Box::new(move || Box::pin(async move { Ok(nobody()) })),
    );
    let seal = Seal::new([7; 64]);
    let policies = Policies::shipped().unwrap();
    let graph = Graph::new(policies, store, seal, Limits::default(), Arc::new(noon));
    App {
        database,
        graph: Arc::new(graph.with_desk(Arc::new(desk))),
        now: noon(),
    }
}

/// The version in force, as the next request is answered.
async fn version(app: &App) -> String {
    let data = app
        .data("coordinator", "{ viewer { policyVersion } }")
        .await;
    data["viewer"]["policyVersion"].as_str().unwrap().to_owned()
}

/// The text of a file of the set in force.
async fn file(app: &App, name: &str) -> String {
    let query = "{ policyWorkshop { inForce { files { name text } } } }";
    let data = app.data(OFFICER, query).await;
    let files = data["policyWorkshop"]["inForce"]["files"]
        .as_array()
        .unwrap();
    let found = files.iter().find(|file| file["name"] == name).unwrap();
    found["text"].as_str().unwrap().to_owned()
}

/// Changes of the set in force.
async fn changes(app: &App, files: Value) -> Value {
    json!({ "base": version(app).await, "files": files })
}

/// A sentence of the set in force says something else.
async fn reworded(app: &App, word: &str) -> Value {
    let text = file(app, "officers.cedar").await;
    let text = text.replacen(
        "privacy officer of",
        &format!("{word} privacy officer of"),
        1,
    );
    changes(app, json!([{ "name": "officers.cedar", "text": text }])).await
}

/// What became of a publication.
async fn publish(app: &App, role: &str, changes: Value, reason: &str) -> Value {
    let input = json!({ "i": { "clientMutationId": "7", "changes": changes, "reason": reason } });
    app.ask_with(role, PUBLISH, input).await
}

/// The code of the one user error of a payload, which says it in both languages.
fn refusal(payload: &Value) -> String {
    assert_eq!(payload["number"], Value::Null, "{payload}");
    assert_eq!(payload["inForce"], json!(false), "{payload}");
    let errors = payload["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{payload}");
    let told = |key: &str| errors[0][key].as_str().unwrap();
    assert!(told("message").len() > 10 && !told("messageZh").is_ascii());
    told("code").to_owned()
}

fn forbidden(answer: &Value) {
    assert_eq!(code(answer), "FORBIDDEN", "{answer}");
    let data = answer["data"].as_object().unwrap();
    assert!(data.values().all(Value::is_null), "{answer}");
}

/// Appoints the person of a role as a privacy officer where another person is one.
async fn appoint(app: &App, role: &str) {
    let of = |role: &str| Uuid::parse_str(&app.claims(role).unwrap().sub).unwrap();
    let db = &app.database.db;
    let mark = |at: usize| match app.database.name {
        "SQLite" => "?".to_owned(),
        _ => format!("${at}"),
    };
    let sql = format!(
        "INSERT INTO membership (id, created_at, updated_at, account_id, organisation_id, role)
         SELECT {}, created_at, updated_at, {}, organisation_id, role FROM membership
         WHERE role = 'PRIVACY_OFFICER' AND account_id = {}",
        mark(1),
        mark(2),
        mark(3)
    );
    let values = [Uuid::new_v4().into(), of(role).into(), of(OFFICER).into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    assert_eq!(db.execute_raw(statement).await.unwrap().rows_affected(), 1);
}
