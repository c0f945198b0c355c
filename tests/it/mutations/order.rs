//! Several mutations in a document.

use serde_json::{Value, json};

use super::{one, tally};
use crate::app::App;
use crate::asking::code;

#[tokio::test]
async fn mutations_are_done_one_after_the_other() {
    for app in App::each().await {
        let shift = one(&app, "coordinator", "shifts", "", "").await["id"].clone();
        let change = |key: &str, more: &str| {
            format!(
                "{key}: shiftChange(input: {{ id: {shift} {more} }}) {{ shift {{ place needed }} userErrors {{ code }} }}"
            )
        };
        let query = format!(
            "mutation {{ {} {} {} {} {} {} }}",
            change("a", "place: \"one\" needed: 1"),
            change("b", "place: \"two\""),
            change("c", "needed: -1"),
            "d: noticeCreate(input: { organisationId: \"x\" }) { userErrors { code } }",
            change("e", "needed: 5"),
            change("f", "place: null"),
        );
        let data = app.data("coordinator", &query).await;
        let row = |place: Value, needed: u64| json!({ "shift": { "place": place, "needed": needed }, "userErrors": [] });
        assert_eq!(data["a"], row(json!("one"), 1));
        assert_eq!(data["b"], row(json!("two"), 1));
        assert_eq!(
            data["c"],
            json!({ "shift": null, "userErrors": [{ "code": "INVALID" }] })
        );
        assert_eq!(
            data["d"],
            json!({ "userErrors": [{ "code": "NOT_FOUND" }] })
        );
        assert_eq!(data["e"], row(json!("two"), 5));
        assert_eq!(data["f"], row(Value::Null, 5));
        // One that is forbidden is null, and the next is done.
        let query = format!(
            "mutation {{ {} a: organisationCreate(input: {{ kind: NGO }}) {{ userErrors {{ code }} }} {} }}",
            change("x", "needed: 2"),
            change("y", "place: \"three\"")
        );
        let answer = app.ask("coordinator", &query).await;
        assert_eq!(code(&answer), "FORBIDDEN");
        assert_eq!(answer["data"]["a"], Value::Null);
        assert_eq!(answer["data"]["y"], row(json!("three"), 2));
        // A payload that cannot be answered is not begun.
        let before = tally(&app).await;
        let query = format!(
            "mutation {{ shiftChange(input: {{ id: {shift} needed: 9 }}) {{ shift {{ assignments(first: -1) {{ totalCount }} }} }} }}"
        );
        assert_eq!(
            code(&app.ask("coordinator", &query).await),
            "BAD_USER_INPUT"
        );
        assert!(tally(&app).await == before);
        app.database.close().await;
    }
}
