//! Who reads how a record was changed, and what of it.

use std::collections::BTreeSet;

use async_graphql::{Request, Variables};
use kaifong::catalogue::find;
use kaifong::graphql::decode_id;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::logged::{entries, last, views};
use super::own::{common_child, own_volunteer};
use crate::app::{App, ROLES};
use crate::erasure::{ask, officer_of};

const TRAIL: &str = "query($id: ID!, $first: Int, $after: String) {
  changes(record: $id, first: $first, after: $after) {
    nodes { id at deed made fields { field before after values } reason viewerKind roles
      by { id nameEn } organisations { id } shares { id } purpose token session policyVersion }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

const CHANGE: &str = "mutation($input: VolunteerChangeInput!) { volunteerChange(input: $input) {
    volunteer { id } userErrors { code } } }";

async fn change(app: &App, role: &str, id: &Value, mut values: Value) {
    values["id"] = id.clone();
    let answer = app.ask_with(role, CHANGE, json!({ "input": values })).await;
    let errors = &answer["data"]["volunteerChange"]["userErrors"];
    assert_eq!(*errors, json!([]), "{answer}");
}

/// A change of the administrator's, with why.
async fn explained(app: &App, id: &Value, mut values: Value, reason: &str) {
    values["id"] = id.clone();
    let variables = Variables::from_json(json!({ "input": values }));
    let mut request = Request::new(CHANGE).variables(variables);
    request.extensions.insert("reason".into(), reason.into());
    let claims = app.claims("administrator");
    let answer = app.graph.execute(request, claims.as_ref(), app.now).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
}

async fn trail(app: &App, role: &str, id: &Value) -> Value {
    let variables = json!({ "id": id, "first": 100 });
    let page = app.data_with(role, TRAIL, variables).await["changes"].take();
    assert!(page["nodes"].is_array(), "{role} reads no trail of {id}");
    page
}

fn field(name: &str, before: Value, after: Value, values: &str) -> Value {
    json!({ "field": format!("Volunteer.{name}"), "before": before, "after": after, "values": values })
}

