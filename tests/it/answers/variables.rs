//! How variables are read.

use serde_json::{Value, json};

use crate::app::App;
use crate::asking::nodes;

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
