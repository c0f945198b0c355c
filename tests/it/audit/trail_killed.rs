//! What was acknowledged is in the trail, and what is in the trail was done, whatever happens to the
//! server.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use kaifong::app::{Stretch, verify};
use kaifong::audit::{Entry, Said};
use kaifong::graphql::decode_id;
use kaifong::store::{Store, Terms, connect};
use uuid::Uuid;

use super::logged::rows;
use crate::databases::TestDatabase;
use crate::scratch::Scratch;
use crate::served::{Load, Server, acknowledged};

/// Kills the server in the middle of writes, twice; what was acknowledged.
fn killed(scratch: &Scratch, database: &str) -> BTreeSet<Uuid> {
    let (server, site) = Server::first(scratch, &[], database).expect("it starts");
    let (mut server, mut all) = (Some(server), BTreeSet::new());
    for round in 0..2 {
        let running = Arc::new(server.take().unwrap());
        let load = Load::on(&running, &site, &round.to_string());
        load.until_done(40);
        let pid = running.child.id().to_string();
        let killed = Command::new("kill").args(["-KILL", &pid]).status();
        assert!(killed.unwrap().success());
        while running.get("/healthz").is_some() {
            sleep(Duration::from_millis(1));
        }
        let outcomes = load.stop();
        all.extend(acknowledged(&outcomes).map(|id| decode_id(&id).unwrap().1));
        Arc::into_inner(running).expect("the last").kill();
        server = Some(Server::again(scratch, &site));
    }
    server.unwrap().kill();
    all
}

/// The shares and scopes that the trail says were made, and those that are there.
async fn both_hold(database: &str, acknowledged: &BTreeSet<Uuid>) {
    let db = connect(database, Terms::default()).await.unwrap();
    let store = Store::new(db.clone());
    let found = verify(&store, Stretch::default(), None, &|_| {}).await;
    let found = found.unwrap();
    assert!(found.holds, "{found:?}");
    let mut told: BTreeSet<(String, Uuid)> = BTreeSet::new();
    let mut last = 0;
    loop {
        let some = store.trail_after(last, u64::MAX >> 1).await.unwrap();
        for (number, _, body, _) in &some {
            last = *number;
            let Said::Changed(turned) = Entry::from_bytes(body).unwrap().said else {
                panic!("no change");
            };
            if turned.made && turned.deed == "Partnership.create" {
                let new = told.insert((turned.of.to_string(), turned.id.unwrap()));
                assert!(new, "made twice");
            }
        }
        if some.is_empty() {
            break;
        }
    }
    let mut there: BTreeSet<(String, Uuid)> = BTreeSet::new();
    let written = "SELECT id FROM partnership WHERE purpose LIKE 'write %'";
    for (of, query) in [
        ("Partnership", written.to_owned()),
        (
            "PartnershipScope",
            format!("SELECT id FROM partnership_scope WHERE partnership_id IN ({written})"),
        ),
        (
            "PartnershipStep",
            format!("SELECT id FROM partnership_step WHERE partnership_id IN ({written})"),
        ),
    ] {
        let found = rows(&db, &query).await;
        there.extend(
            found
                .iter()
                .map(|row| (of.to_owned(), row.try_get_by_index(0).unwrap())),
        );
    }
    assert_eq!(
        told, there,
        "each change has its entry, each entry its change"
    );
    assert!(acknowledged.len() >= 80, "{}", acknowledged.len());
    for id in acknowledged {
        assert!(told.contains(&("Partnership".to_owned(), *id)), "{id}");
    }
    db.close().await.unwrap();
}

#[tokio::test]
async fn each_acknowledged_change_is_in_the_trail_after_kill_9_on_sqlite() {
    let scratch = Scratch::new();
    let file = format!("sqlite:{}", scratch.path("data/kaifong.db").display());
    let kills = move || (killed(&scratch, "sqlite:data/kaifong.db"), scratch);
    let (all, _scratch) = tokio::task::spawn_blocking(kills).await.unwrap();
    both_hold(&file, &all).await;
}

#[tokio::test]
async fn each_acknowledged_change_is_in_the_trail_after_kill_9_on_postgresql() {
    for database in TestDatabase::each().await {
        if database.name == "PostgreSQL" {
            let url = database.url().to_owned();
            let kills = move || killed(&Scratch::new(), &url);
            let all = tokio::task::spawn_blocking(kills).await.unwrap();
            both_hold(database.url(), &all).await;
        }
        database.close().await;
    }
}
