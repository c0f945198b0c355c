//! Volunteers, students and guardians are erased.

use serde_json::json;
use uuid::Uuid;

use super::{ask, codes, erase, office, officer_of, one, rows_with, text, vera};
use crate::app::{App, ROLES};
use crate::asking::{id, literal, number, tamper};
use crate::databases::TestDatabase;

#[tokio::test]
async fn a_volunteer_goes_and_the_hours_stay_with_nobody() {
    for app in App::each().await {
        let (volunteer, organisation, account) = vera(&app).await;
        let (own, of) = (literal(&app, volunteer), literal(&app, organisation));
        let places = format!("SELECT COUNT(*) FROM assignment WHERE organisation_id = {of}");
        let hours = format!(
            "SELECT CAST(COALESCE(SUM(hours) * 100, 0) AS BIGINT) FROM assignment WHERE organisation_id = {of}"
        );
        let total = format!(
            "SELECT CAST(SUM(hours_total) AS BIGINT) FROM volunteer WHERE organisation_id = {of}"
        );
        let before = (
            number(&app, &places).await,
            number(&app, &hours).await,
            number(&app, &total).await,
        );
        let mine = rows_with(&app, "assignment", "volunteer_id", volunteer).await;
        assert!(mine > 0 && before.2 > 0);
        tamper(
            &app,
            &format!("UPDATE assignment SET remark = 'she limps' WHERE volunteer_id = {own}"),
        )
        .await;
        let record = id("Volunteer", volunteer);
        let preview = "erasurePreview(record: \"$r\") { possible obstacle lines { table column treatment rows english chinese } }".replace("$r", &record);
        let told =
            office(&app, "privacy_officer", organisation, &preview).await["erasurePreview"].clone();
        assert_eq!(told["possible"], true, "{told}");
        let lines = told["lines"].as_array().unwrap();
        let line = lines
            .iter()
            .find(|line| line["table"] == "assignment")
            .unwrap();
        assert_eq!(
            (&line["treatment"], &line["rows"]),
            (&json!("TAKEN_OUT"), &json!(mine))
        );

        let answer = erase(&app, "privacy_officer", "Volunteer", &record).await;
        assert_eq!(codes(&answer), Vec::<String>::new(), "{answer}");
        for (table, column) in [
            ("volunteer", "id"),
            ("assignment", "volunteer_id"),
            ("certificate", "volunteer_id"),
            ("consent", "volunteer_id"),
            ("erasure_under_way", "id"),
        ] {
            assert_eq!(
                rows_with(&app, table, column, volunteer).await,
                0,
                "{table}"
            );
        }
        let after = (
            number(&app, &places).await,
            number(&app, &hours).await,
            number(&app, &total).await,
        );
        assert_eq!(after, before, "the statistics stay");
        let remarks = "SELECT COUNT(*) FROM assignment WHERE remark = 'she limps'";
        assert_eq!(number(&app, remarks).await, 0);
        let nobody = format!(
            "SELECT COUNT(*) FROM volunteer WHERE organisation_id = {of} AND source = 'erased' \
             AND archived_at IS NOT NULL AND name_zh IS NULL AND name_en IS NULL AND phone IS NULL \
             AND email IS NULL AND account_id IS NULL AND birth_date IS NULL AND identity_number IS NULL"
        );
        assert!(number(&app, &nobody).await > 0);
        // The sign-in hung on this record alone: it went too, and opens nothing.
        let known = literal(&app, account);
        let left = text(
            &app,
            &format!("SELECT COALESCE(name_zh, name_en, email) FROM account WHERE id = {known}"),
        )
        .await;
        assert_eq!(left, None);
        let me = app.ask("volunteer", "{ viewer { user { id } } }").await;
        assert_eq!(
            me["errors"][0]["extensions"]["code"].is_string(),
            me["data"].is_null(),
            "{me}"
        );
        assert!(me["data"]["viewer"]["user"].is_null(), "{me}");
        // An erased one is as unknown as one that never was.
        let again = erase(&app, "privacy_officer", "Volunteer", &record).await;
        let never = erase(
            &app,
            "privacy_officer",
            "Volunteer",
            &id("Volunteer", Uuid::new_v4()),
        )
        .await;
        assert_eq!(codes(&again), ["NOT_FOUND"]);
        assert_eq!(again, never);
        // What is kept of it names nobody.
        let kept = office(
            &app,
            "privacy_officer",
            organisation,
            "erasures { at kind pseudonym ground way by counts { table rows } }",
        )
        .await;
        let kept = kept["erasures"].as_array().unwrap();
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(
            (&kept[0]["kind"], &kept[0]["ground"], &kept[0]["way"]),
            (&json!("Volunteer"), &json!("REQUEST"), &json!("OFFICER"))
        );
        assert!(
            !kept[0]
                .to_string()
                .contains(&volunteer.simple().to_string())
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn two_of_one_shift_are_nobody_twice_and_a_nobody_is_never_erased() {
    for app in App::each().await {
        let (_, organisation, _) = vera(&app).await;
        let of = literal(&app, organisation);
        let shift = one(&app, &format!(
            "SELECT shift_id FROM assignment WHERE organisation_id = {of} GROUP BY shift_id HAVING COUNT(DISTINCT volunteer_id) > 2"
        )).await;
        let on = literal(&app, shift);
        let places = format!("SELECT COUNT(*) FROM assignment WHERE shift_id = {on}");
        let before = number(&app, &places).await;
        for _ in 0..2 {
            let next = one(&app, &format!(
                "SELECT a.volunteer_id FROM assignment a JOIN volunteer v ON v.id = a.volunteer_id \
                 WHERE a.shift_id = {on} AND (v.source IS NULL OR v.source <> 'erased') LIMIT 1"
            )).await;
            let answer = erase(&app, "privacy_officer", "Volunteer", &id("Volunteer", next)).await;
            assert_eq!(codes(&answer), Vec::<String>::new(), "{answer}");
        }
        assert_eq!(number(&app, &places).await, before);
        let nobodies = format!(
            "SELECT COUNT(DISTINCT a.volunteer_id) FROM assignment a JOIN volunteer v ON v.id = a.volunteer_id WHERE a.shift_id = {on} AND v.source = 'erased'"
        );
        assert_eq!(number(&app, &nobodies).await, 2);
        let nobody = one(&app, &format!("SELECT id FROM volunteer WHERE organisation_id = {of} AND source = 'erased' LIMIT 1")).await;
        let answer = erase(
            &app,
            "privacy_officer",
            "Volunteer",
            &id("Volunteer", nobody),
        )
        .await;
        assert_eq!(codes(&answer), ["NOT_FOUND"], "{answer}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn students_and_guardians_go_and_others_stay() {
    for app in App::each().await {
        let child = one(
            &app,
            "SELECT student_id FROM guardianship GROUP BY student_id HAVING COUNT(*) > 0 LIMIT 1",
        )
        .await;
        let who = literal(&app, child);
        let school = one(
            &app,
            &format!("SELECT organisation_id FROM student WHERE id = {who}"),
        )
        .await;
        let guardian = one(
            &app,
            &format!("SELECT guardian_id FROM guardianship WHERE student_id = {who} LIMIT 1"),
        )
        .await;
        let officer = officer_of(&app, school).await.to_string();
        let receipts = "SELECT COUNT(*) FROM notice_receipt";
        let before = number(&app, receipts).await;
        // The officer of another organisation does not see the child, and learns nothing.
        let foreign = erase(&app, "privacy_officer", "Student", &id("Student", child)).await;
        assert_eq!(codes(&foreign), ["NOT_FOUND"]);
        let done = erase(&app, &officer, "Student", &id("Student", child)).await;
        assert_eq!(codes(&done), Vec::<String>::new(), "{done}");
        for (table, column) in [
            ("student", "id"),
            ("guardianship", "student_id"),
            ("enrolment", "student_id"),
            ("notice_receipt", "student_id"),
            ("consent", "student_id"),
        ] {
            assert_eq!(rows_with(&app, table, column, child).await, 0, "{table}");
        }
        assert_eq!(
            number(&app, receipts).await,
            before,
            "how many replied stays"
        );
        assert_eq!(
            rows_with(&app, "guardian", "id", guardian).await,
            1,
            "the guardian stays"
        );
        let done = erase(&app, &officer, "Guardian", &id("Guardian", guardian)).await;
        assert_eq!(codes(&done), Vec::<String>::new(), "{done}");
        assert_eq!(rows_with(&app, "guardian", "id", guardian).await, 0);
        assert_eq!(
            rows_with(&app, "guardianship", "guardian_id", guardian).await,
            0
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_else_erases() {
    for app in App::each().await {
        let (volunteer, organisation, _) = vera(&app).await;
        let record = id("Volunteer", volunteer);
        let stranger = one(
            &app,
            &format!(
                "SELECT id FROM organisation WHERE id <> {} LIMIT 1",
                literal(&app, organisation)
            ),
        )
        .await;
        let stranger = officer_of(&app, stranger).await.to_string();
        let roles = ROLES
            .into_iter()
            .chain(["anonymous"])
            .filter(|role| *role != "privacy_officer");
        for who in roles.chain([stranger.as_str()]) {
            let answer = erase(&app, who, "Volunteer", &record).await;
            let codes = codes(&answer);
            assert!(
                codes == ["FORBIDDEN"] || codes == ["NOT_FOUND"],
                "{who}: {answer}"
            );
            let closed = office(
                &app,
                who,
                organisation,
                "holds { id } erasures { pseudonym } retention { subject }",
            )
            .await;
            assert!(closed.is_null(), "{who}: {closed}");
        }
        // Without a ground nothing happens, and neither does it to a record that is no person's.
        let query = "mutation($i: VolunteerEraseInput!) { done: volunteerErase(input: $i) { userErrors { code field } } }";
        let answer = ask(
            &app,
            "privacy_officer",
            query,
            json!({ "i": { "id": record } }),
        )
        .await;
        assert_eq!(codes(&answer), ["REQUIRED"]);
        assert_eq!(rows_with(&app, "volunteer", "id", volunteer).await, 1);
        assert_eq!(number(&app, "SELECT COUNT(*) FROM erasure").await, 0);
        app.database.close().await;
    }
}

/// It is one thing or nothing: where the last step fails, the first was not done.
#[tokio::test]
async fn what_fails_half_way_was_not_done() {
    for app in App::each().await {
        let (volunteer, _, _) = vera(&app).await;
        let before = rows_with(&app, "assignment", "volunteer_id", volunteer).await;
        match app.database.name {
            "SQLite" => tamper(&app, "CREATE TRIGGER stop BEFORE INSERT ON erasure BEGIN SELECT RAISE(ABORT, 'stop'); END").await,
            _ => tamper(&app, "ALTER TABLE erasure ADD CONSTRAINT stop CHECK (ground = 'never')").await,
        }
        let answer = erase(
            &app,
            "privacy_officer",
            "Volunteer",
            &id("Volunteer", volunteer),
        )
        .await;
        assert_eq!(codes(&answer), ["INTERNAL"], "{answer}");
        assert_eq!(rows_with(&app, "volunteer", "id", volunteer).await, 1);
        assert_eq!(
            rows_with(&app, "assignment", "volunteer_id", volunteer).await,
            before
        );
        assert_eq!(
            number(
                &app,
                "SELECT COUNT(*) FROM volunteer WHERE source = 'erased'"
            )
            .await,
            0
        );
        assert_eq!(
            number(&app, "SELECT COUNT(*) FROM erasure_under_way").await,
            0
        );
        app.database.close().await;
    }
}

/// A consent still cannot be taken away by itself.
#[tokio::test]
async fn consents_go_only_with_the_person() {
    for app in App::each().await {
        let (volunteer, _, _) = vera(&app).await;
        assert!(rows_with(&app, "consent", "volunteer_id", volunteer).await > 0);
        for statement in ["DELETE FROM consent", "UPDATE consent SET act = 'GIVEN'"] {
            use sea_orm::ConnectionTrait as _;
            assert!(
                app.database.db.execute_unprepared(statement).await.is_err(),
                "{statement}"
            );
        }
        app.database.close().await;
    }
}

/// Neither the file nor what SQLite keeps beside it has the values any more.
#[tokio::test]
async fn the_file_itself_forgets() {
    let app = App::sqlite().await;
    let (volunteer, _, _) = vera(&app).await;
    let own = literal(&app, volunteer);
    let marks = ["zqxj-address-of-nobody-else", "zqxj-remark-of-nobody-else"];
    tamper(
        &app,
        &format!(
            "UPDATE volunteer SET address = '{}', internal_notes = '{}' WHERE id = {own}",
            marks[0],
            marks[1].repeat(400)
        ),
    )
    .await;
    let hash = "zqxj-hash-of-nobody-else";
    tamper(
        &app,
        &format!("UPDATE volunteer SET identity_number_hash = '{hash}' WHERE id = {own}"),
    )
    .await;
    let sealed =
        format!("SELECT COALESCE(health_remark, identity_number) FROM volunteer WHERE id = {own}");
    let sealed = text(&app, &sealed)
        .await
        .unwrap_or_else(|| marks[0].to_owned());
    let marks = [marks[0], marks[1], hash, sealed.as_str()];
    assert!(
        marks.iter().all(|mark| lies(&app.database, mark)),
        "it was there"
    );
    let answer = erase(
        &app,
        "privacy_officer",
        "Volunteer",
        &id("Volunteer", volunteer),
    )
    .await;
    assert_eq!(codes(&answer), Vec::<String>::new(), "{answer}");
    for mark in marks {
        assert!(!lies(&app.database, mark), "{mark} lies in the file");
    }
    app.database.close().await;
}

fn lies(database: &TestDatabase, mark: &str) -> bool {
    let file = database.url().strip_prefix("sqlite:").unwrap();
    ["", "-wal"].iter().any(|end| {
        let bytes = std::fs::read(format!("{file}{end}")).unwrap_or_default();
        bytes
            .windows(mark.len())
            .any(|part| part == mark.as_bytes())
    })
}
