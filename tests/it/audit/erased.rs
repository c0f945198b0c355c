//! Who is erased is in the log and in the trail no more: no value, and nobody behind a pseudonym.

use std::time::Duration;

use kaifong::app::{Stretch, verify};
use kaifong::graphql::{Graph, Limits, decode_id};
use kaifong::policy::Policies;
use kaifong::store::Seal;
use kaifong::store::log::Pace;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::logged::{keys, rows};
use crate::app::App;

const VALUES: [&str; 3] = ["Unmistakable Wong", "無雙人", "+852 9876 1234"];

async fn own(app: &App) -> (Value, Uuid) {
    let me = app.data("volunteer", "{ viewer { user { id } } }").await;
    let me = &me["viewer"]["user"]["id"];
    let query = format!(
        "{{ volunteers(first: 1, where: {{ user: {{ id: {{ in: [{me}] }} }} }}) {{ nodes {{ id }} }} }}"
    );
    let found = app.data("volunteer", &query).await;
    let own = found["volunteers"]["nodes"][0]["id"].clone();
    let id = decode_id(own.as_str().unwrap()).unwrap().1;
    (own, id)
}

/// Every byte that the log and the trail keep.
async fn kept(app: &App) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for query in [
        "SELECT body FROM audit_entry",
        "SELECT body FROM trail_entry",
        "SELECT filter FROM audit_block",
        "SELECT secret FROM audit_key",
    ] {
        let found = rows(&app.database.db, query).await;
        all.extend(found.iter().map(|row| row.try_get_by_index(0).unwrap()));
    }
    all
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

async fn change(app: &App, own: &Value) {
    let query = "mutation($i: VolunteerChangeInput!) { volunteerChange(input: $i) { userErrors { code } } }";
    let [en, zh, phone] = VALUES;
    let input = json!({ "id": own, "nameEn": en, "nameZh": zh, "phone": phone });
    let answer = app
        .ask_with("administrator", query, json!({ "i": input }))
        .await;
    assert_eq!(
        answer["data"]["volunteerChange"]["userErrors"],
        json!([]),
        "{answer}"
    );
}

/// The changes that the trail tells of, each with its values where they can be opened.
async fn opened(app: &App, id: Uuid) -> usize {
    let of = kaifong::catalogue::find("Volunteer").unwrap();
    let turns = app
        .graph
        .store()
        .changes_of(of, id, None, 100)
        .await
        .unwrap();
    turns.iter().filter(|turn| turn.values.is_some()).count()
}

#[tokio::test]
async fn of_who_is_erased_the_log_and_the_trail_tell_nothing_and_still_hold() {
    for mut app in App::each().await {
        let (own, id) = own(&app).await;
        change(&app, &own).await;
        // What was seen a moment before waits to be written while the person is erased.
        let pace = Pace::Buffered {
            most: 1000,
            wait: Duration::from_secs(3600),
        };
        let strict = app.graph.store().clone();
        let query = format!(
            "{{ volunteer(id: {own}) {{ nameZh phone assignments {{ nodes {{ id }} }} }} }}"
        );
        let seen = app.data("coordinator", &query).await;
        assert_eq!(seen["volunteer"]["nameZh"], VALUES[1]);
        assert_eq!(opened(&app, id).await, 1);
        let places: Vec<Uuid> = seen["volunteer"]["assignments"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|place| decode_id(place["id"].as_str().unwrap()).unwrap().1)
            .collect();
        assert!(!places.is_empty());
        let before = keys(&app.database.db).await;
        let known: Vec<(u64, Uuid)> = before
            .into_iter()
            .filter(|(_, record)| *record == id || places.contains(record))
            .collect();
        assert!(known.len() > 1);
        let secrets: Vec<Vec<u8>> = {
            let query = format!(
                "SELECT secret FROM audit_key WHERE record_id = {}",
                crate::asking::literal(&app, id)
            );
            let found = rows(&app.database.db, &query).await;
            found
                .iter()
                .map(|row| row.try_get_by_index(0).unwrap())
                .collect()
        };
        assert_eq!(secrets.len(), 1);
        app.graph = std::sync::Arc::new(Graph::new(
            Policies::shipped().unwrap(),
            strict.logging(pace),
            Seal::new([7; 64]),
            Limits::default(),
            std::sync::Arc::new(crate::app::noon),
        ));
        app.data("coordinator", &query).await;
        let erase = "mutation($i: VolunteerEraseInput!) { volunteerErase(input: $i) { userErrors { code } } }";
        let input = json!({ "id": own, "ground": "REQUEST" });
        let request = async_graphql::Request::new(erase)
            .variables(async_graphql::Variables::from_json(json!({ "i": input })));
        let mut request = request;
        request.extensions.insert(
            "reason".into(),
            async_graphql::Value::from("Unmistakable Wong asked"),
        );
        let claims = app.claims("privacy_officer");
        let answer = app.graph.execute(request, claims.as_ref(), app.now).await;
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(
            answer["data"]["volunteerErase"]["userErrors"],
            json!([]),
            "{answer}"
        );
        app.graph.store().log().flush().await.unwrap();
        let place = app.database.name;
        for bytes in kept(&app).await {
            for value in VALUES {
                assert!(!has(&bytes, value.as_bytes()), "{place}: {value}");
            }
            assert!(
                !has(&bytes, id.as_bytes()) && !has(&bytes, id.to_string().as_bytes()),
                "{place}"
            );
            assert!(!secrets.contains(&bytes), "{place}: the secret");
        }
        let after = keys(&app.database.db).await;
        assert!(
            !after.values().any(|record| *record == id),
            "{place}: somebody is behind a pseudonym"
        );
        for (pseudonym, _) in &known {
            assert!(!after.contains_key(pseudonym), "{place}: {pseudonym}");
        }
        assert_eq!(opened(&app, id).await, 0);
        for place in places {
            let of = kaifong::catalogue::find("Assignment").unwrap();
            for turn in app
                .graph
                .store()
                .changes_of(of, place, None, 9)
                .await
                .unwrap()
            {
                let values = turn.values.unwrap();
                assert!(
                    values.before.is_empty() && values.after.is_empty() && values.reason.is_none()
                );
            }
        }
        let verified = verify(app.graph.store(), Stretch::default(), None, &|_| {})
            .await
            .unwrap();
        assert!(verified.holds, "{place}: {verified:?}");
        if place == "SQLite" {
            // Nor is anything of it left in the file, or beside it.
            app.database
                .db
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await
                .unwrap();
            let file = std::fs::read(app.database.url().trim_start_matches("sqlite:")).unwrap();
            for value in VALUES {
                assert!(!has(&file, value.as_bytes()), "{value} lies in the file");
            }
            assert!(!has(&file, &secrets[0]), "the secret lies in the file");
        }
        app.database.close().await;
    }
}
