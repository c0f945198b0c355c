//! Whom a published notice reaches.

use kaifong::demo;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{account, done, forbidden, one, organisation, pair, stopped};
use crate::app::{App, noon};
use crate::asking::{id, literal, nodes, row, tamper};

/// Who received a notice, with which child.
async fn receipts(app: &App, notice: &Value) -> Vec<(Uuid, Option<Uuid>)> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = &app.database.db;
    let sql = format!(
        "SELECT recipient_id, student_id FROM notice_receipt WHERE notice_id = {}",
        literal(app, row(notice))
    );
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    let mut found: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            )
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_published_notice_reaches_guardians_once_for_each_child_and_nobody_without_access() {
    let demo = demo::people(noon());
    let class = demo
        .memberships
        .iter()
        .find(|post| post.account_id == account("teacher") && post.class_id.is_some())
        .unwrap()
        .class_id
        .unwrap();
    let today = noon().date_naive();
    let guardian = demo
        .guardians
        .iter()
        .find(|g| g.account_id == Some(account("guardian")))
        .unwrap();
    let wards: Vec<Uuid> = demo
        .guardianships
        .iter()
        .filter(|g| g.guardian_id == guardian.id)
        .map(|g| g.student_id)
        .collect();
    assert_eq!(wards.len(), 2);
    for app in App::each().await {
        // Both children of the named guardian are in the class now.
        for ward in &wards {
            tamper(
                &app,
                &format!(
                    "UPDATE enrolment SET class_id = {}, ends_on = NULL WHERE student_id = {}",
                    literal(&app, class),
                    literal(&app, *ward)
                ),
            )
            .await;
        }
        let in_class = |student: Uuid| {
            wards.contains(&student)
                || demo.enrolments.iter().any(|e| {
                    e.student_id == student
                        && e.class_id == class
                        && e.ends_on.is_none_or(|day| day >= today)
                })
        };
        let mut expected: Vec<(Uuid, Option<Uuid>)> = Vec::new();
        let mut without = Vec::new();
        for bond in demo
            .guardianships
            .iter()
            .filter(|bond| in_class(bond.student_id))
        {
            let guardian = demo
                .guardians
                .iter()
                .find(|g| g.id == bond.guardian_id)
                .unwrap();
            let Some(account) = guardian.account_id else {
                continue;
            };
            if bond.has_access && bond.receives_notices {
                expected.push((account, Some(bond.student_id)));
            } else {
                without.push((account, bond.student_id));
            }
        }
        expected.sort();
        expected.dedup();
        assert!(!without.is_empty(), "a separated parent without access");
        let school = id("Organisation", organisation("teacher"));
        let made = done(&app, "teacher", "noticeCreate", "status", &json!({ "organisationId": school, "classId": id("Class", class), "titleZh": "旅行", "requiresSignature": true })).await;
        assert_eq!(receipts(&app, &made["id"]).await, []);
        let seen = |who: &'static str| {
            let (app, id) = (&app, made["id"].clone());
            async move {
                app.data_with(
                    who,
                    "query($id: ID!) { notice(id: $id) { id } }",
                    json!({ "id": id }),
                )
                .await["notice"]
                    .clone()
            }
        };
        assert_eq!(
            seen("guardian").await,
            Value::Null,
            "a draft stays with those who write it"
        );
        let published = done(
            &app,
            "teacher",
            "noticePublish",
            "status publishedAt recipientCount readCount edition",
            &json!({ "id": made["id"], "version": made["version"] }),
        )
        .await;
        assert_eq!(published["status"], "PUBLISHED");
        assert_eq!(published["publishedAt"], "2026-11-18T04:00:00Z");
        assert_eq!(published["recipientCount"], json!(expected.len()));
        assert_eq!(published["readCount"], json!(0));
        let sent = receipts(&app, &made["id"]).await;
        assert_eq!(sent, expected);
        for (account, student) in &without {
            assert!(
                !sent.contains(&(*account, Some(*student))),
                "no access, no notice"
            );
        }
        assert_eq!(
            sent.iter()
                .filter(|(who, _)| *who == account("guardian"))
                .count(),
            2,
            "one for each child"
        );
        assert_eq!(seen("guardian").await["id"], made["id"]);
        let mine = app.data_with("guardian", "query($id: ID!) { noticeReceipts(where: { notice: { id: { eq: $id } } }) { nodes { edition deliveredAt readAt signedAt recipient { id } student { id } } } }", json!({ "id": made["id"] })).await;
        assert_eq!(nodes(&mine["noticeReceipts"]).len(), 2);
        for receipt in nodes(&mine["noticeReceipts"]) {
            assert_eq!(receipt["edition"], json!(1));
            assert_eq!(receipt["deliveredAt"], "2026-11-18T04:00:00Z");
            assert!(receipt["readAt"].is_null() && receipt["signedAt"].is_null());
        }
        // Once is enough.
        let again = json!({ "id": made["id"] });
        assert_eq!(
            stopped(&app, "teacher", "noticePublish", &again).await,
            [pair("CONFLICT", "id")]
        );
        assert_eq!(
            stopped(
                &app,
                "teacher",
                "noticePublish",
                &json!({ "id": made["id"], "version": made["version"] })
            )
            .await,
            [pair("STALE", "version")]
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_published_notice_reaches_the_people_of_a_project_or_of_an_organisation_once() {
    let demo = demo::people(noon());
    let lead = organisation("coordinator");
    for app in App::each().await {
        let project = one(
            &app,
            "coordinator",
            "projects",
            "where: { nameEn: { contains: \"Canteen\" } }",
            "",
        )
        .await["id"]
            .clone();
        let mut rostered: Vec<Uuid> = Vec::new();
        for assignment in demo.assignments.iter().filter(|a| {
            a.project_id == row(&project)
                && ["OFFERED", "ACCEPTED", "ATTENDED"].contains(&a.status.as_str())
        }) {
            let volunteer = demo
                .volunteers
                .iter()
                .find(|v| v.id == assignment.volunteer_id)
                .unwrap();
            rostered.extend(volunteer.account_id);
        }
        let holds = |post: &&entity::membership::Model| {
            post.valid_from.is_none_or(|from| from <= noon())
                && post.valid_to.is_none_or(|to| to > noon())
        };
        let posts = || demo.memberships.iter().filter(holds);
        rostered.extend(
            posts()
                .filter(|post| post.project_id == Some(row(&project)))
                .map(|post| post.account_id),
        );
        let members: Vec<Uuid> = posts()
            .filter(|post| post.organisation_id == lead)
            .map(|post| post.account_id)
            .collect();
        for (input, mut expected) in [
            (
                json!({ "organisationId": id("Organisation", lead), "projectId": project }),
                rostered,
            ),
            (
                json!({ "organisationId": id("Organisation", lead) }),
                members,
            ),
        ] {
            expected.sort();
            expected.dedup();
            assert!(expected.len() > 3);
            let made = done(&app, "coordinator", "noticeCreate", "", &input).await;
            done(
                &app,
                "coordinator",
                "noticePublish",
                "",
                &json!({ "id": made["id"] }),
            )
            .await;
            let sent = receipts(&app, &made["id"]).await;
            assert!(sent.iter().all(|(_, student)| student.is_none()));
            assert_eq!(
                sent.into_iter().map(|(who, _)| who).collect::<Vec<_>>(),
                expected
            );
        }
        // What was withdrawn or archived is not published.
        let withdrawn = one(
            &app,
            "coordinator",
            "notices",
            "where: { status: { eq: WITHDRAWN } }",
            "",
        )
        .await["id"]
            .clone();
        assert_eq!(
            stopped(
                &app,
                "coordinator",
                "noticePublish",
                &json!({ "id": withdrawn })
            )
            .await,
            [pair("CONFLICT", "id")]
        );
        let draft = done(
            &app,
            "coordinator",
            "noticeCreate",
            "",
            &json!({ "organisationId": id("Organisation", lead) }),
        )
        .await["id"]
            .clone();
        done(
            &app,
            "coordinator",
            "noticeArchive",
            "",
            &json!({ "id": draft }),
        )
        .await;
        assert_eq!(
            stopped(
                &app,
                "coordinator",
                "noticePublish",
                &json!({ "id": draft })
            )
            .await,
            [pair("CONFLICT", "id")]
        );
        for who in ["team_leader", "volunteer", "privacy_officer"] {
            let theirs = app
                .data(who, "{ notices(first: 1) { nodes { id } } }")
                .await;
            if let Some(notice) = nodes(&theirs["notices"]).first() {
                forbidden(&app, who, "noticePublish", &json!({ "id": notice["id"] })).await;
            }
        }
        app.database.close().await;
    }
}
