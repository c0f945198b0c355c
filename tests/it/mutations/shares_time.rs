//! Time begins and ends shares, and their trails say so: once, at the share's own instant, whoever was
//! running then.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use kaifong::viewer::Claims;
use serde_json::{Value, json};

use super::shares_end::{graph, watched};
use super::shares_live::Offer;
use super::{ask, organisation, pair, stopped};
use crate::app::{App, noon};
use crate::asking::{id, nodes};
use crate::databases::TestDatabase;
use crate::live::{begin, heard, silent};

fn at(second: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(second)
}

/// What a trail says: the numbers, deeds and sides, and when each was, in seconds after noon.
async fn trail(app: &App, offer: &Offer) -> Vec<(i64, String, String, i64)> {
    let query = "query($id: ID!) { partnership(id: $id) { lastStep steps(orderBy: {field: NUMBER}) \
                 { nodes { number deed side at before after by { id } } } } }";
    let told = ask(app, offer.lead, query, json!({ "id": offer.id })).await;
    let share = &told["data"]["partnership"];
    let steps = nodes(&share["steps"]);
    assert_eq!(share["lastStep"], json!(steps.len()), "{told}");
    let one = |step: &Value| {
        let text = |name: &str| step[name].as_str().unwrap().to_owned();
        let when: DateTime<Utc> = text("at").parse().unwrap();
        if text("side") == "NEITHER" {
            assert_eq!(step["by"], Value::Null, "nobody did it");
        }
        let number = step["number"].as_i64().unwrap();
        let seconds = (when - noon()).num_seconds();
        (number, text("deed"), text("side"), seconds)
    };
    steps.iter().map(one).collect()
}

/// What came after the offer and the answer.
async fn since(app: &App, offer: &Offer) -> Vec<(String, i64)> {
    let steps = trail(app, offer).await;
    let numbers: Vec<i64> = steps.iter().map(|step| step.0).collect();
    assert_eq!(numbers, (1..=steps.len() as i64).collect::<Vec<_>>());
    let later = steps.into_iter().skip(2);
    later.map(|(_, deed, _, when)| (deed, when)).collect()
}

fn told(steps: &[(&str, i64)]) -> Vec<(String, i64)> {
    steps
        .iter()
        .map(|(deed, at)| ((*deed).to_owned(), *at))
        .collect()
}

fn between(from: i64, to: i64) -> Value {
    json!({ "validFrom": at(from).to_rfc3339(), "validTo": at(to).to_rfc3339() })
}

