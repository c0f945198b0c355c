//! How a document is read: keys, fragments, directives, names of types.

use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{nodes, types};

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
