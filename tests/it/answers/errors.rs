//! What an error tells, and where.

use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{code, nodes, tamper};

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
