//! Every argument of the contract gets what it should not.

use std::collections::HashMap;

use axum::http::{StatusCode, header};
use kaifong::demo::{self, DemoToken};
use kaifong::viewer::Claims;
use serde_json::{Value, json};

use super::bag::{self, Hostile};
use super::decent;
use super::holes::Contract;
use crate::databases::TestDatabase;
use crate::http_rig::{Rig, post};
use crate::interference::dice::Dice;

/// How many requests go in one array.
const BATCH: usize = 10;

/// The tokens of some roles, and none.
fn bearer(rig: &Rig, role: &str) -> Option<String> {
    let holder = demo::holders()
        .into_iter()
        .find(|holder| holder.role == role)?;
    let hour = std::time::Duration::from_secs(3600);
    let claims = match holder.kind {
        DemoToken::User { account_id, .. } => {
            Claims::of_user(&account_id.to_string(), rig.now, hour)
        }
        DemoToken::Partner {
            token, share_ids, ..
        } => {
            let shares = share_ids.iter().map(ToString::to_string).collect();
            Claims::of_partner(token, shares, rig.now, hour)
        }
    };
    Some(format!("Bearer {}", rig.keys.sign(&claims).unwrap()))
}

/// Sends a body as it is; the answer is never a 5xx, and is JSON.
async fn sent(rig: &Rig, role: &str, body: String) -> Value {
    let mut request = post();
    if let Some(bearer) = bearer(rig, role) {
        request = request.header(header::AUTHORIZATION, bearer);
    }
    let asked: String = body.chars().take(600).collect();
    let reply = rig.send(request.body(body.into()).unwrap()).await;
    let fine = reply.status == StatusCode::OK || reply.status.is_client_error();
    assert!(fine, "{} {asked}", reply.status);
    reply.json()
}

async fn data(rig: &Rig, role: &str, query: &str) -> Value {
    sent(rig, role, json!({ "query": query }).to_string()).await["data"].take()
}

/// An identifier of each type of which the administrator sees a record.
async fn identifiers(rig: &Rig) -> HashMap<String, String> {
    let mut ids = HashMap::new();
    for of in kaifong::catalogue::TYPES {
        let query = format!("{{ {}(first: 1) {{ nodes {{ id }} }} }}", of.plural);
        let found = data(rig, "administrator", &query).await;
        if let Some(id) = found[of.plural]["nodes"][0]["id"].as_str() {
            ids.insert(of.name.to_owned(), id.to_owned());
        }
    }
    assert!(ids.len() > 10, "{ids:?}");
    ids
}

/// What the administrator sees of volunteers and a desensitised partner must not.
async fn secrets(rig: &Rig) -> Vec<String> {
    let query = "{ volunteers(first: 1000) { nodes { nameZh phone email identityNumber healthRemark internalNotes } } }";
    let found = data(rig, "administrator", query).await;
    let rows = found["volunteers"]["nodes"].as_array().unwrap().iter();
    let cells = rows.flat_map(|row| row.as_object().unwrap().values().cloned());
    let texts = cells.filter_map(|cell| cell.as_str().map(str::to_owned));
    let secrets: Vec<String> = texts.filter(|text| text.chars().count() > 2).collect();
    assert!(secrets.len() > 20);
    secrets
}

/// A server with the demo's data on each database.
async fn rigs() -> Vec<(Rig, TestDatabase, u64)> {
    let mut all = Vec::new();
    for (seed, database) in TestDatabase::each().await.into_iter().enumerate() {
        let place = database
            .server_url()
            .map(|url| format!("database_url = {url:?}\n"));
        let rig = Rig::new(&place.unwrap_or_default()).await;
        all.push((rig, database, seed as u64));
    }
    all
}

