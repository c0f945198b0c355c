//! Partner tokens: what a share grants, for as long as it is in force, narrowed by the token's scope.

use chrono::TimeDelta;
use kaifong::demo::{self, DemoToken};
use sea_orm::{ConnectionTrait, Statement, Value as Bound};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;

const SHIFTS: &str = "{ shifts(first: 1) { totalCount nodes { place title assignments { nodes { volunteer { nameZh } } } } } }";

fn share_of(role: &str) -> Uuid {
    let holder = demo::holders()
        .into_iter()
        .find(|holder| holder.role == role)
        .unwrap();
    match holder.kind {
        DemoToken::Partner { share_ids, .. } => share_ids[0],
        DemoToken::User { .. } => panic!("`{role}` is a person"),
    }
}

impl App {
    /// The data that a partner gets with its token narrowed to a scope.
    async fn scoped(&self, role: &str, scope: &str) -> Value {
        let mut claims = self.claims(role).unwrap();
        claims.scope = Some(scope.to_owned());
        let answer = self
            .graph
            .execute(SHIFTS.into(), Some(&claims), self.now)
            .await;
        serde_json::to_value(answer).unwrap()["data"]["shifts"].take()
    }

    async fn set(&self, share: Uuid, column: &str, value: Bound) {
        let backend = self.database.db.get_database_backend();
        let marks = if self.database.name == "SQLite" {
            ("?", "?")
        } else {
            ("$1", "$2")
        };
        let sql = format!(
            "UPDATE partnership SET {column} = {} WHERE id = {}",
            marks.0, marks.1
        );
        let statement = Statement::from_sql_and_values(backend, sql, [value, share.into()]);
        self.database.db.execute_raw(statement).await.unwrap();
    }
}

#[tokio::test]
async fn a_scope_takes_away_and_never_adds() {
    for app in App::each().await {
        let whole = app.data("partner", SHIFTS).await["shifts"].clone();
        assert!(whole["totalCount"].as_u64().unwrap() > 0);
        let name = |answer: &Value| {
            answer["nodes"][0]["assignments"]["nodes"][0]["volunteer"]["nameZh"].clone()
        };
        assert!(name(&whole).as_str().unwrap().ends_with("XX"));

        let frame = app.scoped("partner", "frame").await;
        assert_eq!(frame["totalCount"], whole["totalCount"]);
        assert_eq!(frame["nodes"][0]["assignments"], Value::Null);

        // What the share does not grant, a scope does not either.
        let greedy = app
            .scoped("partner", "frame roster names names:masked contacts plan")
            .await;
        assert_eq!(name(&greedy), name(&whole));
        assert_eq!(greedy["nodes"][0]["title"], Value::Null);

        for empty in ["", "nothing", "roster"] {
            assert_eq!(
                app.scoped("partner", empty).await["totalCount"],
                json!(0),
                "`{empty}`"
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_share_that_is_not_in_force_gives_nothing() {
    for app in App::each().await {
        let share = share_of("partner");
        let count = || async {
            app.data("partner", SHIFTS).await["shifts"]["totalCount"]
                .as_u64()
                .unwrap()
        };
        let there = count().await;
        assert!(there > 0);
        for state in ["PROPOSED", "SUSPENDED", "ENDED"] {
            app.set(share, "state", state.into()).await;
            assert_eq!(count().await, 0, "{state}");
        }
        app.set(share, "state", "ACTIVE".into()).await;
        app.set(share, "valid_to", app.now.into()).await;
        assert_eq!(count().await, 0, "over");
        app.set(share, "valid_to", (app.now + TimeDelta::seconds(1)).into())
            .await;
        assert_eq!(count().await, there, "in its last second");
        app.set(
            share,
            "valid_from",
            (app.now + TimeDelta::milliseconds(1)).into(),
        )
        .await;
        assert_eq!(count().await, 0, "not yet");
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_ends_during_a_request_is_not_in_its_answer() {
    let app = App::sqlite().await;
    let share = share_of("partner");
    let claims = app.claims("partner");
    // The request began a second ago; by the time it is answered the share has ended.
    let began = app.now - TimeDelta::seconds(1);
    app.set(share, "valid_to", app.now.into()).await;
    let answer = app
        .graph
        .execute(SHIFTS.into(), claims.as_ref(), began)
        .await;
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "EXPIRED");
    assert_eq!(answer["data"], Value::Null);
}

#[tokio::test]
async fn the_desensitised_display_is_what_the_share_says() {
    for app in App::each().await {
        let share = share_of("partner");
        let query = "{ volunteers(first: 1) { nodes { nameZh phone department { nameZh } } } }";
        let masked = app.data("partner", query).await["volunteers"]["nodes"][0].clone();
        assert!(masked["nameZh"].as_str().unwrap().ends_with("XX"));
        assert_eq!(masked["phone"], Value::Null);
        app.set(share, "desensitised", false.into()).await;
        let plain = app.data("partner", query).await["volunteers"]["nodes"][0].clone();
        assert!(!plain["nameZh"].as_str().unwrap().ends_with("XX"));
        assert_eq!(plain["phone"], Value::Null, "contacts were not shared");
        app.set(share, "field_groups", r#"["ROSTER","CONTACTS"]"#.into())
            .await;
        let contacts = app.data("partner", query).await["volunteers"]["nodes"][0].clone();
        assert!(contacts["phone"].is_string());
        app.database.close().await;
    }
}
