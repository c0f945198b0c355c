//! Subscriptions: each event is decided afresh, and a hidden write does not show.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use kaifong::graphql::Graph;
use kaifong::viewer::Claims;
use serde_json::{Value, json};

use kaifong::policy::{Document, Policies};
use kaifong::store::{Changes, Event};

use crate::app::App;
use crate::databases::TestDatabase;

pub type Answers = BoxStream<'static, async_graphql::Response>;

/// What a role hears from now on.
async fn listen(app: &App, role: &str, query: &str) -> Answers {
    let graph = Arc::clone(&app.graph);
    begin(&graph, query, app.claims(role)).await
}

/// A subscription that listens.
pub async fn begin(graph: &Arc<Graph>, query: &str, claims: Option<Claims>) -> Answers {
    let events = graph.store().events().clone();
    let before = events.listeners();
    let mut answers = graph.stream(Request::new(query), claims);
    while events.listeners() == before {
        let soon = Duration::from_millis(20);
        let heard = tokio::time::timeout(soon, answers.next()).await;
        assert!(heard.is_err(), "heard before anything happened: {heard:?}");
    }
    answers
}

/// Nothing is heard for a moment.
pub async fn silent(answers: &mut Answers) -> bool {
    tokio::time::timeout(Duration::from_millis(150), answers.next())
        .await
        .is_err()
}

pub async fn heard(answers: &mut Answers) -> Value {
    let next = tokio::time::timeout(Duration::from_secs(60), answers.next()).await;
    serde_json::to_value(next.expect("an event is heard").unwrap()).unwrap()
}

