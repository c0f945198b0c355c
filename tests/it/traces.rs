//! Traces, as a collector gets them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as Attribute},
    trace::v1::Span,
};
use prost::Message;
use serde_json::json;

use crate::{
    process::Demo,
    socket_rig::{Client, PROTOCOL},
};

/// A stand-in for a collector: it takes batches and keeps them.
struct Collector {
    address: String,
    batches: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Collector {
    async fn start() -> Self {
        let batches: Arc<Mutex<Vec<(HeaderMap, Bytes)>>> = Arc::default();
        let take = async |State(kept): State<Arc<Mutex<Vec<_>>>>, head: HeaderMap, body: Bytes| {
            kept.lock().unwrap().push((head, body));
        };
        let router = Router::new()
            .route("/v1/traces", routing::post(take))
            .with_state(batches.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { address, batches }
    }

    fn spans(&self) -> Vec<Span> {
        let batches = self.batches.lock().unwrap();
        let mut spans = Vec::new();
        for (head, body) in batches.iter() {
            assert_eq!(head["content-type"], "application/x-protobuf");
            let batch = ExportTraceServiceRequest::decode(body.clone()).unwrap();
            for resource in batch.resource_spans {
                let told = attributes(&resource.resource.unwrap().attributes);
                assert_eq!(told["service.name"], "kaifong");
                let keys: BTreeSet<&str> = told.keys().map(String::as_str).collect();
                assert_eq!(keys, BTreeSet::from(["service.name", "service.version"]));
                spans.extend(
                    resource
                        .scope_spans
                        .into_iter()
                        .flat_map(|scope| scope.spans),
                );
            }
        }
        spans
    }

    fn bytes(&self) -> String {
        let batches = self.batches.lock().unwrap();
        let all = batches
            .iter()
            .map(|(_, body)| String::from_utf8_lossy(body));
        all.collect()
    }
}

fn attributes(all: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Attribute| match value {
        Attribute::StringValue(text) => text.clone(),
        Attribute::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    all.iter()
        .map(|one| {
            let value = one.value.as_ref().and_then(|value| value.value.as_ref());
            (one.key.clone(), value.map(text).unwrap_or_default())
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request's spans by name, with the name of the parent of each.
fn tree(spans: &[Span]) -> BTreeSet<(String, String)> {
    let name_of = |id: &[u8]| {
        let parent = spans.iter().find(|span| span.span_id == id);
        parent.map_or(String::new(), |span| span.name.clone())
    };
    spans
        .iter()
        .map(|span| (name_of(&span.parent_span_id), span.name.clone()))
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    all.iter()
        .map(|(parent, name)| ((*parent).to_owned(), (*name).to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_a_tree_of_spans_in_the_trace_of_the_one_who_asks() {
    let collector = Collector::start().await;
    let mut demo = Demo::with(&[("KAIFONG_OTLP_ENDPOINT", &collector.address)]);
    let bearer = format!("Bearer {}", demo.token("administrator"));
    let ask = |trace: &str, query: &str| {
        let parent = format!("00-{trace}-b7ad6b7169203331-01");
        let headers = [
            ("authorization", bearer.as_str()),
            ("traceparent", parent.as_str()),
            ("tracestate", "marked=state"),
            ("baggage", "marked=baggage"),
        ];
        let body = json!({ "query": query }).to_string();
        assert_eq!(demo.send("/graphql", &headers, Some(&body)).status, 200);
    };
    let (read, written) = (
        "0af7651916cd43dd8448eb211c80319c",
        "4bf92f3577b34da6a3ce929d0e0e4736",
    );
    ask(
        read,
        "query marked_name { marked_alias: shifts(first: 1) { nodes { id project { id } assignments(first: 1) { nodes { id } } } } }",
    );
    ask(
        written,
        "mutation { noticeCreate(input: { titleEn: \"marked_title\", organisationId: \"marked\" }) { userErrors { code } } }",
    );
    // Not of any trace, and not taken for one.
    let body = json!({ "query": "{ __typename marked }" }).to_string();
    demo.send("/graphql", &[("traceparent", "marked")], Some(&body));
    demo.get("/marked_path");
    let mut client = Client::connect(&demo.address, &[PROTOCOL], None)
        .await
        .unwrap();
    client.begin(json!({})).await;
    client.is_well().await;
    drop(client);
    assert!(demo.stop().success());

    let spans = collector.spans();
    let of = |trace: &str| -> Vec<Span> {
        let mine = spans.iter().filter(|span| hex(&span.trace_id) == trace);
        mine.cloned().collect()
    };
    let asked = of(read);
    let steps = [
        ("", "request"),
        ("request", "viewer"),
        ("request", "parse"),
        ("request", "execute"),
        ("request", "log"),
        ("execute", "plan"),
        ("execute", "fetch"),
        ("fetch", "fetch"),
    ];
    assert_eq!(tree(&asked), pairs(&steps));
    let root = asked.iter().find(|span| span.name == "request").unwrap();
    assert_eq!(hex(&root.parent_span_id), "b7ad6b7169203331");
    assert_eq!(root.kind, 2, "a server's");
    assert_eq!(root.trace_state, "");
    let told = attributes(&root.attributes);
    assert_eq!(told["http.route"], "/graphql");
    assert_eq!(told["http.request.method"], "POST");
    assert_eq!(told["http.response.status_code"], "200");
    assert_eq!(told["kaifong.operation"], "query");
    assert_eq!(told["kaifong.code"], "OK");
    let execute = asked.iter().find(|span| span.name == "execute").unwrap();
    let fetches = || asked.iter().filter(|span| span.name == "fetch");
    let fetch = fetches().find(|span| span.parent_span_id == execute.span_id);
    let fetch = fetch.unwrap();
    assert_eq!(attributes(&fetch.attributes)["kaifong.of"], "Shift");
    let below = fetches().filter(|span| span.parent_span_id == fetch.span_id);
    let below: BTreeSet<String> = below
        .map(|span| attributes(&span.attributes)["kaifong.of"].clone())
        .collect();
    let related = ["Assignment", "Project"].map(str::to_owned);
    assert_eq!(below, BTreeSet::from(related));
    assert!(fetch.end_time_unix_nano >= fetch.start_time_unix_nano);
    assert!(root.end_time_unix_nano >= fetch.end_time_unix_nano);

    let done = of(written);
    let write = done.iter().find(|span| span.name == "write").unwrap();
    assert_eq!(
        attributes(&write.attributes)["kaifong.deed"],
        "noticeCreate"
    );
    assert!(tree(&done).contains(&("execute".to_owned(), "write".to_owned())));

    let traces: BTreeSet<&[u8]> = spans.iter().map(|span| &*span.trace_id).collect();
    // Two were named; the socket, its operation, and two more requests have each their own.
    assert_eq!(traces.len(), 6);
    let on_socket: Vec<&Span> = spans.iter().filter(|s| s.name == "operation").collect();
    assert_eq!(on_socket.len(), 1);
    assert!(on_socket[0].parent_span_id.is_empty());

    // Nothing of a client's or a row's, in any part of any span.
    let keys: BTreeSet<String> = spans
        .iter()
        .flat_map(|span| attributes(&span.attributes).into_keys())
        .collect();
    let known = [
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "kaifong.code",
        "kaifong.deed",
        "kaifong.of",
        "kaifong.operation",
        "kaifong.request_id",
    ];
    assert_eq!(keys, known.map(str::to_owned).into());
    assert!(spans.iter().all(|span| span.events.is_empty()));
    let bytes = collector.bytes();
    for secret in ["marked", demo.token("administrator")] {
        assert!(!bytes.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_traces_that_begin_here_a_share_is_sent_and_of_others_what_was_decided_there() {
    let body = json!({ "query": "{ __typename }" }).to_string();
    let (sampled, not) = (
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-00",
    );
    for share in ["0", "1"] {
        let collector = Collector::start().await;
        let mut demo = Demo::with(&[
            ("KAIFONG_OTLP_ENDPOINT", &collector.address),
            ("KAIFONG_TRACES_SAMPLE", share),
        ]);
        for _ in 0..5 {
            assert_eq!(demo.send("/graphql", &[], Some(&body)).status, 200);
        }
        for parent in [sampled, not] {
            let headers = [("traceparent", parent)];
            assert_eq!(demo.send("/graphql", &headers, Some(&body)).status, 200);
        }
        assert!(demo.stop().success());
        let spans = collector.spans();
        let requests = || spans.iter().filter(|span| span.name == "request");
        let named = |trace: &str| {
            let of = requests().filter(|span| trace.contains(&hex(&span.trace_id)));
            of.count()
        };
        assert_eq!((named(sampled), named(not)), (1, 0), "{share}");
        let begun_here = requests().count() - 1;
        match share {
            "0" => assert_eq!(begun_here, 0),
            // Those that asked whether the server is there are among them.
            _ => assert!(begun_here >= 5, "{begun_here}"),
        }
        // A trace that is not sent leaves nothing behind, a step of it neither.
        assert!(spans.iter().all(|span| !not.contains(&hex(&span.trace_id))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_collector_nothing_is_sent_and_with_a_missing_one_the_server_works() {
    let collector = Collector::start().await;
    let body = json!({ "query": "{ __typename }" }).to_string();
    let mut silent = Demo::with(&[]);
    assert_eq!(silent.send("/graphql", &[], Some(&body)).status, 200);
    assert!(silent.stop().success());
    assert!(collector.spans().is_empty());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let mut alone = Demo::with(&[("KAIFONG_OTLP_ENDPOINT", &nobody)]);
    assert_eq!(alone.send("/graphql", &[], Some(&body)).status, 200);
    assert!(alone.stop().success());
    assert!(
        alone
            .log()
            .contains("the collector does not take the traces")
    );
}
