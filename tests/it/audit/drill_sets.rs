//! A drill decides under each set of policies that was in force in its time, and under no other.

use kaifong::policy::Policies;
use serde_json::{Value, json};
use uuid::Uuid;

use super::drill::{drill, fields, holder, vera};
use crate::app::App;
use crate::asking::{literal, policies, tamper};

const EVERYTHING: &str = "@id(\"everything\") @en(\"Everybody may do everything.\") \
                          @zh(\"人人可做任何事。\") permit (principal, action, resource);";

/// What comes into force when: all may do everything, or what ships.
#[derive(Clone, Copy, PartialEq)]
enum Set {
    Everything,
    Shipped,
}

/// Publishes sets as of these instants, as the database has them.
async fn publish(app: &App, sets: &[(&str, Set)]) {
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/schema.cedarschema");
    let schema = std::fs::read_to_string(schema).unwrap();
    let document = |name: &str, text: &str| json!({ "name": name, "text": text });
    let shipped = Policies::shipped().unwrap().version().to_owned();
    let everything = policies(EVERYTHING).version().to_owned();
    let by = literal(app, holder("privacy_officer"));
    let mut before = shipped.clone();
    for (at, (when, set)) in sets.iter().enumerate() {
        // What ships is known by its version; its documents are not needed.
        let (version, rules) = match set {
            Set::Everything => (&everything, vec![document("rules", EVERYTHING)]),
            Set::Shipped => (&shipped, Vec::new()),
        };
        let documents = json!({
            "schema": document("schema", &schema), "policies": rules, "scenarios": [],
        });
        let documents = documents.to_string().replace('\'', "''");
        let (number, own) = (at + 1, literal(app, Uuid::new_v4()));
        let act = literal(app, Uuid::new_v4());
        tamper(app, &format!(
            "INSERT INTO policy_set (id, created_at, number, version, documents, reason, report, account_id) \
             VALUES ({own}, '{when}', {number}, '{version}', '{documents}', 'a drill', '{{\"steps\":[]}}', {by})"
        ))
        .await;
        tamper(app, &format!(
            "INSERT INTO policy_act (id, created_at, number, policy_set_id, deed, account_id, version_before, version_after, in_force) \
             VALUES ({act}, '{when}', {number}, {own}, 'PUBLISH', {by}, '{before}', '{version}', TRUE)"
        ))
        .await;
        before.clone_from(version);
    }
}

#[tokio::test]
async fn a_set_that_was_in_force_for_an_hour_of_the_day_decides_too_and_one_before_does_not() {
    // The day that is drilled is the 17th.
    for (begins, ends, within) in [
        (
            "2026-11-17T10:00:00+00:00",
            "2026-11-17T11:00:00+00:00",
            true,
        ),
        (
            "2026-11-15T10:00:00+00:00",
            "2026-11-16T11:00:00+00:00",
            false,
        ),
        (
            "2026-11-18T00:00:00+00:00",
            "2026-11-18T01:00:00+00:00",
            false,
        ),
    ] {
        for app in App::each().await {
            publish(&app, &[(begins, Set::Everything), (ends, Set::Shipped)]).await;
            let volunteer = vera(&app).await;
            let found = drill(&app, volunteer).await;
            let versions = found["policyVersions"].as_array().unwrap();
            let everything = json!(policies(EVERYTHING).version());
            let place = format!("{begins} {}", app.database.name);
            assert_eq!(versions.contains(&everything), within, "{place}");
            assert_eq!(versions.len(), if within { 3 } else { 1 }, "{place}");
            let all = found["could"].as_array().unwrap();
            let health = |one: &&Value| fields(&one["full"]).contains(&"Volunteer.healthRemark");
            let anonymous = all.iter().filter(|one| one["viewerKind"] == "ANONYMOUS");
            assert_eq!(
                anonymous.filter(health).count(),
                usize::from(within),
                "{place}"
            );
            let notes = found["notes"].as_array().unwrap();
            let lost = notes.iter().any(|note| note["code"] == "POLICIES_LOST");
            assert!(!lost, "{place}");
            app.database.close().await;
        }
    }
}
