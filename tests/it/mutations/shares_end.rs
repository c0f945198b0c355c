//! When a share is over nothing more is told under it: not the next page, not the next event, not the
//! answer that is being made; here and at other servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use async_graphql::Request;
use chrono::{DateTime, TimeDelta, Utc};
use kaifong::demo;
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Heard, Seal, Store};
use kaifong::viewer::PrincipalKind;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};

use super::shares_live::Offer;
use super::{account, done};
use crate::app::{App, noon};
use crate::asking::{code, literal, nodes, row};
use crate::databases::TestDatabase;
use crate::live::{begin, heard, silent};

/// A watched graph over a database, whose clock is so many seconds past noon.
pub async fn graph(db: &DatabaseConnection, seconds: &Arc<AtomicI64>) -> Arc<Graph> {
    let store = Store::new(db.clone()).watched().await.unwrap();
    let seconds = Arc::clone(seconds);
    let clock = move || noon() + TimeDelta::seconds(seconds.load(SeqCst));
    let policies = Policies::shipped().unwrap();
    let (seal, limits) = (Seal::new([7; 64]), Limits::default());
    let graph = Graph::new(policies, store, seal, limits, Arc::new(clock));
    let graph = Arc::new(graph.knowing(Duration::from_secs(3600)));
    while graph.store().watch().mark(PrincipalKind::Partner).is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    graph
}

/// The demo under such a graph.
pub async fn watched(database: TestDatabase) -> (App, Arc<AtomicI64>) {
    demo::load(&database.db, noon()).await.unwrap();
    let seconds = Arc::new(AtomicI64::new(0));
    let graph = graph(&database.db, &seconds).await;
    let now = noon();
    (
        App {
            database,
            graph,
            now,
        },
        seconds,
    )
}

async fn asked(graph: &Graph, offer: &Offer, app: &App, query: &str, now: DateTime<Utc>) -> Value {
    let claims = offer.token(app).await;
    let answer = graph.execute(Request::new(query), Some(&claims), now).await;
    serde_json::to_value(answer).unwrap()
}

const COUNT: &str = "{ shifts(first: 1) { totalCount } }";

async fn count(graph: &Graph, offer: &Offer, app: &App) -> u64 {
    let answer = asked(graph, offer, app, COUNT, graph.now()).await;
    answer["data"]["shifts"]["totalCount"].as_u64().unwrap()
}

fn page(after: Option<&Value>) -> String {
    let after = after.map_or(String::new(), |cursor| format!("after: {cursor}"));
    format!(
        "{{ shifts(first: 2, orderBy: {{field: STARTS_AT}} {after}) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
    )
}

/// How many rows an answer has, be it an error or not.
fn rows(answer: &Value) -> usize {
    let found = answer["data"]["shifts"]["nodes"].as_array();
    found.map_or(0, Vec::len)
}

#[tokio::test]
async fn after_the_instant_the_next_page_has_nothing() {
    for database in TestDatabase::each().await {
        let (app, seconds) = watched(database).await;
        let to = (noon() + TimeDelta::seconds(60)).to_rfc3339();
        let offer = Offer::accepted(&app, json!({ "validTo": to })).await;
        let at = |second| noon() + TimeDelta::seconds(second);
        let first = asked(&app.graph, &offer, &app, &page(None), at(0)).await;
        assert_eq!(rows(&first), 2, "{first}");
        let cursor = &first["data"]["shifts"]["pageInfo"]["endCursor"];
        for (second, there) in [(59, 2), (60, 0), (61, 0)] {
            seconds.store(second, SeqCst);
            let next = asked(&app.graph, &offer, &app, &page(Some(cursor)), at(second)).await;
            assert_eq!(rows(&next), there, "second {second}: {next}");
            let again = asked(&app.graph, &offer, &app, &page(None), at(second)).await;
            assert_eq!(rows(&again), there, "second {second}");
        }
        seconds.store(0, SeqCst);
        // So with one that is suspended or revoked between two pages, and back.
        let next = async || {
            let next = asked(&app.graph, &offer, &app, &page(Some(cursor)), at(0)).await;
            rows(&next)
        };
        for (verb, there) in [("Suspend", 0), ("Resume", 2), ("Revoke", 0)] {
            offer.does(&app, &offer.partner, verb, json!({})).await;
            assert_eq!(next().await, there, "{verb}");
        }
        drop(app.graph);
        app.database.close().await;
    }
}

#[tokio::test]
async fn after_the_instant_no_event_is_heard() {
    for database in TestDatabase::each().await {
        let (app, seconds) = watched(database).await;
        let to = (noon() + TimeDelta::seconds(60)).to_rfc3339();
        let offer = Offer::accepted(&app, json!({ "validTo": to })).await;
        let shift = asked(&app.graph, &offer, &app, &page(None), noon()).await;
        let shift = nodes(&shift["data"]["shifts"])[0]["id"].clone();
        let query = "subscription { shiftChanged { id place } }";
        let mut partner = begin(&app.graph, query, Some(offer.token(&app).await)).await;
        let mut lead = begin(&app.graph, query, app.claims("coordinator")).await;
        let mut places = 0;
        // Before and after: what was heard under the share, and by the lead in any case.
        let mut moves = async |there: bool| {
            places += 1;
            let place = format!("place {places}");
            let input = json!({ "id": shift, "place": place });
            done(&app, "coordinator", "shiftChange", "place", &input).await;
            let event = heard(&mut lead).await;
            assert_eq!(event["data"]["shiftChanged"]["place"], json!(place));
            if there {
                let event = heard(&mut partner).await;
                assert_eq!(event["data"]["shiftChanged"]["place"], json!(place));
            } else {
                assert!(silent(&mut partner).await, "{places}");
            }
        };
        moves(true).await;
        for (second, there) in [(59, true), (60, false), (0, true)] {
            seconds.store(second, SeqCst);
            moves(there).await;
        }
        for (verb, there) in [("Suspend", false), ("Resume", true), ("Revoke", false)] {
            offer.does(&app, offer.lead, verb, json!({})).await;
            moves(there).await;
        }
        drop((partner, lead, app.graph));
        app.database.close().await;
    }
}

