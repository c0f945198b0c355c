//! Sign-ins are erased: sessions, tokens and outside identities end at once, and only where the
//! person is nobody else's.

use uuid::Uuid;

use super::{ask, codes, erase, officer_of, one, rows_with, text, vera};
use crate::app::App;
use crate::asking::{id, literal, number, tamper};

#[tokio::test]
async fn a_sign_in_ends_at_once_with_all_its_ways_in() {
    for app in App::each().await {
        let (volunteer, _, account) = vera(&app).await;
        let (who, session) = (literal(&app, account), literal(&app, Uuid::new_v4()));
        let row = || literal(&app, Uuid::new_v4());
        let day = "'2026-01-01T00:00:00+00:00'";
        for insert in [
            format!(
                "INSERT INTO session (id, created_at, account_id, way, ends_at) VALUES ({session}, {day}, {who}, 'PASSWORD', '2027-01-01T00:00:00+00:00')"
            ),
            format!(
                "INSERT INTO session_token (id, created_at, session_id, hash) VALUES ({}, {day}, {session}, 'h')",
                row()
            ),
            format!(
                "INSERT INTO login (id, created_at, updated_at, account_id, name, hash) VALUES ({}, {day}, {day}, {who}, 'vera@example.org', 'h')",
                row()
            ),
            format!(
                "INSERT INTO recovery_code (id, created_at, account_id, hash) VALUES ({}, {day}, {who}, 'h')",
                row()
            ),
            format!(
                "INSERT INTO authenticator (id, created_at, account_id, sealed) VALUES ({}, {day}, {who}, 's')",
                row()
            ),
            format!(
                "INSERT INTO outside_identity (id, created_at, account_id, issuer, subject) VALUES ({}, {day}, {who}, 'i', 's')",
                row()
            ),
            format!(
                "INSERT INTO sign_in_place (id, created_at, account_id) VALUES ({}, {day}, {who})",
                row()
            ),
        ] {
            tamper(&app, &insert).await;
        }
        let me = "{ viewer { user { id } } }";
        assert!(app.ask("volunteer", me).await["data"]["viewer"]["user"]["id"].is_string());
        let answer = erase(&app, "privacy_officer", "User", &id("User", account)).await;
        assert_eq!(codes(&answer), Vec::<String>::new(), "{answer}");
        let seen = app.ask("volunteer", me).await;
        assert!(seen["data"]["viewer"]["user"].is_null(), "{seen}");
        for table in [
            "session",
            "login",
            "recovery_code",
            "authenticator",
            "outside_identity",
            "sign_in_place",
            "membership",
            "volunteer",
        ] {
            assert_eq!(
                rows_with(&app, table, "account_id", account).await,
                0,
                "{table}"
            );
        }
        assert_eq!(number(&app, "SELECT COUNT(*) FROM session_token").await, 0);
        // The number stays, since trails that cannot be changed name it; nobody is behind it.
        let left = text(&app, &format!("SELECT status FROM account WHERE id = {who} AND name_zh IS NULL AND name_en IS NULL AND email IS NULL AND archived_at IS NOT NULL")).await;
        assert_eq!(left.as_deref(), Some("DISABLED"));
        // The record of the volunteer is another thing, and stays.
        assert_eq!(rows_with(&app, "volunteer", "id", volunteer).await, 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn one_office_does_not_end_what_another_organisation_has_too() {
    for app in App::each().await {
        let (volunteer, organisation, account) = vera(&app).await;
        let who = literal(&app, account);
        let other = one(
            &app,
            &format!(
                "SELECT id FROM organisation WHERE id <> {} LIMIT 1",
                literal(&app, organisation)
            ),
        )
        .await;
        tamper(&app, &format!(
            "INSERT INTO membership (id, created_at, updated_at, account_id, organisation_id, role) VALUES ({}, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00', {who}, {}, 'VOLUNTEER')",
            literal(&app, Uuid::new_v4()), literal(&app, other)
        )).await;
        let answer = erase(&app, "privacy_officer", "User", &id("User", account)).await;
        assert_eq!(codes(&answer), ["CONFLICT"], "{answer}");
        // The record goes; the sign-in stays for the other organisation, without the role here.
        let answer = erase(
            &app,
            "privacy_officer",
            "Volunteer",
            &id("Volunteer", volunteer),
        )
        .await;
        assert_eq!(codes(&answer), Vec::<String>::new(), "{answer}");
        let status = text(
            &app,
            &format!("SELECT status FROM account WHERE id = {who} AND archived_at IS NULL"),
        )
        .await;
        assert_eq!(status.as_deref(), Some("ACTIVE"));
        assert_eq!(
            rows_with(&app, "membership", "account_id", account).await,
            1
        );
        // Now it is the other's alone, and not seen here.
        let answer = erase(&app, "privacy_officer", "User", &id("User", account)).await;
        assert_eq!(codes(&answer), ["NOT_FOUND"], "{answer}");
        let officer = officer_of(&app, other).await.to_string();
        let answer = erase(&app, &officer, "User", &id("User", account)).await;
        assert_eq!(codes(&answer), Vec::<String>::new(), "{answer}");
        let query = "{ viewer { user { id } } }";
        let gone = ask(&app, &account.to_string(), query, serde_json::json!({})).await;
        assert!(gone["data"]["viewer"]["user"].is_null(), "{gone}");
        app.database.close().await;
    }
}
