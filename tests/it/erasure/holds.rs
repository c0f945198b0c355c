//! What is held is erased by nobody, and a hold is never changed but by its release.

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use super::{codes, erase, hold, office, officer_of, one, release, rows_with, vera};
use crate::app::{App, ROLES};
use crate::asking::{id, literal, number};

const HOLDS: &str = "holds { id record reason at by until releasedAt releasedBy releaseReason }";

#[tokio::test]
async fn what_is_held_is_not_erased_until_it_is_released() {
    for app in App::each().await {
        let (volunteer, organisation, account) = vera(&app).await;
        let record = id("Volunteer", volunteer);
        assert_eq!(
            hold(&app, "privacy_officer", organisation, &record, json!({})).await,
            Vec::<String>::new()
        );
        let preview = "erasurePreview(record: \"$r\") { possible obstacle }".replace("$r", &record);
        let told = office(&app, "privacy_officer", organisation, &preview).await;
        assert_eq!(
            told["erasurePreview"],
            json!({ "possible": false, "obstacle": "HELD" })
        );
        assert_eq!(
            codes(&erase(&app, "privacy_officer", "Volunteer", &record).await),
            ["HELD"]
        );
        // Nor is the sign-in behind the record.
        assert_eq!(
            codes(&erase(&app, "privacy_officer", "User", &id("User", account)).await),
            ["HELD"]
        );
        assert_eq!(rows_with(&app, "volunteer", "id", volunteer).await, 1);
        let told = office(&app, "privacy_officer", organisation, HOLDS).await;
        let held = told["holds"][0].clone();
        assert_eq!(
            (&held["record"], &held["releasedAt"]),
            (&json!(record), &json!(null))
        );
        assert_eq!(
            release(&app, "privacy_officer", organisation, &held["id"]).await,
            Vec::<String>::new()
        );
        assert_eq!(
            release(&app, "privacy_officer", organisation, &held["id"]).await,
            ["CONFLICT"]
        );
        let told = office(&app, "privacy_officer", organisation, HOLDS).await;
        assert!(
            told["holds"][0]["releasedAt"].is_string()
                && told["holds"][0]["releasedBy"].is_string()
        );
        assert_eq!(told["holds"][0]["releaseReason"], "完結");
        assert_eq!(
            codes(&erase(&app, "privacy_officer", "Volunteer", &record).await),
            Vec::<String>::new()
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_shift_that_is_held_is_held_with_its_roster() {
    for app in App::each().await {
        let (volunteer, organisation, _) = vera(&app).await;
        let shift = one(
            &app,
            &format!(
                "SELECT shift_id FROM assignment WHERE volunteer_id = {} LIMIT 1",
                literal(&app, volunteer)
            ),
        )
        .await;
        let soon = (app.now + TimeDelta::hours(1)).to_rfc3339();
        assert_eq!(
            hold(
                &app,
                "privacy_officer",
                organisation,
                &id("Shift", shift),
                json!({ "until": soon })
            )
            .await,
            Vec::<String>::new()
        );
        assert_eq!(
            codes(
                &erase(
                    &app,
                    "privacy_officer",
                    "Volunteer",
                    &id("Volunteer", volunteer)
                )
                .await
            ),
            ["HELD"]
        );
        // The hold ends by itself.
        let store = app.graph.store().at(app.now + TimeDelta::hours(2));
        let order = kaifong::store::erasure::Order {
            person: kaifong::store::erasure::Person::Volunteer,
            id: volunteer,
            ground: kaifong::store::erasure::Ground::Request,
            way: kaifong::store::erasure::Way::Command,
            by: None,
            organisations: None,
        };
        let done = store.erase_by_command(&order).await.unwrap();
        assert_eq!(done, kaifong::store::erasure::Erased::Done);
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_else_holds_or_releases_and_unseen_records_are_unknown() {
    for app in App::each().await {
        let (volunteer, organisation, _) = vera(&app).await;
        let record = id("Volunteer", volunteer);
        let elsewhere = one(
            &app,
            &format!(
                "SELECT organisation_id FROM volunteer WHERE organisation_id <> {} LIMIT 1",
                literal(&app, organisation)
            ),
        )
        .await;
        let stranger = officer_of(&app, elsewhere).await.to_string();
        assert_eq!(
            hold(&app, "privacy_officer", organisation, &record, json!({})).await,
            Vec::<String>::new()
        );
        let told = office(&app, "privacy_officer", organisation, HOLDS).await;
        let held = told["holds"][0]["id"].clone();
        let roles = ROLES
            .into_iter()
            .chain(["anonymous"])
            .filter(|role| *role != "privacy_officer");
        for who in roles.chain([stranger.as_str()]) {
            for codes in [
                hold(&app, who, organisation, &record, json!({})).await,
                release(&app, who, organisation, &held).await,
            ] {
                assert!(
                    codes == ["FORBIDDEN"] || codes == ["NOT_FOUND"],
                    "{who}: {codes:?}"
                );
            }
        }
        // The stranger's own office does not reach over, neither to the record nor to the hold.
        assert_eq!(
            hold(&app, &stranger, elsewhere, &record, json!({})).await,
            ["NOT_FOUND"]
        );
        assert_eq!(
            hold(
                &app,
                &stranger,
                elsewhere,
                &id("Volunteer", Uuid::new_v4()),
                json!({})
            )
            .await,
            ["NOT_FOUND"]
        );
        assert_eq!(
            release(&app, &stranger, elsewhere, &held).await,
            ["NOT_FOUND"]
        );
        let past = (app.now - TimeDelta::hours(1)).to_rfc3339();
        assert_eq!(
            hold(
                &app,
                "privacy_officer",
                organisation,
                &record,
                json!({ "until": past })
            )
            .await,
            ["INVALID"]
        );
        assert_eq!(
            hold(
                &app,
                "privacy_officer",
                organisation,
                &record,
                json!({ "reason": " " })
            )
            .await,
            ["REQUIRED"]
        );
        assert_eq!(number(&app, "SELECT COUNT(*) FROM legal_hold").await, 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_database_keeps_holds_and_erasures_as_they_are() {
    for app in App::each().await {
        let (volunteer, organisation, _) = vera(&app).await;
        let record = id("Volunteer", volunteer);
        hold(&app, "privacy_officer", organisation, &record, json!({})).await;
        let told = office(&app, "privacy_officer", organisation, HOLDS).await;
        let db = &app.database.db;
        for statement in [
            "DELETE FROM legal_hold",
            "UPDATE legal_hold SET reason = 'x'",
            "UPDATE legal_hold SET released_at = created_at, reason = 'x'",
        ] {
            assert!(
                db.execute_unprepared(statement).await.is_err(),
                "{statement}"
            );
        }
        release(
            &app,
            "privacy_officer",
            organisation,
            &told["holds"][0]["id"],
        )
        .await;
        for statement in [
            "UPDATE legal_hold SET released_at = NULL",
            "UPDATE legal_hold SET release_reason = 'x'",
        ] {
            assert!(
                db.execute_unprepared(statement).await.is_err(),
                "{statement}"
            );
        }
        assert_eq!(
            codes(&erase(&app, "privacy_officer", "Volunteer", &record).await),
            Vec::<String>::new()
        );
        for statement in ["DELETE FROM erasure", "UPDATE erasure SET ground = 'x'"] {
            assert!(
                db.execute_unprepared(statement).await.is_err(),
                "{statement}"
            );
        }
        app.database.close().await;
    }
}
