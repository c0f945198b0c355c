//! Servers beside each other write one chain.

use std::sync::Arc;

use kaifong::app::{Stretch, verify};
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Seal, Store};

use super::logged::{entries, last};
use crate::app::{App, noon};

/// How many answers each server gives, at once.
const ANSWERS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_write_one_chain_and_no_entry_is_lost_or_there_twice() {
    for app in App::each().await {
        let before = last(app.graph.store()).await;
        let mut asking = Vec::new();
        for server in 0..2 {
            let database = app.database.another_connection().await;
            let (policies, limits) = (Policies::shipped().unwrap(), Limits::default());
            let (store, seal) = (Store::new(database), Seal::new([7; 64]));
            let graph = Arc::new(Graph::new(policies, store, seal, limits, Arc::new(noon)));
            for number in 0..ANSWERS {
                let graph = Arc::clone(&graph);
                let mut claims = app.claims("coordinator").unwrap();
                claims.purpose = Some(format!("{server}/{number}"));
                asking.push(tokio::spawn(async move {
                    // Not all the same records, so that both make keys for some.
                    let first = 1 + number % 7;
                    let query = format!("{{ volunteers(first: {first}, offset: {number}) {{ nodes {{ id nameZh }} }} }}");
                    let request = async_graphql::Request::new(query);
                    let response = graph.execute(request, Some(&claims), noon()).await;
                    assert!(response.errors.is_empty(), "{:?}", response.errors);
                    claims.purpose.unwrap()
                }));
            }
        }
        let mut given = Vec::new();
        for answer in asking {
            given.push(answer.await.unwrap());
        }
        let entries = entries(app.graph.store(), before).await;
        let mut logged: Vec<String> = entries
            .into_iter()
            .filter_map(|(_, entry)| entry.purpose)
            .collect();
        given.sort();
        logged.sort();
        // Beyond the last volunteer an answer shows none, and is not logged.
        assert!(logged.len() > ANSWERS);
        assert!(logged.iter().all(|purpose| given.contains(purpose)));
        let mut once = logged.clone();
        once.dedup();
        assert_eq!(once, logged, "none twice");
        for number in 0..20 {
            for server in 0..2 {
                assert!(
                    logged.contains(&format!("{server}/{number}")),
                    "{server}/{number}"
                );
            }
        }
        let whole = verify(app.graph.store(), Stretch::default(), None, &|_| {})
            .await
            .unwrap();
        assert!(whole.holds, "{whole:?}");
        app.database.close().await;
    }
}
