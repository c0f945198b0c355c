//! `kill -9` in the middle of an erasure: the person is whole afterwards, or gone.

use std::process::Command;
use std::sync::Arc;
use std::thread::{sleep, spawn};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};

use crate::databases::TestDatabase;
use crate::scratch::Scratch;
use crate::served::Server;

const ERASE: &str =
    "mutation($i: VolunteerEraseInput!) { volunteerErase(input: $i) { userErrors { code } } }";

/// Where the erasure is when the server is killed: at the first row that goes, and at the last step.
const MOMENTS: [&str; 2] = ["DELETE ON membership", "INSERT ON erasure"];

/// Everything that hangs on the demo's volunteer who signs in, as far as one can count it.
const WHOLE: &str = "SELECT \
    (SELECT COUNT(*) FROM volunteer v JOIN account a ON a.id = v.account_id WHERE v.name_zh IS NOT NULL) || '/' || \
    (SELECT COUNT(*) FROM certificate) || '/' || (SELECT COUNT(*) FROM consent) || '/' || \
    (SELECT COUNT(*) FROM membership) || '/' || (SELECT COUNT(*) FROM erasure) || '/' || \
    (SELECT COUNT(*) FROM account WHERE name_zh IS NOT NULL) || '/' || \
    (SELECT COUNT(*) FROM assignment s JOIN volunteer v ON v.id = s.volunteer_id WHERE v.account_id IS NOT NULL)";

async fn told(database: &DatabaseConnection, sql: &str) -> String {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Has the database stay for some seconds at a moment of the erasure.
async fn stay(database: &DatabaseConnection, moment: &str) {
    let table = moment.rsplit(' ').next().unwrap();
    let sql = match database.get_database_backend() {
        DbBackend::Sqlite => format!(
            "CREATE TRIGGER stay AFTER {moment} BEGIN \
             SELECT COUNT(*) FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200000000) SELECT n FROM c); END"
        ),
        _ => format!(
            "CREATE OR REPLACE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_sleep(6); RETURN NULL; END $$; \
             CREATE TRIGGER stay AFTER {moment} FOR EACH STATEMENT EXECUTE FUNCTION stay()"
        ),
    };
    assert!(!table.is_empty());
    database.execute_unprepared(&sql).await.unwrap();
}

async fn go_on(database: &DatabaseConnection, moment: &str) {
    let table = moment.rsplit(' ').next().unwrap();
    let sql = match database.get_database_backend() {
        DbBackend::Sqlite => "DROP TRIGGER stay".to_owned(),
        _ => format!("DROP TRIGGER stay ON {table}"),
    };
    database.execute_unprepared(&sql).await.unwrap();
}

fn serve(scratch: &Scratch, database: &str) -> Arc<Server> {
    let settings = [("KAIFONG_DATABASE_WAIT", "1s")];
    let server = Server::start(scratch, &[], &["serve"], database, &settings);
    Arc::new(server.expect("it starts"))
}

fn kill(server: Arc<Server>) {
    let pid = server.child.id().to_string();
    let killed = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
    assert!(killed.success());
    while server.get("/healthz").is_some() {
        sleep(Duration::from_millis(1));
    }
}

async fn survives(scratch: Scratch, url: String, seen: String) {
    let settings = [("KAIFONG_DATABASE_WAIT", "1s")];
    let command = ["demo", "--tokens", "tokens.json"];
    let server = Server::start(&scratch, &[], &command, &url, &settings).expect("it starts");
    let tokens = std::fs::read_to_string(scratch.path("tokens.json")).unwrap();
    let tokens: Value = serde_json::from_str(&tokens).unwrap();
    let token = tokens["privacy_officer"].as_str().unwrap().to_owned();
    let own = tokens["volunteer"].as_str().unwrap().to_owned();
    let query = "{ volunteers(first: 50) { nodes { id viewerCanChange } } }";
    let (_, answer) = server.ask(&own, query, json!({})).unwrap();
    let nodes = answer["data"]["volunteers"]["nodes"].as_array().unwrap();
    let mine = nodes.iter().find(|node| node["viewerCanChange"] == true);
    let mine = mine.unwrap_or_else(|| panic!("{answer}"))["id"].clone();
    server.kill();
    let database = Database::connect(&seen).await.unwrap();
    let before = told(&database, WHOLE).await;
    let input = json!({ "i": { "id": mine, "ground": "REQUEST" } });
    for moment in MOMENTS {
        stay(&database, moment).await;
        let server = serve(&scratch, &url);
        let (asked, token, input) = (Arc::clone(&server), token.clone(), input.clone());
        let request = spawn(move || asked.ask(&token, ERASE, input));
        sleep(Duration::from_millis(1500));
        assert!(!request.is_finished(), "{moment}: it is in the middle");
        kill(server);
        assert_eq!(request.join().unwrap(), None, "{moment}: no answer");
        // The rest of the statement ends, and nobody commits it.
        go_on(&database, moment).await;
        assert_eq!(told(&database, WHOLE).await, before, "{moment}: whole");
    }
    let server = serve(&scratch, &url);
    let (status, answer) = server.ask(&token, ERASE, input).expect("an answer");
    // Acknowledged, and killed at once.
    kill(server);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        answer["data"]["volunteerErase"]["userErrors"],
        json!([]),
        "{answer}"
    );
    assert_ne!(told(&database, WHOLE).await, before);
    let gone = "SELECT CAST(COUNT(*) AS TEXT) FROM erasure WHERE kind = 'Volunteer'";
    assert_eq!(told(&database, gone).await, "1");
    database.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_whole_or_gone_after_kill_9_on_sqlite() {
    let scratch = Scratch::new();
    let file = scratch.path("data/kaifong.db");
    let seen = format!("sqlite:{}?mode=rw", file.display());
    survives(scratch, "sqlite:data/kaifong.db".to_owned(), seen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_whole_or_gone_after_kill_9_on_postgresql() {
    for database in TestDatabase::each().await {
        if database.name == "PostgreSQL" {
            let url = database.url().to_owned();
            survives(Scratch::new(), url.clone(), url).await;
        }
        database.close().await;
    }
}
