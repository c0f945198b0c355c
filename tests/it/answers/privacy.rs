//! What an answer says of privacy, and what it does not show.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::app::{App, ROLES};
use crate::asking::{literal, nodes, of, permitted, row, tamper};

/// How often something stands at each path of response keys, with what stands there.
fn positions<'a>(value: &'a Value, path: &str, found: &mut BTreeMap<String, Vec<&'a Value>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| positions(item, path, found)),
        Value::Object(map) => {
            for (key, value) in map {
                let path = match path {
                    "" => key.clone(),
                    path => format!("{path}.{key}"),
                };
                found.entry(path.clone()).or_default().push(value);
                positions(value, &path, found);
            }
        }
        _ => {}
    }
}

/// Checks that the counts of privacy are those of the data, and gives them by path.
fn counted(answer: &Value) -> BTreeMap<String, (u64, u64, u64, Option<String>)> {
    let mut found = BTreeMap::new();
    positions(&answer["data"], "", &mut found);
    let mut counts = BTreeMap::new();
    for (path, tally) in answer["extensions"]["privacy"]["fields"]
        .as_object()
        .unwrap()
    {
        let count = |name: &str| tally[name].as_u64().unwrap();
        let (full, masked, hidden) = (count("full"), count("masked"), count("hidden"));
        let values = &found[path];
        assert_eq!(
            full + masked + hidden,
            values.len() as u64,
            "{path}: {tally}"
        );
        let nulls = values.iter().filter(|value| value.is_null()).count() as u64;
        assert!(hidden <= nulls, "{path}: what is hidden is null");
        let mask = tally
            .get("mask")
            .map(|mask| mask.as_str().unwrap().to_owned());
        assert_eq!(mask.is_some(), masked > 0, "{path}: {tally}");
        let masks = values.iter().filter(|value| match mask.as_deref() {
            Some("NAME_INITIAL") => value.as_str().is_some_and(|t| t.ends_with("XX")),
            Some("PHONE") => **value == "**** ****",
            Some("EMAIL") => **value == "***@***",
            Some("IDENTITY_NUMBER") => **value == "********",
            Some(other) => panic!("{other}"),
            None => false,
        });
        assert_eq!(masks.count() as u64, masked, "{path}");
        counts.insert(path.clone(), (full, masked, hidden, mask));
    }
    counts
}

