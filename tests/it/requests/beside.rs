//! A note on what is disputed is read by whoever reads the data, and by nobody else (Cap. 486, section
//! 25): with every field of every volunteer and family disputed, each viewer's notes are held against
//! what the same viewer sees of the records.

use std::collections::BTreeMap;

use entity::correction_note;
use kaifong::catalogue::about::correctable;
use kaifong::demo;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, WRAPPING, noon, vault};
use crate::asking::{nodes, of};
use crate::databases::TestDatabase;
use kaifong::policy::Policies;

const SAID: &str = "有誤";

/// What a viewer sees of a field: nothing, a mask, or all of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sight {
    Nothing,
    Mask,
    Full,
}

/// The fields of a type that can be disputed.
fn fields(name: &str) -> Vec<&'static str> {
    let names = of(name).fields.iter().map(|field| field.name);
    names
        .filter(|f| correctable(of(name), f).is_some())
        .collect()
}

/// A note on each field of the record.
fn notes(
    name: &str,
    record: Uuid,
    organisation: Uuid,
    request: Uuid,
) -> Vec<correction_note::Model> {
    let whose = |of: &str| (of == name).then_some(record);
    let note = |field: &str| correction_note::Model {
        id: Uuid::new_v4(),
        organisation_id: organisation,
        volunteer_id: whose("Volunteer"),
        student_id: whose("Student"),
        guardian_id: whose("Guardian"),
        account_id: None,
        data_request_id: request,
        disputed_field: field.to_owned(),
        statement: Some(SAID.to_owned()),
        proposed_value: Some(SAID.to_owned()),
        created_at: noon(),
        updated_at: noon(),
        revision: 1,
        archived_at: None,
    };
    fields(name).into_iter().map(note).collect()
}

/// The demo with every field of every volunteer, student and guardian disputed.
async fn disputed(database: TestDatabase) -> App {
    demo::load(&database.db, noon()).await.unwrap();
    let told = demo::people(noon());
    let request = told.data_requests.first().unwrap().id;
    let old = correction_note::Entity::delete_many();
    old.exec(&database.db).await.unwrap();
    let mut all = Vec::new();
    for v in &told.volunteers {
        all.extend(notes("Volunteer", v.id, v.organisation_id, request));
    }
    for s in &told.students {
        all.extend(notes("Student", s.id, s.organisation_id, request));
    }
    for g in &told.guardians {
        all.extend(notes("Guardian", g.id, g.organisation_id, request));
    }
    for part in all.chunks(500) {
        let rows = part.iter().cloned().map(IntoActiveModel::into_active_model);
        let rows = rows.map(|row: correction_note::ActiveModel| row);
        let many = correction_note::Entity::insert_many(rows);
        many.exec_without_returning(&database.db).await.unwrap();
    }
    let vault = vault(&database, WRAPPING).await;
    vault.sweep(&database.db, noon()).await.unwrap();
    App::under(database, Policies::shipped().unwrap(), vault)
}

/// The whole of a list, page by page.
async fn list(app: &App, role: &str, name: &str, wanted: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query($a: String) {{ {name}(first: 200, after: $a) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {wanted} }} }} }}"
        );
        let seen = app.data_with(role, &query, json!({ "a": after })).await;
        all.extend(nodes(&seen[name]).iter().cloned());
        let page = &seen[name]["pageInfo"];
        if page["hasNextPage"] != true {
            return all;
        }
        after = page["endCursor"].clone();
    }
}

/// The records of a type that a viewer sees, by id.
async fn records(app: &App, role: &str, name: &str) -> BTreeMap<String, Value> {
    let wanted = format!("id {}", fields(name).join(" "));
    let all = list(app, role, of(name).plural, &wanted).await;
    let by_id = |record: Value| (record["id"].as_str().unwrap().to_owned(), record);
    all.into_iter().map(by_id).collect()
}

