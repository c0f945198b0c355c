//! Who reads a log, and what it says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::logged::{entries, last};
use crate::app::{App, ROLES};

const LOG: &str = "query($id: ID!, $first: Int, $after: String, $from: DateTime, $to: DateTime) {
  disclosures(record: $id, first: $first, after: $after, from: $from, to: $to) {
    nodes { id at records full masked viewerKind roles by { id nameEn }
      organisations { id nameEn } shares { id } purpose token policyVersion }
    pageInfo { hasNextPage hasPreviousPage endCursor } } }";

/// The identifier of the first record of a list.
async fn first(app: &App, role: &str, list: &str) -> Value {
    let data = app
        .data(
            role,
            &format!("{{ {list}(first: 1) {{ nodes {{ id }} }} }}"),
        )
        .await;
    let id = data[list]["nodes"][0]["id"].clone();
    assert!(id.is_string(), "{role} sees no {list}");
    id
}

/// The own volunteer record of the volunteer: the one whose phone is shown.
pub(super) async fn own_volunteer(app: &App) -> Value {
    let data = app
        .data(
            "volunteer",
            "{ volunteers(first: 100) { nodes { id phone } } }",
        )
        .await;
    let nodes = data["volunteers"]["nodes"].as_array().unwrap();
    let own: Vec<&Value> = nodes
        .iter()
        .filter(|node| node["phone"].is_string())
        .collect();
    assert_eq!(own.len(), 1);
    own[0]["id"].clone()
}

/// A child of the guardian in a class of the teacher.
pub(super) async fn common_child(app: &App) -> Value {
    let list = "{ students(first: 1000) { nodes { id } } }";
    let own = app.data("guardian", list).await["students"]["nodes"].take();
    let taught = app.data("teacher", list).await["students"]["nodes"].take();
    let taught = taught.as_array().unwrap();
    let mut own = own.as_array().unwrap().iter();
    let both = own.find(|child| taught.contains(child));
    both.expect("the teacher teaches a child of the guardian")["id"].clone()
}

async fn log(app: &App, role: &str, id: &Value) -> Vec<Value> {
    let data = app
        .data_with(role, LOG, json!({ "id": id, "first": 100 }))
        .await;
    let nodes = data["disclosures"]["nodes"].as_array();
    let nodes = nodes.unwrap_or_else(|| panic!("{role} reads no log of {id}: {data}"));
    nodes.clone()
}

