//! Where one may make something, and move it to.

use kaifong::demo;
use serde_json::json;
use uuid::Uuid;

use super::{account, done, forbidden, one, organisation, pair, stopped};
use crate::app::{App, noon};
use crate::asking::id;

#[tokio::test]
async fn nothing_is_made_or_moved_where_one_has_no_rights() {
    let demo = demo::people(noon());
    let lead = organisation("administrator");
    let branch = demo
        .organisations
        .iter()
        .find(|o| o.parent_id == Some(lead))
        .unwrap()
        .id;
    let department_of = |organisation: Uuid| {
        let mut departments = demo.departments.iter();
        id(
            "Department",
            departments
                .find(|d| d.organisation_id == organisation)
                .unwrap()
                .id,
        )
    };
    let project_of = |organisation: Uuid| {
        let mut projects = demo.projects.iter();
        id(
            "Project",
            projects
                .find(|p| p.organisation_id == organisation)
                .unwrap()
                .id,
        )
    };
    let school = organisation("teacher");
    let taught = demo
        .memberships
        .iter()
        .find(|post| post.account_id == account("teacher") && post.class_id.is_some());
    let taught = id("Class", taught.unwrap().class_id.unwrap());
    let other_class = demo
        .school_classes
        .iter()
        .find(|class| class.organisation_id == school && id("Class", class.id) != taught);
    let other_class = id("Class", other_class.unwrap().id);
    let far = demo
        .school_classes
        .iter()
        .find(|class| class.organisation_id != school)
        .unwrap();
    let (far, far_school) = (id("Class", far.id), id("Organisation", far.organisation_id));
    let here = |at: Uuid| id("Organisation", at);
    for app in App::each().await {
        let times = |project: String| json!({ "projectId": project, "startsAt": "2027-01-01T00:00:00Z", "endsAt": "2027-01-01T01:00:00Z" });
        for (who, name, input) in [
            (
                "coordinator",
                "projectCreate",
                json!({ "organisationId": here(branch), "category": "x" }),
            ),
            (
                "administrator",
                "projectCreate",
                json!({ "organisationId": here(branch), "category": "x" }),
            ),
            // The headquarters sees the branch's projects and does not plan in them.
            ("administrator", "shiftCreate", times(project_of(branch))),
            ("team_leader", "shiftCreate", times(project_of(lead))),
            ("partner_edit", "shiftCreate", times(project_of(lead))),
            (
                "administrator",
                "volunteerCreate",
                json!({ "organisationId": here(branch) }),
            ),
            (
                "coordinator",
                "volunteerCreate",
                json!({ "organisationId": here(lead) }),
            ),
            (
                "administrator",
                "organisationCreate",
                json!({ "kind": "NGO" }),
            ),
            (
                "administrator",
                "organisationCreate",
                json!({ "kind": "NGO", "parentId": here(organisation("partner")) }),
            ),
            (
                "teacher",
                "noticeCreate",
                json!({ "organisationId": here(school) }),
            ),
            (
                "teacher",
                "noticeCreate",
                json!({ "organisationId": here(school), "classId": other_class }),
            ),
            (
                "teacher",
                "noticeCreate",
                json!({ "organisationId": here(lead) }),
            ),
            (
                "volunteer",
                "noticeCreate",
                json!({ "organisationId": here(lead) }),
            ),
            (
                "guardian",
                "noticeCreate",
                json!({ "organisationId": here(school) }),
            ),
            (
                "teacher",
                "classCreate",
                json!({ "organisationId": here(school), "academicYear": 2026 }),
            ),
            (
                "administrator",
                "classCreate",
                json!({ "organisationId": here(school), "academicYear": 2026 }),
            ),
            // Whether it would fit is told only to those who may do it at all.
            (
                "teacher",
                "noticeCreate",
                json!({ "organisationId": here(lead), "classId": taught }),
            ),
            (
                "teacher",
                "noticeCreate",
                json!({ "organisationId": far_school, "classId": taught }),
            ),
        ] {
            forbidden(&app, who, name, &input).await;
        }
        let shift = one(&app, "coordinator", "shifts", "", "").await["id"].clone();
        let volunteer = one(&app, "coordinator", "volunteers", "", "").await["id"].clone();
        for (who, name, input, expected) in [
            // What one sees but is of another organisation does not fit.
            (
                "administrator",
                "shiftChange",
                json!({ "id": shift, "departmentId": department_of(branch) }),
                ("INVALID", "departmentId"),
            ),
            (
                "administrator",
                "volunteerChange",
                json!({ "id": volunteer, "departmentId": department_of(branch) }),
                ("INVALID", "departmentId"),
            ),
            (
                "administrator",
                "noticeCreate",
                json!({ "organisationId": here(lead), "projectId": project_of(branch) }),
                ("INVALID", "projectId"),
            ),
            (
                "administrator",
                "projectCreate",
                json!({ "organisationId": here(lead), "category": "x", "departmentId": department_of(branch) }),
                ("INVALID", "departmentId"),
            ),
            // What one does not see is not there.
            (
                "administrator",
                "shiftChange",
                json!({ "id": shift, "departmentId": department_of(organisation("partner")) }),
                ("NOT_FOUND", "departmentId"),
            ),
            (
                "teacher",
                "noticeCreate",
                json!({ "organisationId": here(school), "classId": far }),
                ("NOT_FOUND", "classId"),
            ),
        ] {
            assert_eq!(
                stopped(&app, who, name, &input).await,
                [pair(expected.0, expected.1)],
                "{who} {input}"
            );
        }
        let made = done(
            &app,
            "teacher",
            "noticeCreate",
            "class { id } author { id }",
            &json!({ "organisationId": here(school), "classId": taught, "titleEn": "x" }),
        )
        .await;
        assert_eq!(made["class"]["id"], json!(taught));
        assert_eq!(made["author"]["id"], json!(id("User", account("teacher"))));
        app.database.close().await;
    }
}
