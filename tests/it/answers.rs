//! What an answer is like: what it says of privacy, where it is null, what an error tells, and how
//! documents are read.

use std::collections::BTreeMap;

use kaifong::catalogue::DeedScope;
use serde_json::{Value, json};

use crate::app::{App, ROLES};
use crate::asking::{code, id, literal, nodes, of, permitted, row, tamper, types};

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
async fn a_failed_root_is_null_with_an_error_at_its_path_and_its_siblings_answer() {
    for app in App::each().await {
        let query = "{ a: tags(first: 1) { nodes { id } } b: tags(first: -1) { nodes { id } } c: volunteers(after: \"x\") { nodes { id } } d: viewer { kind } e: shifts(first: 1, last: 1) { nodes { id } } f: tags(first: 1) { nodes { id } } }";
        let answer = app.ask("administrator", query).await;
        let data = &answer["data"];
        assert_eq!(data["a"], data["f"]);
        assert_eq!(nodes(&data["a"]).len(), 1);
        assert_eq!(data["d"]["kind"], "USER");
        let keys: Vec<&String> = data.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["a", "b", "c", "d", "e", "f"]);
        for (key, expected) in [
            ("b", "BAD_USER_INPUT"),
            ("c", "BAD_CURSOR"),
            ("e", "BAD_USER_INPUT"),
        ] {
            assert_eq!(data[key], Value::Null);
            let column = query.find(&format!("{key}: ")).unwrap() + 1;
            let errors = answer["errors"].as_array().unwrap();
            assert_eq!(errors.len(), 3);
            let error = errors
                .iter()
                .find(|error| error["path"] == json!([key]))
                .unwrap();
            assert_eq!(error["extensions"]["code"], expected);
            assert_eq!(error["locations"], json!([{ "line": 1, "column": column }]));
        }
        // Below a root nothing fails alone: the arguments of a nested list are its root's affair.
        let answer = app.ask("administrator", "{ shifts(first: 1) { nodes { id assignments(first: -1) { totalCount } } } tags { totalCount } }").await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
        assert_eq!(answer["data"]["shifts"], Value::Null);
        assert!(answer["data"]["tags"]["totalCount"].is_u64());
        app.database.close().await;
    }
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_query() {
    let app = App::sqlite().await;
    let query = "{ z: viewer { kind a: __typename } ...Q __typename ... on Query { m: tags(first: 0) { totalCountIsExact ...C nodes { id } pageInfo { hasPreviousPage __typename hasNextPage } edges { cursor } } } a: node(id: \"\") { id } } \
        fragment Q on Query { y: holidays(first: 1) { edges { node { date __typename nameEn } __typename cursor } __typename } } \
        fragment C on TagConnection { __typename totalCount }";
    let data = app.data("anonymous", query).await;
    let expected = r#"{"z":{"kind":"ANONYMOUS","a":"Viewer"},"y":{"edges":[],"__typename":"HolidayConnection"},"__typename":"Query","m":{"totalCountIsExact":true,"__typename":"TagConnection","totalCount":0,"nodes":[],"pageInfo":{"hasPreviousPage":false,"__typename":"PageInfo","hasNextPage":false},"edges":[]},"a":null}"#;
    assert_eq!(data.to_string(), expected);
    let query = "{ holidays(first: 1, orderBy: { field: DATE }) { edges { __typename node { nameEn ... on Node { id __typename } ...H date } } } } fragment H on Holiday { nameEn nameZh }";
    let data = app.data("guardian", query).await;
    let node = &data["holidays"]["edges"][0]["node"];
    let keys: Vec<&String> = node.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["nameEn", "id", "__typename", "nameZh", "date"]);
    assert_eq!(data["holidays"]["edges"][0]["__typename"], "HolidayEdge");
    app.database.close().await;
}