#[tokio::test]
async fn a_person_reads_to_whom_the_own_record_was_shown_and_what_of_it() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let before = log(&app, "volunteer", &id).await.len();
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh phone healthRemark } }";
        let seen = app
            .data_with("coordinator", query, json!({ "id": id }))
            .await;
        assert!(seen["volunteer"]["phone"].is_string(), "{seen}");
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh phone } }";
        let masked = app
            .data_with("privacy_officer", query, json!({ "id": id }))
            .await;
        assert!(
            masked["volunteer"]["nameZh"]
                .as_str()
                .unwrap()
                .ends_with("XX")
        );
        let entries = log(&app, "volunteer", &id).await;
        // The two, and the reading of the log itself before them.
        assert_eq!(entries.len(), before + 3, "{entries:?}");
        let (officer, coordinator, reading) = (&entries[0], &entries[1], &entries[2]);
        assert_eq!(officer["full"], json!([]));
        assert_eq!(officer["masked"], json!(["Volunteer.nameZh"]));
        assert_eq!(officer["roles"], json!(["PRIVACY_OFFICER"]));
        assert_eq!(
            coordinator["full"],
            json!(["Volunteer.nameZh", "Volunteer.phone"])
        );
        assert_eq!(coordinator["masked"], json!([]));
        assert_eq!(coordinator["roles"], json!(["COORDINATOR"]));
        assert_eq!(coordinator["viewerKind"], "USER");
        assert_eq!(coordinator["records"], json!([id]));
        assert_eq!(
            coordinator["policyVersion"],
            json!(app.graph.policies().version())
        );
        assert!(coordinator["organisations"][0]["nameEn"].is_string());
        // A volunteer sees no other user; the log opens no other record.
        assert_eq!(coordinator["by"], Value::Null);
        assert_eq!(reading["full"], json!(["Volunteer.disclosures"]));
        assert!(
            reading["by"]["id"].is_string(),
            "one sees oneself: {reading}"
        );
        // The officer reads the same, and that was read as well.
        let told = log(&app, "privacy_officer", &id).await;
        assert_eq!(told.len(), entries.len() + 1);
        assert_eq!(told[2]["full"], coordinator["full"]);
        assert!(
            told[2]["by"]["nameEn"].as_str().unwrap().ends_with("XX"),
            "masked for an officer"
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn rows_about_a_person_are_in_the_persons_log() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let query = "query($id: ID!) { volunteer(id: $id) { assignments(first: 2) { nodes { id status } } } }";
        let seen = app
            .data_with("coordinator", query, json!({ "id": id }))
            .await;
        let rows = seen["volunteer"]["assignments"]["nodes"]
            .as_array()
            .unwrap();
        assert!(!rows.is_empty());
        let query = "query($id: ID!) { assignment(id: $id) { status } }";
        let row = &rows[0]["id"];
        app.data_with("coordinator", query, json!({ "id": row }))
            .await;
        let entries = log(&app, "volunteer", &id).await;
        assert_eq!(entries[0]["records"], json!([row]));
        assert_eq!(entries[0]["full"], json!(["Assignment.status"]));
        assert_eq!(
            entries[1]["full"],
            json!(["Assignment.status", "Volunteer.assignments"])
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_guardian_reads_the_log_of_a_child_and_nobody_else_reads_any() {
    for app in App::each().await {
        let child = common_child(&app).await;
        let guardian = first(&app, "guardian", "guardians").await;
        let volunteer = own_volunteer(&app).await;
        let query = "query($id: ID!) { student(id: $id) { nameZh } }";
        app.data_with("teacher", query, json!({ "id": child }))
            .await;
        let entries = log(&app, "guardian", &child).await;
        assert_eq!(entries[0]["roles"], json!(["TEACHER"]));
        assert_eq!(entries[0]["full"], json!(["Student.nameZh"]));
        assert!(
            entries[0]["by"]["nameEn"].is_string(),
            "a guardian sees who teaches: {}",
            entries[0]
        );
        log(&app, "guardian", &guardian).await;
        let before = last(app.graph.store()).await;
        let mut refused = BTreeSet::new();
        for (name, id) in [
            ("student", &child),
            ("guardian", &guardian),
            ("volunteer", &volunteer),
        ] {
            for role in ROLES.into_iter().chain(["anonymous"]) {
                let may = match name {
                    "volunteer" => ["volunteer", "privacy_officer"].contains(&role),
                    _ => role == "guardian",
                };
                if may {
                    continue;
                }
                let answer = app.ask_with(role, LOG, json!({ "id": id })).await;
                assert_eq!(
                    answer["data"]["disclosures"],
                    Value::Null,
                    "{role} {name}: {answer}"
                );
                let there = format!("query($id: ID!) {{ {name}(id: $id) {{ __typename }} }}");
                let there = app.ask_with(role, &there, json!({ "id": id })).await;
                let code = &answer["errors"][0]["extensions"]["code"];
                match there["data"][name].is_null() {
                    // What is not there for the viewer has no log either.
                    true => assert!(code.is_null(), "{role} {name}: {answer}"),
                    false => {
                        assert_eq!(code, "FORBIDDEN", "{role} {name}: {answer}");
                        refused.insert(role);
                    }
                }
            }
        }
        assert!(
            refused.contains("administrator") && refused.contains("coordinator"),
            "{refused:?}"
        );
        let read = entries_of_reading(&app, before).await;
        assert!(!read, "what was refused is not logged as read");
        app.database.close().await;
    }
}

async fn entries_of_reading(app: &App, after: u64) -> bool {
    let entries = entries(app.graph.store(), after).await;
    let mut parts = entries.iter().flat_map(|(_, entry)| entry.parts());
    parts.any(|part| part.full.iter().any(|field| field == "disclosures"))
}

#[tokio::test]
async fn the_log_is_read_in_pages_and_between_two_times() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh } }";
        // More than one block, so that filters are asked.
        for _ in 0..300 {
            app.data_with("coordinator", query, json!({ "id": id }))
                .await;
        }
        for _ in 0..10 {
            app.data("coordinator", "{ students(first: 1) { nodes { id } } volunteers(first: 1, where: { nameZh: { eq: \"nobody\" } }) { nodes { id } } }").await;
        }
        let (mut after, mut seen) = (Value::Null, Vec::new());
        loop {
            let variables = json!({ "id": id, "first": 90, "after": after });
            let page = app.data_with("volunteer", LOG, variables).await["disclosures"].take();
            for node in page["nodes"].as_array().unwrap() {
                seen.push(node["id"].as_str().unwrap().to_owned());
            }
            assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!after.is_null()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        let distinct: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "none twice");
        assert!((301..310).contains(&seen.len()), "{}", seen.len());
        let closed = super::logged::rows(&app.database.db, "SELECT number FROM audit_block").await;
        assert_eq!(closed.len(), 1);
        for (from, to, some) in [
            ("2026-11-18T04:00:00Z", "2026-11-18T04:00:01Z", true),
            ("2026-11-18T04:00:01Z", "2027-11-18T04:00:00Z", false),
            ("2025-11-18T04:00:01Z", "2026-11-18T04:00:00Z", false),
        ] {
            let variables = json!({ "id": id, "first": 1, "from": from, "to": to });
            let page = app.data_with("volunteer", LOG, variables).await;
            let nodes = page["disclosures"]["nodes"].as_array().unwrap();
            assert_eq!(!nodes.is_empty(), some, "{from} {to}");
        }
        // A cursor is good for one viewer and one record only.
        let other = json!({ "id": id, "after": after });
        let answer = app.ask_with("privacy_officer", LOG, other).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "BAD_CURSOR",
            "{answer}"
        );
        let over = app
            .ask_with("volunteer", LOG, json!({ "id": id, "first": 5000 }))
            .await;
        assert_eq!(
            over["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED",
            "{over}"
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn whether_a_log_can_be_read_is_told_and_no_mutation_is_made_of_it() {
    let app = App::sqlite().await;
    let id = own_volunteer(&app).await;
    let query = "query($id: ID!) { volunteer(id: $id) { viewerCanReadDisclosures } }";
    for (role, may) in [
        ("volunteer", true),
        ("administrator", false),
        ("privacy_officer", true),
    ] {
        let data = app.data_with(role, query, json!({ "id": id })).await;
        assert_eq!(
            data["volunteer"]["viewerCanReadDisclosures"],
            json!(may),
            "{role}"
        );
    }
    let sdl = kaifong::graphql::sdl();
    assert!(!sdl.contains("volunteerReadDisclosures"));
    app.database.close().await;
}
