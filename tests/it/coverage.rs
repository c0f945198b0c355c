//! Nothing leaves without a policy: the whole schema, field by field, walked as an administrator
//! under no policy at all, under one that only lets rows be listed, and under one that permits all.
//!
//! The walk is made from the contract (`schema.graphql`), not from the code it checks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, ServiceDocument, Type as Ty, TypeKind, TypeSystemDefinition,
};
use futures_util::StreamExt;
use kaifong::catalogue::{self, Shape, Source, TYPES};
use kaifong::graphql::{Graph, Limits, encode_id};
use kaifong::policy::{Document, Policies};
use kaifong::store::Seal;
use kaifong::viewer::TokenKind;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::app::{App, ROLES, noon};
use crate::asking::space_input;
use crate::databases::TestDatabase;
use crate::declared::{FIGURES, LOG, WORKSHOP};
use crate::live::begin;

/// Every row may be listed, and nothing else.
fn rows_only() -> String {
    let rule = |of: &&catalogue::Type| {
        let action = format!("{}.list", of.name);
        format!(
            "@id(\"{action}\") @en(\"Rows are there.\") @zh(\"可見記錄。\")\n\
             permit (principal, action == Action::\"{action}\", resource);\n"
        )
    };
    TYPES.iter().map(rule).collect()
}

const EVERYTHING: &str = "@id(\"everything\") @en(\"Everybody may do everything.\") @zh(\"人人可做任何事。\")\n\
                          permit (principal, action, resource);";

fn policies(text: &str) -> Arc<Policies> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/schema.cedarschema");
    let schema = std::fs::read_to_string(path).unwrap();
    let schema = Document {
        name: "schema".into(),
        text: schema,
    };
    Policies::load(
        &schema,
        &[Document {
            name: "rules".into(),
            text: text.into(),
        }],
    )
    .unwrap()
}

/// The contract.
struct Contract(BTreeMap<String, Vec<FieldDefinition>>);

impl Contract {
    fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
        let document: ServiceDocument =
            parse_schema(std::fs::read_to_string(path).unwrap()).unwrap();
        let mut types = BTreeMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            if let TypeKind::Object(object) = definition.node.kind {
                let fields = object.fields.into_iter().map(|field| field.node).collect();
                types.insert(definition.node.name.node.to_string(), fields);
            }
        }
        Self(types)
    }

    fn named(ty: &Ty) -> String {
        match &ty.base {
            BaseType::Named(name) => name.to_string(),
            BaseType::List(inner) => Self::named(inner),
        }
    }

    /// All fields of a type, this deep; what needs an argument is left out.
    fn selection(&self, of: &str, depth: usize, seen: &mut BTreeSet<(String, String)>) -> String {
        let mut parts = vec!["__typename".to_owned()];
        for field in &self.0[of] {
            let name = field.name.node.to_string();
            if field
                .arguments
                .iter()
                .any(|a| !a.node.ty.node.nullable && a.node.default_value.is_none())
            {
                continue;
            }
            let target = Self::named(&field.ty.node);
            if !self.0.contains_key(&target) {
                seen.insert((of.to_owned(), name.clone()));
                parts.push(name);
            } else if depth > 0 {
                seen.insert((of.to_owned(), name.clone()));
                let all = if target.ends_with("Connection") {
                    "(first: 3, includeArchived: true)"
                } else {
                    ""
                };
                // An alias and a fragment on the way: they are no way around.
                let inner = self.selection(&target, depth - 1, seen);
                parts.push(format!(
                    "also_{name}: {name}{all} {{ ... on {target} {inner} }}"
                ));
            }
        }
        format!("{{ {} }}", parts.join(" "))
    }
}

/// The ids of some rows of each type.
async fn some_ids(db: &DatabaseConnection) -> BTreeMap<&'static str, Vec<Uuid>> {
    let mut found = BTreeMap::new();
    for of in TYPES {
        let sql = format!("SELECT id FROM {} ORDER BY id LIMIT 3", of.table);
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
            .await
            .unwrap();
        let ids: Vec<Uuid> = rows
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect();
        assert!(!ids.is_empty(), "the demo has no {}", of.name);
        found.insert(of.name, ids);
    }
    found
}

/// How many rows there are, how often they were changed, how many are archived.
async fn tally(db: &DatabaseConnection) -> BTreeMap<&'static str, (i64, i64, i64)> {
    let mut found = BTreeMap::new();
    for of in TYPES {
        let sql = format!(
            "SELECT COUNT(*), COALESCE(SUM(revision), 0), COUNT(archived_at) FROM {}",
            of.table
        );
        let row = db
            .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
            .await
            .unwrap();
        let row = row.unwrap();
        let number = |at| row.try_get_by_index::<i64>(at).unwrap();
        found.insert(of.name, (number(0), number(1), number(2)));
    }
    found
}

