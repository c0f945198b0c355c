//! The log and the trail go by the longest period of any organisation, and not while anything is held.

use chrono::Months;
use serde_json::json;

use super::retention::{of, run};
use super::{hold, office, release, vera};
use crate::app::App;
use crate::asking::{id, number, tamper};

/// What every organisation says of the trail, or one that is not this one.
async fn said(app: &App, number: i32, months: i32, which: &str) {
    let id = match app.database.name {
        "SQLite" => "randomblob(16)",
        _ => "gen_random_uuid()",
    };
    tamper(app, &format!(
        "INSERT INTO retention_rule (id, created_at, organisation_id, subject, number, months, reason) \
         SELECT {id}, created_at, id, 'CHANGES', {number}, {months}, 'x' FROM organisation {which}"
    )).await;
}

#[tokio::test]
async fn the_trail_goes_when_the_longest_period_is_over_and_nothing_is_held() {
    for app in App::each().await {
        let (volunteer, organisation, _) = vera(&app).await;
        let record = id("Volunteer", volunteer);
        let change = "mutation($i: VolunteerChangeInput!) { volunteerChange(input: $i) { userErrors { code } } }";
        let input = json!({ "i": { "id": record, "district": "Islands" } });
        let answer = app.ask_with("administrator", change, input).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let first = "SELECT COALESCE(MIN(number), 0) FROM trail_entry";
        let cuts = "SELECT COUNT(*) FROM audit_cut";
        assert_eq!(number(&app, first).await, 1);
        let store = app.graph.store().at(app.now + Months::new(13));
        let told = async |dry: bool| {
            let report = run(&app, &store, None, dry).await.unwrap();
            of(&report, organisation, "CHANGES")
        };
        assert_eq!(told(true).await, (0, 0), "four years are not over");
        said(&app, 1, 12, "").await;
        assert_eq!(told(true).await, (1, 0), "{}", app.database.name);
        assert_eq!(number(&app, cuts).await, 0, "a dry run changes nothing");
        assert_eq!(number(&app, first).await, 1);
        // Another keeps it longer; what it may not say is not followed.
        let other = format!("WHERE id <> {}", crate::asking::literal(&app, organisation));
        said(&app, 2, 24, &other).await;
        assert_eq!(told(false).await, (0, 0));
        assert_eq!(number(&app, first).await, 1);
        said(&app, 3, 12, &other).await;
        let officer = "privacy_officer";
        let none = Vec::<String>::new();
        assert_eq!(
            hold(&app, officer, organisation, &record, json!({})).await,
            none
        );
        assert_eq!(told(false).await, (0, 1));
        assert_eq!(number(&app, cuts).await, 0, "something is held");
        let holds = office(&app, officer, organisation, "holds { id }").await;
        let released = release(&app, officer, organisation, &holds["holds"][0]["id"]).await;
        assert_eq!(released, none);
        assert_eq!(told(false).await, (1, 0));
        assert_eq!(number(&app, cuts).await, 1);
        assert!(number(&app, first).await > 1);
        app.database.close().await;
    }
}
