//! Two sides that act on a share at the same moment cannot both win.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Variables};
use futures_util::future::join_all;
use kaifong::viewer::Claims;
use serde_json::{Value, json};

use super::shares_live::Offer;
use super::{account, ask};
use crate::app::App;
use crate::asking::nodes;

/// Everybody asks at once; how many were done, of each deed.
async fn at_once(app: &App, asked: &[(&str, &str, Value)]) -> Vec<(String, usize)> {
    let asking = asked.iter().flat_map(|asked| std::iter::repeat_n(asked, 4));
    let asking = asking.map(|(who, verb, input)| {
        let who = match *who {
            "administrator" => account("administrator").to_string(),
            other => other.to_owned(),
        };
        let query = format!(
            "mutation($input: Partnership{verb}Input!) {{ done: partnership{verb}(input: $input) {{ partnership {{ id }} userErrors {{ code }} }} }}"
        );
        let claims = Claims::of_user(&who, app.now, Duration::from_secs(3600));
        let variables = Variables::from_json(json!({ "input": input }));
        let request = Request::new(query).variables(variables);
        let (graph, now, verb) = (Arc::clone(&app.graph), app.now, (*verb).to_owned());
        tokio::spawn(async move { (verb, graph.execute(request, Some(&claims), now).await) })
    });
    let mut done: Vec<(String, usize)> = asked
        .iter()
        .map(|(_, verb, _)| ((*verb).to_owned(), 0))
        .collect();
    for answer in join_all(asking).await {
        let (verb, answer) = answer.unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        let payload = &answer["data"]["done"];
        if payload["userErrors"] == json!([]) {
            assert!(payload["partnership"]["id"].is_string(), "{answer}");
            let place = done.iter_mut().find(|(name, _)| *name == verb).unwrap();
            place.1 += 1;
        } else {
            let code = &payload["userErrors"][0]["code"];
            assert!(
                ["CONFLICT", "STALE"].iter().any(|c| code == c),
                "{verb}: {answer}"
            );
        }
    }
    done
}

async fn steps(app: &App, offer: &Offer) -> Vec<String> {
    let query = "query($id: ID!) { partnership(id: $id) { steps(first: 50, orderBy: {field: NUMBER}) { nodes { deed number } } } }";
    let answer = ask(app, offer.lead, query, json!({ "id": offer.id })).await;
    let steps = nodes(&answer["data"]["partnership"]["steps"]);
    let numbers: Vec<_> = steps
        .iter()
        .map(|s| s["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=steps.len() as u64).collect::<Vec<_>>());
    steps
        .iter()
        .map(|s| s["deed"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_accepted_refused_or_withdrawn_and_never_two_of_them() {
    for app in App::each().await {
        for _ in 0..4 {
            let offer = Offer::make(&app, json!({})).await;
            let version = offer.read(&app, &offer.partner).await["version"].clone();
            let (partner, id) = (offer.partner.as_str(), &offer.id);
            let done = at_once(
                &app,
                &[
                    (partner, "Accept", json!({ "id": id, "version": version })),
                    (partner, "Decline", json!({ "id": id })),
                    // the lead withdraws what it offered, or ends what was just agreed
                    (offer.lead, "Revoke", json!({ "id": id })),
                ],
            )
            .await;
            let count = |verb: &str| done.iter().find(|(name, _)| name == verb).unwrap().1;
            let told = steps(&app, &offer).await;
            let told: Vec<&str> = told.iter().map(String::as_str).collect();
            assert!(count("Accept") <= 1 && count("Decline") <= 1 && count("Revoke") <= 1);
            let possible: [&[&str]; 4] = [
                &["PROPOSE", "ACCEPT"],
                &["PROPOSE", "DECLINE"],
                &["PROPOSE", "REVOKE"],
                &["PROPOSE", "ACCEPT", "REVOKE"],
            ];
            assert!(possible.contains(&&told[..]), "{told:?} {done:?}");
            assert_eq!(told.len() - 1, done.iter().map(|(_, n)| n).sum::<usize>());
        }
        app.database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_agreed_to_or_taken_back_and_never_both() {
    for app in App::each().await {
        for _ in 0..3 {
            let offer = Offer::accepted(&app, json!({})).await;
            offer
                .does(
                    &app,
                    offer.lead,
                    "ProposeChange",
                    json!({ "level": "ADMIN" }),
                )
                .await;
            let version = offer.read(&app, &offer.partner).await["version"].clone();
            let (partner, id) = (offer.partner.as_str(), &offer.id);
            let done = at_once(
                &app,
                &[
                    (
                        partner,
                        "AcceptChange",
                        json!({ "id": id, "version": version }),
                    ),
                    (offer.lead, "DeclineChange", json!({ "id": id })),
                ],
            )
            .await;
            assert_eq!(done.iter().map(|(_, n)| n).sum::<usize>(), 1, "{done:?}");
            let agreed = done[0].1 == 1;
            let level = if agreed { "ADMIN" } else { "EDIT" };
            assert_eq!(offer.read(&app, offer.lead).await["level"], level);
            let last = if agreed {
                "ACCEPT_CHANGE"
            } else {
                "DECLINE_CHANGE"
            };
            assert_eq!(steps(&app, &offer).await.last().unwrap(), last);
        }
        app.database.close().await;
    }
}
