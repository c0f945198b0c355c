//! Values that do not fit.

use serde_json::{Value, json};

use super::{one, organisation, pair, stopped};
use crate::app::App;
use crate::asking::id;

#[tokio::test]
async fn values_that_do_not_fit_are_named_in_both_languages() {
    for app in App::each().await {
        let lead = id("Organisation", organisation("administrator"));
        let volunteer = one(
            &app,
            "volunteer",
            "volunteers",
            "where: { phone: { isNull: false } }",
            "",
        )
        .await["id"]
            .clone();
        let shift = one(&app, "coordinator", "shifts", "", "startsAt endsAt").await;
        let project = one(&app, "coordinator", "projects", "", "").await["id"].clone();
        let own = |more: Value| ("volunteer", "volunteerChange", volunteer.clone(), more);
        let shifts = |more: Value| ("coordinator", "shiftChange", shift["id"].clone(), more);
        let projects = |more: Value| ("coordinator", "projectChange", project.clone(), more);
        for ((who, name, id, more), expected) in [
            (
                own(json!({ "phone": "1234567" })),
                vec![("INVALID", "phone")],
            ),
            (
                own(json!({ "phone": "6123 456x" })),
                vec![("INVALID", "phone")],
            ),
            (own(json!({ "phone": "" })), vec![("INVALID", "phone")]),
            (
                own(json!({ "emergencyContactPhone": "+852 1" })),
                vec![("INVALID", "emergencyContactPhone")],
            ),
            (
                own(json!({ "email": "nobody" })),
                vec![("INVALID", "email")],
            ),
            (
                own(json!({ "email": "a b@example.org" })),
                vec![("INVALID", "email")],
            ),
            (
                own(json!({ "identityNumber": "A123456(4)" })),
                vec![("INVALID", "identityNumber")],
            ),
            (
                own(json!({ "identityNumber": "A12345" })),
                vec![("INVALID", "identityNumber")],
            ),
            (
                own(json!({ "nameZh": "陳\u{0}" })),
                vec![("INVALID", "nameZh")],
            ),
            (
                own(json!({ "nameZh": "陳\u{7}大文" })),
                vec![("INVALID", "nameZh")],
            ),
            (
                own(json!({ "address": "\u{9b}31m" })),
                vec![("INVALID", "address")],
            ),
            (
                own(json!({ "healthRemark": "x".repeat(20_001) })),
                vec![("INVALID", "healthRemark")],
            ),
            (
                own(json!({ "skills": ["a", "\u{1b}[31m"] })),
                vec![("INVALID", "skills")],
            ),
            (
                own(json!({ "skills": ["x".repeat(201)] })),
                vec![("INVALID", "skills")],
            ),
            (own(json!({ "skills": null })), vec![("REQUIRED", "skills")]),
            (
                own(json!({ "phone": "1", "email": "2", "nameEn": "ok" })),
                vec![("INVALID", "phone"), ("INVALID", "email")],
            ),
            (
                shifts(json!({ "startsAt": null })),
                vec![("REQUIRED", "startsAt")],
            ),
            (
                shifts(json!({ "needed": null, "progress": null, "outdoor": null })),
                vec![
                    ("REQUIRED", "outdoor"),
                    ("REQUIRED", "needed"),
                    ("REQUIRED", "progress"),
                ],
            ),
            (shifts(json!({ "needed": -1 })), vec![("INVALID", "needed")]),
            (
                shifts(json!({ "needed": 2_000_000 })),
                vec![("INVALID", "needed")],
            ),
            (
                shifts(json!({ "endsAt": shift["startsAt"] })),
                vec![("INVALID", "endsAt")],
            ),
            (
                shifts(json!({ "startsAt": shift["endsAt"] })),
                vec![("INVALID", "endsAt")],
            ),
            (
                shifts(
                    json!({ "startsAt": "2027-01-02T00:00:00Z", "endsAt": "2027-01-01T23:59:59Z" }),
                ),
                vec![("INVALID", "endsAt")],
            ),
            (
                projects(json!({ "category": null })),
                vec![("REQUIRED", "category")],
            ),
            (
                projects(json!({ "category": "" })),
                vec![("REQUIRED", "category")],
            ),
            (
                projects(json!({ "category": " \t\u{3000}" })),
                vec![("REQUIRED", "category")],
            ),
            (
                projects(json!({ "startsOn": "2027-01-02", "endsOn": "2027-01-01" })),
                vec![("INVALID", "endsOn")],
            ),
            (
                projects(json!({ "departmentId": "x" })),
                vec![("NOT_FOUND", "departmentId")],
            ),
        ] {
            let mut input = more;
            input["id"] = id;
            let expected: Vec<_> = expected
                .iter()
                .map(|(code, field)| pair(code, field))
                .collect();
            assert_eq!(
                stopped(&app, who, name, &input).await,
                expected,
                "{} {input}",
                app.database.name
            );
        }
        for (who, name, input, expected) in [
            (
                "coordinator",
                "projectCreate",
                json!({ "organisationId": lead, "category": " " }),
                ("REQUIRED", "category"),
            ),
            (
                "coordinator",
                "projectCreate",
                json!({ "organisationId": "x", "category": "x" }),
                ("NOT_FOUND", "organisationId"),
            ),
            (
                "coordinator",
                "projectCreate",
                json!({ "organisationId": lead, "category": "x", "startsOn": "2027-01-02", "endsOn": "2027-01-01" }),
                ("INVALID", "endsOn"),
            ),
            (
                "coordinator",
                "shiftCreate",
                json!({ "projectId": project, "startsAt": "2027-01-01T10:00:00Z", "endsAt": "2027-01-01T10:00:00Z" }),
                ("INVALID", "endsAt"),
            ),
            (
                "administrator",
                "volunteerCreate",
                json!({ "organisationId": lead, "phone": "12" }),
                ("INVALID", "phone"),
            ),
            (
                "administrator",
                "volunteerCreate",
                json!({ "organisationId": lead, "status": null }),
                ("REQUIRED", "status"),
            ),
        ] {
            assert_eq!(
                stopped(&app, who, name, &input).await,
                [pair(expected.0, expected.1)],
                "{input}"
            );
        }
        app.database.close().await;
    }
}
