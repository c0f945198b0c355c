//! What is not to be forwarded reaches no partner: by no request, whatever is shared with it.

use async_graphql::{Request, Variables};
use kaifong::viewer::Claims;
use serde_json::{Value, json};

use super::done;
use super::shares_live::Offer;
use crate::app::App;
use crate::asking::id;
use crate::live::{begin, heard, silent};

/// Everything that there is to ask about a notice.
const ASKED: [&str; 8] = [
    "query($id: ID!) { notice(id: $id) { id titleEn bodyEn forwardable } }",
    "query($id: ID!) { node(id: $id) { id ... on Notice { titleEn } } nodes(ids: [$id]) { id } }",
    "{ notices(first: 100, orderBy: {field: TITLE_EN}) { totalCount nodes { id titleEn } } }",
    "query($id: ID!) { notices(where: {id: {eq: $id}}) { totalCount } other: notices(where: {not: {id: {eq: $id}}}) { totalCount nodes { id } } }",
    "{ notices(where: {titleEn: {contains: \"kettle\"}}) { totalCount } other: notices(where: {forwardable: {eq: false}}) { totalCount } }",
    "{ notices(search: \"kettle\") { totalCount nodes { id bodyEn } } }",
    "{ projects { nodes { id notices { totalCount nodes { titleEn } } } } organisations { nodes { notices { totalCount } } } }",
    "query($id: ID!) { noticeReceipts(where: {notice: {id: {eq: $id}}}) { totalCount } projects(where: {notices: {some: {titleEn: {contains: \"kettle\"}}}}) { totalCount } }",
];

async fn asked(app: &App, token: &Claims, notice: &Value) -> Vec<Value> {
    let mut answers = Vec::new();
    for query in ASKED {
        let variables = Variables::from_json(json!({ "id": notice }));
        let request = Request::new(query).variables(variables);
        let answer = app.graph.execute(request, Some(token), app.now).await;
        let answer = serde_json::to_value(answer).unwrap();
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answers.push(answer["data"].clone());
    }
    answers
}

#[tokio::test]
async fn what_is_not_to_be_forwarded_is_to_a_partner_as_if_it_were_not_there() {
    for app in App::each().await {
        // The most that can be shared.
        let groups = json!(["ROSTER", "CONTACTS", "NOTES", "HISTORY", "ORIGINS"]);
        let all = json!({ "level": "ADMIN", "fieldGroups": groups, "desensitised": false });
        let offer = Offer::accepted(&app, all).await;
        let token = offer.token(&app).await;
        let nothing = json!(id("Notice", uuid::Uuid::from_u128(42)));
        let without = asked(&app, &token, &nothing).await;
        let organisation = super::organisation("coordinator");
        let input = json!({
            "organisationId": id("Organisation", organisation), "projectId": offer.project,
            "titleEn": "The kettle", "bodyEn": "It is ours.", "forwardable": false,
        });
        let made = done(&app, "coordinator", "noticeCreate", "", &input).await;
        let notice = made["id"].clone();
        let events = "subscription { noticeChanged { id titleEn } }";
        let mut hears = begin(&app.graph, events, Some(token.clone())).await;
        let one = json!({ "id": notice });
        let sent = done(
            &app,
            "coordinator",
            "noticePublish",
            "status forwardable",
            &one,
        )
        .await;
        // Those who may read it are told how it is to be handled.
        assert_eq!(
            (&sent["status"], &sent["forwardable"]),
            (&json!("PUBLISHED"), &json!(false))
        );
        let with = |flag: bool, title: &str| json!({ "id": notice, "forwardable": flag, "titleEn": title });
        assert_eq!(
            asked(&app, &token, &notice).await,
            without,
            "{}",
            app.database.name
        );
        assert!(silent(&mut hears).await);
        // It is the flag that keeps it: without, it is there, in each of these ways.
        done(
            &app,
            "coordinator",
            "noticeChange",
            "",
            &with(true, "The kettle"),
        )
        .await;
        let event = heard(&mut hears).await;
        assert_eq!(event["data"]["noticeChanged"]["id"], notice);
        let forwardable = asked(&app, &token, &notice).await;
        for (at, query) in ASKED.iter().enumerate().take(6) {
            assert_ne!(forwardable[at], without[at], "{query}");
        }
        // And with it again, it is not.
        done(
            &app,
            "coordinator",
            "noticeChange",
            "",
            &with(false, "The kettle again"),
        )
        .await;
        assert_eq!(asked(&app, &token, &notice).await, without);
        assert!(silent(&mut hears).await);
        drop((hears, app.graph));
        app.database.close().await;
    }
}