#[tokio::test]
async fn fields_of_one_key_are_merged_and_answered_once() {
    let app = App::sqlite().await;
    let same = async |left: &str, right: &str| {
        let (left_answer, right_answer) = (
            app.ask("coordinator", left).await,
            app.ask("coordinator", right).await,
        );
        assert!(left_answer.get("errors").is_none(), "{left}: {left_answer}");
        assert_eq!(left_answer.to_string(), right_answer.to_string(), "{left}");
    };
    same(
        "{ volunteers(first: 1) { nodes { id } } volunteers(first: 1) { nodes { nameZh } } }",
        "{ volunteers(first: 1) { nodes { id nameZh } } }",
    )
    .await;
    same("{ ...F ...F volunteers(first: 2) { nodes { nameZh } } } fragment F on Query { volunteers(first: 2) { nodes { id } totalCount } }", "{ volunteers(first: 2) { nodes { id nameZh } totalCount } }").await;
    same(
        "{ viewer { kind } viewer { user { nameZh } } ... on Query { viewer { user { email } } } }",
        "{ viewer { kind user { nameZh email } } }",
    )
    .await;
    same("{ shifts(first: 3) { nodes { project { nameZh } } nodes { project { nameEn } assignments(first: 1) { nodes { status } } assignments(first: 1) { totalCount } } } }", "{ shifts(first: 3) { nodes { project { nameZh nameEn } assignments(first: 1) { nodes { status } totalCount } } } }").await;
    let id = app
        .data("coordinator", "{ shifts(first: 1) { nodes { id } } }")
        .await["shifts"]["nodes"][0]["id"]
        .clone();
    same(&format!("{{ node(id: {id}) {{ id }} node(id: {id}) {{ ... on Shift {{ title }} ... on Project {{ nameZh }} }} nodes(ids: [{id}]) {{ id }} nodes(ids: [{id}]) {{ __typename }} }}"), &format!("{{ node(id: {id}) {{ id ... on Shift {{ title }} }} nodes(ids: [{id}]) {{ id __typename }} }}")).await;
    // What has one key and is not the same is refused.
    for query in [
        "{ volunteers(first: 1) { nodes { id } } volunteers(first: 2) { nodes { id } } }",
        "{ a: volunteers { totalCount } a: shifts { totalCount } }",
        "{ shifts { nodes { a: title a: place } } }",
    ] {
        let answer = app.ask("coordinator", query).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{answer}"
        );
        assert!(answer["data"].is_null());
    }
    app.database.close().await;
}

#[tokio::test]
async fn a_mutation_written_twice_under_one_key_is_done_once() {
    for app in App::each().await {
        let data = app.data("coordinator", "{ viewer { user { nameZh } } projects(first: 1) { nodes { id organisation { id } } } all: projects { totalCount } }").await;
        let organisation = &nodes(&data["projects"])[0]["organisation"]["id"];
        let make = format!(
            "projectCreate(input: {{ organisationId: {organisation}, category: \"X\", nameEn: \"Once\" }})"
        );
        let query = format!(
            "mutation {{ {make} {{ project {{ id }} }} ... on Mutation {{ {make} {{ project {{ nameEn }} userErrors {{ code }} }} }} ...F ...F }} fragment F on Mutation {{ {make} {{ __typename }} }}"
        );
        let made = app.data("coordinator", &query).await;
        let keys: Vec<&String> = made["projectCreate"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["project", "userErrors", "__typename"]);
        assert_eq!(made["projectCreate"]["project"]["nameEn"], "Once");
        let after = app.data("coordinator", "{ projects { totalCount } }").await;
        let before = data["all"]["totalCount"].as_u64().unwrap();
        assert_eq!(after["projects"]["totalCount"], json!(before + 1));
        app.database.close().await;
    }
}

#[tokio::test]
async fn skip_and_include_are_obeyed_with_variables_and_their_defaults() {
    let app = App::sqlite().await;
    let query = "query Q($yes: Boolean = true, $no: Boolean! = false, $given: Boolean!) {
        viewer { a: kind @include(if: $yes) b: kind @include(if: $no) c: kind @skip(if: $yes) d: kind @skip(if: $no) e: kind @include(if: $given) f: kind @skip(if: $given) @include(if: true) g: kind @skip(if: false) @include(if: $yes) }
        x: tags(first: 0) @include(if: $yes) { ... @skip(if: $yes) { totalCount } ... on TagConnection @include(if: $yes) { totalCountIsExact } ...F @skip(if: $no) ...G @include(if: $no) }
        y: tags(first: 0) @skip(if: $yes) { totalCount }
        ... on Query @include(if: $no) { z: tags { totalCount } }
    }
    fragment F on TagConnection { n: nodes @include(if: $yes) { id } m: nodes @include(if: $no) { id } }
    fragment G on TagConnection { e: edges { cursor } }";
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let data = app
        .data_with("guardian", query, json!({ "given": true }))
        .await;
    assert_eq!(keys(&data), "viewer x");
    assert_eq!(keys(&data["viewer"]), "a d e g");
    assert_eq!(keys(&data["x"]), "totalCountIsExact n");
    let data = app
        .data_with(
            "guardian",
            query,
            json!({ "given": false, "yes": false, "no": true }),
        )
        .await;
    assert_eq!(keys(&data), "viewer x y z".replace(" x", ""));
    assert_eq!(keys(&data["viewer"]), "b c f");
    // The operation that is carried out has its own defaults.
    let two = "query A($v: Boolean = true) { viewer { kind @skip(if: $v) id } } query B($v: Boolean = false) { viewer { kind @skip(if: $v) id } }";
    for (name, expected) in [("A", "id"), ("B", "kind id")] {
        let request = async_graphql::Request::new(two).operation_name(name);
        let response = app.graph.execute(request, None, app.now).await;
        let answer = serde_json::to_value(response).unwrap();
        assert_eq!(keys(&answer["data"]["viewer"]), expected, "{answer}");
    }
    app.database.close().await;
}

