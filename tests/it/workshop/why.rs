//! Why: to officers the whole, to everybody else no more than they may know.

use serde_json::{Value, json};

use super::{FREE, OFFICER, each};
use crate::app::ROLES;
use crate::asking::{id, nodes, row};
use crate::audit::logged::{entries, last, views};

const WHY: &str = "query($r: ID!, $f: String!) { explain(record: $r, field: $f) { __typename action answer \
    steps { action allowed failed by { id english chinese file line } } \
    nearest { forbids policy { id } clauses { text } } givenTo } }";

/// The policies whose sentences anybody may be told.
fn public() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "cedar") {
            let text = std::fs::read_to_string(path).unwrap();
            let rules = text.split("@id(\"").skip(1);
            let marked = rules.filter(|rule| rule.contains("@public(\"yes\")"));
            found.extend(marked.map(|rule| rule.split('"').next().unwrap().to_owned()));
        }
    }
    assert!(found.len() >= 5);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_told_no_more_of_ones_own_answers_than_the_public_policies() {
    let public = public();
    for app in each(FREE).await {
        let mut told = 0;
        for role in ROLES.into_iter().filter(|role| *role != OFFICER) {
            for (list, fields) in [
                (
                    "volunteers",
                    [
                        "phone",
                        "healthRemark",
                        "edit phone",
                        "archive",
                        "there",
                        "identityNumber",
                    ],
                ),
                (
                    "shifts",
                    [
                        "title",
                        "internalNote",
                        "edit title",
                        "assign",
                        "there",
                        "filled",
                    ],
                ),
                (
                    "students",
                    [
                        "nameZh",
                        "healthRemark",
                        "edit nameZh",
                        "edit healthRemark",
                        "there",
                        "identityNumber",
                    ],
                ),
            ] {
                let data = app
                    .data(
                        role,
                        &format!("{{ {list}(first: 3) {{ nodes {{ id }} }} }}"),
                    )
                    .await;
                for node in nodes(&data[list]) {
                    for field in fields {
                        let asked = json!({ "r": node["id"], "f": field });
                        let data = app.data_with(role, WHY, asked).await;
                        let why = &data["explain"];
                        assert!(why["answer"].is_string(), "{role} {list} {field}: {data}");
                        assert_eq!((&why["nearest"], &why["givenTo"]), (&json!([]), &json!([])));
                        for step in why["steps"].as_array().unwrap() {
                            assert_eq!(step["failed"], Value::Null);
                            for policy in step["by"].as_array().unwrap() {
                                told += 1;
                                let name = policy["id"].as_str().unwrap();
                                assert!(public.iter().any(|id| id == name), "{role}: {name}");
                                assert_eq!(
                                    (&policy["file"], &policy["line"]),
                                    (&Value::Null, &Value::Null)
                                );
                                assert!(!policy["chinese"].as_str().unwrap().is_ascii());
                            }
                        }
                    }
                }
            }
        }
        assert!(told > 0, "public policies are told");
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_for_the_viewer_is_explained_as_what_is_missing() {
    for app in each(FREE).await {
        let all = app
            .data(
                "administrator",
                "{ volunteers(first: 300) { nodes { id } } }",
            )
            .await;
        let students = app
            .data("teacher", "{ students(first: 50) { nodes { id } } }")
            .await;
        let everything: Vec<Value> = nodes(&all["volunteers"])
            .iter()
            .chain(nodes(&students["students"]))
            .map(|node| node["id"].clone())
            .collect();
        let missing = json!(id("Volunteer", uuid::Uuid::new_v4()));
        let mut hidden = 0;
        for role in ["volunteer", "partner", "guardian", "anonymous"] {
            for field in [
                "phone",
                "nameZh",
                "there",
                "archive",
                "edit phone",
                "nonsense",
            ] {
                let of_missing = app
                    .ask_with(role, WHY, json!({ "r": missing, "f": field }))
                    .await;
                assert_eq!(of_missing["data"], json!({ "explain": null }));
                for record in everything.iter().step_by(7) {
                    let node = format!("{{ node(id: {record}) {{ id }} }}");
                    let there = app.data(role, &node).await["node"].is_object();
                    let answer = app
                        .ask_with(role, WHY, json!({ "r": record, "f": field }))
                        .await;
                    if !there {
                        hidden += 1;
                        // To the byte, errors and extensions too.
                        assert_eq!(answer.to_string(), of_missing.to_string(), "{role} {field}");
                    }
                }
            }
            for wrong in ["", "x", "nobody"] {
                let answer = app
                    .ask_with(role, WHY, json!({ "r": wrong, "f": "phone" }))
                    .await;
                assert_eq!(answer["data"], json!({ "explain": null }), "{wrong}");
            }
        }
        assert!(hidden > 50, "{hidden}");
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_position_of_an_answer_leads_to_why_it_is_so() {
    let query = "{ volunteers(first: 5) { nodes { id nameZh phone healthRemark identityNumber again: email \
        department { nameZh } } } nodes(ids: []) { id } }";
    for app in each(FREE).await {
        let mut seen = std::collections::BTreeSet::new();
        for role in ROLES {
            let answer = app.ask(role, query).await;
            let fields = answer["extensions"]["privacy"]["fields"]
                .as_object()
                .unwrap();
            let rows = nodes(&answer["data"]["volunteers"]);
            for (path, counts) in fields {
                let ask = counts["ask"].as_str().unwrap();
                let key = path.strip_prefix("volunteers.nodes.").unwrap();
                if key.contains('.') {
                    assert_eq!(ask, "Department.nameZh");
                    continue;
                }
                let name = if key == "again" { "email" } else { key };
                assert_eq!(ask, format!("Volunteer.{name}"));
                let mut found = [0, 0, 0];
                for row in rows {
                    let asked = json!({ "r": row["id"], "f": ask });
                    let data = app.data_with(role, WHY, asked).await;
                    let answer = data["explain"]["answer"].as_str().unwrap();
                    seen.insert(answer.to_owned());
                    let at = ["FULL", "MASKED", "HIDDEN"]
                        .iter()
                        .position(|a| *a == answer);
                    found[at.unwrap()] += 1;
                }
                let told = ["full", "masked", "hidden"].map(|key| counts[key].as_i64().unwrap());
                assert_eq!(found, told, "{role} {path}");
            }
        }
        assert_eq!(seen.len(), 3, "each answer came up");
        // Records of two types at one position: no one question is about it.
        let two = app
            .data(
                "administrator",
                "{ volunteers(first: 1) { nodes { id } } shifts(first: 1) { nodes { id } } }",
            )
            .await;
        let (volunteer, shift) = (
            &two["volunteers"]["nodes"][0]["id"],
            &two["shifts"]["nodes"][0]["id"],
        );
        let query = format!(
            "{{ nodes(ids: [{volunteer}, {shift}]) {{ ... on Volunteer {{ same: phone }} ... on Shift {{ same: title }} }} }}"
        );
        let answer = app.ask("administrator", &query).await;
        let same = &answer["extensions"]["privacy"]["fields"]["nodes.same"];
        assert!(
            same["full"] == json!(2) && same.get("ask").is_none(),
            "{answer}"
        );
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_officer_is_told_the_whole_of_anybody_with_or_without_a_draft() {
    let query = "query($v: ID!, $r: ID!, $f: String!, $c: PolicyChangesInput) { policyWorkshop { \
        explain(viewer: $v, record: $r, field: $f, changes: $c) { action answer steps { action allowed by { id file line } } \
        nearest { forbids policy { id file line english } clauses { text truth english chinese } } givenTo } } }";
    for app in each(FREE).await {
        let mine = app
            .data("coordinator", "{ volunteers(first: 1) { nodes { id } } }")
            .await;
        let record = mine["volunteers"]["nodes"][0]["id"].clone();
        let user = |role: &str| {
            let account = uuid::Uuid::parse_str(&app.claims(role).unwrap().sub).unwrap();
            json!(id("User", account))
        };
        let ask = async |viewer: Value, record: &Value, field: &str, draft: Value| {
            let asked = json!({ "v": viewer, "r": record, "f": field, "c": draft });
            let data = app.data_with(OFFICER, query, asked).await;
            data["policyWorkshop"]["explain"].clone()
        };
        let before = last(app.graph.store()).await;
        let told = ask(user("coordinator"), &record, "phone", Value::Null).await;
        assert_eq!(told["answer"], "FULL");
        // Both whose record it is and who would see it find that in their logs.
        let logged = entries(app.graph.store(), before).await;
        let [(_, entry)] = logged.as_slice() else {
            panic!("{} entries", logged.len());
        };
        let told_of = views(&app, entry).await;
        let told_of: Vec<_> = told_of
            .iter()
            .map(|((of, id), (full, _))| (of.as_str(), *id, full.len()))
            .collect();
        let account = uuid::Uuid::parse_str(&app.claims("coordinator").unwrap().sub).unwrap();
        assert_eq!(
            told_of,
            [("User", account, 1), ("Volunteer", row(&record), 1)]
        );
        let by = &told["steps"][1]["by"][0];
        assert_eq!(by["id"], "coordinator-sees-volunteers");
        assert_eq!(by["file"], "volunteers.cedar");
        assert!(by["line"].as_u64().unwrap() > 1);

        let forbid = "@id(\"no-phones\") @en(\"Nobody.\") @zh(\"無。\")\n\
            forbid (principal, action == Action::\"Volunteer.phone\", resource);";
        let draft = super::changes(&app, json!([{ "name": "zz.cedar", "text": forbid }])).await;
        let told = ask(user("coordinator"), &record, "phone", draft).await;
        assert_eq!(told["answer"], "MASKED");
        assert_eq!(told["nearest"][0]["policy"]["id"], "no-phones");
        assert_eq!(told["nearest"][0]["forbids"], json!(true));

        // Nobody is forbidden everything, and a guardian is far from it.
        let told = ask(json!("nobody"), &record, "phone", Value::Null).await;
        assert_eq!(told["answer"], "HIDDEN");
        assert_eq!(told["nearest"][0]["policy"]["id"], "anonymous-sees-nothing");
        let told = ask(user("guardian"), &record, "there", Value::Null).await;
        assert_eq!(told["answer"], "HIDDEN");
        assert!(
            told["nearest"][0]["clauses"].to_string().contains("FALSE"),
            "{told}"
        );
        // A share, by its own id.
        let share = json!(id(
            "Partnership",
            app.claims("partner").unwrap().shares[0].parse().unwrap()
        ));
        let told = ask(share, &record, "phone", Value::Null).await;
        assert!(["HIDDEN", "MASKED"].contains(&told["answer"].as_str().unwrap()));
        // Who or what is not there is not explained.
        let stranger = json!(id("User", uuid::Uuid::new_v4()));
        assert_eq!(
            ask(stranger, &record, "phone", Value::Null).await,
            Value::Null
        );
        let gone = json!(id("Volunteer", uuid::Uuid::new_v4()));
        assert_eq!(
            ask(user("coordinator"), &gone, "phone", Value::Null).await,
            Value::Null
        );
        assert_eq!(
            ask(user("coordinator"), &record, "nonsense", Value::Null).await,
            Value::Null
        );
        // Of the own answers an officer is told the whole too, of what is there for the officer.
        let own = app
            .data(OFFICER, "{ volunteers(first: 1) { nodes { id } } }")
            .await;
        let asked = json!({ "r": own["volunteers"]["nodes"][0]["id"], "f": "phone" });
        let data = app.data_with(OFFICER, WHY, asked).await;
        assert_eq!(data["explain"]["answer"], "HIDDEN");
        assert!(
            data["explain"]["steps"][0]["by"][0]["file"].is_string(),
            "{data}"
        );
        app.database.close().await;
    }
}