/// Every question there is, each with all fields three levels deep.
fn questions(
    contract: &Contract,
    ids: &BTreeMap<&'static str, Vec<Uuid>>,
    seen: &mut BTreeSet<(String, String)>,
) -> Vec<String> {
    let mut asked = Vec::new();
    for of in TYPES {
        let connection = contract.selection(&format!("{}Connection", of.name), 3, seen);
        asked.push(format!(
            "{{ {}(first: 3, includeArchived: true) {connection} }}",
            of.plural
        ));
        let row = contract.selection(of.name, 2, seen);
        for id in &ids[of.name] {
            let id = encode_id(of, *id);
            asked.push(format!("{{ {}(id: \"{id}\") {row} }}", of.singular));
            asked.push(format!(
                "{{ node(id: \"{id}\") {{ id ... on {} {row} }} }}",
                of.name
            ));
            asked.push(format!("{{ nodes(ids: [\"{id}\"]) {{ ... on Node {{ id }} ...F }} }} fragment F on {} {row}", of.name));
        }
    }
    asked
}

/// Looks at every object of an answer that is a row of ours.
fn rows<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| rows(item, visit)),
        Value::Object(map) => {
            let name = map.get("__typename").and_then(Value::as_str);
            if name.is_some_and(|name| catalogue::find(name).is_some()) {
                visit(map);
            }
            map.values().for_each(|value| rows(value, visit));
        }
        _ => {}
    }
}

/// Every deed there is, on real rows, with every input filled in.
fn deeds(ids: &BTreeMap<&'static str, Vec<Uuid>>) -> Vec<(String, Value)> {
    let mut asked = Vec::new();
    for of in TYPES {
        for deed in of.deeds.iter().filter(|deed| {
            use catalogue::DeedScope::{Bulk, Right};
            !matches!(deed.scope, Bulk | Right) && !deed.looks
        }) {
            let verb = deed.name[..1].to_uppercase() + &deed.name[1..];
            let (name, prefix) = (
                format!("{}{verb}", of.singular),
                format!("{}{verb}", of.name),
            );
            let mut input = Map::new();
            if deed.scope == catalogue::DeedScope::New {
                for field in of.fields {
                    use catalogue::Write::{Identity, Required};
                    if !matches!(field.write, Identity | Required) {
                        continue;
                    }
                    let value = match field.shape {
                        Shape::One { target, .. } => {
                            let target = catalogue::find(target).unwrap();
                            json!(encode_id(target, ids[target.name][0]))
                        }
                        _ => sample(field.kind().unwrap(), field.name),
                    };
                    input.insert(field.input_name(), value);
                }
            } else {
                input.insert("id".into(), json!(encode_id(of, ids[of.name][0])));
            }
            if deed.name == "change" {
                let free = of
                    .fields
                    .iter()
                    .find(|f| f.write == catalogue::Write::Free && f.kind().is_some());
                if let Some(field) = free {
                    input.insert(
                        field.input_name(),
                        sample(field.kind().unwrap(), field.name),
                    );
                }
            }
            if of.name == "DataRequest" && deed.name == "open" {
                let volunteers = catalogue::find("Volunteer").unwrap();
                let whose = encode_id(volunteers, ids["Volunteer"][0]);
                input.insert("volunteerId".into(), json!(whose));
            }
            if deed.name == "issue" {
                let shares = catalogue::find("Partnership").unwrap();
                let share = encode_id(shares, ids["Partnership"][0]);
                input.insert("shares".into(), json!([{ "partnershipId": share }]));
            }
            if deed.name == "assign" {
                let volunteers = catalogue::find("Volunteer").unwrap();
                input.insert(
                    "volunteerId".into(),
                    json!(encode_id(volunteers, ids["Volunteer"][0])),
                );
            }
            if of.name == "Space" {
                let [organisation, project] = ["Organisation", "Project"].map(|name| {
                    let target = catalogue::find(name).unwrap();
                    encode_id(target, ids[name][0])
                });
                let more = space_input(deed.name, &organisation, &project);
                input.extend(more.as_object().unwrap().clone());
            }
            match deed.name {
                "giveConsent" => {
                    let texts = catalogue::find("ConsentText").unwrap();
                    input.insert(
                        "textId".into(),
                        json!(encode_id(texts, ids["ConsentText"][0])),
                    );
                }
                "withdrawConsent" => drop(input.insert("purpose".into(), json!("SCORING"))),
                _ => {}
            }
            let result = if deed.name.ends_with("Consent") {
                "consent"
            } else if deed.name == "assign" {
                "assignment"
            } else {
                of.singular
            };
            let query = format!(
                "mutation($input: {prefix}Input!) {{ {name}(input: $input) {{ {result} {{ id }} userErrors {{ code }} }} }}"
            );
            asked.push((query, json!({ "input": input })));
        }
    }
    asked
}

