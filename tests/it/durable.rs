//! What was acknowledged is there afterwards, whatever happens to the server or the database; and
//! nothing is half done.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::json;

use crate::cluster::Cluster;
use crate::databases::TestDatabase;
use crate::scratch::Scratch;
use crate::served::{Load, Outcome, Server, Site, acknowledged};

const READ: &str = "{ partnerships(first: 1) { nodes { id } } }";

/// Kills the server in the middle of writes, three times, and looks for each that was acknowledged.
fn survives_kills(scratch: &Scratch, database: &str) {
    let (server, site) = Server::first(scratch, &[], database).expect("it starts");
    let mut server = Some(server);
    let mut all = BTreeSet::new();
    for round in 0..3 {
        let running = Arc::new(server.take().unwrap());
        let load = Load::on(&running, &site, &round.to_string());
        load.until_done(40);
        let pid = running.child.id().to_string();
        // Not through the handle, which the clients hold as well.
        let killed = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
        assert!(killed.success());
        while running.get("/healthz").is_some() {
            sleep(Duration::from_millis(1));
        }
        let outcomes = load.stop();
        let whole = |o: &Outcome| matches!(o, Outcome::Done(_) | Outcome::None);
        assert!(outcomes.iter().all(whole), "{outcomes:?}");
        all.extend(acknowledged(&outcomes));
        Arc::into_inner(running).expect("the last").kill();
        let again = Server::again(scratch, &site);
        let (start, count) = (again.start, all.len());
        eprintln!("ready {start:?} after kill -9; {count} writes were acknowledged");
        site.holds(&again, &all);
        server = Some(again);
    }
    assert!(matches!(
        site.write(&server.unwrap(), "last"),
        Outcome::Done(_)
    ));
}

#[test]
fn every_acknowledged_write_survives_kill_9_on_sqlite() {
    let scratch = Scratch::new();
    survives_kills(&scratch, "sqlite:data/kaifong.db");
    sound(&scratch.path("data/kaifong.db"));
}

#[tokio::test]
async fn every_acknowledged_write_survives_kill_9_on_postgresql() {
    for database in TestDatabase::each().await {
        if database.name == "PostgreSQL" {
            let (scratch, url) = (Scratch::new(), database.url().to_owned());
            let kills = move || survives_kills(&scratch, &url);
            tokio::task::spawn_blocking(kills).await.unwrap();
        }
        database.close().await;
    }
}

/// Asserts that a SQLite file is whole.
fn sound(path: &Path) {
    let file = Connection::open(path).unwrap();
    let check = file.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(check.unwrap(), "ok");
    let strays = file.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
        row.get::<_, i64>(0)
    });
    assert_eq!(strays.unwrap(), 0);
}

#[test]
fn a_database_that_goes_away_and_returns_is_told_of_and_found_again() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let scratch = Scratch::new();
    let (server, site) = Server::first(&scratch, &[], &cluster.url()).expect("it starts");
    let server = Arc::new(server);
    let mut all = BTreeSet::new();
    for round in 0..2 {
        let load = Load::on(&server, &site, &round.to_string());
        load.until_done(20);
        cluster.crash();
        // Whatever still runs ends with the code; then there is no viewer, and the status says so.
        loop {
            let (status, answer) = server.ask(&site.token, READ, json!({})).expect("an answer");
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(*code, "UNAVAILABLE", "{answer}");
            assert!(!answer.to_string().contains("sql"), "{answer}");
            if status == 503 {
                break;
            }
        }
        assert_eq!(server.get("/readyz"), Some(503));
        assert_eq!(server.get("/healthz"), Some(200), "the process lives");
        let lost = site.write(&server, "lost");
        assert_eq!(lost, Outcome::Refused(503, "UNAVAILABLE".into()));
        cluster.go();
        let back = Instant::now();
        load.until_done(1);
        eprintln!(
            "wrote again {:?} after the database was back",
            back.elapsed()
        );
        load.until_done(20);
        let outcomes = load.stop();
        for outcome in &outcomes {
            let told = match outcome {
                Outcome::Done(_) => true,
                Outcome::Refused(status, code) => {
                    [200, 503].contains(status) && code == "UNAVAILABLE"
                }
                Outcome::None => false,
            };
            assert!(told, "{outcome:?}");
        }
        all.extend(acknowledged(&outcomes));
        site.holds(&server, &all);
        assert_eq!(server.get("/readyz"), Some(200));
    }
}

