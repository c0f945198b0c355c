//! No writer forgets the trail: the databases themselves note which rows change while things are done,
//! and the trail has an entry for each of them, and for no other.

use std::collections::BTreeSet;

use chrono::Months;
use kaifong::audit::{Entry, Said};
use kaifong::catalogue::{TYPES, Type};
use kaifong::graphql::retention_permit;
use kaifong::policy::Policies;
use sea_orm::DbBackend;
use serde_json::{Value, json};
use uuid::Uuid;

use super::logged::{keys, rows};
use crate::app::App;
use crate::asking::tamper;
use crate::databases::fixture;
use crate::imports::{run, schools};

type Rows = BTreeSet<(String, Uuid)>;

/// Has the database note each row of the catalogue of which something that is shown changes.
async fn watch(app: &App) {
    let postgres = app.database.db.get_database_backend() == DbBackend::Postgres;
    let id = if postgres { "UUID" } else { "BLOB" };
    tamper(app, &format!("CREATE TABLE touched (of TEXT, id {id})")).await;
    if postgres {
        tamper(
            app,
            "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO touched VALUES (TG_TABLE_NAME, COALESCE(NEW.id, OLD.id));
             RETURN NULL; END $$",
        )
        .await;
    }
    for of in TYPES {
        for (when, row) in [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")] {
            let (name, table) = (format!("touch_{}_{when}", of.table), of.table);
            let only = match when {
                "UPDATE" => format!("WHEN ({})", differs(of, postgres)),
                _ => String::new(),
            };
            let does = match postgres {
                true => "EXECUTE FUNCTION touch()".to_owned(),
                false => format!("BEGIN INSERT INTO touched VALUES ('{table}', {row}.id); END"),
            };
            tamper(
                app,
                &format!(
                    "CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW {only} {does}"
                ),
            )
            .await;
        }
    }
}

fn differs(of: &Type, postgres: bool) -> String {
    let word = if postgres {
        "IS DISTINCT FROM"
    } else {
        "IS NOT"
    };
    let columns = of.fields.iter().filter_map(|field| field.column());
    let each = columns.map(|column| format!("OLD.{column} {word} NEW.{column}"));
    each.collect::<Vec<_>>().join(" OR ")
}

/// The rows that changed since this was asked last.
async fn touched(app: &App) -> Rows {
    let found = rows(&app.database.db, "SELECT of, id FROM touched").await;
    let read = |row: &sea_orm::QueryResult| {
        let table: String = row.try_get_by_index(0).unwrap();
        let of = TYPES.iter().find(|of| of.table == table).unwrap();
        (of.name.to_owned(), row.try_get_by_index(1).unwrap())
    };
    let found = found.iter().map(read).collect();
    tamper(app, "DELETE FROM touched").await;
    found
}

/// The rows that entries after this one name; of records that are forgotten nobody can tell.
async fn told(app: &App, after: u64) -> Rows {
    let keys = keys(&app.database.db).await;
    let (mut all, mut last) = (Rows::new(), after);
    loop {
        let some = app.graph.store().trail_after(last, u64::MAX >> 1).await;
        let some = some.unwrap();
        for (number, _, body, _) in &some {
            last = *number;
            let Said::Changed(turned) = Entry::from_bytes(body).unwrap().said else {
                panic!("no change");
            };
            let id = match (turned.record, turned.id) {
                (Some(record), _) => keys.get(&record).copied(),
                (None, id) => id,
            };
            all.extend(id.map(|id| (turned.of.to_string(), id)));
        }
        if some.is_empty() {
            return all;
        }
    }
}

async fn is_there(app: &App, (of, id): &(String, Uuid)) -> bool {
    let of = kaifong::catalogue::find(of).unwrap();
    let id = crate::asking::literal(app, *id);
    let query = format!("SELECT id FROM {} WHERE id = {id}", of.table);
    !rows(&app.database.db, &query).await.is_empty()
}

/// What a mutation answers, of which nothing stood in the way.
async fn does(app: &App, role: &str, name: &str, input: Value) -> Value {
    let prefix = name[..1].to_uppercase() + &name[1..];
    let of = TYPES.iter().filter(|of| name.starts_with(of.singular));
    let field = of.max_by_key(|of| of.singular.len()).unwrap().singular;
    let query = format!(
        "mutation($i: {prefix}Input!) {{ done: {name}(input: $i) {{ {field} {{ id }} userErrors {{ code field message }} }} }}"
    );
    let answer = app.ask_with(role, &query, json!({ "i": input })).await;
    let done = &answer["data"]["done"];
    assert_eq!(done["userErrors"], json!([]), "{role} {name}: {answer}");
    done[field]["id"].clone()
}

