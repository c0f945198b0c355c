//! Who may set which field.

use serde_json::{Value, json};

use super::{done, forbidden, one, organisation};
use crate::app::App;
use crate::asking::id;

#[tokio::test]
async fn each_field_has_its_own_right_to_be_set() {
    for app in App::each().await {
        let lead = id("Organisation", organisation("administrator"));
        let shift = one(
            &app,
            "partner_edit",
            "shifts",
            "where: { progress: { eq: OPEN } }",
            "place viewerCanChange",
        )
        .await;
        assert_eq!(shift["viewerCanChange"], json!(true));
        let change = |more: Value| {
            let mut input = more;
            input["id"] = shift["id"].clone();
            input
        };
        for who in ["partner_edit", "team_leader"] {
            let mine = one(&app, who, "shifts", "where: { project: { nameEn: { contains: \"Canteen\" } }, progress: { in: [OPEN, IN_PROGRESS] } }", "").await;
            let with = |more: Value| {
                let mut input = more;
                input["id"] = mine["id"].clone();
                input
            };
            let changed = done(
                &app,
                who,
                "shiftChange",
                "progress",
                &with(json!({ "progress": "IN_PROGRESS" })),
            )
            .await;
            assert_eq!(changed["progress"], "IN_PROGRESS");
            for more in [
                json!({ "place": "elsewhere" }),
                json!({ "progress": "DONE", "place": "elsewhere" }),
                json!({ "startsAt": "2026-11-20T10:00:00Z" }),
                json!({ "endsAt": "2026-11-29T10:00:00Z" }),
                json!({ "title": null }),
                json!({ "needed": 5 }),
                json!({ "departmentId": null }),
                json!({ "internalNote": "x" }),
                json!({ "tags": [] }),
            ] {
                forbidden(&app, who, "shiftChange", &with(more)).await;
            }
            forbidden(&app, who, "shiftArchive", &with(json!({}))).await;
        }
        for who in ["partner", "volunteer"] {
            let other = one(&app, who, "shifts", "", "").await["id"].clone();
            forbidden(
                &app,
                who,
                "shiftChange",
                &json!({ "id": other, "progress": "DONE" }),
            )
            .await;
            forbidden(&app, who, "shiftChange", &json!({ "id": other })).await;
        }
        done(
            &app,
            "coordinator",
            "shiftChange",
            "place",
            &change(json!({ "place": "elsewhere" })),
        )
        .await;
        // A volunteer keeps the own record, but not what the organisation says of it.
        let own = one(
            &app,
            "volunteer",
            "volunteers",
            "where: { phone: { isNull: false } }",
            "",
        )
        .await["id"]
            .clone();
        let changed = done(&app, "volunteer", "volunteerChange", "phone identityNumber healthRemark skills", &json!({ "id": own, "phone": "+85261234567", "identityNumber": "a123456(3)", "healthRemark": "無", "skills": ["cooking", " cooking", ""] })).await;
        assert_eq!(changed["phone"], "+852 6123 4567");
        assert_eq!(changed["identityNumber"], "A123456(3)");
        assert_eq!(changed["skills"], json!(["cooking"]));
        for more in [
            json!({ "internalNotes": "x" }),
            json!({ "status": "LEFT" }),
            json!({ "joinedOn": "2020-01-01" }),
            json!({ "departmentId": null }),
            json!({ "phone": "61234567", "status": "ACTIVE" }),
        ] {
            let mut input = more;
            input["id"] = own.clone();
            forbidden(&app, "volunteer", "volunteerChange", &input).await;
        }
        // The administrator writes neither health remarks nor identity numbers, not even at first.
        for more in [
            json!({ "healthRemark": "x" }),
            json!({ "identityNumber": "A123456(3)" }),
        ] {
            let mut input = more;
            input["organisationId"] = json!(lead);
            forbidden(&app, "administrator", "volunteerCreate", &input).await;
            let object = input.as_object_mut().unwrap();
            object.remove("organisationId");
            object.insert("id".into(), own.clone());
            forbidden(&app, "administrator", "volunteerChange", &input).await;
        }
        app.database.close().await;
    }
}
