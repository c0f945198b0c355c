//! What was answered under `strict` is in the log, whatever happens to the server.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{sleep, spawn};
use std::time::Duration;

use serde_json::{Value, json};

use super::command::audit;
use crate::databases::TestDatabase;
use crate::scratch::Scratch;
use crate::served::Server;

const QUERY: &str = "{ volunteers(first: 2) { nodes { id nameZh phone } } }";

fn survives(scratch: &Scratch, database: &str) {
    std::fs::write(scratch.path("kaifong.toml"), "audit = \"strict\"\n").unwrap();
    let (server, site) = Server::first(scratch, &[], database).expect("it starts");
    let mut server = Some(server);
    let count = || {
        let (code, text, _) = audit(scratch, database, &["verify", "--format", "json"]);
        assert_eq!(code, 0, "{text}");
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(found["holds"], true);
        usize::try_from(found["entries"].as_u64().unwrap()).unwrap()
    };
    for _ in 0..2 {
        let running = Arc::new(server.take().unwrap());
        let before = count();
        let (stop, answered) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let asking: Vec<_> = (0..8)
            .map(|_| {
                let (server, token) = (Arc::clone(&running), site.token.clone());
                let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
                spawn(move || {
                    while !stop.load(SeqCst) {
                        if let Some((200, answer)) = server.ask(&token, QUERY, json!({})) {
                            assert!(answer["data"]["volunteers"]["nodes"][0]["phone"].is_string());
                            answered.fetch_add(1, SeqCst);
                        }
                    }
                })
            })
            .collect();
        while answered.load(SeqCst) < 100 {
            sleep(Duration::from_millis(1));
        }
        let pid = running.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-KILL", &pid])
                .status()
                .unwrap()
                .success()
        );
        while running.get("/healthz").is_some() {
            sleep(Duration::from_millis(1));
        }
        stop.store(true, SeqCst);
        asking.into_iter().for_each(|asking| asking.join().unwrap());
        Arc::into_inner(running).expect("the last").kill();
        let (given, logged) = (answered.load(SeqCst), count() - before);
        // One more may have been kept for each client whose answer was on its way.
        assert!(
            (given..=given + 8).contains(&logged),
            "{given} given, {logged} logged"
        );
        server = Some(Server::again(scratch, &site));
    }
}

#[test]
fn every_answer_that_was_given_is_logged_after_kill_9_on_sqlite() {
    survives(&Scratch::new(), "sqlite:data/kaifong.db");
}

#[tokio::test]
async fn every_answer_that_was_given_is_logged_after_kill_9_on_postgresql() {
    for database in TestDatabase::each().await {
        if database.name == "PostgreSQL" {
            let (scratch, url) = (Scratch::new(), database.url().to_owned());
            let kills = move || survives(&scratch, &url);
            tokio::task::spawn_blocking(kills).await.unwrap();
        }
        database.close().await;
    }
}