#[tokio::test]
async fn fragments_apply_by_type_and_by_interface() {
    let app = App::sqlite().await;
    let data = app.data("coordinator", "{ shifts(first: 1, where: { assignments: { some: {} } }) { nodes { id assignments(first: 1) { nodes { id } } } } }").await;
    let shift = &nodes(&data["shifts"])[0];
    let assignment = &nodes(&shift["assignments"])[0];
    let query = format!(
        "{{ nodes(ids: [{}, {}, \"no\"]) {{ __typename ... {{ id }} ... on Node {{ again: id ... on Shift {{ startsAt ... on Node {{ third: id }} }} }} ...S ...A ... on Volunteer {{ nameZh }} ... on Viewer {{ kind }} }} }} \
        fragment S on Shift {{ title assignments(first: 1) {{ nodes {{ ...A ... on Node {{ __typename }} }} }} }} fragment A on Assignment {{ status shift {{ ... on Shift {{ ... on Node {{ id }} }} }} }}",
        shift["id"], assignment["id"]
    );
    let data = app.data("coordinator", &query).await;
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        keys(&data["nodes"][0]),
        "__typename id again startsAt third title assignments"
    );
    assert_eq!(keys(&data["nodes"][1]), "__typename id again status shift");
    assert_eq!(data["nodes"][2], Value::Null);
    assert_eq!(data["nodes"][0]["third"], shift["id"]);
    assert_eq!(data["nodes"][1]["shift"], json!({ "id": shift["id"] }));
    let inner = &data["nodes"][0]["assignments"]["nodes"][0];
    assert_eq!(keys(inner), "status shift __typename");
    assert_eq!(inner["__typename"], "Assignment");
    app.database.close().await;
}

#[tokio::test]
async fn typename_is_everywhere() {
    let app = App::sqlite().await;
    for of in types() {
        let role = "administrator";
        let query = format!(
            "{{ __typename {0}(first: 1) {{ __typename edges {{ __typename node {{ __typename }} }} nodes {{ __typename }} pageInfo {{ __typename }} }} viewer {{ __typename }} }}",
            of.plural
        );
        let data = app.data(role, &query).await;
        assert_eq!(data["__typename"], "Query");
        assert_eq!(data["viewer"]["__typename"], "Viewer");
        let list = &data[of.plural];
        assert_eq!(list["__typename"], json!(format!("{}Connection", of.name)));
        assert_eq!(list["pageInfo"]["__typename"], "PageInfo");
        if let Some(edge) = list["edges"].as_array().unwrap().first() {
            assert_eq!(
                *edge,
                json!({ "__typename": format!("{}Edge", of.name), "node": { "__typename": of.name } })
            );
            assert_eq!(list["nodes"][0]["__typename"], of.name);
        }
    }
    let query = "mutation { __typename a: shiftArchive(input: { id: \"x\" }) { t: __typename userErrors { __typename code } shift { __typename } } }";
    let data = app.data("administrator", query).await;
    assert_eq!(
        data,
        json!({ "__typename": "Mutation", "a": { "t": "ShiftArchivePayload", "userErrors": [{ "__typename": "UserError", "code": "NOT_FOUND" }], "shift": null } })
    );
    app.database.close().await;
}

