//! Volunteers on the roster of a shift.

use kaifong::demo;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{done, forbidden, one, organisation, pair, stopped, tally};
use crate::app::{App, noon};
use crate::asking::{id, nodes};

#[tokio::test]
async fn volunteers_are_put_on_a_roster_and_taken_off() {
    for app in App::each().await {
        let open =
            "where: { project: { nameEn: { contains: \"Canteen\" } }, progress: { eq: OPEN } }";
        for who in ["coordinator", "partner_edit"] {
            let shift = one(&app, who, "shifts", open, "filled").await;
            let free = format!(
                "where: {{ status: {{ eq: ACTIVE }}, not: {{ assignments: {{ some: {{ shift: {{ id: {{ eq: {} }} }} }} }} }} }}",
                shift["id"]
            );
            let volunteer = match who {
                // A partner does not see all assignments of a volunteer; the coordinator finds one for it.
                "partner_edit" => {
                    let theirs = app
                        .data(who, "{ volunteers(first: 1000) { nodes { id } } }")
                        .await;
                    let theirs: Vec<Value> = nodes(&theirs["volunteers"])
                        .iter()
                        .map(|v| v["id"].clone())
                        .collect();
                    let data = app
                        .data(
                            "coordinator",
                            &format!("{{ volunteers(first: 1000 {free}) {{ nodes {{ id }} }} }}"),
                        )
                        .await;
                    nodes(&data["volunteers"])
                        .iter()
                        .map(|v| v["id"].clone())
                        .find(|id| theirs.contains(id))
                        .unwrap()
                }
                _ => one(&app, who, "volunteers", &free, "").await["id"].clone(),
            };
            let fields =
                "status role hours remark shift { id filled } project { id } volunteer { id }";
            let input = json!({ "id": shift["id"], "volunteerId": volunteer, "role": " 司機 " });
            let made = done(&app, who, "shiftAssign", fields, &input).await;
            assert_eq!(
                (&made["status"], &made["role"]),
                (&json!("OFFERED"), &json!("司機"))
            );
            assert_eq!(
                made["shift"],
                json!({ "id": shift["id"], "filled": shift["filled"] }),
                "an offer fills no place"
            );
            assert_eq!(made["volunteer"]["id"], volunteer);
            assert!(made["hours"].is_null());
            let before = tally(&app).await;
            assert_eq!(
                done(&app, who, "shiftAssign", fields, &input).await,
                made,
                "asked twice, done once"
            );
            assert!(tally(&app).await == before);
            let data = app.data_with("coordinator", "query($id: ID!) { node(id: $id) { ... on Assignment { status shift { assignments(first: 1000) { nodes { id } } } } } }", json!({ "id": made["id"] })).await;
            assert!(
                nodes(&data["node"]["shift"]["assignments"]).contains(&json!({ "id": made["id"] }))
            );
            let off = done(
                &app,
                who,
                "assignmentUnassign",
                "status",
                &json!({ "id": made["id"], "version": made["version"] }),
            )
            .await;
            assert_eq!(
                (&off["status"], &off["id"]),
                (&json!("CANCELLED"), &made["id"])
            );
            let again = done(
                &app,
                who,
                "shiftAssign",
                "status",
                &json!({ "id": shift["id"], "volunteerId": volunteer }),
            )
            .await;
            assert_ne!(
                again["id"], made["id"],
                "a new request; the old one stays as it was"
            );
            assert_eq!(again["status"], "OFFERED");
        }
        let shift = one(&app, "coordinator", "shifts", open, "").await["id"].clone();
        let volunteer = one(&app, "coordinator", "volunteers", "", "").await["id"].clone();
        let demo = demo::people(noon());
        let stranger = demo
            .volunteers
            .iter()
            .find(|v| v.organisation_id == organisation("partner"))
            .unwrap()
            .id;
        for wrong in [
            id("Volunteer", stranger),
            id("Volunteer", Uuid::nil()),
            "x".into(),
            shift.as_str().unwrap().to_owned(),
        ] {
            let input = json!({ "id": shift, "volunteerId": wrong });
            assert_eq!(
                stopped(&app, "coordinator", "shiftAssign", &input).await,
                [pair("NOT_FOUND", "volunteerId")]
            );
        }
        let input = json!({ "id": shift, "volunteerId": volunteer, "role": "a\u{0}" });
        assert_eq!(
            stopped(&app, "coordinator", "shiftAssign", &input).await,
            [pair("INVALID", "role")]
        );
        for progress in ["DONE", "CANCELLED"] {
            let over = one(
                &app,
                "coordinator",
                "shifts",
                &format!("where: {{ progress: {{ eq: {progress} }} }}"),
                "",
            )
            .await["id"]
                .clone();
            let input = json!({ "id": over, "volunteerId": volunteer });
            assert_eq!(
                stopped(&app, "coordinator", "shiftAssign", &input).await,
                [pair("CONFLICT", "id")]
            );
        }
        done(
            &app,
            "coordinator",
            "shiftArchive",
            "",
            &json!({ "id": shift }),
        )
        .await;
        let input = json!({ "id": shift, "volunteerId": volunteer });
        assert_eq!(
            stopped(&app, "coordinator", "shiftAssign", &input).await,
            [pair("CONFLICT", "id")]
        );
        for who in ["partner", "team_leader", "volunteer"] {
            let theirs = one(
                &app,
                who,
                "shifts",
                "where: { assignments: { some: {} } }",
                "assignments(first: 1) { nodes { id } }",
            )
            .await;
            forbidden(
                &app,
                who,
                "shiftAssign",
                &json!({ "id": theirs["id"], "volunteerId": volunteer }),
            )
            .await;
            forbidden(
                &app,
                who,
                "assignmentUnassign",
                &json!({ "id": theirs["assignments"]["nodes"][0]["id"] }),
            )
            .await;
        }
        app.database.close().await;
    }
}
