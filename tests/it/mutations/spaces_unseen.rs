//! A space that one does not see is as one that is not there: in filters, counts, orders, ids, errors
//! and events.

use std::time::Duration;

use kaifong::viewer::Claims;
use serde_json::{Value, json};
use uuid::Uuid;

use super::spaces::Circle;
use super::{ask, deed, done, pair};
use crate::app::App;
use crate::asking::{id, nodes};
use crate::live::{begin, heard, silent};

#[tokio::test]
async fn a_hidden_space_is_as_one_that_is_not_there() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let stranger = circle.heads[3].as_str();
        let nothing = json!(id("Space", Uuid::from_u128(42)));
        // Every question about the hidden one has the answer of a missing one.
        for query in [
            "query($id: ID!) { space(id: $id) { id nameEn } }",
            "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }",
            "query($id: ID!) { spaces(where: {id: {eq: $id}}) { totalCount nodes { id } } }",
            "query($id: ID!) { spaceMembers(where: {space: {id: {eq: $id}}}) { totalCount } \
             spaceProjects(where: {space: {id: {eq: $id}}}) { totalCount } \
             spaceSteps(where: {space: {id: {eq: $id}}}) { totalCount } }",
            "query($id: ID!) { partnerships(where: {space: {id: {eq: $id}}}) { totalCount } }",
            "query($id: ID!) { partnerships(where: {not: {space: {id: {eq: $id}}}}) { totalCount nodes { id } } }",
        ] {
            let there = ask(&app, stranger, query, json!({ "id": circle.id })).await;
            let missing = ask(&app, stranger, query, json!({ "id": nothing })).await;
            assert_eq!(there["data"], missing["data"], "{query}");
            assert!(there.get("errors").is_none(), "{there}");
        }
        // Neither by what is in it.
        let query = "{ spaces(where: {purpose: {contains: \"try it\"}}) { totalCount } \
                     by: spaces(where: {members: {some: {state: {eq: JOINED}}}}, orderBy: {field: PURPOSE}) { totalCount nodes { nameEn } } \
                     all: spaces(search: \"circle\") { totalCount } }";
        let told = ask(&app, stranger, query, Value::Null).await;
        assert_eq!(told["data"]["spaces"]["totalCount"], json!(0));
        assert_eq!(told["data"]["all"]["totalCount"], json!(0));
        assert!(!told.to_string().contains("A Circle"));
        let seen = ask(&app, &circle.heads[1], query, Value::Null).await;
        assert_eq!(seen["data"]["spaces"]["totalCount"], json!(1), "{seen}");
        assert_eq!(seen["data"]["all"]["totalCount"], json!(1));
        // Deeds are stopped alike.
        let projects = json!([id("Project", circle.project(3))]);
        for (verb, more) in [
            ("Change", json!({ "purpose": "x" })),
            ("Archive", json!({})),
            ("Invite", json!({ "organisationIds": [circle.of(3)] })),
            ("Join", json!({ "organisationId": circle.of(3) })),
            ("Decline", json!({ "organisationId": circle.of(3) })),
            ("Leave", json!({ "organisationId": circle.of(3) })),
            ("Remove", json!({ "organisationId": circle.of(1) })),
            ("Bring", json!({ "projectIds": projects })),
            ("TakeOut", json!({ "projectIds": projects })),
            (
                "Share",
                json!({ "organisationId": circle.of(3), "partnerIds": [circle.of(1)], "level": "ADMIN" }),
            ),
        ] {
            let name = format!("space{verb}");
            let mut answers = Vec::new();
            for space in [&circle.id, &nothing] {
                let mut input = more.clone();
                input["id"] = space.clone();
                answers.push(deed(&app, stranger, &name, "", &input).await["data"].clone());
            }
            assert_eq!(answers[0], answers[1], "{name}");
            let code = &answers[0][&name]["userErrors"][0]["code"];
            assert_eq!(*code, json!("NOT_FOUND"), "{name}");
        }
        app.database.close().await;
    }
}

/// A share goes on after its partner has left the space; where it came from is then hidden from the
/// partner, as if it came from none.
#[tokio::test]
async fn who_has_left_a_space_finds_nothing_by_it() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let project = id("Project", circle.project(0));
        circle
            .does(&app, 0, "Bring", json!({ "projectIds": [project] }))
            .await;
        let terms = json!({
            "organisationId": circle.of(0), "partnerIds": [circle.of(1)], "level": "READ_ONLY",
            "projectIds": [project],
        });
        circle.does(&app, 0, "Share", terms).await;
        let query = "query($id: ID!) { \
             by: partnerships(where: {space: {nameEn: {contains: \"Circle\"}}}) { totalCount } \
             of: partnerships(where: {space: {id: {eq: $id}}}) { totalCount nodes { space { id } } } \
             mine: spaceMembers(where: {organisation: {nameZh: {contains: \"\"}}, state: {eq: LEFT}}) { nodes { state space { id } } } \
             told: spaceMembers(where: {space: {purpose: {contains: \"try\"}}}) { totalCount } }";
        let read = async || ask(&app, &circle.heads[1], query, json!({ "id": circle.id })).await;
        let before = read().await;
        assert_eq!(before["data"]["by"]["totalCount"], json!(1), "{before}");
        assert_eq!(before["data"]["of"]["totalCount"], json!(1));
        let steps = "subscription { spaceStepChanged { deed organisation { id } } }";
        let person = |who: usize| {
            let hour = Duration::from_secs(3600);
            begin(
                &app.graph,
                steps,
                Some(Claims::of_user(&circle.heads[who], app.now, hour)),
            )
        };
        let (mut lead, mut own) = (person(0).await, person(1).await);
        let (mut other, mut stranger) = (person(2).await, person(3).await);
        let leaves = json!({ "organisationId": circle.of(1) });
        circle.does(&app, 1, "Leave", leaves).await;
        for answers in [&mut lead, &mut own] {
            let event = heard(answers).await;
            let wanted = json!({ "deed": "LEAVE", "organisation": { "id": circle.of(1) } });
            assert_eq!(event["data"]["spaceStepChanged"], wanted);
        }
        assert!(silent(&mut other).await && silent(&mut stranger).await);
        let after = read().await;
        assert_eq!(after["data"]["by"]["totalCount"], json!(0), "{after}");
        assert_eq!(after["data"]["of"]["totalCount"], json!(0));
        assert_eq!(after["data"]["told"]["totalCount"], json!(0));
        let mine = nodes(&after["data"]["mine"]);
        assert_eq!(*mine, [json!({ "state": "LEFT", "space": null })]);
        // Those who stay no longer find its projects, and it finds none of theirs.
        let gone = json!({ "organisationId": circle.of(1) });
        let answer = deed(&app, &circle.heads[1], "spaceLeave", "", &circle.with(gone)).await;
        assert_eq!(
            answer["data"]["spaceLeave"]["userErrors"][0]["code"],
            json!("NOT_FOUND")
        );
        // Asked again it may come back.
        let again = json!({ "organisationIds": [circle.of(1)] });
        circle.does(&app, 0, "Invite", again).await;
        let own = circle.with(json!({ "organisationId": circle.of(1) }));
        done(&app, &circle.heads[1], "spaceJoin", "nameEn", &own).await;
        let conflict = circle.cannot(&app, 2, "Leave", json!({ "organisationId": circle.of(1) }));
        assert_eq!(conflict.await, pair("CONFLICT", "organisationId"));
        drop((lead, other, stranger, app.graph));
        app.database.close().await;
    }
}