#[tokio::test]
async fn variables_are_coerced_as_the_specification_has_it() {
    let app = App::sqlite().await;
    let count = async |query: &str, variables: Value| {
        let data = app.data_with("coordinator", query, variables).await;
        nodes(&data["volunteers"]).len()
    };
    let first = "query($n: Int) { volunteers(first: $n) { nodes { id } } }";
    assert_eq!(count(first, json!({})).await, 20);
    assert_eq!(count(first, json!({ "n": null })).await, 20);
    assert_eq!(count(first, json!({ "n": 3, "unknown": 1 })).await, 3);
    let default = "query($n: Int = 4) { volunteers(first: $n) { nodes { id } } }";
    assert_eq!(count(default, json!({})).await, 4);
    assert_eq!(
        count(default, json!({ "n": null })).await,
        20,
        "null is not the default"
    );
    assert_eq!(count(default, json!({ "n": 2 })).await, 2);
    // A single value is a list of one, in the document and in variables, and in a default.
    let data = app
        .data(
            "coordinator",
            "{ volunteers(first: 3, orderBy: { field: PHONE }) { nodes { id } } }",
        )
        .await;
    let one = nodes(&data["volunteers"])[2]["id"].clone();
    for (query, variables) in [
        (
            "query($v: [ID!]) { volunteers(where: { id: { in: $v } }) { nodes { id } } }",
            json!({ "v": one }),
        ),
        (
            "query($v: [ID!]) { volunteers(where: { id: { in: $v } }) { nodes { id } } }",
            json!({ "v": [one] }),
        ),
        (
            "query($v: VolunteerWhere) { volunteers(where: { or: $v }) { nodes { id } } }",
            json!({ "v": { "id": { "eq": one } } }),
        ),
        (
            "query($v: ID!) { volunteers(where: { id: { in: [$v] } }) { nodes { id } } }",
            json!({ "v": one }),
        ),
        (
            "query($v: ID!) { volunteers(where: { id: { in: $v } }) { nodes { id } } }",
            json!({ "v": one }),
        ),
    ] {
        let data = app.data_with("coordinator", query, variables).await;
        assert_eq!(
            *nodes(&data["volunteers"]),
            [json!({ "id": one })],
            "{query}"
        );
    }
    let ordered = "query($o: [VolunteerOrder!] = { field: PHONE }) { volunteers(first: 3, orderBy: $o) { nodes { id } } }";
    let data = app.data("coordinator", ordered).await;
    assert_eq!(nodes(&data["volunteers"])[2]["id"], one);
    let in_object = "query($d: OrderDirection = ASC, $f: VolunteerOrderField!) { volunteers(first: 3, orderBy: [{ field: $f, direction: $d }]) { nodes { id } } }";
    let data = app
        .data_with("coordinator", in_object, json!({ "f": "PHONE" }))
        .await;
    assert_eq!(nodes(&data["volunteers"])[2]["id"], one);
    // A part of an object whose variable is absent is as if it were not there.
    let part = "query($v: ID, $w: VolunteerStatus) { volunteers(where: { id: { eq: $v }, status: { eq: $w } }, first: 2) { nodes { id } } }";
    assert_eq!(count(part, json!({})).await, 2);
    for (query, variables) in [
        (first, json!({ "n": "3" })),
        (first, json!({ "n": 1.5 })),
        (first, json!({ "n": [1] })),
        (first, json!({ "n": true })),
        (
            "query($n: Int!) { volunteers(first: $n) { nodes { id } } }",
            json!({}),
        ),
        (
            "query($n: Int!) { volunteers(first: $n) { nodes { id } } }",
            json!({ "n": null }),
        ),
        ("query($id: ID!) { node(id: $id) { id } }", json!({})),
        (
            "query($id: ID!) { node(id: $id) { id } }",
            json!({ "id": null }),
        ),
        (
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": [null] }),
        ),
        (
            "query($o: [VolunteerOrder!]) { volunteers(orderBy: $o) { nodes { id } } }",
            json!({ "o": [{ "field": "SHOE_SIZE" }] }),
        ),
        (
            "query($o: [VolunteerOrder!]) { volunteers(orderBy: $o) { nodes { id } } }",
            json!({ "o": [{ "direction": "ASC" }] }),
        ),
        (
            "query($w: Nothing) { volunteers(where: $w) { nodes { id } } }",
            json!({}),
        ),
        (
            "query($n: String) { volunteers(first: $n) { nodes { id } } }",
            json!({ "n": "1" }),
        ),
        (
            "query($n: Int = \"x\") { volunteers(first: $n) { nodes { id } } }",
            json!({}),
        ),
        (
            "{ volunteers(first: $n) { nodes { id } } }",
            json!({ "n": 1 }),
        ),
        (
            "mutation($i: ShiftArchiveInput!) { shiftArchive(input: $i) { userErrors { code } } }",
            json!({ "i": {} }),
        ),
        (
            "mutation($i: ShiftArchiveInput!) { shiftArchive(input: $i) { userErrors { code } } }",
            json!({ "i": { "id": "x", "more": 1 } }),
        ),
        (
            "mutation($i: ShiftArchiveInput) { shiftArchive(input: $i) { userErrors { code } } }",
            json!({ "i": null }),
        ),
    ] {
        let answer = app.ask_with("coordinator", query, variables.clone()).await;
        assert!(answer["errors"].is_array(), "{query} {variables}: {answer}");
        let data = &answer["data"];
        assert!(
            data.is_null() || data.as_object().unwrap().values().all(Value::is_null),
            "{answer}"
        );
    }
    app.database.close().await;
}