#[test]
fn a_file_that_another_process_writes_for_too_long_is_busy_and_can_be_read() {
    let scratch = Scratch::new();
    let (server, site) = Server::first(&scratch, &[], "sqlite:data/kaifong.db").expect("it starts");
    let other = Connection::open(scratch.path("data/kaifong.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let busy = site.write(&server, "busy");
    assert_eq!(busy, Outcome::Refused(200, "UNAVAILABLE".into()));
    let (status, answer) = server.ask(&site.token, READ, json!({})).unwrap();
    assert_eq!((status, answer.get("errors")), (200, None));
    other.execute_batch("ROLLBACK").unwrap();
    let done = site.write(&server, "free");
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    site.holds(&server, &acknowledged(&[done]).collect());
}

/// Writes until there is no room; then makes room, and all goes on.
fn without_room(server: &Server, site: &Site, make_room: impl FnOnce()) {
    let full = Outcome::Refused(200, "STORAGE_FULL".into());
    let mut all = BTreeSet::new();
    let mut count = 0;
    loop {
        let outcome = site.write(server, &format!("full {count}"));
        if outcome == full {
            break;
        }
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        all.extend(acknowledged(&[outcome]));
        count += 1;
        assert!(count < 20_000, "there is no end of room");
    }
    // A connection that failed once or twice must not pretend later on. (What SQLite tidies up in
    // between may make room for a little more.)
    for again in 0..30 {
        let outcome = site.write(server, &format!("full {again}"));
        assert!(
            outcome == full || matches!(outcome, Outcome::Done(_)),
            "{outcome:?}"
        );
        all.extend(acknowledged(&[outcome]));
    }
    assert_eq!(server.get("/readyz"), Some(200));
    site.holds(server, &all);
    make_room();
    for again in 0..30 {
        let done = site.write(server, &format!("room {again}"));
        assert!(matches!(done, Outcome::Done(_)), "{done:?}");
        all.extend(acknowledged(&[done]));
    }
    site.holds(server, &all);
}

#[test]
fn a_file_that_may_not_grow_is_full_and_can_be_read() {
    let scratch = Scratch::new();
    // Too large a file would be a signal that ends the process, if it were not ignored.
    let ignoring = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let (server, site) =
        Server::first(&scratch, &ignoring, "sqlite:data/kaifong.db").expect("it starts");
    let limit = |bytes: &str| {
        let pid = format!("--pid={}", server.child.id());
        let fsize = format!("--fsize={bytes}:");
        let set = Command::new("prlimit").args([pid, fsize]).status().unwrap();
        assert!(set.success());
    };
    limit("131072");
    without_room(&server, &site, || limit("unlimited"));
    server.kill();
    sound(&scratch.path("data/kaifong.db"));
}

#[test]
fn a_disk_that_is_full_is_told_of_and_can_be_read() {
    let scratch = Scratch::new();
    let disk = scratch.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let disk = disk.to_str().unwrap();
    let mount = format!("mount -t tmpfs -o size=32m tmpfs '{disk}' && exec \"$@\"");
    let around = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        &mount,
        "sh",
    ];
    let database = format!("sqlite:{disk}/kaifong.db");
    let Some((server, site)) = Server::first(&scratch, &around, &database) else {
        // What a limit of the file's size does is tested everywhere; this is the same with a disk.
        eprintln!("skipped: a full disk, since this machine lets nobody mount one");
        return;
    };
    // Other processes see the disk through the server's eyes.
    let filler = format!("/proc/{}/root{disk}/filler", server.child.id());
    let filler = PathBuf::from(filler);
    let mut file = File::create(&filler).unwrap();
    let page = [0; 4096];
    while file.write_all(&page).is_ok() {}
    drop(file);
    without_room(&server, &site, || std::fs::remove_file(&filler).unwrap());
}