#[tokio::test]
async fn privacy_counts_each_position_of_the_answer() {
    let query = "{
        volunteers(first: 300) { totalCount nodes {
            id version __typename viewerCanChange
            name: nameZh nameZh phone again: phone email identityNumber healthRemark skills
            department { nameZh organisation { nameZh } }
            user { nameZh email }
            assignments(first: 2) { totalCount edges { cursor node { status shift { title project { nameZh } } } } }
        } }
        shifts(first: 40) { nodes { startsAt title filled internalNote project { id nameZh organisation { nameZh district } } department { nameZh } assignments(first: 3) { nodes { status remark volunteer { nameZh phone } } } } }
        notices { nodes { titleZh readCount author { nameZh } receipts(first: 2) { nodes { readAt recipient { nameZh } student { nameZh } } } } }
        students { nodes { nameZh healthRemark identityNumber guardianships { nodes { relation guardian { nameZh phone email } } } } }
        viewer { id kind user { nameZh email memberships { nodes { role organisation { nameEn } } } } }
    }";
    for app in App::each().await {
        for role in ROLES {
            let answer = app.ask(role, query).await;
            assert!(answer.get("errors").is_none(), "{answer}");
            let counts = counted(&answer);
            let mut found = BTreeMap::new();
            positions(&answer["data"], "", &mut found);
            // Every position at which policy decides is counted, and no other.
            for path in found.keys() {
                let last = path.rsplit('.').next().unwrap();
                let open = matches!(
                    last,
                    "id" | "__typename"
                        | "version"
                        | "totalCount"
                        | "nodes"
                        | "edges"
                        | "node"
                        | "cursor"
                        | "kind"
                        | "viewerCanChange"
                );
                let root = !path.contains('.') || path == "viewer.user";
                assert_eq!(counts.contains_key(path), !open && !root, "{role} {path}");
            }
            let version = &answer["extensions"]["privacy"]["policyVersion"];
            let data = app.data(role, "{ viewer { policyVersion } }").await;
            assert_eq!(data["viewer"]["policyVersion"], *version);
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn privacy_names_the_masks() {
    for app in App::each().await {
        let answer = app
            .ask(
                "administrator",
                "{ volunteers(first: 5) { nodes { nameZh card: identityNumber healthRemark } } }",
            )
            .await;
        let counts = counted(&answer);
        assert_eq!(counts["volunteers.nodes.nameZh"], (5, 0, 0, None));
        assert_eq!(
            counts["volunteers.nodes.card"],
            (0, 5, 0, Some("IDENTITY_NUMBER".into())),
            "with a number or without"
        );
        assert_eq!(counts["volunteers.nodes.healthRemark"], (0, 0, 5, None));
        let counts = counted(&app.ask("privacy_officer", "{ volunteers(first: 5) { nodes { nameZh phone } } users(first: 3) { nodes { nameEn email status } } }").await);
        assert_eq!(
            counts["volunteers.nodes.nameZh"],
            (0, 5, 0, Some("NAME_INITIAL".into()))
        );
        assert_eq!(counts["volunteers.nodes.phone"], (0, 0, 5, None));
        let counts = counted(&app.ask("team_leader", "{ volunteers(first: 200) { nodes { phone email emergencyContactPhone emergencyContactName } } }").await);
        for (name, mask) in [
            ("phone", "PHONE"),
            ("email", "EMAIL"),
            ("emergencyContactPhone", "PHONE"),
            ("emergencyContactName", "NAME_INITIAL"),
        ] {
            let (full, masked, _, found) = &counts[&format!("volunteers.nodes.{name}")];
            assert_eq!(found.as_deref(), Some(mask));
            assert!(*full > 0 && *masked > 0, "on the day only: {name}");
        }
        // A row that is shown twice is counted twice, wherever it is.
        let shift = app
            .data("administrator", "{ shifts(first: 1) { nodes { id } } }")
            .await;
        let shift = nodes(&shift["shifts"])[0]["id"].clone();
        let query = format!(
            "{{ nodes(ids: [{shift}, {shift}, \"x\"]) {{ ... on Shift {{ title project {{ nameZh shifts(first: 2) {{ nodes {{ title }} }} }} }} }} }}"
        );
        let counts = counted(&app.ask("administrator", &query).await);
        assert_eq!(counts["nodes.title"], (2, 0, 0, None));
        assert_eq!(counts["nodes.project.nameZh"], (2, 0, 0, None));
        assert_eq!(counts["nodes.project.shifts.nodes.title"], (4, 0, 0, None));
        // Where nothing is shown nothing is counted.
        let answer = app
            .ask(
                "anonymous",
                "{ volunteers { nodes { nameZh } } shift(id: \"x\") { title } }",
            )
            .await;
        assert_eq!(answer["extensions"]["privacy"]["fields"], json!({}));
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_hidden_is_null_without_error_and_a_hidden_target_is_as_none() {
    for app in App::each().await {
        // A volunteer reads a notice, and does not see the account of its author.
        let query = "{ notices(where: { titleEn: { contains: \"insurance\" } }) { nodes { id version titleZh author { id nameZh } } totalCount } has: notices(where: { author: {} }) { totalCount } }";
        let before = app.ask("volunteer", query).await;
        assert!(before.get("errors").is_none());
        let notice = &nodes(&before["data"]["notices"])[0];
        assert_eq!(notice["author"], Value::Null);
        assert_eq!(before["data"]["has"]["totalCount"], json!(0));
        let counts = counted(&before);
        assert_eq!(
            counts["notices.nodes.author"],
            (1, 0, 0, None),
            "the relation is seen, its target is not"
        );
        assert!(!counts.contains_key("notices.nodes.author.nameZh"));
        let by_administrator = app.data("administrator", query).await;
        assert!(nodes(&by_administrator["notices"])[0]["author"]["nameZh"].is_string());
        let sql = format!(
            "UPDATE notice SET author_id = NULL WHERE id = {}",
            literal(&app, row(&notice["id"]))
        );
        tamper(&app, &sql).await;
        let after = app.ask("volunteer", query).await;
        let strip = |answer: &Value| {
            answer
                .to_string()
                .replace(notice["version"].as_str().unwrap(), "")
                .replace(
                    after["data"]["notices"]["nodes"][0]["version"]
                        .as_str()
                        .unwrap(),
                    "",
                )
        };
        assert_eq!(strip(&before), strip(&after), "none is the same");
        app.database.close().await;
    }
}

#[tokio::test]
async fn under_permit_all_nothing_is_masked_or_hidden() {
    let app = permitted().await.remove(0);
    let answer = app
        .ask(
            "anonymous",
            "{ volunteers(first: 50) { nodes { nameZh phone identityNumber user { email } } } }",
        )
        .await;
    for (path, (full, masked, hidden, _)) in counted(&answer) {
        assert!(full > 0 && masked == 0 && hidden == 0, "{path}");
    }
    assert!(of("Volunteer").field("phone").is_some());
    app.database.close().await;
}