#[tokio::test]
async fn errors_have_codes_and_tell_nothing_of_the_inside() {
    for app in App::each().await {
        let mut answers = Vec::new();
        for (query, expected) in [
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("", "GRAPHQL_PARSE_FAILED"),
            ("{ viewer { kind ", "GRAPHQL_PARSE_FAILED"),
            ("nonsense", "GRAPHQL_PARSE_FAILED"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer { kind { x } } }", "GRAPHQL_VALIDATION_FAILED"),
            (
                "{ volunteers { nodes { nothing } } }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
            (
                "{ volunteers(nothing: 1) { totalCount } }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
            (
                "{ volunteers(first: \"x\") { totalCount } }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
            ("{ node { id } }", "GRAPHQL_VALIDATION_FAILED"),
            (
                "{ ...F } fragment F on Query { ...F }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
            ("{ ...Nothing }", "GRAPHQL_VALIDATION_FAILED"),
            (
                "query A { viewer { kind } } query B { viewer { kind } }",
                "GRAPHQL_VALIDATION_FAILED",
            ),
            ("subscription { x }", "GRAPHQL_VALIDATION_FAILED"),
            ("mutation { nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ volunteers(first: -1) { totalCount } }", "BAD_USER_INPUT"),
            ("{ volunteers(after: \"x\") { totalCount } }", "BAD_CURSOR"),
            (
                "{ volunteers(first: 5000) { totalCount } }",
                "LIMIT_EXCEEDED",
            ),
        ] {
            let answer = app.ask("administrator", query).await;
            for error in answer["errors"]
                .as_array()
                .unwrap_or_else(|| panic!("{query}: {answer}"))
            {
                assert_eq!(error["extensions"]["code"], expected, "{query}: {answer}");
            }
            answers.push(answer);
        }
        // The database fails.
        tamper(&app, "ALTER TABLE holiday RENAME TO vacation").await;
        let answer = app
            .ask(
                "administrator",
                "{ holidays { nodes { date } } tags(first: 1) { nodes { code } } }",
            )
            .await;
        assert_eq!(code(&answer), "INTERNAL");
        assert_eq!(answer["errors"][0]["path"], json!(["holidays"]));
        assert_eq!(answer["data"]["holidays"], Value::Null);
        assert_eq!(nodes(&answer["data"]["tags"]).len(), 1);
        answers.push(answer);
        tamper(&app, "ALTER TABLE membership RENAME TO belonging").await;
        let answer = app.ask("administrator", "{ viewer { kind } }").await;
        assert_eq!(
            code(&answer),
            "INTERNAL",
            "nobody is taken for somebody else"
        );
        assert!(answer["data"].is_null());
        answers.push(answer);
        for answer in answers {
            let text = answer["errors"].to_string();
            for inside in [
                "SELECT",
                "select ",
                "::",
                ".rs",
                "sqlx",
                "sea_orm",
                "SQLITE",
                "no such table",
                "relation ",
                "does not exist",
                "column",
                "kaifong",
                "async_graphql",
                "Option<",
                "panicked",
                "vacation",
                "t1.",
            ] {
                let text = text.replace("\"column\":", "");
                assert!(!text.contains(inside), "{inside}: {text}");
            }
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn who_is_not_recognised_is_told_so() {
    let app = App::sqlite().await;
    let mut claims = app.claims("administrator").unwrap();
    claims.sub = uuid::Uuid::from_u128(7).to_string();
    for subject in [claims.sub.clone(), "nobody".into(), String::new()] {
        claims.sub = subject;
        let request = async_graphql::Request::new("{ viewer { kind } tags { totalCount } }");
        let response = app.graph.execute(request, Some(&claims), app.now).await;
        let answer = serde_json::to_value(response).unwrap();
        assert_eq!(code(&answer), "UNAUTHENTICATED");
        assert!(answer["data"].is_null());
    }
    app.database.close().await;
}

/// The least that a deed needs besides the record.
async fn least(app: &App, role: &str, name: &str) -> String {
    if name != "shiftAssign" {
        return String::new();
    }
    let data = app
        .data(role, "{ volunteers(first: 1) { nodes { id } } }")
        .await;
    let volunteer = nodes(&data["volunteers"])
        .first()
        .map(|row| row["id"].to_string());
    format!(
        "volunteerId: {}",
        volunteer.unwrap_or_else(|| format!("{:?}", id("Volunteer", uuid::Uuid::nil())))
    )
}

#[tokio::test]
async fn viewer_can_agrees_with_what_is_then_allowed() {
    let (mut yes, mut no) = (std::collections::BTreeSet::new(), 0);
    for app in App::each().await {
        // Those who can do much come last, for what they do changes what others can.
        for role in ROLES.into_iter().rev() {
            for of in types() {
                for deed in of
                    .deeds
                    .iter()
                    .filter(|deed| deed.scope == DeedScope::Existing)
                {
                    let verb = deed.name[..1].to_uppercase() + &deed.name[1..];
                    let name = format!("{}{verb}", of.singular);
                    let query = format!(
                        "{{ {}(first: 200) {{ nodes {{ id can: viewerCan{verb} }} }} }}",
                        of.plural
                    );
                    let data = app.data(role, &query).await;
                    let rows = nodes(&data[of.plural]);
                    let some = |wanted: bool| {
                        rows.iter()
                            .filter(move |row| row["can"] == json!(wanted))
                            .step_by(3)
                            .take(3)
                    };
                    let least = least(&app, role, &name).await;
                    for row in some(true).chain(some(false)) {
                        let mutation = format!(
                            "mutation {{ {name}(input: {{ id: {} {least} }}) {{ userErrors {{ code }} }} }}",
                            row["id"]
                        );
                        let answer = app.ask(role, &mutation).await;
                        let about = format!("{role} {name}: {answer}");
                        if row["can"] == json!(true) {
                            assert!(answer.get("errors").is_none(), "{about}");
                            let errors = answer["data"][&name]["userErrors"].as_array().unwrap();
                            assert!(
                                errors.iter().all(|error| error["code"] == "CONFLICT"
                                    || least.contains("olunteer")),
                                "{about}"
                            );
                            yes.insert((role, name.clone()));
                        } else {
                            assert_eq!(code(&answer), "FORBIDDEN", "{about}");
                            assert_eq!(answer["errors"][0]["path"], json!([name]));
                            assert_eq!(answer["data"], json!({ name.clone(): null }));
                            no += 1;
                        }
                    }
                }
            }
        }
        app.database.close().await;
    }
    for expected in [
        ("administrator", "volunteerArchive"),
        ("administrator", "organisationChange"),
        ("administrator", "partnershipChange"),
        ("coordinator", "shiftAssign"),
        ("coordinator", "noticePublish"),
        ("team_leader", "shiftChange"),
        ("volunteer", "volunteerChange"),
        ("partner_edit", "shiftChange"),
        ("partner_edit", "assignmentUnassign"),
        ("guardian", "noticeReceiptConfirm"),
    ] {
        assert!(
            yes.contains(&(expected.0, expected.1.to_owned())),
            "{expected:?}"
        );
    }
    for role in ["partner", "privacy_officer"] {
        assert!(
            !yes.iter()
                .any(|(who, name)| *who == role && name != "noticeReceiptConfirm"),
            "{role}"
        );
    }
    assert!(no > 100, "some are refused: {no}");
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
