//! Two servers on one database: a token that is revoked at one is good at neither.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request;
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Seal, Store};
use kaifong::viewer::PrincipalKind;
use sea_orm::{DatabaseConnection, EntityTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use super::id;
use crate::app::{App, noon};
use crate::databases::TestDatabase;
use crate::live::{begin, heard};

const REVOKE: &str = "mutation($input: PartnerTokenRevokeInput!) { partnerTokenRevoke(input: $input) { userErrors { code } } }";

async fn server(database: &DatabaseConnection) -> Arc<Graph> {
    let store = Store::new(database.clone()).watched().await.unwrap();
    let policies = Policies::shipped().unwrap();
    let (seal, limits) = (Seal::new([7; 64]), Limits::default());
    let graph = Graph::new(policies, store, seal, limits, Arc::new(noon));
    let graph = graph.knowing(Duration::from_secs(600));
    while graph.store().watch().mark(PrincipalKind::Partner).is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Arc::new(graph)
}

async fn code(graph: &Graph, app: &App) -> Value {
    let claims = app.claims("partner");
    let request = Request::new("{ shifts(first: 1) { totalCount } }");
    let answer = graph.execute(request, claims.as_ref(), noon()).await;
    let answer = serde_json::to_value(answer).unwrap();
    let code = answer.pointer("/errors/0/extensions/code");
    code.cloned().unwrap_or_default()
}

#[tokio::test]
async fn what_is_revoked_at_one_server_is_over_at_the_other() {
    for database in TestDatabase::each().await {
        let app = App::over(database, Policies::shipped().unwrap()).await;
        let another = app.database.another_connection().await;
        let (one, other) = (server(&app.database.db).await, server(&another).await);
        let claims = app.claims("partner").unwrap();
        let token: Uuid = claims.sub.parse().unwrap();
        for graph in [&one, &other] {
            assert_eq!(code(graph, &app).await, Value::Null);
        }
        // Nothing happens to what is listened to; what is heard is that it is over.
        let listening = "subscription { shiftChanged { id } }";
        let mut there = begin(&other, listening, Some(claims)).await;
        let variables = json!({ "input": { "id": id("PartnerToken", token) } });
        let request =
            Request::new(REVOKE).variables(async_graphql::Variables::from_json(variables));
        let head = app.claims("administrator");
        let revoked = one.execute(request, head.as_ref(), noon()).await;
        assert!(revoked.errors.is_empty(), "{:?}", revoked.errors);
        assert_eq!(
            code(&one, &app).await,
            "UNAUTHENTICATED",
            "at once, where it was done"
        );
        let last = heard(&mut there).await;
        assert_eq!(last["errors"][0]["extensions"]["reason"], "TOKEN_INVALID");
        // The notice has come by then; where it took longer this would wait for it.
        while code(&other, &app).await != "UNAUTHENTICATED" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop((there, one, other));
        another.close().await.unwrap();
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_last_use_is_written_beside_the_answers() {
    for database in TestDatabase::each().await {
        let app = App::over(database, Policies::shipped().unwrap()).await;
        let graph = server(&app.database.db).await;
        let token: Uuid = app.claims("partner").unwrap().sub.parse().unwrap();
        let used = async |token: Uuid| {
            let row = entity::partner_token::Entity::find_by_id(token);
            row.one(&app.database.db)
                .await
                .unwrap()
                .unwrap()
                .last_used_at
        };
        assert_eq!(used(token).await, None);
        assert_eq!(code(&graph, &app).await, Value::Null);
        while used(token).await.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(used(token).await, Some(noon()));
        let other: Uuid = app.claims("partner_edit").unwrap().sub.parse().unwrap();
        assert_eq!(used(other).await, None, "nobody used that one");
        drop(graph);
        app.database.close().await;
    }
}
