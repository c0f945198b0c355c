//! Rows by their identifiers.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::asking::{code, id, nodes, row, types};

#[tokio::test]
async fn a_row_is_found_by_its_identifier_in_three_ways() {
    for app in App::each().await {
        for of in types() {
            let role = match of.name {
                "Student" | "Guardian" | "Guardianship" | "Enrolment" | "Class" => "teacher",
                "User" | "Membership" | "NoticeReceipt" | "Invitation" => "administrator",
                "DataRequest" | "DataRequestStep" | "DataRequestRefusal" | "CorrectionNote" => {
                    "privacy_officer"
                }
                _ => "coordinator",
            };
            let role = if of.name.starts_with("Partner") || of.name.starts_with("Space") {
                "administrator"
            } else {
                role
            };
            let data = app
                .data(
                    role,
                    &format!("{{ {}(first: 2) {{ nodes {{ id version }} }} }}", of.plural),
                )
                .await;
            let found = nodes(&data[of.plural])
                .last()
                .unwrap_or_else(|| panic!("{role} sees no {}", of.name))
                .clone();
            let query = format!(
                "query($id: ID!) {{ node(id: $id) {{ __typename id ... on {0} {{ version }} }} nodes(ids: [$id, \"x\", $id]) {{ id ... on {0} {{ version }} }} {1}(id: $id) {{ id version }} list: {2}(where: {{ id: {{ in: [$id, \"x\"] }} }}) {{ totalCount nodes {{ id version }} }} }}",
                of.name, of.singular, of.plural
            );
            let data = app
                .data_with(role, &query, json!({ "id": found["id"] }))
                .await;
            assert_eq!(
                data["node"],
                json!({ "__typename": of.name, "id": found["id"], "version": found["version"] })
            );
            assert_eq!(data["nodes"], json!([found, null, found]));
            assert_eq!(data[of.singular], found);
            assert_eq!(data["list"], json!({ "totalCount": 1, "nodes": [found] }));
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_names_no_row_that_one_sees_is_null_without_error() {
    for app in App::each().await {
        let hidden = app
            .data("teacher", "{ students(first: 1) { nodes { id } } }")
            .await;
        let hidden = nodes(&hidden["students"])[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let unknown = id("Student", Uuid::from_u128(7));
        let other = app
            .data("coordinator", "{ shifts(first: 1) { nodes { id } } }")
            .await;
        let other = nodes(&other["shifts"])[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let upper = {
            use base64::Engine as _;
            use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
            let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(&other).unwrap()).unwrap();
            let (name, hex) = plain.split_once(':').unwrap();
            [
                URL_SAFE_NO_PAD.encode(format!("{name}:{}", hex.to_uppercase())),
                URL_SAFE_NO_PAD.encode(format!("{name}:{}", row(&json!(other)))),
                URL_SAFE_NO_PAD.encode(format!("shift:{hex}")),
                URL_SAFE_NO_PAD.encode(format!("{name}:{hex}:")),
                URL_SAFE_NO_PAD.encode(format!("Nothing:{hex}")),
                STANDARD.encode(format!("{name}:{hex} ")),
                hex.to_owned(),
            ]
        };
        let mut wrong: Vec<Value> = vec![
            json!(hidden),
            json!(unknown),
            json!(""),
            json!(" "),
            json!("陳"),
            json!("x".repeat(5000)),
            json!(5),
            json!(-1),
            json!(format!("{other}=")),
            json!(format!(" {other}")),
        ];
        wrong.extend(upper.iter().map(|text| json!(text)));
        for value in wrong {
            let query = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } student(id: $id) { id } shift(id: $id) { id } students(where: { id: { eq: $id } }) { totalCount } }";
            let answer = app
                .ask_with("coordinator", query, json!({ "id": value }))
                .await;
            let nothing = json!({ "node": null, "nodes": [null], "student": null, "shift": null, "students": { "totalCount": 0 } });
            assert!(answer.get("errors").is_none(), "{value}: {answer}");
            assert_eq!(answer["data"], nothing, "{value}");
        }
        // What is hidden answers like what is not there, byte for byte.
        let ask = async |id: &str| {
            let query = "query($id: ID!) { node(id: $id) { id ... on Student { nameZh guardianships { totalCount } } } student(id: $id) { nameZh } }";
            app.ask_with("coordinator", query, json!({ "id": id }))
                .await
                .to_string()
        };
        assert_eq!(ask(&hidden).await, ask(&unknown).await);
        // An identifier of another type names nothing there.
        let data = app.data_with("coordinator", "query($id: ID!) { student(id: $id) { id } shift(id: $id) { id } projects(where: { id: { eq: $id } }) { totalCount } }", json!({ "id": other })).await;
        assert_eq!(
            data,
            json!({ "student": null, "shift": { "id": other }, "projects": { "totalCount": 0 } })
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_viewer_is_a_node_too_for_itself() {
    let app = App::sqlite().await;
    for role in ["administrator", "partner", "anonymous"] {
        let data = app
            .data(role, "{ viewer { __typename id kind policyVersion } }")
            .await;
        let query = "query($id: ID!) { node(id: $id) { __typename id ... on Viewer { kind policyVersion } } nodes(ids: [$id]) { id } }";
        let found = app
            .data_with(role, query, json!({ "id": data["viewer"]["id"] }))
            .await;
        assert_eq!(found["node"], data["viewer"], "{role}");
        assert_eq!(found["nodes"], json!([{ "id": data["viewer"]["id"] }]));
        let other = app
            .data_with("guardian", query, json!({ "id": data["viewer"]["id"] }))
            .await;
        assert_eq!(other, json!({ "node": null, "nodes": [null] }), "{role}");
    }
    app.database.close().await;
}

#[tokio::test]
async fn nodes_takes_a_hundred_identifiers() {
    let app = App::sqlite().await;
    let ask = async |count: usize| {
        let ids: Vec<String> = (0..count)
            .map(|n| id("Tag", Uuid::from_u128(n as u128)))
            .collect();
        app.ask_with(
            "administrator",
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ids }),
        )
        .await
    };
    assert_eq!(
        ask(100).await["data"]["nodes"].as_array().unwrap().len(),
        100
    );
    assert_eq!(ask(0).await["data"]["nodes"], json!([]));
    let answer = ask(101).await;
    assert_eq!(code(&answer), "LIMIT_EXCEEDED");
    assert_eq!(answer["data"], json!({ "nodes": null }));
    app.database.close().await;
}
