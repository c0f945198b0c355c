//! When an answer is given, and when not: strictly logged, or buffered within bounds.

use std::sync::Arc;
use std::time::Duration;

use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::log::Pace;
use kaifong::store::{Seal, Store};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use serde_json::Value;

use super::logged::{last, rows};
use crate::app::{App, noon};

const QUERY: &str = "{ volunteers(first: 1) { nodes { id nameZh } } }";
const LONG: Duration = Duration::from_secs(3600);

/// The same app, whose log is written at this pace.
fn paced(app: &mut App, pace: Pace) {
    let store = Store::new(app.database.db.clone()).logging(pace);
    let (policies, limits) = (Policies::shipped().unwrap(), Limits::default());
    let graph = Graph::new(policies, store, Seal::new([7; 64]), limits, Arc::new(noon));
    app.graph = Arc::new(graph);
}

/// A transaction that holds the chain's head.
async fn begin(database: &DatabaseConnection) -> DatabaseTransaction {
    let transaction = database.begin().await.unwrap();
    let hold = "UPDATE audit_head SET number = number";
    transaction.execute_unprepared(hold).await.unwrap();
    transaction
}

/// Takes the log's table away, and gives it back.
async fn break_log(app: &App, broken: bool) {
    let names = match broken {
        true => "audit_entry RENAME TO gone",
        false => "gone RENAME TO audit_entry",
    };
    let alter = format!("ALTER TABLE {names}");
    app.database.db.execute_unprepared(&alter).await.unwrap();
}

fn refused(answer: &Value) -> bool {
    let code = &answer["errors"][0]["extensions"]["code"];
    let none = answer["data"].is_null();
    assert!(!none || !answer.to_string().contains("nameZh"), "{answer}");
    none && code.is_string()
}

#[tokio::test]
async fn an_answer_that_cannot_be_logged_is_not_given() {
    for app in App::each().await {
        app.data("coordinator", QUERY).await;
        let before = last(app.graph.store()).await;
        break_log(&app, true).await;
        assert!(
            refused(&app.ask("coordinator", QUERY).await),
            "{}",
            app.database.name
        );
        // What shows no person is answered as ever.
        app.data("coordinator", "{ shifts(first: 1) { nodes { id } } }")
            .await;
        break_log(&app, false).await;
        app.data("coordinator", QUERY).await;
        assert_eq!(last(app.graph.store()).await, before + 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_change_whose_answer_cannot_be_logged_says_that_it_may_have_been_made() {
    let app = App::sqlite().await;
    let data = app
        .data("administrator", "{ volunteers(first: 1) { nodes { id } } }")
        .await;
    let id = data["volunteers"]["nodes"][0]["id"].clone();
    break_log(&app, true).await;
    let change = "mutation($input: VolunteerChangeInput!) { volunteerChange(input: $input) {
        volunteer { district } userErrors { code } } }";
    let input = serde_json::json!({ "input": { "id": id, "district": "Islands" } });
    let answer = app.ask_with("administrator", change, input).await;
    assert!(answer["data"].is_null() && answer["errors"][0]["extensions"]["code"].is_string());
    break_log(&app, false).await;
    app.database.close().await;
}

#[tokio::test]
async fn buffered_entries_wait_and_no_more_of_them_than_may_be_lost() {
    for mut app in App::each().await {
        let before = last(app.graph.store()).await;
        paced(
            &mut app,
            Pace::Buffered {
                most: 4,
                wait: LONG,
            },
        );
        app.data("coordinator", QUERY).await;
        assert_eq!(last(app.graph.store()).await, before, "it waits");
        // Half of what may wait is written without waiting for more.
        app.data("coordinator", QUERY).await;
        while last(app.graph.store()).await != before + 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // While somebody else holds the log, nothing is written.
        let held = app.database.another_connection().await;
        let held = begin(&held).await;
        for _ in 0..4 {
            app.data("coordinator", QUERY).await;
        }
        // The next would be one too many: it waits until they are written, which they are not yet.
        let next = app.ask("coordinator", QUERY);
        let mut next = Box::pin(next);
        let soon = tokio::time::timeout(Duration::from_millis(300), &mut next);
        assert!(soon.await.is_err(), "{}", app.database.name);
        held.rollback().await.unwrap();
        assert!(next.await.get("errors").is_none());
        assert!(last(app.graph.store()).await >= before + 6);
        app.database.close().await;
    }
}

#[tokio::test]
async fn buffered_entries_are_written_in_time_and_at_the_end() {
    for mut app in App::each().await {
        let before = last(app.graph.store()).await;
        let wait = Duration::from_millis(20);
        paced(&mut app, Pace::Buffered { most: 100, wait });
        for _ in 0..5 {
            app.data("coordinator", QUERY).await;
        }
        app.graph.store().log().flush().await.unwrap();
        assert_eq!(last(app.graph.store()).await, before + 5);
        app.database.close().await;
    }
}

#[tokio::test]
async fn while_the_log_fails_nothing_more_is_given_and_what_was_given_is_kept_later() {
    for mut app in App::each().await {
        app.data("coordinator", QUERY).await;
        let before = last(app.graph.store()).await;
        let wait = Duration::from_millis(20);
        paced(&mut app, Pace::Buffered { most: 100, wait });
        break_log(&app, true).await;
        app.data("coordinator", QUERY).await;
        let failing = async {
            while !refused(&app.ask("coordinator", QUERY).await) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        failing.await;
        let given = rows(&app.database.db, "SELECT number FROM gone")
            .await
            .len();
        assert_eq!(given as u64, before);
        break_log(&app, false).await;
        app.graph.store().log().flush().await.unwrap();
        assert!(
            last(app.graph.store()).await > before,
            "the first was given, and is kept"
        );
        app.database.close().await;
    }
}