/// The first of a list, and of another that it leads to.
async fn first(app: &App, role: &str, list: &str, where_: &str) -> Value {
    let query = format!("{{ {list}(first: 1 {where_}) {{ nodes {{ id }} }} }}");
    app.data(role, &query).await[list]["nodes"][0]["id"].clone()
}

async fn own(app: &App) -> Value {
    let me = app.data("volunteer", "{ viewer { user { id } } }").await;
    let me = &me["viewer"]["user"]["id"];
    let mine = format!("where: {{ user: {{ id: {{ in: [{me}] }} }} }}");
    first(app, "volunteer", "volunteers", &mine).await
}

/// What is done, one thing after another.
const STEPS: [&str; 9] = [
    "import",
    "change",
    "notice",
    "request",
    "correction",
    "share",
    "space",
    "time",
    "retention",
];

async fn step(app: &App, step: &str) {
    let mine = own(app).await;
    match step {
        "import" => {
            let file = fixture("import/schools.csv");
            schools(&app.database.db, &file, run("edb")).await.unwrap();
        }
        "change" => {
            let input = json!({ "id": mine, "district": "Islands" });
            does(app, "administrator", "volunteerChange", input).await;
        }
        "notice" => {
            let draft = "where: { status: { eq: DRAFT } }";
            let notice = first(app, "coordinator", "notices", draft).await;
            if notice.is_string() {
                does(app, "coordinator", "noticePublish", json!({ "id": notice })).await;
            }
        }
        "request" => {
            let input = json!({ "kind": "ACCESS", "volunteerId": mine });
            does(app, "volunteer", "dataRequestOpen", input).await;
        }
        "correction" => {
            let input = json!({ "kind": "CORRECTION", "volunteerId": mine,
                "correctedField": "phone", "proposedValue": "91234567", "statement": "wrong" });
            let request = does(app, "volunteer", "dataRequestOpen", input).await;
            let input = json!({ "id": request });
            does(app, "privacy_officer", "dataRequestAnswer", input).await;
        }
        "share" => {
            let query =
                "{ partnerships(first: 1, where: { state: { eq: ACTIVE } }) { nodes { id } } }";
            let share = app.data("administrator", query).await["partnerships"]["nodes"][0].clone();
            let input = json!({ "id": share["id"] });
            does(app, "administrator", "partnershipSuspend", input).await;
        }
        "space" => {
            let query = "{ volunteers(first: 1) { nodes { organisation { id } } } }";
            let found = app.data("administrator", query).await;
            let lead = &found["volunteers"]["nodes"][0]["organisation"]["id"];
            let input = json!({ "leadId": lead,
                "nameEn": "A Circle", "nameZh": "圓圈", "purpose": "to try it" });
            does(app, "administrator", "spaceCreate", input).await;
        }
        "time" => {
            let past = |minutes| (app.now - chrono::TimeDelta::minutes(minutes)).to_rfc3339();
            let (end, settled) = (past(1), past(60));
            tamper(
                app,
                &format!("UPDATE partnership SET valid_to = '{end}', settled_at = '{settled}'"),
            )
            .await;
            touched(app).await;
            app.graph.record_times().await.unwrap();
        }
        "retention" => {
            let permit = retention_permit(&Policies::shipped().unwrap()).unwrap();
            let store = app.graph.store().at(app.now + Months::new(25));
            store.run_retention(&permit, None, false).await.unwrap();
        }
        _ => panic!("{step}"),
    }
}

#[tokio::test]
async fn each_row_that_changes_has_its_entry_and_each_entry_its_row() {
    for app in App::each().await {
        watch(&app).await;
        for name in STEPS {
            let before = app.graph.store().trail_head().await.unwrap().number;
            step(&app, name).await;
            let (touched, told) = (touched(&app).await, told(&app, before).await);
            let place = format!("{}: {name}", app.database.name);
            assert!(!touched.is_empty(), "{place}: nothing was done");
            for row in touched.difference(&told) {
                // What went because it was kept long enough is not kept on in the trail.
                // Of an account that is erased the empty row stays.
                let known = keys(&app.database.db).await;
                let erased = row.0 == "User" && !known.values().any(|id| *id == row.1);
                let gone = name == "retention" && (erased || !is_there(&app, row).await);
                assert!(gone, "{place}: {row:?} changed without an entry");
            }
            let unchanged = told.difference(&touched).next();
            assert_eq!(
                unchanged, None,
                "{place}: it has an entry and did not change"
            );
        }
        // What is written past the trail is noticed.
        let before = app.graph.store().trail_head().await.unwrap().number;
        tamper(&app, "UPDATE organisation SET district = 'Nowhere'").await;
        assert!(!touched(&app).await.is_empty() && told(&app, before).await.is_empty());
        app.database.close().await;
    }
}
