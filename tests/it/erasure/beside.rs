//! A hold covers what hangs on whom it is about, and tells others nothing.

use chrono::Months;
use kaifong::graphql::retention_permit;
use kaifong::policy::Policies;
use serde_json::json;
use uuid::Uuid;

use super::{codes, erase, hold, officer_of, one, rows_with, vera};
use crate::app::App;
use crate::asking::{id, literal, tamper};

#[tokio::test]
async fn whether_another_organisation_holds_somebody_is_not_told() {
    for app in App::each().await {
        let (_, organisation, account) = vera(&app).await;
        let query = format!(
            "SELECT id FROM organisation WHERE id <> {} LIMIT 1",
            literal(&app, organisation)
        );
        let other = one(&app, &query).await;
        let (row, day) = (literal(&app, Uuid::new_v4()), "'2026-01-01T00:00:00+00:00'");
        tamper(&app, &format!(
            "INSERT INTO membership (id, created_at, updated_at, account_id, organisation_id, role) VALUES ({row}, {day}, {day}, {}, {}, 'VOLUNTEER')",
            literal(&app, account), literal(&app, other)
        )).await;
        let record = id("User", account);
        let before = erase(&app, "privacy_officer", "User", &record).await;
        let officer = officer_of(&app, other).await.to_string();
        assert_eq!(
            hold(&app, &officer, other, &record, json!({})).await,
            Vec::<String>::new()
        );
        let after = erase(&app, "privacy_officer", "User", &record).await;
        assert_eq!(codes(&before), ["CONFLICT"], "{before}");
        assert_eq!(before, after);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_hold_on_a_sign_in_holds_the_record_behind_it() {
    for app in App::each().await {
        let (volunteer, organisation, account) = vera(&app).await;
        let sign_in = id("User", account);
        let held = hold(&app, "privacy_officer", organisation, &sign_in, json!({})).await;
        assert_eq!(held, Vec::<String>::new());
        let record = id("Volunteer", volunteer);
        let answer = erase(&app, "privacy_officer", "Volunteer", &record).await;
        assert_eq!(codes(&answer), ["HELD"], "{answer}");
        assert_eq!(rows_with(&app, "volunteer", "id", volunteer).await, 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_notice_stays_with_the_receipt_of_a_child_who_is_held() {
    for app in App::each().await {
        let receipt = one(
            &app,
            "SELECT id FROM notice_receipt WHERE student_id IS NOT NULL LIMIT 1",
        )
        .await;
        let of = async |column: &str| {
            let known = literal(&app, receipt);
            let query = format!("SELECT {column} FROM notice_receipt WHERE id = {known}");
            one(&app, &query).await
        };
        let (student, notice, organisation) = (
            of("student_id").await,
            of("notice_id").await,
            of("organisation_id").await,
        );
        let query = format!(
            "SELECT id FROM notice WHERE id NOT IN (SELECT notice_id FROM notice_receipt \
             WHERE student_id = {} OR recipient_id = {}) AND archived_at IS NULL LIMIT 1",
            literal(&app, student),
            literal(&app, student)
        );
        let free = one(&app, &query).await;
        let officer = officer_of(&app, organisation).await.to_string();
        let held = hold(
            &app,
            &officer,
            organisation,
            &id("Student", student),
            json!({}),
        )
        .await;
        assert_eq!(held, Vec::<String>::new());
        // Long after all of today's notices are due.
        let store = app.graph.store().at(app.now + Months::new(25));
        let permit = retention_permit(&Policies::shipped().unwrap()).unwrap();
        let done = store.run_retention(&permit, None, false).await;
        assert!(done.is_ok_and(|done| done.is_some()));
        assert_eq!(rows_with(&app, "notice", "id", notice).await, 1);
        assert_eq!(rows_with(&app, "notice_receipt", "id", receipt).await, 1);
        assert_eq!(rows_with(&app, "student", "id", student).await, 1);
        assert_eq!(rows_with(&app, "notice", "id", free).await, 0);
        app.database.close().await;
    }
}
