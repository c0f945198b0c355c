//! What a request may ask for, through the whole graph.

use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn a_request_is_told_which_limit_it_is_over_and_by_how_much() {
    let app = App::sqlite().await;
    let bomb = {
        let mut text = String::from("{ viewer { ...F0 } } ");
        for at in 0..40 {
            text += &format!(
                "fragment F{at} on Viewer {{ ...F{n} ...F{n} }} ",
                n = at + 1
            );
        }
        text + "fragment F40 on Viewer { id }"
    };
    let lists = "volunteers(first: 1000) { nodes { assignments(first: 1000) { nodes { id } } } }";
    let many: String = (0..101)
        .map(|at| format!("a{at}: volunteers(first: 1000) {{ nodes {{ id }} }} "))
        .collect();
    let table = [
        (
            bomb,
            "the document has 1099511627777 fields; at most 5000 are taken",
        ),
        (
            format!("{{ {lists} }}"),
            "the request asks for 1001000 rows; at most 100000 are given",
        ),
        (
            format!("{{ {many} }}"),
            "the document has 101 root fields; at most 50 are taken",
        ),
        (
            "{ volunteers(first: 1001) { nodes { id } } }".into(),
            "a page has at most 1000 rows, not 1001",
        ),
        (
            "{ volunteers(offset: 100001) { nodes { id } } }".into(),
            "`offset` is more than 100000",
        ),
    ];
    for (query, message) in table {
        let answer = app.ask("administrator", &query).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{answer}");
        assert_eq!(error["message"], json!(message));
    }
}

#[tokio::test]
async fn more_parents_than_one_statement_takes_are_asked_for_in_parts() {
    for app in App::each().await {
        // 1,664 assignments, each with its shift and the shift's roster.
        let query = "{ projects { nodes { assignments(first: 1000) { totalCount nodes { shift { assignments(first: 1) { totalCount } } } } } } }";
        let data = app.data("administrator", query).await;
        let nodes = data["projects"]["nodes"].as_array().unwrap();
        let listed: usize = nodes
            .iter()
            .map(|p| p["assignments"]["nodes"].as_array().unwrap().len())
            .sum();
        assert!(listed > 100, "{listed}");
        app.database.close().await;
    }
}