#[tokio::test]
async fn every_argument_of_the_contract_takes_what_it_should_not() {
    for (rig, database, seed) in rigs().await {
        let ids = identifiers(&rig).await;
        let secrets = secrets(&rig).await;
        let real: Vec<String> = ["Volunteer", "Shift", "Organisation"]
            .iter()
            .map(|of| ids[*of].clone())
            .collect();
        let contract = Contract::read(&kaifong::graphql::sdl(), ids);
        let holes = contract.holes();
        for known in ["nodes.ids", "volunteers.where.nameZh.eq", "shiftChanged.id"] {
            let found = holes.iter().any(|hole| hole.place == known);
            assert!(found, "{known}");
        }
        assert!(holes.len() > 1_000, "{}", holes.len());
        let any = bag::of_any_kind();
        let bags = HashMap::from([
            ("ID", bag::identifiers(&real)),
            ("Int", bag::numbers()),
            ("Float", bag::numbers()),
            ("DateTime", bag::times()),
            ("Date", bag::times()),
        ]);
        let (texts, words) = (bag::texts(), bag::words());
        let mut dice = Dice::new(0x6b61_6966 + seed);
        let mut waiting: Vec<String> = Vec::new();
        let mut asked = 0;
        for hole in &holes {
            let own = match hole.base() {
                name if contract.is_enumeration(name) => &words,
                name => bags.get(name).unwrap_or(&texts),
            };
            let own: &Hostile = dice.pick(own);
            // One of its own kind, now and then one that is of no kind.
            let mut values = vec![(own, dice.chance(50))];
            if dice.chance(30) {
                values.push((dice.pick(&any), dice.chance(50)));
            }
            for (value, variable) in values {
                let body = match variable {
                    true => {
                        let query = json!(hole.with_variable());
                        format!(
                            "{{\"query\":{query},\"variables\":{{\"v\":{}}}}}",
                            value.json
                        )
                    }
                    false => json!({ "query": hole.with(&value.literal) }).to_string(),
                };
                waiting.push(body);
            }
            while waiting.len() >= BATCH {
                let role = *dice.pick(&["administrator", "administrator", "partner", "nobody"]);
                let batch: Vec<String> = waiting.drain(..BATCH).collect();
                asked += ask(&rig, role, &batch, &secrets).await;
            }
        }
        assert!(asked > holes.len(), "{asked} of {}", holes.len());
        database.close().await;
    }
}

/// Sends some requests, in one array where the array can be read, and looks at each answer.
async fn ask(rig: &Rig, role: &str, batch: &[String], secrets: &[String]) -> usize {
    let mut answers = sent(rig, role, format!("[{}]", batch.join(","))).await;
    let mut asked = batch.to_vec();
    if !answers.is_array() {
        // One of them spoils the array: each by itself.
        answers = json!([]);
        for body in batch {
            let answer = sent(rig, role, body.clone()).await;
            answers.as_array_mut().unwrap().push(answer);
        }
    }
    for (answer, asked) in answers.as_array().unwrap().iter().zip(&mut asked) {
        assert!(answer.is_object(), "{answer}\nasked: {asked}");
        decent(answer, asked);
        if role != "administrator" {
            let text = answer.to_string();
            let told = secrets.iter().find(|secret| text.contains(*secret));
            assert_eq!(told, None, "{role} asked: {asked}");
        }
    }
    asked.len()
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_is_refused() {
    for (rig, database, seed) in rigs().await {
        let list =
            |arguments: &str| format!("{{ volunteers({arguments}) {{ edges {{ cursor }} }} }}");
        let order = "orderBy: { field: NAME_ZH }";
        let found = data(&rig, "administrator", &list(&format!("first: 3, {order}"))).await;
        let cursor = found["volunteers"]["edges"][1]["cursor"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut dice = Dice::new(seed);
        let mut cursors: Vec<String> = bag::TEXTS.iter().map(|text| (*text).to_owned()).collect();
        cursors.push(cursor.repeat(200));
        for _ in 0..200 {
            let mut bytes = cursor.clone().into_bytes();
            let at = dice.below(bytes.len());
            match dice.below(3) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, b'A'),
                _ => bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' },
            }
            cursors.push(String::from_utf8(bytes).unwrap());
        }
        for tampered in cursors {
            for (way, count) in [("after", "first"), ("before", "last")] {
                let query = list(&format!("{count}: 2, {way}: {}, {order}", json!(tampered)));
                let answer =
                    sent(&rig, "administrator", json!({ "query": query }).to_string()).await;
                decent(&answer, &query);
                let code = &answer["errors"][0]["extensions"]["code"];
                assert_eq!(code, "BAD_CURSOR", "{answer}\nasked: {query}");
            }
        }
        // Whole, but of another order, filter, list or viewer.
        let good = format!("first: 2, after: {}", json!(cursor));
        for (role, query) in [
            ("administrator", list(&good)),
            (
                "administrator",
                list(&format!("{good}, {order}, search: \"a\"")),
            ),
            (
                "administrator",
                format!("{{ shifts({good}) {{ edges {{ cursor }} }} }}"),
            ),
            ("coordinator", list(&format!("{good}, {order}"))),
        ] {
            let answer = sent(&rig, role, json!({ "query": query }).to_string()).await;
            let code = &answer["errors"][0]["extensions"]["code"];
            assert_eq!(code, "BAD_CURSOR", "{answer}\nasked: {query}");
        }
        database.close().await;
    }
}
