//! Nobody shares onward what was shared: the parts of a share are the lead's own.

use kaifong::demo;
use serde_json::{Value, json};
use uuid::Uuid;

use super::shares_live::Offer;
use super::{ask, done, member, organisation, pair, stopped};
use crate::app::{App, noon};
use crate::asking::{id, nodes};

/// Departments, projects and shifts of an organisation of the demo, a shift with its project.
struct Work {
    project: Uuid,
    department: Uuid,
    shift: (Uuid, Uuid),
    other_shift: (Uuid, Uuid),
}

fn work(demo: &demo::Demo, of: Uuid) -> Work {
    let shifts = || demo.shifts.iter().filter(|s| s.organisation_id == of);
    let shift = shifts().next().unwrap();
    let other = shifts().find(|s| s.project_id != shift.project_id).unwrap();
    Work {
        project: shift.project_id,
        department: demo
            .departments
            .iter()
            .find(|d| d.organisation_id == of)
            .unwrap()
            .id,
        shift: (shift.id, shift.project_id),
        other_shift: (other.id, other.project_id),
    }
}

#[tokio::test]
async fn projects_departments_and_shifts_of_others_go_into_no_share() {
    let demo = demo::people(noon());
    let (lead, partner) = (organisation("administrator"), organisation("partner"));
    let (theirs, own) = (work(&demo, lead), work(&demo, partner));
    let head = member(&demo, "ADMINISTRATOR", partner).to_string();
    let project = |id_: Uuid| json!({ "projectId": id("Project", id_) });
    let with = |mut part: Value, key: &str, of: &str, row: Uuid| {
        part[key] = json!(id(of, row));
        part
    };
    let refused = [
        project(theirs.project),
        with(
            project(theirs.project),
            "departmentId",
            "Department",
            theirs.department,
        ),
        with(project(theirs.shift.1), "shiftId", "Shift", theirs.shift.0),
        // The own project does not carry what is another's.
        with(
            project(own.project),
            "departmentId",
            "Department",
            theirs.department,
        ),
        with(project(own.project), "shiftId", "Shift", theirs.shift.0),
        // A shift is of its project.
        with(project(own.project), "shiftId", "Shift", own.other_shift.0),
        project(Uuid::nil()),
        json!({ "projectId": "x" }),
    ];
    let taken = [
        project(own.project),
        with(
            project(own.project),
            "departmentId",
            "Department",
            own.department,
        ),
        with(project(own.shift.1), "shiftId", "Shift", own.shift.0),
    ];
    for app in App::each().await {
        // What the partner has by an active share, at the highest level.
        let share = Offer::accepted(
            &app,
            json!({ "level": "ADMIN", "scopes": [
            project(theirs.project),
            with(project(theirs.project), "departmentId", "Department", theirs.department),
            with(project(theirs.shift.1), "shiftId", "Shift", theirs.shift.0),
        ] }),
        )
        .await;
        let offer = |scopes: Value| {
            json!({
                "leadId": id("Organisation", partner),
                "partnerId": id("Organisation", organisation("partner_edit")),
                "level": "READ_ONLY",
                "scopes": scopes,
            })
        };
        for part in &refused {
            let input = offer(json!([taken[0], part]));
            let errors = stopped(&app, &head, "partnershipCreate", &input).await;
            assert_eq!(errors, [pair("NOT_FOUND", "scopes")], "{part}");
        }
        let made = done(
            &app,
            &head,
            "partnershipCreate",
            "scopes { nodes { project { id } department { id } shift { id } } }",
            &offer(json!(taken)),
        )
        .await;
        let mut covered: Vec<_> = nodes(&made["scopes"])
            .iter()
            .map(|s| {
                (
                    s["project"].is_object(),
                    s["department"].is_object(),
                    s["shift"].is_object(),
                )
            })
            .collect();
        covered.sort_unstable();
        assert_eq!(
            covered,
            [
                (true, false, false),
                (true, false, true),
                (true, true, false)
            ]
        );
        // Neither is it put in later, by the lead or by the one with whom it is shared.
        for deed in ["partnershipChange", "partnershipProposeChange"] {
            for part in &refused {
                let input = json!({ "id": made["id"], "scopes": [part] });
                let errors = stopped(&app, &head, deed, &input).await;
                let state = deed.ends_with("ProposeChange");
                let wanted = if state {
                    pair("CONFLICT", "id")
                } else {
                    pair("NOT_FOUND", "scopes")
                };
                assert_eq!(errors, [wanted], "{deed} {part}");
            }
        }
        // The partner may propose less of what it has, and nothing of the lead's that it does not see.
        let head = share.partner.as_str();
        let hidden = demo.projects.iter().find(|p| {
            p.organisation_id == lead && p.id != theirs.project && p.id != theirs.shift.1
        });
        let input = json!({ "id": share.id, "scopes": [project(hidden.unwrap().id)] });
        let errors = stopped(&app, head, "partnershipProposeChange", &input).await;
        assert_eq!(errors, [pair("NOT_FOUND", "scopes")]);
        let less = json!({ "scopes": [with(project(theirs.project), "departmentId", "Department", theirs.department)] });
        share.does(&app, head, "ProposeChange", less).await;
        share.agree(&app, share.lead, "AcceptChange").await;
        let kept = share.read(&app, share.lead).await;
        let kept = nodes(&kept["scopes"]);
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(
            kept[0]["department"]["id"],
            json!(id("Department", theirs.department))
        );
        // The lead adds a part by proposing it.
        let more = json!({ "scopes": [project(theirs.project)] });
        let more_now = json!({ "id": share.id, "scopes": [project(theirs.project)] });
        let errors = stopped(&app, share.lead, "partnershipChange", &more_now).await;
        assert_eq!(errors, [pair("CONFLICT", "id")]);
        share.does(&app, share.lead, "ProposeChange", more).await;
        share.agree(&app, head, "AcceptChange").await;
        let query =
            "query($id: ID!) { partnership(id: $id) { scopes { nodes { department { id } } } } }";
        let whole = ask(&app, share.lead, query, json!({ "id": share.id })).await;
        assert_eq!(
            whole["data"]["partnership"]["scopes"]["nodes"],
            json!([{ "department": null }])
        );
        app.database.close().await;
    }
}
