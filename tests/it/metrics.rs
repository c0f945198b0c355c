//! The metrics: who may read them, what they say, and what they never say.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    http_rig::Rig,
    process::{Demo, send, until},
    socket_rig::{Client, PROTOCOL},
};

/// A line of the page: its name, its labels and its value.
struct Line<'a> {
    name: &'a str,
    labels: Vec<(&'a str, &'a str)>,
    value: f64,
}

fn lines(page: &str) -> Vec<Line<'_>> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = match series.split_once('{') {
                Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
                None => (series, ""),
            };
            let labels = labels.split("\",").filter(|label| !label.is_empty());
            let labels = labels
                .map(|label| label.split_once("=\"").unwrap())
                .map(|(key, value)| (key, value.trim_end_matches('"')));
            Line {
                name,
                labels: labels.collect(),
                value: value.parse().unwrap(),
            }
        })
        .collect()
}

/// The sum of the lines of this name with these labels.
fn sum(page: &str, name: &str, wanted: &[(&str, &str)]) -> f64 {
    let all = lines(page);
    let fitting = all
        .iter()
        .filter(|line| line.name == name && wanted.iter().all(|label| line.labels.contains(label)));
    fitting.map(|line| line.value).sum()
}

#[tokio::test]
async fn whoever_is_not_known_to_be_near_is_told_that_there_is_no_such_page() {
    // Behind no port, nobody knows where a request comes from.
    let rig = Rig::new("").await;
    let missing = rig.get("/nowhere").await;
    let metrics = rig.get("/metrics").await;
    assert_eq!(metrics.status.as_u16(), 404);
    assert_eq!(metrics.body, missing.body);
}

#[test]
fn only_this_machine_reads_them_and_only_if_no_proxy_asks() {
    let demo = Demo::with(&[]);
    let page = demo.get("/metrics");
    assert_eq!(page.status, 200);
    assert!(page.body.ends_with("# EOF\n"), "{}", page.body);
    let headers = [
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("via", "1.1 proxy"),
        ("x-real-ip", "203.0.113.9"),
        ("host", "api.example.org"),
    ];
    for header in headers {
        let reply = demo.send("/metrics", &[header], None);
        assert_eq!((reply.status, reply.body.as_str()), (404, ""), "{header:?}");
    }
}

#[test]
fn an_address_of_their_own_is_the_only_one() {
    let off = Demo::with(&[("KAIFONG_METRICS_LISTEN", "off")]);
    assert_eq!(off.get("/metrics").status, 404);
    let moved = Demo::with(&[("KAIFONG_METRICS_LISTEN", "127.0.0.1:0")]);
    assert_eq!(moved.get("/metrics").status, 404);
    let log = moved.log();
    let (_, address) = log.split_once("metrics address=").unwrap();
    let address = address.split_whitespace().next().unwrap();
    let page = send(address, "/metrics", &[("host", "kaifong.internal")], None);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("kaifong_build_info"), "{}", page.body);
    // The graph is not there.
    let body = Some(r#"{"query":"{__typename}"}"#);
    assert_eq!(send(address, "/graphql", &[], body).status, 404);
}