fn sample(kind: catalogue::Kind, name: &str) -> Value {
    use catalogue::Kind;
    match kind {
        Kind::Int => json!(2026),
        Kind::Float => json!(1.5),
        Kind::Bool => json!(true),
        Kind::Time if name.starts_with("end") => json!("2027-01-01T12:00:00Z"),
        Kind::Time => json!("2027-01-01T10:00:00Z"),
        Kind::Date => json!("2027-01-01"),
        Kind::Words => json!(["a"]),
        Kind::Enum(kind) => json!(kind.values[0].name),
        Kind::Phone => json!("61234567"),
        Kind::Email => json!("a@example.org"),
        Kind::Hkid => json!("A123456(3)"),
        Kind::Text | Kind::PersonName => json!("甲"),
    }
}

#[tokio::test]
async fn under_no_policy_nothing_leaves_and_nothing_is_done() {
    let contract = Contract::read();
    for database in TestDatabase::each().await {
        let app = App::over(database, policies("")).await;
        let ids = some_ids(&app.database.db).await;
        let before = tally(&app.database.db).await;
        for query in questions(&contract, &ids, &mut BTreeSet::new()) {
            let answer = app.ask("administrator", &query).await;
            assert!(answer.get("errors").is_none(), "{query}: {answer}");
            rows(&answer["data"], &mut |row| {
                panic!("a row left: {row:?}\n{query}")
            });
            assert_eq!(
                answer["extensions"]["privacy"]["fields"],
                json!({}),
                "{query}"
            );
            let text = answer["data"].to_string();
            assert!(!text.contains("\"totalCount\":1"), "{text}");
        }
        for (query, variables) in deeds(&ids) {
            let answer = app.ask_with("administrator", &query, variables).await;
            refused(&answer, &query);
        }
        assert_eq!(tally(&app.database.db).await, before, "nothing was written");
        app.database.close().await;
    }
}

#[tokio::test]
async fn where_rows_are_only_listed_every_field_is_withheld() {
    let contract = Contract::read();
    for database in TestDatabase::each().await {
        let app = App::over(database, policies(&rows_only())).await;
        let ids = some_ids(&app.database.db).await;
        let before = tally(&app.database.db).await;
        let mut walked = BTreeSet::new();
        let mut found = 0;
        for query in questions(&contract, &ids, &mut walked) {
            let answer = app.ask("administrator", &query).await;
            assert!(answer.get("errors").is_none(), "{query}: {answer}");
            rows(&answer["data"], &mut |row| {
                found += 1;
                for (key, value) in row {
                    match key.as_str() {
                        "__typename" | "id" | "version" => assert!(value.is_string()),
                        key if key.starts_with("viewerCan") => assert_eq!(*value, json!(false)),
                        key => assert_eq!(*value, Value::Null, "{key} left\n{query}"),
                    }
                }
            });
        }
        // Three rows in each list, twice, and each of them looked up in three ways.
        assert_eq!(found, TYPES.len() * 15, "rows were walked");
        for (query, variables) in deeds(&ids) {
            let answer = app.ask_with("administrator", &query, variables).await;
            refused(&answer, &query);
        }
        assert_eq!(tally(&app.database.db).await, before, "nothing was written");
        every_field_was_walked(&contract, &walked);
        app.database.close().await;
    }
}

/// Neither is there a record in the payload, nor does it say that all is well.
fn refused(answer: &Value, query: &str) {
    let payload = answer["data"]
        .as_object()
        .and_then(|data| data.values().next());
    match payload {
        None | Some(Value::Null) => {
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
                "{query}: {answer}"
            );
        }
        Some(payload) => {
            assert_ne!(payload["userErrors"], json!([]), "{query}: {answer}");
            for (key, value) in payload.as_object().unwrap() {
                assert!(key == "userErrors" || value.is_null(), "{query}: {answer}");
            }
        }
    }
}

/// The workshop of those who keep the policies, as deep as it goes; what needs an argument is in
/// `workshop`, where nobody else finds it either.
fn workshop(contract: &Contract, seen: &mut BTreeSet<(String, String)>) -> String {
    let selection = contract.selection("PolicyWorkshopResult", 5, seen);
    format!("{{ policyWorkshop {selection} }}")
}

