//! However much waits to be logged, it is held and written within bounds.

use std::sync::Arc;
use std::time::Duration;

use kaifong::app::{Stretch, verify};
use kaifong::audit::{Bearer, Disclosure, Section};
use kaifong::catalogue;
use kaifong::store::Store;
use kaifong::store::log::Pace;
use sea_orm::{ConnectionTrait, TransactionTrait};
use uuid::Uuid;

use super::logged::last;
use crate::app::App;

/// How many persons each shows: an eighth of a megabyte of pseudonyms.
const PERSONS: usize = 16 * 1024;
/// How many of those may wait: two megabytes.
const MOST: i64 = 16;
/// How many may be on their way, which then do not wait any more: half a megabyte, or one more.
const WRITTEN: i64 = 5;

fn shown(at: i64, rows: &[Uuid]) -> Disclosure {
    let of = catalogue::find("Volunteer").unwrap();
    Disclosure {
        at,
        kind: "Job",
        account: None,
        id: Some("bounded".to_owned()),
        roles: Vec::new(),
        organisations: Vec::new(),
        bearer: Bearer::default(),
        policy: String::new(),
        sections: vec![Section {
            of,
            full: 1,
            masked: 0,
            record: None,
            rows: rows.to_vec(),
        }],
    }
}

#[tokio::test]
async fn what_waits_is_bounded_by_its_bytes_and_written_whole() {
    for app in App::each().await {
        let store = Store::new(app.database.db.clone()).logging(Pace::Buffered {
            most: 4000,
            wait: Duration::from_millis(1),
        });
        let log = Arc::new(store.log().clone());
        let before = last(&store).await;
        let rows: Vec<Uuid> = (0..PERSONS).map(|_| Uuid::now_v7()).collect();
        // Somebody holds the head of the chain, so that nothing can be written.
        let held = app.database.another_connection().await;
        let held = held.begin().await.unwrap();
        let hold = "UPDATE audit_head SET number = number";
        held.execute_unprepared(hold).await.unwrap();
        let mut given = 0;
        let mut next = loop {
            let log = Arc::clone(&log);
            let one = shown(given, &rows);
            let mut next = tokio::spawn(async move { log.put(one).await });
            // So many are given however slow it is here; of those after, one is not.
            let soon = Duration::from_millis(if given < MOST { 60_000 } else { 500 });
            let soon = tokio::time::timeout(soon, &mut next);
            match soon.await {
                Ok(done) => done.unwrap().unwrap(),
                Err(_) => break next,
            }
            given += 1;
            assert!(given <= MOST + WRITTEN, "{}", app.database.name);
        };
        assert!(given >= MOST, "{given} on {}", app.database.name);
        assert_eq!(last(&store).await, before);
        held.rollback().await.unwrap();
        (&mut next).await.unwrap().unwrap();
        log.flush().await.unwrap();
        assert_eq!(last(&store).await, before + given.unsigned_abs() + 1);
        let whole = verify(&store, Stretch::default(), None, &|_| {}).await;
        assert!(whole.unwrap().holds, "{}", app.database.name);
        app.database.close().await;
    }
}