/// A shift that the partner sees, and a volunteer who is not on its roster.
async fn shift_and_volunteer(app: &App) -> (String, String) {
    let data = app
        .data(
            "partner",
            "{ shifts(last: 1, orderBy: {field: STARTS_AT}) { nodes { id } } }",
        )
        .await;
    let shift = data["shifts"]["nodes"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let query = "query($s: ID!) { volunteers(first: 1, where: {not: {assignments: {some: {shift: {id: {eq: $s}}}}}}) { nodes { id } } }";
    let data = app
        .data_with("coordinator", query, json!({ "s": shift }))
        .await;
    (
        shift,
        data["volunteers"]["nodes"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned(),
    )
}

#[tokio::test]
async fn each_hears_what_each_may_see() {
    for app in App::each().await {
        let (shift, volunteer) = shift_and_volunteer(&app).await;
        let query = "subscription { shiftChanged { id startsAt place internalNote filled assignments { totalCount } } }";
        let mut coordinator = listen(&app, "coordinator", query).await;
        let mut partner = listen(&app, "partner", query).await;
        let mut guardian = listen(&app, "guardian", query).await;
        let change = "mutation($input: ShiftChangeInput!) { shiftChange(input: $input) { userErrors { code } } }";

        // A note that only the coordinator sees: a hidden write does not show.
        let note = json!({ "input": { "id": shift, "internalNote": "for staff" } });
        app.data_with("coordinator", change, note).await;
        let event = heard(&mut coordinator).await;
        assert_eq!(event["data"]["shiftChanged"]["internalNote"], "for staff");
        assert!(event["extensions"]["privacy"]["policyVersion"].is_string());
        assert!(silent(&mut partner).await);

        // A place that both see; the note is still withheld from the partner.
        let place = json!({ "input": { "id": shift, "place": "禮堂" } });
        app.data_with("coordinator", change, place).await;
        let event = heard(&mut partner).await;
        assert_eq!(event["data"]["shiftChanged"]["place"], "禮堂");
        assert_eq!(event["data"]["shiftChanged"]["internalNote"], Value::Null);
        let hidden =
            &event["extensions"]["privacy"]["fields"]["shiftChanged.internalNote"]["hidden"];
        assert_eq!(*hidden, json!(1));
        assert_eq!(
            heard(&mut coordinator).await["data"]["shiftChanged"]["place"],
            "禮堂"
        );

        // A roster that grows is a change of its shift.
        let assign = "mutation($input: ShiftAssignInput!) { shiftAssign(input: $input) { assignment { id } userErrors { code } } }";
        let input = json!({ "input": { "id": shift, "volunteerId": volunteer } });
        let made = app.data_with("coordinator", assign, input).await;
        assert_eq!(made["shiftAssign"]["userErrors"], json!([]));
        assert_eq!(
            heard(&mut coordinator).await["data"]["shiftChanged"]["id"],
            json!(shift)
        );

        assert!(silent(&mut guardian).await, "a guardian sees no shifts");
        app.database.close().await;
    }
}

#[tokio::test]
async fn one_row_alone_can_be_listened_to_and_nobody_hears_nothing() {
    let app = App::sqlite().await;
    let data = app
        .data("coordinator", "{ shifts(first: 2) { nodes { id } } }")
        .await;
    let id = |at: usize| {
        data["shifts"]["nodes"][at]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let query = format!(
        "subscription {{ shiftChanged(id: \"{}\") {{ id title }} }}",
        id(0)
    );
    let mut one = listen(&app, "coordinator", &query).await;
    let mut none = listen(
        &app,
        "coordinator",
        "subscription { shiftChanged(id: \"bm9uZQ\") { id } }",
    )
    .await;
    let mut nobody = listen(&app, "anonymous", "subscription { shiftChanged { id } }").await;
    let change = "mutation($input: ShiftChangeInput!) { shiftChange(input: $input) { userErrors { code } } }";
    for at in [1, 0] {
        let input = json!({ "input": { "id": id(at), "title": format!("shift {at}") } });
        app.data_with("coordinator", change, input).await;
    }
    let event = heard(&mut one).await;
    assert_eq!(
        event["data"]["shiftChanged"],
        json!({ "id": id(0), "title": "shift 0" })
    );
    assert!(silent(&mut none).await && silent(&mut nobody).await);
}

#[tokio::test]
async fn queries_stream_one_answer_and_a_stranger_is_told_so_at_once() {
    let app = App::sqlite().await;
    let graph = Arc::clone(&app.graph);
    let mut once = graph.stream(Request::new("{ viewer { kind } }"), app.claims("teacher"));
    assert_eq!(heard(&mut once).await["data"]["viewer"]["kind"], "USER");
    assert!(once.next().await.is_none());
    let mut stranger = app.claims("teacher").unwrap();
    stranger.sub = uuid::Uuid::new_v4().to_string();
    let mut told = graph.stream(
        Request::new("subscription { shiftChanged { id } }"),
        Some(stranger),
    );
    assert_eq!(
        heard(&mut told).await["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
    assert!(told.next().await.is_none());
}

#[tokio::test]
async fn a_relation_that_leads_to_a_hidden_row_is_not_told_of() {
    // Departments are hidden from all; the relation to them is not.
    let rules: String = ["Shift.list", "Shift.title", "Shift.department", "Shift.change", "Shift.department:edit", "Shift.title:edit"]
        .iter()
        .map(|action| format!("@id({action:?}) @en(\"Seen.\") @zh(\"可見。\")\npermit (principal, action == Action::{action:?}, resource);\n"))
        .collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/schema.cedarschema");
    let schema = Document {
        name: "schema".into(),
        text: std::fs::read_to_string(path).unwrap(),
    };
    let policies = Policies::load(
        &schema,
        &[Document {
            name: "rules".into(),
            text: rules,
        }],
    )
    .unwrap();
    let app = App::over(TestDatabase::sqlite().await, policies).await;
    let data = app
        .data(
            "coordinator",
            "{ shifts(first: 1, where: {title: {isNull: false}}) { nodes { id } } }",
        )
        .await;
    let id = data["shifts"]["nodes"][0]["id"].clone();
    let (_, row) = kaifong::graphql::decode_id(id.as_str().unwrap()).unwrap();
    let mut heard_by = listen(
        &app,
        "coordinator",
        "subscription { shiftChanged { id title department { id } } }",
    )
    .await;
    let tell = |columns| {
        let of = kaifong::catalogue::find("Shift").unwrap();
        app.graph.store().events().tell(Event {
            of,
            id: row,
            what: Changes::Columns(columns),
        });
    };
    tell(vec!["department_id"]);
    assert!(
        silent(&mut heard_by).await,
        "a change between a hidden row and none shows"
    );
    tell(vec!["department_id", "title"]);
    assert_eq!(
        heard(&mut heard_by).await["data"]["shiftChanged"]["department"],
        Value::Null
    );
}