#[tokio::test]
async fn the_beginning_and_the_end_of_a_share_are_recorded_once_each_at_their_instants() {
    for database in TestDatabase::each().await {
        let (app, seconds) = watched(database).await;
        let second = app.database.another_connection().await;
        let other = graph(&second, &seconds).await;
        let offer = Offer::accepted(&app, between(60, 120)).await;
        let steps = "subscription { partnershipStepChanged { deed side at before after } }";
        let hour = Duration::from_secs(3600);
        let person = Claims::of_user(&offer.partner, app.now, hour);
        let mut partner = begin(&other, steps, Some(person)).await;
        let mut token = begin(&app.graph, steps, Some(offer.token(&app).await)).await;
        for (second, wanted, next) in [
            (0, vec![], Some(60)),
            (59, vec![], Some(60)),
            (60, told(&[("BEGIN", 60)]), Some(120)),
            (119, told(&[("BEGIN", 60)]), Some(120)),
            (500, told(&[("BEGIN", 60), ("EXPIRE", 120)]), None),
            (501, told(&[("BEGIN", 60), ("EXPIRE", 120)]), None),
        ] {
            seconds.store(second, SeqCst);
            // Both servers at the same time, more than once.
            let all = (0..4).flat_map(|_| [&app.graph, &other]);
            let all = all.map(|graph| graph.record_times());
            for found in futures_util::future::join_all(all).await {
                let demo = at(7 * 24 * 3600 - 12 * 3600);
                let found = found.unwrap().filter(|found| *found < demo);
                assert_eq!(found, next.map(at), "{second}");
            }
            assert_eq!(since(&app, &offer).await, wanted, "second {second}");
        }
        for (deed, instant, force) in [("BEGIN", 60, true), ("EXPIRE", 120, false)] {
            // What went before may come to the other server after it is listened to there.
            let step = loop {
                let mut event = heard(&mut partner).await;
                let step = event["data"]["partnershipStepChanged"].take();
                if step["deed"] != "PROPOSE" && step["deed"] != "ACCEPT" {
                    break step;
                }
            };
            assert_eq!(
                (&step["deed"], &step["side"]),
                (&json!(deed), &json!("NEITHER"))
            );
            let when: DateTime<Utc> = step["at"].as_str().unwrap().parse().unwrap();
            assert_eq!(when, at(instant), "the share's own instant");
            let said = |name: &str| -> Value {
                serde_json::from_str(step[name].as_str().unwrap()).unwrap()
            };
            assert_eq!(said("before"), json!({ "inForce": !force }));
            assert_eq!(said("after"), json!({ "inForce": force }));
        }
        assert!(silent(&mut partner).await && silent(&mut token).await);
        drop((partner, token, other, app.graph));
        second.close().await.unwrap();
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_time_did_comes_before_what_was_done_after_it() {
    for database in TestDatabase::each().await {
        let (mut app, seconds) = watched(database).await;
        // No server ran while both instants passed; then somebody acts.
        let offer = Offer::accepted(&app, between(10, 20)).await;
        seconds.store(200, SeqCst);
        app.now = at(200);
        offer.does(&app, offer.lead, "Revoke", json!({})).await;
        let wanted = told(&[("BEGIN", 10), ("EXPIRE", 20), ("REVOKE", 200)]);
        assert_eq!(since(&app, &offer).await, wanted);
        // What is over is not ended again.
        seconds.store(300, SeqCst);
        app.graph.record_times().await.unwrap();
        assert_eq!(since(&app, &offer).await, wanted);
        app.database.close().await;
    }
}

#[tokio::test]
async fn time_does_nothing_to_what_it_did_not_begin_or_end() {
    for database in TestDatabase::each().await {
        let (mut app, seconds) = watched(database).await;
        let open = Offer::make(&app, between(10, 20)).await;
        let late = Offer::make(&app, between(10, 100)).await;
        let held = Offer::accepted(&app, between(10, 20)).await;
        held.does(&app, held.lead, "Suspend", json!({})).await;
        let over = Offer::accepted(&app, between(10, 20)).await;
        over.does(&app, over.lead, "Revoke", json!({})).await;
        let longer = Offer::accepted(&app, between(-10, 20)).await;
        seconds.store(50, SeqCst);
        app.now = at(50);
        // Accepted when its time had begun: the answer itself put it in force.
        late.agree(&app, &late.partner, "Accept").await;
        app.graph.record_times().await.unwrap();
        assert_eq!(
            trail(&app, &open).await.len(),
            1,
            "an offer is in force never"
        );
        assert_eq!(since(&app, &late).await, []);
        let wanted = told(&[("SUSPEND", 0), ("BEGIN", 10), ("EXPIRE", 20)]);
        assert_eq!(since(&app, &held).await, wanted);
        assert_eq!(since(&app, &over).await, told(&[("REVOKE", 0)]));
        assert_eq!(since(&app, &longer).await, told(&[("EXPIRE", 20)]));
        // The two agree on a later end, and that is an end of its own.
        let to = json!({ "validTo": at(80).to_rfc3339() });
        longer.does(&app, longer.lead, "ProposeChange", to).await;
        longer.agree(&app, &longer.partner, "AcceptChange").await;
        seconds.store(90, SeqCst);
        app.now = at(90);
        app.graph.record_times().await.unwrap();
        let mut wanted = told(&[("EXPIRE", 20), ("PROPOSE_CHANGE", 50)]);
        wanted.extend(told(&[("ACCEPT_CHANGE", 50), ("EXPIRE", 80)]));
        assert_eq!(since(&app, &longer).await, wanted);
        // What the lead ends by a time that has passed was ended by the lead.
        let past = json!({ "validTo": at(60).to_rfc3339() });
        late.does(&app, late.lead, "Change", past).await;
        seconds.store(200, SeqCst);
        app.graph.record_times().await.unwrap();
        assert_eq!(since(&app, &late).await, told(&[("CHANGE", 90)]));
        drop(app.graph);
        app.database.close().await;
    }
}

/// Neither in name nor in effect.
#[tokio::test]
async fn nobody_shares_with_the_own_organisation_and_names_are_no_group() {
    for app in App::each().await {
        let offer = |partner: &str, groups: Value| {
            json!({
                "leadId": id("Organisation", organisation("administrator")),
                "partnerId": id("Organisation", organisation(partner)),
                "level": "READ_ONLY",
                "fieldGroups": groups,
            })
        };
        for (partner, groups, wanted) in [
            (
                "administrator",
                json!(["ROSTER"]),
                pair("INVALID", "partnerId"),
            ),
            (
                "partner",
                json!(["ROSTER", "NAMES"]),
                pair("INVALID", "fieldGroups"),
            ),
        ] {
            let input = offer(partner, groups);
            let errors = stopped(&app, "administrator", "partnershipCreate", &input).await;
            assert_eq!(errors, [wanted], "{input}");
        }
        app.database.close().await;
    }
}
