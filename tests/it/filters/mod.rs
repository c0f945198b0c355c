//! Filters and search: what the database finds is what one would find by hand among the rows that
//! the viewer sees, as the viewer sees them.

mod by_hand;
mod cases;
mod hidden;
mod refused;
mod search;
mod text;
mod times;

use std::collections::HashMap;

use kaifong::catalogue::{Shape, Type};
use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{literal, nodes, row, tamper, types};

/// All that a viewer sees, by type.
struct World {
    rows: HashMap<&'static str, Vec<Value>>,
    /// The same by id, archived rows too.
    by_id: HashMap<String, Value>,
}

impl World {
    async fn seen_by(app: &App, role: &str) -> Self {
        let mut rows = HashMap::new();
        let mut by_id = HashMap::new();
        for of in types() {
            let live = everything(app, role, of, "").await;
            for row in everything(app, role, of, "includeArchived: true").await {
                by_id.insert(row["id"].as_str().unwrap().to_owned(), row);
            }
            rows.insert(of.name, live);
        }
        Self { rows, by_id }
    }
}

/// Every row of a type with its values and the ids of what it leads to, in the order of ids.
async fn everything(app: &App, role: &str, of: &Type, archived: &str) -> Vec<Value> {
    let fields = of.fields.iter().map(|field| match field.shape {
        Shape::Value { .. } => field.name.to_owned(),
        Shape::One { .. } => format!("{} {{ id }}", field.name),
        Shape::Many { .. } => format!("{} {{ __typename }}", field.name),
    });
    let fields: Vec<String> = fields.collect();
    let mut found = Vec::new();
    loop {
        let offset = found.len();
        let query = format!(
            "{{ {}(first: 1000, offset: {offset}, {archived}) {{ nodes {{ id {} }} }} }}",
            of.plural,
            fields.join(" ")
        );
        let data = app.data(role, &query).await;
        let page = nodes(&data[of.plural]);
        found.extend(page.iter().cloned());
        if page.len() < 1000 {
            return found;
        }
    }
}

fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// Gives some volunteers names of our choice; the ids of those that got them.
async fn named(app: &App, names: &[&str]) -> Vec<Value> {
    let query = format!(
        "{{ volunteers(first: {}) {{ nodes {{ id }} }} }}",
        names.len()
    );
    let data = app.data("coordinator", &query).await;
    let ids: Vec<Value> = nodes(&data["volunteers"])
        .iter()
        .map(|node| node["id"].clone())
        .collect();
    for (id, name) in ids.iter().zip(names) {
        let name = name.replace('\'', "''");
        let id = literal(app, row(id));
        tamper(
            app,
            &format!("UPDATE volunteer SET name_en = '{name}' WHERE id = {id}"),
        )
        .await;
    }
    ids
}

async fn found(app: &App, arguments: &str, text: &str) -> Vec<Value> {
    let query = format!(
        "query($t: String) {{ volunteers(first: 1000, {arguments}) {{ nodes {{ id }} }} }}"
    );
    let data = app
        .data_with("coordinator", &query, json!({ "t": text }))
        .await;
    nodes(&data["volunteers"])
        .iter()
        .map(|node| node["id"].clone())
        .collect()
}