/// A share that ends while an answer under it is being made is in force at its beginning only.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_during_which_the_share_ended_is_not_given() {
    for database in TestDatabase::each().await {
        let (app, _) = watched(database).await;
        let offer = Offer::accepted(&app, json!({})).await;
        assert!(count(&app.graph, &offer, &app).await > 0);
        let id = literal(&app, row(&offer.id));
        let other = Arc::new(app.database.another_connection().await);
        let armed = Arc::new(AtomicBool::new(false));
        let store = app.graph.store().clone();
        let (handle, arms, connection) = (
            tokio::runtime::Handle::current(),
            Arc::clone(&armed),
            Arc::clone(&other),
        );
        let sql = format!("UPDATE partnership SET state = 'ENDED' WHERE id = {id}");
        // Another server ends it when the rows are asked for: the viewer has been made by then.
        app.graph.store().listen(move |text| {
            if !text.contains("FROM shift t") || !arms.swap(false, SeqCst) {
                return;
            }
            let (handle, connection, sql) = (handle.clone(), Arc::clone(&connection), sql.clone());
            let store = store.clone();
            let ended = std::thread::spawn(move || {
                handle.block_on(async move {
                    let before = store.watch().mark(PrincipalKind::Partner);
                    connection.execute_unprepared(&sql).await.unwrap();
                    while store.watch().mark(PrincipalKind::Partner) == before {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                });
            });
            ended.join().unwrap();
        });
        armed.store(true, SeqCst);
        let answer = asked(&app.graph, &offer, &app, COUNT, noon()).await;
        assert!(!armed.load(SeqCst), "it was ended on the way");
        assert_eq!(code(&answer), "EXPIRED", "{}: {answer}", app.database.name);
        assert_eq!(answer["data"], Value::Null);
        let after = asked(&app.graph, &offer, &app, COUNT, noon()).await;
        assert_eq!(after["data"]["shifts"]["totalCount"], json!(0));
        app.graph.store().listen(|_| {});
        drop(app.graph);
        let other = Arc::try_unwrap(other);
        if let Ok(other) = other {
            other.close().await.unwrap();
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_one_server_revokes_is_gone_at_the_other_and_both_sides_hear_each_step() {
    for database in TestDatabase::each().await {
        let (app, seconds) = watched(database).await;
        let second = app.database.another_connection().await;
        let other = graph(&second, &seconds).await;
        let both = [&app.graph, &other];
        let early = both.map(|graph| graph.store().events().listen());
        let offer = Offer::accepted(&app, json!({})).await;
        // Both servers have heard of the offer and the answer before anybody listens.
        for mut events in early {
            let mut steps = 0;
            while steps < 2 {
                let event = events.recv().await.unwrap();
                let step = matches!(event, Heard::Changed(e) if e.of.name == "PartnershipStep");
                steps += usize::from(step);
            }
        }
        assert!(count(&other, &offer, &app).await > 0);
        let steps = "subscription { partnershipStepChanged { deed side } }";
        let person = |account: &str| {
            kaifong::viewer::Claims::of_user(account, app.now, Duration::from_secs(3600))
        };
        let lead = account("administrator").to_string();
        let mut hear = Vec::new();
        for graph in [&app.graph, &other] {
            for who in [lead.as_str(), offer.partner.as_str()] {
                hear.push(begin(graph, steps, Some(person(who))).await);
            }
        }
        let mut deaf = Vec::new();
        for graph in [&app.graph, &other] {
            deaf.push(begin(graph, steps, Some(offer.token(&app).await)).await);
            deaf.push(begin(graph, steps, app.claims("coordinator")).await);
        }
        let share = "subscription { partnershipChanged { state } }";
        let mut told = begin(&other, share, Some(person(&offer.partner))).await;
        offer.does(&app, offer.lead, "Revoke", json!({})).await;
        assert_eq!(count(&app.graph, &offer, &app).await, 0, "at once");
        for answers in &mut hear {
            let event = heard(answers).await;
            let step = &event["data"]["partnershipStepChanged"];
            assert_eq!(*step, json!({ "deed": "REVOKE", "side": "LEAD" }));
        }
        let event = heard(&mut told).await;
        assert_eq!(event["data"]["partnershipChanged"]["state"], "ENDED");
        for answers in &mut deaf {
            assert!(silent(answers).await);
        }
        // The event came behind the notice, or the commit, that the other server goes by.
        assert_eq!(
            count(&other, &offer, &app).await,
            0,
            "{}",
            app.database.name
        );
        drop((hear, deaf, told, other, app.graph));
        second.close().await.unwrap();
        app.database.close().await;
    }
}
