//! What sign-in keeps goes as well; and who is no longer due when it comes to it stays.

use sea_orm::DbBackend;
use serde_json::{Value, json};
use uuid::Uuid;

use super::retention::{left, of, run};
use super::{codes, hold, office, one, release, rows_with, vera};
use crate::app::App;
use crate::asking::{id, literal, number, tamper};

/// The kinds of data of sign-in, with their tables.
const KINDS: [(&str, &str); 6] = [
    ("SESSIONS", "session"),
    ("SIGN_IN_LINKS", "sign_in_link"),
    ("LETTERS", "letter"),
    ("RECOVERY_CODES", "recovery_code"),
    ("OUTSIDE_SIGN_INS", "outside_sign_in"),
    ("SIGN_IN_PLACES", "sign_in_place"),
];

const LONG_AGO: &str = "'2025-01-01T00:00:00+00:00'";
const TO_COME: &str = "'2099-01-01T00:00:00+00:00'";

/// One row of each kind that was over at an instant.
async fn over(app: &App, account: Uuid, at: &str) {
    let new = || literal(app, Uuid::new_v4());
    let (who, session) = (literal(app, account), new());
    let word = Uuid::new_v4();
    for sql in [
        format!(
            "INSERT INTO session (id, created_at, account_id, way, ends_at) VALUES ({session}, {LONG_AGO}, {who}, 'PASSWORD', {at})"
        ),
        format!(
            "INSERT INTO session_token (id, created_at, session_id, hash) VALUES ({}, {LONG_AGO}, {session}, '{word}')",
            new()
        ),
        format!(
            "INSERT INTO sign_in_link (id, created_at, account_id, kind, sealed, hash, ends_at) VALUES ({}, {LONG_AGO}, {who}, 'INVITATION', 'x', '{word}', {at})",
            new()
        ),
        format!(
            "INSERT INTO letter (id, created_at, account_id, kind, sealed, next_at, ends_at) VALUES ({}, {LONG_AGO}, {who}, 'CHANGED', 'x', {TO_COME}, {at})",
            new()
        ),
        format!(
            "INSERT INTO recovery_code (id, created_at, account_id, hash, used_at) VALUES ({}, {LONG_AGO}, {who}, '{word}', {at})",
            new()
        ),
        format!(
            "INSERT INTO outside_sign_in (id, created_at, account_id, provider, state, challenge, return_to, second_factor) VALUES ({}, {at}, {who}, 'school', '{word}', 'x', 'x', FALSE)",
            new()
        ),
        format!(
            "INSERT INTO sign_in_place (id, created_at, account_id) VALUES ({}, {at}, {who})",
            new()
        ),
    ] {
        tamper(app, &sql).await;
    }
}

#[tokio::test]
async fn what_sign_in_kept_long_enough_goes_unless_the_person_is_held() {
    for app in App::each().await {
        let (_, organisation, account) = vera(&app).await;
        over(&app, account, LONG_AGO).await;
        over(&app, account, TO_COME).await;
        // One that goes on, of somebody who used no code.
        let new = literal(&app, Uuid::new_v4());
        let who = literal(&app, account);
        tamper(&app, &format!("INSERT INTO recovery_code (id, created_at, account_id, hash) VALUES ({new}, {LONG_AGO}, {who}, 'unused')")).await;
        let store = app.graph.store().at(app.now);
        let officer = "privacy_officer";
        let record = id("User", account);
        assert!(
            hold(&app, officer, organisation, &record, json!({}))
                .await
                .is_empty()
        );
        let held = run(&app, &store, None, false).await.unwrap();
        for (kind, table) in KINDS {
            assert_eq!(of(&held, organisation, kind), (0, 1), "{kind}");
            assert!(
                rows_with(&app, table, "account_id", account).await >= 2,
                "{kind}"
            );
        }
        let told = office(
            &app,
            officer,
            organisation,
            "holds { id } retentionDue { subject due held }",
        )
        .await;
        let due = told["retentionDue"].as_array().unwrap();
        for (kind, _) in KINDS {
            assert!(
                due.contains(&json!({ "subject": kind, "due": 0, "held": 1 })),
                "{kind}"
            );
        }
        let freed = release(&app, officer, organisation, &told["holds"][0]["id"]).await;
        assert_eq!(freed, Vec::<String>::new());
        let dry = run(&app, &store, None, true).await.unwrap();
        let done = run(&app, &store, None, false).await.unwrap();
        for (kind, table) in KINDS {
            assert_eq!(of(&dry, organisation, kind), (1, 0), "{kind}");
            assert_eq!(of(&done, organisation, kind), (1, 0), "{kind}");
            let left = if kind == "RECOVERY_CODES" { 2 } else { 1 };
            assert_eq!(
                rows_with(&app, table, "account_id", account).await,
                left,
                "{kind}"
            );
        }
        assert_eq!(number(&app, "SELECT COUNT(*) FROM session_token").await, 1);
        // What a run is told is the time is what it notes.
        let ended = number(
            &app,
            "SELECT COUNT(*) FROM retention_run WHERE ended_at = created_at",
        )
        .await;
        assert_eq!(ended, 3);
        app.database.close().await;
    }
}

