//! The time of a request: when it is over, or nobody waits any more, the database is idle again.

use std::time::Duration;

use axum::http::header;
use kaifong::demo::{self, DemoToken};
use kaifong::viewer::Claims;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::databases::{TestDatabase, skip};
use crate::http_rig::{Reply, Rig, post, refused};

/// Makes every statement that reads a volunteer take half a minute.
const SLOW: [&str; 2] = [
    "ALTER TABLE volunteer RENAME TO volunteer_kept",
    "CREATE VIEW volunteer AS SELECT kept.* FROM volunteer_kept AS kept, pg_sleep(30)",
];

/// The statements that run in this database, our own question aside.
async fn running(db: &DatabaseConnection) -> usize {
    let statement = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
                     AND state = 'active' AND pid <> pg_backend_pid()";
    let rows = db.query_all_raw(sea_orm::Statement::from_string(
        db.get_database_backend(),
        statement,
    ));
    rows.await.unwrap().len()
}

/// Waits until there are so many; a statement that nobody ends runs for half a minute.
async fn wait_for(db: &DatabaseConnection, wanted: usize) {
    for _ in 0..200 {
        if running(db).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there are {} statements, not {wanted}", running(db).await);
}

async fn ask(rig: &Rig, query: &str) -> Reply {
    let holder = demo::holders()
        .into_iter()
        .find(|holder| holder.role == "administrator");
    let DemoToken::User { account_id, .. } = holder.unwrap().kind else {
        panic!("the administrator is a person");
    };
    let hour = Duration::from_secs(3600);
    let claims = Claims::of_user(&account_id.to_string(), rig.now, hour);
    let bearer = format!("Bearer {}", rig.keys.sign(&claims).unwrap());
    let request = post().header(header::AUTHORIZATION, bearer);
    let body = serde_json::json!({ "query": query }).to_string();
    rig.send(request.body(body.into()).unwrap()).await
}

/// A server on PostgreSQL whose volunteers are slow to read.
async fn slow(settings: &str) -> Option<(Rig, TestDatabase)> {
    let database = TestDatabase::each().await.pop()?;
    let Some(url) = database.server_url() else {
        skip("the end of statements", "KAIFONG_TEST_POSTGRES is not set");
        return None;
    };
    let rig = Rig::new(&format!("database_url = {url:?}\n{settings}")).await;
    for statement in SLOW {
        database.db.execute_unprepared(statement).await.unwrap();
    }
    Some((rig, database))
}

const VOLUNTEERS: &str = "{ volunteers { nodes { id nameZh } } }";

#[tokio::test]
async fn a_request_that_takes_too_long_leaves_no_statement_behind() {
    let Some((rig, database)) = slow("request_timeout = \"700ms\"").await else {
        return;
    };
    let reply = ask(&rig, VOLUNTEERS).await;
    assert_eq!(reply.refusal(), refused(503, "TIMEOUT"));
    wait_for(&database.db, 0).await;
    let reply = ask(&rig, "{ viewer { id } }").await;
    assert!(
        reply.json()["data"]["viewer"]["id"].is_string(),
        "{}",
        reply.json()
    );
    database.close().await;
}

#[tokio::test]
async fn a_request_for_which_nobody_waits_leaves_no_statement_behind() {
    let Some((rig, database)) = slow("request_timeout = \"1m\"").await else {
        return;
    };
    // More than there are connections: none of them is lost.
    for _ in 0..10 {
        tokio::select! {
            reply = ask(&rig, VOLUNTEERS) => panic!("{}", reply.json()),
            () = wait_for(&database.db, 1) => {}
        }
        wait_for(&database.db, 0).await;
    }
    let reply = ask(&rig, "{ viewer { id } }").await;
    assert!(
        reply.json()["data"]["viewer"]["id"].is_string(),
        "{}",
        reply.json()
    );
    database.close().await;
}
