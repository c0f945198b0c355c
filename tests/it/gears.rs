//! Text and values: the two ways in which an answer is written give the same bytes.
//!
//! The random queries of `interference` are asked both ways too; here are those that they never
//! ask: keys selected twice, fragments, directives, errors, hidden rows, a database that fails.

use async_graphql::{Request, Value, Variables};
use kaifong::graphql::{AsText, written};
use serde_json::json;

use crate::app::{App, ROLES};

/// The bytes of an answer, written the long way, after it was found the same the short way; and how
/// many of its roots were text.
async fn both(app: &App, role: &str, query: &str) -> (String, usize) {
    let variables = json!({ "yes": true, "no": false, "two": 2 });
    let request = || Request::new(query).variables(Variables::from_json(variables.clone()));
    let claims = app.claims(role);
    let long = app.graph.execute(request(), claims.as_ref(), app.now).await;
    let short = app
        .graph
        .execute(request().data(AsText), claims.as_ref(), app.now)
        .await;
    let long = serde_json::to_string(&long).unwrap();
    let text = String::from_utf8(written(&short).unwrap()).unwrap();
    assert_eq!(text, long, "{role}: {query}");
    let texts = match &short.data {
        Value::Object(roots) => roots
            .values()
            .filter(|value| matches!(value, Value::Binary(_)))
            .count(),
        _ => 0,
    };
    (long, texts)
}

/// Queries, with how many of their roots are written as text.
const QUERIES: [(&str, usize); 22] = [
    (
        "{ volunteers { nodes { id nameZh nameEn phone skills hours birthDate createdAt status } } }",
        1,
    ),
    (
        "{ volunteers(first: 3) { edges { cursor node { nameZh } } nodes { nameZh organisation { nameZh } } totalCount totalCountIsExact pageInfo { endCursor startCursor hasNextPage hasPreviousPage __typename } __typename } }",
        1,
    ),
    (
        "{ a: shifts(first: 4) { nodes { id version viewerCanChange viewerCanArchive startsAt place assignments(first: 3) { totalCount edges { node { id volunteer { nameZh phone organisation { id } } } cursor __typename } } } } b: volunteers(first: 1) { nodes { id } } }",
        2,
    ),
    (
        "{ volunteers(first: 2) { nodes { id } } volunteers(first: 2) { nodes { nameZh } } }",
        0,
    ),
    (
        "{ volunteers(first: 2) { nodes { id } nodes { nameZh } nodes { organisation { id } organisation { nameEn } } } }",
        1,
    ),
    (
        "query Q($yes: Boolean!, $no: Boolean!) { volunteers(first: 2) { nodes { id @skip(if: $yes) nameZh @include(if: $yes) ... @include(if: $no) { phone } ...V } } } fragment V on Volunteer { email other: email ... on Node { id } }",
        1,
    ),
    (
        "query Q($two: Int!) { volunteers(first: $two) { nodes { __typename x: __typename id } } viewer { id kind policyVersion user { nameZh } } }",
        1,
    ),
    (
        "{ volunteers(after: \"nonsense\") { nodes { id } } shifts(first: 1) { nodes { id } } }",
        1,
    ),
    ("{ volunteers(first: 100000) { nodes { id } } }", 0),
    (
        "{ volunteers(first: 1, offset: 3, where: { hours: { gt: 5 } }, orderBy: { field: HOURS, direction: DESC }) { nodes { hours } totalCount } }",
        1,
    ),
    ("{ volunteers(search: \"陳\") { nodes { nameZh } } }", 1),
    (
        "{ volunteer(id: \"nonsense\") { id } node(id: \"nonsense\") { id } nodes(ids: [\"nonsense\"]) { id } }",
        3,
    ),
    ("{ nodes(ids: []) { id } }", 1),
    (
        "{ volunteers(first: 0) { nodes { id } edges { cursor } pageInfo { endCursor } } }",
        1,
    ),
    (
        "{ __typename volunteers(first: 1) { __typename } __schema { queryType { name } } }",
        1,
    ),
    ("{ volunteers { nodes { nothing } } }", 0),
    ("{ volunteers(first: 1, first: 2) { nodes { id } } }", 0),
    (
        "{ students(first: 5) { nodes { nameZh healthRemark enrolments { nodes { class { nameZh } startsOn } } guardianships { nodes { relation guardian { nameZh phone } } } } } }",
        1,
    ),
    (
        "{ notices(first: 5) { nodes { titleEn titleZh bodyZh receipts(first: 2) { nodes { readAt signedAt } totalCount } } } }",
        1,
    ),
    (
        "{ projects { nodes { nameEn shifts(last: 2) { nodes { startsAt } pageInfo { startCursor hasPreviousPage } } } } }",
        1,
    ),
    (
        "{ organisations { nodes { nameZh projects(first: 0) { nodes { id } } volunteers(first: 1) { totalCount } } } }",
        1,
    ),
    ("query A { viewer { kind } } query B { viewer { id } }", 0),
];

#[tokio::test]
async fn text_and_values_are_the_same_bytes() {
    for app in App::each().await {
        let (mut texts, mut errors, mut masks) = (0, 0, 0);
        for role in ROLES.into_iter().chain(["anonymous"]) {
            for (query, expected) in QUERIES {
                let (answer, written) = both(&app, role, query).await;
                assert_eq!(written, expected, "{role}: {query}");
                texts += written;
                errors += usize::from(answer.contains("\"errors\""));
                masks += usize::from(answer.contains("NAME_INITIAL"));
            }
        }
        assert!(texts > 150, "{texts}");
        assert!(errors >= 50, "{errors}");
        assert!(masks >= 5, "{masks}");
        app.database.close().await;
    }
}

/// Identifiers of all kinds in one request, some of them twice, some of nothing.
#[tokio::test]
async fn nodes_are_the_same_bytes() {
    for app in App::each().await {
        let all = "{ viewer { id } shifts(first: 2) { nodes { id } } projects(first: 2) { nodes { id } } volunteers(first: 2) { nodes { id } } }";
        for role in ROLES {
            let found = app.data(role, all).await;
            let mut ids = vec![json!("nothing"), found["viewer"]["id"].clone()];
            for list in ["shifts", "projects", "volunteers"] {
                let rows = found[list]["nodes"].as_array().unwrap();
                ids.extend(rows.iter().map(|row| row["id"].clone()));
            }
            ids.extend(ids.clone());
            let ids = serde_json::Value::from(ids);
            let query = format!(
                "{{ nodes(ids: {ids}) {{ id __typename ... on Shift {{ place project {{ id }} }} ... on Volunteer {{ nameZh }} ... on Viewer {{ kind }} }} }}"
            );
            let (_, texts) = both(&app, role, &query).await;
            assert_eq!(texts, 1, "{role}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_errors_of_a_database_that_fails_are_the_same_bytes() {
    for app in App::each().await {
        crate::asking::tamper(&app, "DROP TABLE certificate").await;
        let query = "{ certificates { nodes { id } } volunteers(first: 2) { nodes { id certificates { nodes { title } } } } shifts(first: 1) { nodes { id } } }";
        let (answer, texts) = both(&app, "administrator", query).await;
        assert!(answer.contains("\"INTERNAL\""), "{answer}");
        assert_eq!(texts, 1, "the others are answered");
        app.database.close().await;
    }
}
