//! What the log adds is no change of the data: whoever was known stays known. Every other commit is
//! seen as ever.

use std::sync::Arc;
use std::time::Duration;

use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Mark, Seal, Store};
use kaifong::viewer::PrincipalKind;
use sea_orm::ConnectionTrait;

use super::logged::last;
use crate::app::{App, noon};

const QUERY: &str = "{ volunteers(first: 3) { nodes { id nameZh } } }";

/// A commit of which viewers are made.
const CHANGE: &str = "UPDATE organisation SET revision = revision + 1";

/// The same app, with a store that watches and a graph that knows viewers again.
async fn watched(app: &mut App) {
    let store = Store::new(app.database.db.clone());
    let store = store.watched().await.unwrap();
    let (policies, limits) = (Policies::shipped().unwrap(), Limits::default());
    let graph = Graph::new(policies, store, Seal::new([7; 64]), limits, Arc::new(noon));
    app.graph = Arc::new(graph.knowing(Duration::from_secs(60)));
    while mark(app).is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn mark(app: &App) -> Option<Mark> {
    app.graph.store().watch().mark(PrincipalKind::User)
}

#[tokio::test]
async fn whoever_is_known_stays_known_when_answers_are_logged() {
    for mut app in App::each().await {
        watched(&mut app).await;
        let name = app.database.name;
        // The first answer gives its records their pseudonyms.
        app.data("coordinator", QUERY).await;
        let (known, before) = (mark(&app), last(app.graph.store()).await);
        assert!(known.is_some());
        for turn in 1..=20 {
            app.data("coordinator", QUERY).await;
            assert_eq!(last(app.graph.store()).await, before + turn, "{name}");
            assert_eq!(mark(&app), known, "{name}: nothing changed");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_others_commit_between_entries_of_the_log_is_seen() {
    for mut app in App::each().await {
        watched(&mut app).await;
        app.data("coordinator", QUERY).await;
        let other = app.database.another_connection().await;
        for _ in 0..10 {
            let before = mark(&app);
            other.execute_unprepared(CHANGE).await.unwrap();
            if app.database.name == "SQLite" {
                assert_ne!(mark(&app), before, "at once");
            }
            while mark(&app) == before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            app.data("coordinator", QUERY).await;
        }
        other.close().await.unwrap();
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_mark_is_had_while_the_log_waits_for_somebody_who_writes() {
    let mut app = App::sqlite().await;
    watched(&mut app).await;
    app.data("coordinator", QUERY).await;
    let before = last(app.graph.store()).await;
    let other = app.database.another_connection().await;
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let asked = {
        let (graph, claims) = (Arc::clone(&app.graph), app.claims("coordinator"));
        tokio::spawn(async move { graph.execute(QUERY.into(), claims.as_ref(), noon()).await })
    };
    for _ in 0..50 {
        assert!(mark(&app).is_some(), "whoever writes keeps nobody waiting");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(last(app.graph.store()).await, before);
    other.execute_unprepared("ROLLBACK").await.unwrap();
    other.close().await.unwrap();
    let answer = asked.await.unwrap();
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    assert_eq!(last(app.graph.store()).await, before + 1);
    app.database.close().await;
}