/// The notes that a viewer reads, by record and field: whether with the words.
async fn read(app: &App, role: &str) -> BTreeMap<(String, String), bool> {
    let wanted = "disputedField statement proposedValue volunteer { id } student { id } guardian { id } user { id }";
    let all = list(app, role, "correctionNotes", wanted).await;
    let by_field = |note: Value| {
        let whose = ["volunteer", "student", "guardian"];
        let record = whose.iter().find_map(|of| note[of]["id"].as_str());
        let field = note["disputedField"].as_str().unwrap().to_owned();
        let words = [&note["statement"], &note["proposedValue"]];
        assert!(
            words.iter().all(|word| word.is_null() || **word == SAID),
            "{note}"
        );
        assert_eq!(words[0].is_null(), words[1].is_null(), "{note}");
        // What one may not know to be there has no note that one may know of.
        let record = record.unwrap_or_else(|| panic!("{role}: a note on nothing: {note}"));
        ((record.to_owned(), field), !words[0].is_null())
    };
    all.into_iter().map(by_field).collect()
}

/// The viewer's own records as a volunteer.
async fn own(app: &App, role: &str) -> Vec<String> {
    let me = app.data(role, "{ viewer { user { id } } }").await;
    let Some(user) = me["viewer"]["user"]["id"].as_str() else {
        return Vec::new();
    };
    let query = format!(
        "{{ volunteers(where: {{ user: {{ id: {{ in: [\"{user}\"] }} }} }}) {{ nodes {{ id }} }} }}"
    );
    let found = app.data(role, &query).await;
    let ids = nodes(&found["volunteers"]).iter().map(|node| &node["id"]);
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_note_is_read_with_the_data_and_never_without_it() {
    for database in TestDatabase::each().await {
        let app = disputed(database).await;
        for (name, keeper, readers) in [
            // The keeper sees all of what others see a part of.
            (
                "Volunteer",
                "coordinator",
                &["team_leader", "partner", "partner_edit", "teacher"][..],
            ),
            ("Student", "teacher", &["teacher", "team_leader", "partner"]),
            (
                "Guardian",
                "teacher",
                &["teacher", "team_leader", "partner_edit"],
            ),
        ] {
            let whole = records(&app, keeper, name).await;
            assert!(!whole.is_empty());
            let mut sights = Vec::new();
            for role in readers {
                let (mut mine, notes) = (records(&app, role, name).await, read(&app, role).await);
                // Of the own record one reads every note: one wrote it.
                let own = own(&app, role).await;
                mine.retain(|id, _| !own.contains(id));
                // Those that the keeper keeps: of others it cannot be told here what a mask is.
                let kept = mine
                    .iter()
                    .filter_map(|(id, record)| Some((id, record, whole.get(id)?)));
                for (id, record, whole) in kept {
                    for field in fields(name) {
                        let (value, truth) = (&record[field], &whole[field]);
                        // Nothing can be told of a field that has no value.
                        if truth.is_null() && value.is_null() {
                            continue;
                        }
                        let sight = match value {
                            Value::Null => Sight::Nothing,
                            value if value == truth => Sight::Full,
                            _ => Sight::Mask,
                        };
                        let note = notes.get(&(id.clone(), field.to_owned()));
                        let expected = match sight {
                            Sight::Nothing => None,
                            Sight::Mask => Some(false),
                            Sight::Full => Some(true),
                        };
                        assert_eq!(note.copied(), expected, "{role}: {name}.{field} is {value}");
                        sights.push((*role, sight));
                    }
                }
                // And none on a record that is not seen.
                let strange = notes.keys().filter(|(id, _)| of_type(id, name));
                for (id, field) in strange.filter(|(id, _)| !own.contains(id)) {
                    assert!(mine.contains_key(id), "{role}: {name}.{field}");
                }
            }
            let met = |role: &str, sight| sights.contains(&(role, sight));
            if name == "Volunteer" {
                assert!(met("team_leader", Sight::Full) && met("team_leader", Sight::Mask));
                assert!(met("team_leader", Sight::Nothing));
                assert!(met("partner_edit", Sight::Mask) || met("partner", Sight::Mask));
                assert!(met("partner_edit", Sight::Nothing) || met("partner", Sight::Nothing));
            } else {
                assert!(met("teacher", Sight::Full) && !met("partner", Sight::Full));
            }
        }
        app.database.close().await;
    }
}

/// Whether an identifier is of a row of this type.
fn of_type(id: &str, name: &str) -> bool {
    kaifong::graphql::decode_id(id).is_some_and(|(of, _)| of == name)
}
