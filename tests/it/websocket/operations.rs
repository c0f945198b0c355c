//! Operations, from the question to the last answer.

use serde_json::{Value, json};

use crate::socket_rig::{Rig, complete, next, subscribe};

#[tokio::test]
async fn an_answer_is_next_then_complete() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client.ask("1", "{ __typename }").await;
    assert_eq!(
        client.hear().await,
        next("1", json!({ "__typename": "Query" }))
    );
    assert_eq!(client.hear().await, complete("1"));
    client.ask("1", "mutation { change }").await;
    assert_eq!(client.hear().await, next("1", json!({ "change": true })));
    assert_eq!(client.hear().await, complete("1"));
    let two = "query a { a: __typename } query b { b: __typename }";
    let mut chosen = subscribe("2", two);
    chosen["payload"]["operationName"] = json!("b");
    chosen["payload"]["extensions"] = json!({ "a": 1 });
    client.say(chosen).await;
    assert_eq!(client.hear().await, next("2", json!({ "b": "Query" })));
}

#[tokio::test]
async fn a_subscription_is_a_next_for_each_event() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    let query = "subscription ($n: Int!) { countdown(from: $n, delayMs: 1) }";
    let mut asked = subscribe("a", query);
    asked["payload"]["variables"] = json!({ "n": 2 });
    client.say(asked).await;
    for count in [2, 1, 0] {
        assert_eq!(
            client.hear().await,
            next("a", json!({ "countdown": count }))
        );
    }
    assert_eq!(client.hear().await, complete("a"));
}

#[tokio::test]
async fn what_the_client_completes_says_nothing_more() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client
        .ask("a", "subscription { countdown(from: 100000, delayMs: 1) }")
        .await;
    assert_eq!(client.hear().await["id"], "a");
    client.say(complete("a")).await;
    client.say(complete("never begun")).await;
    client.ask("b", "{ __typename }").await;
    // Everything that follows the answer to what was said later is later.
    while client.hear().await["id"] != "b" {}
    assert_eq!(client.hear().await, complete("b"));
    client.ask("a", "{ again: __typename }").await;
    assert_eq!(client.hear().await, next("a", json!({ "again": "Query" })));
    assert_eq!(client.hear().await, complete("a"));
}

#[tokio::test]
async fn what_is_not_executed_is_an_error_and_frees_its_id() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    let deep = format!("{}{}", "{a".repeat(3000), "}".repeat(3000));
    let table = [
        ("{", Value::Null),
        ("{ no_such_field_zz }", Value::Null),
        ("subscription { no_such_field_zz }", Value::Null),
        ("query a { __typename } query a { __typename }", Value::Null),
        (deep.as_str(), json!("DOCUMENT_TOO_DEEP")),
        ("{ a(b: \"", json!("DOCUMENT_UNFINISHED_STRING")),
    ];
    for (document, code) in table {
        client.ask("1", document).await;
        let error = client.hear().await;
        assert_eq!(
            (&error["type"], &error["id"]),
            (&json!("error"), &json!("1")),
            "{document:.40}"
        );
        assert!(error["payload"][0]["message"].is_string(), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code);
    }
    client.is_well().await;
}

#[tokio::test]
async fn a_subscription_that_is_refused_later_ends_with_an_error() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    let query = "subscription { countdown(from: 0, delayMs: 1) } # until refused";
    client.ask("1", query).await;
    assert_eq!(client.hear().await, next("1", json!({ "countdown": 0 })));
    let refused = json!({ "type": "error", "id": "1", "payload": [{ "message": "no longer" }] });
    assert_eq!(client.hear().await, refused);
    client.is_well().await;
}

#[tokio::test]
async fn a_field_that_fails_is_part_of_the_answer() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client.ask("1", "{ __typename fails }").await;
    let answer = client.hear().await;
    assert_eq!(answer["type"], "next");
    assert_eq!(answer["payload"]["errors"][0]["message"], "it fails");
    assert_eq!(client.hear().await, complete("1"));
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_operation_alone() {
    let rig = Rig::counting("").await;
    let mut client = rig.begun().await;
    client.ask("a", "subscription { panicsLater }").await;
    assert_eq!(client.hear().await, next("a", json!({ "panicsLater": 1 })));
    let errors = json!([{
        "message": "the server failed to answer",
        "extensions": { "code": "INTERNAL" },
    }]);
    assert_eq!(
        client.hear().await,
        json!({ "type": "error", "id": "a", "payload": errors })
    );
    client.ask("a", "{ panics }").await;
    assert_eq!(
        client.hear().await,
        json!({ "type": "error", "id": "a", "payload": errors })
    );
    client.is_well().await;
}

#[tokio::test]
async fn a_query_has_its_time_and_a_subscription_has_none() {
    let rig = Rig::counting("request_timeout = \"100ms\"").await;
    let mut client = rig.begun().await;
    client
        .ask("s", "subscription { countdown(from: 0, delayMs: 1500) }")
        .await;
    client.ask("q", "{ takesForever }").await;
    let error = client.hear().await;
    assert_eq!(
        (&error["type"], &error["id"]),
        (&json!("error"), &json!("q"))
    );
    assert_eq!(error["payload"][0]["extensions"]["code"], "TIMEOUT");
    assert_eq!(client.hear().await, next("s", json!({ "countdown": 0 })));
}

#[tokio::test]
async fn the_graph_answers_over_a_socket_as_over_http() {
    let rig = Rig::real("").await;
    let mut client = rig.begun().await;
    client.ask("0", "{ __typename }").await;
    let answer = client.hear().await;
    assert_eq!(answer["payload"]["data"]["__typename"], "Query");
    assert!(
        answer["payload"]["extensions"]["privacy"].is_object(),
        "{answer}"
    );
    assert_eq!(client.hear().await, complete("0"));
    for (document, code) in [
        ("{ no_such_field_zz }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        (
            "{ ...a } fragment a on Query { ...a }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        client.ask("1", document).await;
        let error = client.hear().await;
        assert_eq!(error["type"], "error", "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code);
    }
    let mut nobody = rig.client().await;
    let token = rig.token("00000000-0000-4000-8000-000000000000", 60);
    nobody.begin(json!({ "token": token })).await;
    nobody.ask("1", "{ __typename }").await;
    let error = nobody.hear().await;
    assert_eq!(error["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
