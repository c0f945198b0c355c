//! Filters that ask too much.

use serde_json::{Value, json};

use crate::app::App;
use crate::asking::code;

#[tokio::test]
async fn filters_that_ask_too_much_or_nothing_sensible_are_refused() {
    for app in App::each().await {
        let ask = async |filter: Value| {
            app.ask_with("administrator", "query($w: VolunteerWhere) { volunteers(where: $w) { totalCount } tags { totalCount } }", json!({ "w": filter })).await
        };
        let mut deep = json!({});
        for _ in 0..250 {
            deep = json!({ "not": deep });
        }
        let many = |count: usize| vec!["x"; count];
        for (filter, expected) in [
            (
                json!({ "nameEn": { "contains": "x".repeat(1001) } }),
                "LIMIT_EXCEEDED",
            ),
            (
                json!({ "nameEn": { "eq": "x".repeat(1001) } }),
                "LIMIT_EXCEEDED",
            ),
            (json!({ "nameEn": { "eq": "a\u{0}b" } }), "BAD_USER_INPUT"),
            (
                json!({ "nameEn": { "contains": "\u{0}" } }),
                "BAD_USER_INPUT",
            ),
            (json!({ "skills": { "has": "\u{0}" } }), "BAD_USER_INPUT"),
            (json!({ "nameEn": { "in": many(201) } }), "LIMIT_EXCEEDED"),
            (json!({ "id": { "in": many(201) } }), "LIMIT_EXCEEDED"),
            (
                json!({ "or": vec![json!({ "nameEn": { "eq": "x" } }); 201] }),
                "LIMIT_EXCEEDED",
            ),
            (deep, "LIMIT_EXCEEDED"),
            (
                json!({ "hours": { "gt": 3_000_000_000_u64 } }),
                "BAD_USER_INPUT",
            ),
            (
                json!({ "hours": { "in": [1, -2_147_483_649_i64] } }),
                "BAD_USER_INPUT",
            ),
        ] {
            let answer = ask(filter.clone()).await;
            assert_eq!(code(&answer), expected, "{filter}");
            assert_eq!(answer["data"]["volunteers"], Value::Null);
            assert!(
                answer["data"]["tags"]["totalCount"].is_u64(),
                "its sibling answers"
            );
        }
        assert!(
            ask(json!({ "nameEn": { "in": many(200) } }))
                .await
                .get("errors")
                .is_none()
        );
        for filter in [
            json!({ "hours": { "gt": "5" } }),
            json!({ "hours": { "gt": 1.5 } }),
            json!({ "status": { "eq": "NEVER" } }),
            json!({ "status": { "eq": 1 } }),
            json!({ "birthDate": { "eq": "2026-02-30" } }),
            json!({ "birthDate": { "eq": "+02026-1-1" } }),
            json!({ "birthDate": { "eq": " 2026-1-01" } }),
            json!({ "birthDate": { "eq": "26-01-0001" } }),
            json!({ "createdAt": { "eq": "2026-11-18" } }),
            json!({ "createdAt": { "eq": "yesterday" } }),
            json!({ "nothing": { "eq": 1 } }),
            json!({ "nameEn": { "like": "x" } }),
            json!({ "nameEn": { "eq": ["x", "y"] } }),
            json!({ "nameEn": "x" }),
            json!([{ "nameEn": { "eq": "x" } }, {}]),
            json!("x"),
        ] {
            let answer = ask(filter.clone()).await;
            let errors = answer["errors"]
                .as_array()
                .unwrap_or_else(|| panic!("{filter}: {answer}"));
            assert!(!errors.is_empty());
            assert!(answer["data"]["volunteers"].is_null(), "{answer}");
        }
        for query in [
            "{ volunteers(search: \"a b c d e f g h i j k\") { totalCount } }",
            "{ volunteers(orderBy: [{ field: PHONE } { field: EMAIL } { field: STATUS } { field: HOURS } { field: ADDRESS } { field: NAME_ZH }]) { totalCount } }",
        ] {
            assert_eq!(
                code(&app.ask("administrator", query).await),
                "LIMIT_EXCEEDED"
            );
        }
        app.database.close().await;
    }
}
