//! The instant at which a share ends, met on the way: a request that began before it and would be
//! answered after it, and a batch through which it goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::SeqCst};

use async_graphql::{Request, Variables};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::one;
use super::shares_end::watched;
use super::shares_live::Offer;
use crate::app::{App, noon};
use crate::asking::code;
use crate::databases::TestDatabase;

const COUNT: &str = "{ shifts(first: 1) { totalCount } }";

/// Sets the clock when shifts are asked for this often; how often they were.
fn turn_at(app: &App, seconds: &Arc<AtomicI64>, count: usize, to: i64) -> Arc<AtomicUsize> {
    let asked = Arc::new(AtomicUsize::new(0));
    let (seconds, counts) = (Arc::clone(seconds), Arc::clone(&asked));
    app.graph.store().listen(move |text| {
        if text.contains("FROM shift t") && counts.fetch_add(1, SeqCst) + 1 == count {
            seconds.store(to, SeqCst);
        }
    });
    asked
}

fn ends(second: i64) -> Value {
    json!({ "validTo": (noon() + TimeDelta::seconds(second)).to_rfc3339() })
}

#[tokio::test]
async fn what_began_before_the_instant_is_not_answered_after_it() {
    for database in TestDatabase::each().await {
        let (app, seconds) = watched(database).await;
        let offer = Offer::accepted(&app, ends(60)).await;
        let token = offer.token(&app).await;
        for (to, answered) in [(59, true), (60, false), (61, false)] {
            seconds.store(50, SeqCst);
            let asked = turn_at(&app, &seconds, 1, to);
            let now = noon() + TimeDelta::seconds(50);
            let answer = app
                .graph
                .execute(Request::new(COUNT), Some(&token), now)
                .await;
            let answer = serde_json::to_value(answer).unwrap();
            assert!(asked.load(SeqCst) > 0, "the clock was set on the way");
            if answered {
                let count = &answer["data"]["shifts"]["totalCount"];
                assert!(count.as_u64().unwrap() > 0, "{answer}");
            } else {
                assert_eq!(code(&answer), "EXPIRED", "{}: {answer}", app.database.name);
                assert_eq!(answer["data"], Value::Null);
            }
        }
        app.graph.store().listen(|_| {});
        drop(app.graph);
        app.database.close().await;
    }
}

#[tokio::test]
async fn of_a_batch_through_which_the_instant_goes_nothing_after_it_is_answered_or_done() {
    for database in TestDatabase::each().await {
        let (app, seconds) = watched(database).await;
        let mut terms = ends(60);
        terms["level"] = json!("ADMIN");
        let offer = Offer::accepted(&app, terms).await;
        let token = offer.token(&app).await;
        let within = format!("where: {{project: {{id: {{eq: \"{}\"}}}}}}", offer.project);
        let shift = one(&app, "coordinator", "shifts", &within, "place").await;
        let change = |place: &str| {
            let query = "mutation($input: ShiftChangeInput!) { shiftChange(input: $input) { shift { place } userErrors { code } } }";
            let input = json!({ "input": { "id": shift["id"], "place": place } });
            Request::new(query).variables(Variables::from_json(input))
        };
        let place = async || {
            let this = format!("where: {{id: {{eq: {}}}}}", shift["id"]);
            let now = one(&app, "coordinator", "shifts", &this, "place").await;
            now["place"].clone()
        };
        // Before it, all is answered and done.
        seconds.store(50, SeqCst);
        let now = noon() + TimeDelta::seconds(50);
        let batch = vec![Request::new(COUNT), change("before"), Request::new(COUNT)];
        let answers = app.graph.execute_each(batch, Some(&token), now).await;
        assert!(answers.iter().all(|answer| answer.errors.is_empty()));
        assert_eq!(place().await, json!("before"));
        // It goes by while the second is answered: that one is not, and the others are not begun.
        let _asked = turn_at(&app, &seconds, 2, 60);
        let batch = vec![
            Request::new(COUNT),
            Request::new(COUNT),
            change("after"),
            Request::new(COUNT),
        ];
        let answers = app.graph.execute_each(batch, Some(&token), now).await;
        app.graph.store().listen(|_| {});
        let answers = serde_json::to_value(answers).unwrap();
        let first = &answers[0]["data"]["shifts"]["totalCount"];
        assert!(first.as_u64().unwrap() > 0, "{answers}");
        assert_eq!(code(&answers[1]), "EXPIRED", "{answers}");
        // To the rest the share is over: there is nothing to be changed or counted.
        let stopped = &answers[2]["data"]["shiftChange"]["userErrors"][0]["code"];
        assert_eq!(*stopped, json!("NOT_FOUND"), "{answers}");
        assert_eq!(
            answers[3]["data"]["shifts"]["totalCount"],
            json!(0),
            "{answers}"
        );
        assert_eq!(place().await, json!("before"), "{}", app.database.name);
        drop(app.graph);
        app.database.close().await;
    }
}