#[tokio::test]
async fn who_may_not_keep_the_policies_finds_no_workshop() {
    let contract = Contract::read();
    for (text, there) in [("", false), (&*rows_only(), false), (EVERYTHING, true)] {
        for database in TestDatabase::each().await {
            let app = App::over(database, policies(text)).await;
            let query = workshop(&contract, &mut BTreeSet::new());
            for role in ROLES.into_iter().chain(["anonymous"]) {
                let answer = app.ask(role, &query).await;
                assert_eq!(answer["data"], json!({ "policyWorkshop": null }), "{role}");
                // Where it is there, this graph has no desk, and says so.
                let person = there && app.claims(role).is_some_and(|c| c.typ == TokenKind::User);
                let told = answer["errors"][0]["extensions"]["code"] == "UNAVAILABLE";
                assert_eq!(told, person, "{role}: {answer}");
                assert_eq!(answer.get("errors").is_some(), person, "{role}: {answer}");
            }
            app.database.close().await;
        }
    }
}

/// Every field of every object of the contract was asked for, but those of payloads and errors.
fn every_field_was_walked(contract: &Contract, walked: &BTreeSet<(String, String)>) {
    for (of, fields) in &contract.0 {
        let elsewhere = WORKSHOP.contains(&of.as_str())
            || FIGURES.contains(&of.as_str())
            || LOG.contains(&of.as_str())
            || of.ends_with("Payload")
            || matches!(
                of.as_str(),
                "Query" | "Mutation" | "Subscription" | "UserError" | "Viewer"
            );
        for field in fields {
            let name = field.name.node.to_string();
            let asked = walked.contains(&(of.clone(), name.clone()));
            assert!(asked || elsewhere, "{of}.{name} was not walked");
        }
    }
}

#[tokio::test]
async fn under_a_policy_that_permits_all_everything_arrives() {
    for database in TestDatabase::each().await {
        let app = App::over(database, policies(EVERYTHING)).await;
        let db = &app.database.db;
        for of in TYPES {
            let names: Vec<&str> = of
                .fields
                .iter()
                .filter(|f| f.kind().is_some())
                .map(|f| f.name)
                .collect();
            let ones: Vec<String> = of
                .fields
                .iter()
                .filter(|f| matches!(f.shape, Shape::One { .. }))
                .map(|f| format!("{} {{ id }}", f.name))
                .collect();
            let query = format!(
                "{{ {}(first: 1000, includeArchived: true) {{ totalCount nodes {{ id {} {} }} }} }}",
                of.plural,
                names.join(" "),
                ones.join(" ")
            );
            // A page has at most 1,000 rows; the largest table has more.
            let data = app.data("administrator", &query).await;
            let list = &data[of.plural];
            let nodes = list["nodes"].as_array().unwrap();
            let all = count(db, of.table, "*").await;
            assert_eq!(list["totalCount"], json!(all), "{}", of.name);
            assert_eq!(nodes.len() as i64, all.min(1000), "{}", of.name);
            if all > 1000 {
                continue;
            }
            for field in of.fields {
                let column = match field.shape {
                    Shape::Value {
                        source: Source::Column(column),
                        ..
                    }
                    | Shape::One { column, .. } => column,
                    _ => continue,
                };
                let arrived = nodes
                    .iter()
                    .filter(|node| !node[field.name].is_null())
                    .count() as i64;
                assert_eq!(
                    arrived,
                    count(db, of.table, column).await,
                    "{}.{}",
                    of.name,
                    field.name
                );
            }
        }
        app.database.close().await;
    }
}

async fn count(db: &DatabaseConnection, table: &str, column: &str) -> i64 {
    let sql = format!("SELECT COUNT({column}) FROM {table}");
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn under_no_policy_nothing_is_heard() {
    let app = App::over(TestDatabase::sqlite().await, policies(EVERYTHING)).await;
    let store = app.graph.store().clone();
    let seal = Seal::new([7; 64]);
    let deaf = Graph::new(policies(""), store, seal, Limits::default(), Arc::new(noon));
    let deaf = Arc::new(deaf);
    let ids = some_ids(&app.database.db).await;
    let mut streams = Vec::new();
    for of in TYPES {
        let query = format!("subscription {{ {}Changed {{ id }} }}", of.singular);
        let listened = kaifong::graphql::LISTENED.contains(&of.name);
        if listened {
            for (graph, hears) in [(&deaf, false), (&app.graph, true)] {
                let stream = begin(graph, &query, app.claims("administrator")).await;
                streams.push((of.name, stream, hears));
            }
        }
    }
    for (query, variables) in deeds(&ids) {
        app.ask_with("administrator", &query, variables).await;
    }
    for (name, mut stream, hears) in streams {
        // The receipt that is confirmed may have been read before: then nothing changed.
        if hears && name == "NoticeReceipt" {
            continue;
        }
        let patience = Duration::from_millis(if hears { 60_000 } else { 300 });
        let heard = tokio::time::timeout(patience, stream.next()).await;
        assert_eq!(heard.is_ok(), hears, "{name}: {heard:?}");
    }
}