#[tokio::test]
async fn a_person_reads_how_the_own_record_was_changed_and_that_is_logged() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        assert_eq!(trail(&app, "volunteer", &id).await["nodes"], json!([]));
        change(&app, "administrator", &id, json!({ "district": "Islands" })).await;
        let two = json!({ "district": "Sai Kung", "preferences": ["cooking"] });
        change(&app, "administrator", &id, two).await;
        let before = last(app.graph.store()).await;
        let page = trail(&app, "volunteer", &id).await;
        let nodes = page["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 2, "{}: {nodes:?}", app.database.name);
        let newest = nodes[0]["fields"].as_array().unwrap();
        let district = field("district", json!("Islands"), json!("Sai Kung"), "FULL");
        assert_eq!(newest[0], district);
        assert_eq!(newest[1]["field"], "Volunteer.preferences");
        assert_eq!(newest[1]["after"], r#"["cooking"]"#);
        assert_eq!(newest.len(), 2);
        assert_eq!(nodes[1]["fields"][0]["after"], "Islands");
        assert_eq!(nodes[0]["deed"], "Volunteer.change");
        assert_eq!(nodes[0]["made"], false);
        assert_eq!(nodes[0]["viewerKind"], "USER");
        assert_eq!(nodes[0]["roles"], json!(["ADMINISTRATOR"]));
        let policies = app.graph.policies();
        assert_eq!(nodes[0]["policyVersion"], json!(policies.version()));
        // A volunteer sees no other user: the trail opens no other record.
        assert_eq!(nodes[0]["by"], Value::Null);
        // What the reading showed is logged as shown, and that it was the trail that was read.
        let read = entries(app.graph.store(), before).await;
        let shown = views(&app, &read[0].1).await;
        let own = (
            "Volunteer".to_owned(),
            decode_id(id.as_str().unwrap()).unwrap().1,
        );
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let full: BTreeSet<String> = names(&["changes", "district", "preferences"]);
        assert_eq!(shown[&own], (full, BTreeSet::new()));
        assert_eq!(read.len(), 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_masked_stays_masked_and_what_is_withheld_leaves_no_trace() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let name = json!({ "nameZh": "張大文" });
        change(&app, "administrator", &id, name).await;
        let both = json!({ "nameZh": "李小龍", "phone": "+852 9123 4567", "internalNotes": "x" });
        explained(&app, &id, both, "the phone was wrong").await;
        let before = trail(&app, "privacy_officer", &id).await;
        let nodes = before["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 2, "{before}");
        let masked = field("nameZh", json!("張XX"), json!("李XX"), "MASKED");
        assert_eq!(nodes[0]["fields"], json!([masked]));
        // Why may speak of what is withheld.
        assert_eq!(nodes[0]["reason"], Value::Null);
        assert!(!before.to_string().contains("9123"));
        // The administrator is shown as an officer sees users.
        assert!(nodes[0]["by"]["nameEn"].as_str().unwrap().ends_with("XX"));
        // The person sees all of it but the notes of others.
        let own = trail(&app, "volunteer", &id).await;
        let fields = own["nodes"][0]["fields"].as_array().unwrap();
        let seen: Vec<&str> = fields
            .iter()
            .map(|f| f["field"].as_str().unwrap())
            .collect();
        assert_eq!(seen, ["Volunteer.nameZh", "Volunteer.phone"], "{own}");
        assert_eq!(own["nodes"][0]["reason"], Value::Null);
        // A change of nothing but what is withheld is not there, in no count and on no page.
        for phone in ["+852 9123 4568", "+852 9123 4569", "+852 9123 4570"] {
            change(&app, "administrator", &id, json!({ "phone": phone })).await;
        }
        assert_eq!(trail(&app, "privacy_officer", &id).await, before);
        let variables = json!({ "id": id, "first": 2 });
        let page = app.data_with("privacy_officer", TRAIL, variables).await;
        assert_eq!(page["changes"], before, "{}", app.database.name);
        assert_eq!(
            trail(&app, "volunteer", &id).await["nodes"]
                .as_array()
                .unwrap()
                .len(),
            5
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn why_is_told_to_those_who_see_all_that_was_changed() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        explained(&app, &id, json!({ "district": "Islands" }), "moved house").await;
        let own = trail(&app, "volunteer", &id).await;
        assert_eq!(own["nodes"][0]["reason"], "moved house");
        assert_eq!(
            trail(&app, "privacy_officer", &id).await["nodes"],
            json!([])
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn of_what_is_sealed_only_that_it_changed_is_told_and_of_the_erased_nothing() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let health = json!({ "healthRemark": "cannot lift", "phone": "+852 9123 4567" });
        change(&app, "volunteer", &id, health).await;
        let told = trail(&app, "volunteer", &id).await["nodes"].take();
        let not_kept = field("healthRemark", Value::Null, Value::Null, "NOT_KEPT");
        assert_eq!(told[0]["fields"][1], not_kept);
        assert_eq!(told[0]["fields"][0]["after"], "+852 9123 4567");
        // Who changed it and was erased since is nobody, also to whom the person was shown.
        change(&app, "administrator", &id, json!({ "nameZh": "張大文" })).await;
        let by = trail(&app, "privacy_officer", &id).await["nodes"][0]["by"].take();
        let (_, account) = decode_id(by["id"].as_str().unwrap()).unwrap();
        let user = find("User").unwrap();
        let store = app.graph.store();
        assert!(store.forget(user, account, "Job", app.now).await.unwrap() > 0);
        let officer = trail(&app, "privacy_officer", &id).await["nodes"].take();
        assert_eq!(officer[0]["by"], Value::Null);
        // Where the key of the values is destroyed, that is told in their place.
        let zeros = "00".repeat(32);
        let secret = match app.database.name {
            "SQLite" => format!("X'{zeros}'"),
            _ => format!("decode('{zeros}', 'hex')"),
        };
        let destroy = format!("UPDATE audit_key SET secret = {secret}");
        app.database.db.execute_unprepared(&destroy).await.unwrap();
        let erased = |name| field(name, Value::Null, Value::Null, "ERASED");
        let told = trail(&app, "volunteer", &id).await["nodes"].take();
        assert_eq!(told[0]["fields"], json!([erased("nameZh")]));
        assert_eq!(
            told[1]["fields"],
            json!([erased("phone"), erased("healthRemark")])
        );
        let officer = trail(&app, "privacy_officer", &id).await["nodes"].take();
        assert_eq!(officer.as_array().unwrap().len(), 1);
        assert_eq!(officer[0]["fields"], json!([erased("nameZh")]));
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_relation_is_told_as_far_as_what_it_leads_to_is_there() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let query = "query($id: ID!) { volunteer(id: $id) { department { id } organisation { id } }
            departments(first: 100) { nodes { id organisation { id } } } }";
        let data = app
            .data_with("administrator", query, json!({ "id": id }))
            .await;
        let was = data["volunteer"]["department"]["id"].clone();
        let all = data["departments"]["nodes"].as_array().unwrap();
        let here = &data["volunteer"]["organisation"];
        let mut others = all.iter().filter(|node| node["organisation"] == *here);
        let other = others.find(|node| node["id"] != was).unwrap()["id"].clone();
        change(&app, "administrator", &id, json!({ "departmentId": other })).await;
        let fields = trail(&app, "volunteer", &id).await["nodes"][0]["fields"].take();
        assert_eq!(
            fields,
            json!([field("department", was, other.clone(), "FULL")])
        );
        // What is not there for the viewer any more is none, and a change from none to none no change.
        let away = "UPDATE department SET organisation_id = (SELECT o.id FROM organisation o
            WHERE o.id NOT IN (SELECT organisation_id FROM volunteer WHERE organisation_id IS NOT NULL)
            ORDER BY o.id LIMIT 1)";
        app.database.db.execute_unprepared(away).await.unwrap();
        assert_eq!(
            trail(&app, "volunteer", &id).await["nodes"],
            json!([]),
            "{other}"
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_guardian_reads_how_the_childs_record_was_changed() {
    for app in App::each().await {
        let child = common_child(&app).await;
        let (_, row) = decode_id(child.as_str().unwrap()).unwrap();
        let students = kaifong::demo::people(app.now).students;
        let school = students.iter().find(|student| student.id == row).unwrap();
        let officer = officer_of(&app, school.organisation_id).await.to_string();
        let open = "mutation($i: DataRequestOpenInput!) { dataRequestOpen(input: $i) { dataRequest { id } userErrors { code } } }";
        let input = json!({ "kind": "CORRECTION", "studentId": child, "correctedField": "nameEn",
            "proposedValue": "CHAN Siu Fong", "statement": "x" });
        let opened = app.ask_with("guardian", open, json!({ "i": input })).await;
        let request = &opened["data"]["dataRequestOpen"]["dataRequest"]["id"];
        assert!(request.is_string(), "{opened}");
        let answer = "mutation($i: DataRequestAnswerInput!) { dataRequestAnswer(input: $i) { userErrors { code } } }";
        let done = ask(&app, &officer, answer, json!({ "i": { "id": request } })).await;
        assert_eq!(
            done["data"]["dataRequestAnswer"]["userErrors"],
            json!([]),
            "{done}"
        );
        let page = trail(&app, "guardian", &child).await;
        let nodes = page["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 1, "{}: {nodes:?}", app.database.name);
        let changed = json!([{ "field": "Student.nameEn", "before": school.name_en,
            "after": "CHAN Siu Fong", "values": "FULL" }]);
        assert_eq!(nodes[0]["fields"], changed);
        assert_eq!(nodes[0]["roles"], json!(["PRIVACY_OFFICER"]));
        // The teacher sees the name, and not how it came to be.
        let answer = app.ask_with("teacher", TRAIL, json!({ "id": child })).await;
        assert_eq!(answer["data"]["changes"], Value::Null, "{answer}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_else_reads_a_trail() {
    for app in App::each().await {
        let child = common_child(&app).await;
        let volunteer = own_volunteer(&app).await;
        change(
            &app,
            "administrator",
            &volunteer,
            json!({ "nameZh": "張大文" }),
        )
        .await;
        trail(&app, "guardian", &child).await;
        let before = last(app.graph.store()).await;
        let mut refused = BTreeSet::new();
        for (name, id) in [("student", &child), ("volunteer", &volunteer)] {
            for role in ROLES.into_iter().chain(["anonymous"]) {
                let may = match name {
                    "volunteer" => ["volunteer", "privacy_officer"].contains(&role),
                    _ => role == "guardian",
                };
                if may {
                    continue;
                }
                let answer = app.ask_with(role, TRAIL, json!({ "id": id })).await;
                assert_eq!(answer["data"]["changes"], Value::Null, "{role}: {answer}");
                let there = format!("query($id: ID!) {{ {name}(id: $id) {{ __typename }} }}");
                let there = app.ask_with(role, &there, json!({ "id": id })).await;
                let code = &answer["errors"][0]["extensions"]["code"];
                match there["data"][name].is_null() {
                    // What is not there for the viewer has no trail either.
                    true => assert!(code.is_null(), "{role} {name}: {answer}"),
                    false => {
                        assert_eq!(code, "FORBIDDEN", "{role} {name}: {answer}");
                        refused.insert(role);
                    }
                }
            }
        }
        let expected = ["administrator", "coordinator", "teacher"];
        assert!(
            expected.iter().all(|role| refused.contains(role)),
            "{refused:?}"
        );
        let since = entries(app.graph.store(), before).await;
        let mut parts = since.iter().flat_map(|(_, entry)| entry.parts());
        assert!(!parts.any(|part| part.full.iter().any(|name| name == "changes")));
        // A record of a type that has no trail to read is none.
        let query = "{ shifts(first: 1) { nodes { id } } }";
        let shift = app.data("coordinator", query).await["shifts"]["nodes"][0]["id"].take();
        for id in [shift, json!("nobody")] {
            let answer = app
                .ask_with("coordinator", TRAIL, json!({ "id": id }))
                .await;
            assert_eq!(answer["data"]["changes"], Value::Null);
            assert!(answer.get("errors").is_none(), "{answer}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_trail_is_read_in_pages_whose_cursors_are_the_readers_own() {
    for app in App::each().await {
        let id = own_volunteer(&app).await;
        let districts = ["Islands", "Sai Kung", "Kwun Tong", "Wan Chai", "North"];
        for district in districts {
            change(&app, "administrator", &id, json!({ "district": district })).await;
        }
        let (mut after, mut seen) = (Value::Null, Vec::new());
        loop {
            let variables = json!({ "id": id, "first": 2, "after": after });
            let page = app.data_with("volunteer", TRAIL, variables).await["changes"].take();
            let nodes = page["nodes"].as_array().unwrap();
            seen.extend(nodes.iter().map(|node| node["fields"][0]["after"].clone()));
            assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(!after.is_null()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        let newest_first: Vec<Value> = districts.iter().rev().map(|d| json!(d)).collect();
        assert_eq!(seen, newest_first, "{}", app.database.name);
        let other = json!({ "id": id, "after": after });
        let answer = app.ask_with("privacy_officer", TRAIL, other).await;
        let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
        assert_eq!(code(&answer), "BAD_CURSOR", "{answer}");
        let over = json!({ "id": id, "first": 5000 });
        let answer = app.ask_with("volunteer", TRAIL, over).await;
        assert_eq!(code(&answer), "LIMIT_EXCEEDED", "{answer}");
        app.database.close().await;
    }
}