#[tokio::test]
async fn who_is_no_longer_due_when_it_comes_to_it_is_not_erased() {
    for app in App::each().await {
        let (_, organisation, _) = vera(&app).await;
        let mut two = [
            left(&app, organisation).await,
            left(&app, organisation).await,
        ];
        two.sort();
        let [first, second] = two;
        // While the first is erased, the second comes back: both were found due together.
        let back = format!(
            "UPDATE volunteer SET status = 'ACTIVE', updated_at = '2098-01-01T00:00:00+00:00' WHERE id = {}",
            literal(&app, second)
        );
        let triggers = match app.database.db.get_database_backend() {
            DbBackend::Sqlite => vec![format!(
                "CREATE TRIGGER back AFTER INSERT ON erasure BEGIN {back}; END"
            )],
            _ => vec![
                format!(
                    "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {back}; RETURN NULL; END $$"
                ),
                "CREATE TRIGGER back AFTER INSERT ON erasure FOR EACH ROW EXECUTE FUNCTION back()"
                    .to_owned(),
            ],
        };
        for sql in triggers {
            tamper(&app, &sql).await;
        }
        let store = app.graph.store().at(app.now);
        let done = run(&app, &store, None, false).await.unwrap();
        assert_eq!(of(&done, organisation, "LEFT_VOLUNTEERS"), (1, 0));
        assert_eq!(rows_with(&app, "volunteer", "id", first).await, 0);
        assert_eq!(rows_with(&app, "volunteer", "id", second).await, 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn an_officers_preview_counts_what_the_organisation_has() {
    for app in App::each().await {
        let (_, organisation, account) = vera(&app).await;
        let other = format!(
            "SELECT id FROM organisation WHERE id <> {} LIMIT 1",
            literal(&app, organisation)
        );
        let other = one(&app, &other).await;
        // Somebody who placed a hold, here and elsewhere.
        for place in [organisation, other, other] {
            let (new, who) = (literal(&app, Uuid::new_v4()), literal(&app, account));
            let (place, whom) = (literal(&app, place), literal(&app, Uuid::new_v4()));
            tamper(&app, &format!(
                "INSERT INTO legal_hold (id, created_at, organisation_id, subject_type, subject_id, reason, account_id) \
                 VALUES ({new}, {LONG_AGO}, {place}, 'Volunteer', {whom}, 'x', {who})"
            )).await;
        }
        let record = id("User", account);
        let fields =
            format!("erasurePreview(record: {record:?}) {{ lines {{ table column rows }} }}");
        let told = office(&app, "privacy_officer", organisation, &fields).await;
        let lines = told["erasurePreview"]["lines"].as_array().unwrap();
        let rows = |table: &str| {
            let line = lines.iter().find(|line| line["table"] == table);
            line.unwrap_or_else(|| panic!("{table}: {told}"))["rows"].clone()
        };
        assert_eq!(rows("legal_hold"), 1);
        assert!(rows("membership").as_i64() > Some(0));
        // What is of nobody's organisation, and not of signing in, is not counted.
        assert_eq!(rows("partnership_step"), Value::Null);
        assert_eq!(rows("login"), 0);
        let gone = super::erase(&app, "privacy_officer", "User", &record).await;
        assert_eq!(codes(&gone), Vec::<String>::new());
        app.database.close().await;
    }
}