#[tokio::test]
async fn they_count_what_happened() {
    let demo = Demo::with(&[]);
    let token = demo.token("partner").to_owned();
    let page = || demo.get("/metrics").body;
    let list = json!({ "query": "{ shifts(first: 2) { nodes { startsAt internalNote assignments { nodes { volunteer { nameZh phone } } } } } }" });
    let before = page();
    assert_eq!(demo.ask(&token, &list).status, 200);
    assert_eq!(demo.ask(&token, &list).status, 200);
    let after = page();
    let grown = |name, labels: &[_]| sum(&after, name, labels) - sum(&before, name, labels);
    let well = [("kind", "query"), ("transport", "http"), ("code", "OK")];
    assert_eq!(grown("kaifong_operations_total", &well), 2.0);
    let kind = [("kind", "query")];
    assert_eq!(
        grown("kaifong_operation_duration_seconds_count", &kind),
        2.0
    );
    let route = [("route", "/graphql"), ("status", "200")];
    assert_eq!(grown("kaifong_http_responses_total", &route), 2.0);
    assert!(grown("kaifong_database_statements_total", &[]) >= 2.0);
    assert_eq!(grown("kaifong_database_errors_total", &[]), 0.0);
    // What `extensions.privacy` says, added up.
    let told = demo.ask(&token, &list).json();
    let positions = told["extensions"]["privacy"]["fields"].as_object().unwrap();
    for view in ["full", "masked", "hidden"] {
        let of_one: u64 = positions.values().map(|p| p[view].as_u64().unwrap()).sum();
        assert!(of_one > 0, "the partner gets some of each: {view}");
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let expected = 2.0 * of_one as f64;
        assert_eq!(grown("kaifong_cells_total", &[("view", view)]), expected);
    }
    for (body, status, code) in [
        (
            r#"{"query":"{ nothing_zz }"}"#,
            200,
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (r#"{"query":"{"}"#, 200, "GRAPHQL_PARSE_FAILED"),
        ("{", 400, "INVALID_JSON"),
        ("[]", 400, "INVALID_REQUEST"),
    ] {
        assert_eq!(demo.send("/graphql", &[], Some(body)).status, status);
        let counted = sum(&page(), "kaifong_operations_total", &[("code", code)]);
        assert_eq!(counted, 1.0, "{code}");
    }
    let mut client = Client::connect(&demo.address, &[PROTOCOL], None)
        .await
        .unwrap();
    client.begin(json!({ "token": token })).await;
    client
        .ask("1", "subscription { noticeChanged { id } }")
        .await;
    client.is_well().await;
    let open = page();
    assert_eq!(sum(&open, "kaifong_sockets_open", &[]), 1.0);
    assert_eq!(sum(&open, "kaifong_subscriptions_running", &[]), 1.0);
    let on_socket = [("transport", "websocket"), ("code", "OK")];
    assert_eq!(sum(&open, "kaifong_operations_total", &on_socket), 1.0);
    drop(client);
    until(|| sum(&page(), "kaifong_sockets_open", &[]) == 0.0);
    until(|| sum(&page(), "kaifong_subscriptions_running", &[]) == 0.0);
    if cfg!(target_os = "linux") {
        let page = page();
        let memory = sum(&page, "kaifong_process_resident_memory_bytes", &[]);
        assert!((1e7..1e9).contains(&memory), "{memory}");
        assert!(sum(&page, "kaifong_process_cpu_seconds_total", &[]) > 0.0);
        assert!(sum(&page, "kaifong_process_open_files", &[]) > 3.0);
    }
}

#[test]
fn they_have_few_labels_and_none_of_a_clients_words() {
    let demo = Demo::with(&[]);
    let token = demo.token("administrator").to_owned();
    for hostile in [
        json!({ "query": "query marked_operation { marked_alias: __typename }" }),
        json!({ "query": "{ marked_field }" }),
        json!({ "query": "query ($marked_variable: Int) { __typename }", "variables": { "marked_variable": 1 } }),
        json!({ "documentId": "marked_document" }),
        json!({ "query": "{ node(id: \"marked_id\") { id } }" }),
        json!({ "query": "{ volunteers(first: 3) { nodes { id nameZh phone email } } }" }),
    ] {
        demo.ask(&token, &hostile);
        demo.ask("marked.to.ken", &hostile);
    }
    demo.get("/marked_path?marked=marked_query");
    demo.send(
        "/graphql",
        &[("x-request-id", "marked_request_id_1234")],
        None,
    );
    let people = demo.ask(
        &token,
        &json!({ "query": "{ volunteers(first: 3) { nodes { id nameZh phone } } }" }),
    );
    let people = people.json();
    let page = demo.get("/metrics").body;
    assert!(!page.contains("marked"), "{page}");
    for person in people["data"]["volunteers"]["nodes"].as_array().unwrap() {
        for value in person.as_object().unwrap().values() {
            if let Some(value) = value.as_str() {
                assert!(!page.contains(value), "{value}");
            }
        }
    }
    let all = lines(&page);
    let keys: BTreeSet<&str> = all
        .iter()
        .flat_map(|line| line.labels.iter().map(|(key, _)| *key))
        .collect();
    let few = [
        "code",
        "connector",
        "kind",
        "le",
        "outcome",
        "route",
        "status",
        "transport",
        "version",
        "view",
    ];
    assert_eq!(keys, BTreeSet::from(few));
    let routes: BTreeSet<&str> = all
        .iter()
        .flat_map(|line| line.labels.iter())
        .filter(|(key, _)| *key == "route")
        .map(|(_, route)| *route)
        .collect();
    assert_eq!(routes, BTreeSet::from(["/graphql", "other"]));
}
