//! A row asked for by its id is decided as in a list: the statements differ, the answers do not.

use kaifong::catalogue::{Shape, Type};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, ROLES};
use crate::asking::{Log, id, nodes, types};

/// All that a row has of its own.
fn selection(of: &'static Type) -> String {
    let field = |field: &kaifong::catalogue::Field| match field.shape {
        Shape::Value { .. } => Some(field.name.to_owned()),
        Shape::One { .. } => Some(format!("{} {{ id }}", field.name)),
        Shape::Many { .. } => None,
    };
    let fields: Vec<String> = of.fields.iter().filter_map(field).collect();
    format!("id version {}", fields.join(" "))
}

/// The identifiers of rows of a type, hidden ones too.
async fn some(app: &App, of: &'static Type) -> Vec<String> {
    let db = &app.database.db;
    let text = format!("SELECT id FROM {} ORDER BY id LIMIT 60", of.table);
    let statement = Statement::from_string(db.get_database_backend(), text);
    let rows = db.query_all_raw(statement).await.unwrap();
    let ids = rows.iter().map(|row| row.try_get_by_index(0).unwrap());
    ids.map(|row: Uuid| id(of.name, row)).collect()
}

#[tokio::test]
async fn a_row_is_the_same_by_its_id_and_in_a_list() {
    for app in App::each().await {
        let log = Log::of(&app);
        let (mut seen, mut hidden) = (0, 0);
        for of in types() {
            let ids = some(&app, of).await;
            let fields = selection(of);
            let query = format!(
                "query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {} {{ {fields} }} }} \
                 {}(where: {{ id: {{ in: $ids }} }}, first: 100, includeArchived: true) {{ nodes {{ {fields} }} }} }}",
                of.name, of.plural
            );
            for role in ROLES {
                let data = app.data_with(role, &query, json!({ "ids": ids })).await;
                let listed = nodes(&data[of.plural]);
                let by_id = data["nodes"].as_array().unwrap();
                assert_eq!(by_id.len(), ids.len());
                for (id, row) in ids.iter().zip(by_id) {
                    let found = listed.iter().find(|row| row["id"] == **id);
                    assert_eq!(row, found.unwrap_or(&Value::Null), "{role} {}", of.name);
                    if row.is_null() {
                        hidden += 1;
                    } else {
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 500 && hidden > 500, "{seen} seen, {hidden} hidden");
        // On PostgreSQL some of them were asked in another way.
        let together = log.take().iter().any(|text| text.contains("LATERAL"));
        assert_eq!(together, app.database.name == "PostgreSQL");
        app.database.close().await;
    }
}
