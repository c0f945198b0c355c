//! Templates of standard activities: who keeps them, and what a shift takes from one.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{ask, done, forbidden, member, organisation, pair, stopped};
use crate::app::App;
use crate::asking::id;

/// All that a template says.
pub const SAYS: &str = "nameEn nameZh taskType tags outdoor needed durationMinutes instructionsEn \
    instructionsZh forwardable organisation { id }";

/// A template as an input makes it, of an organisation.
pub fn kettle(of: Uuid) -> Value {
    json!({
        "organisationId": id("Organisation", of),
        "nameEn": "The kettle", "nameZh": "茶水站",
        "taskType": "task:FOOD_PREPARATION", "tags": ["skill:KETTLES", "skill:FOOD_HYGIENE"],
        "outdoor": true, "needed": 7, "durationMinutes": 77,
        "instructionsEn": "The kettle is filled first.", "instructionsZh": "先把水壺注滿。",
    })
}

/// What such a template shows.
pub fn shown(of: Uuid) -> Value {
    let mut says = kettle(of);
    let whose = says.as_object_mut().unwrap().remove("organisationId");
    says["organisation"] = json!({ "id": whose });
    says["forwardable"] = json!(true);
    says
}

/// What a record shows besides its id and version.
pub fn bare(mut record: Value) -> Value {
    let fields = record.as_object_mut().unwrap();
    fields.remove("id");
    fields.remove("version");
    record
}

async fn read(app: &App, who: &str, template: &Value) -> Value {
    let query = format!("query($id: ID!) {{ shiftTemplate(id: $id) {{ {SAYS} archivedAt }} }}");
    let answer = ask(app, who, &query, json!({ "id": template })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["shiftTemplate"].clone()
}

#[tokio::test]
async fn those_who_plan_shifts_keep_the_templates_of_their_organisation() {
    for app in App::each().await {
        let own = organisation("coordinator");
        for who in ["administrator", "coordinator"] {
            let made = done(&app, who, "shiftTemplateCreate", SAYS, &kettle(own)).await;
            assert_eq!(bare(made.clone()), shown(own), "{who}");
            let template = made["id"].clone();
            let can = "viewerCanChange viewerCanArchive";
            let with = json!({
                "id": template, "version": made["version"], "needed": 3, "instructionsEn": null,
                "forwardable": false,
            });
            let changed = done(&app, who, "shiftTemplateChange", can, &with).await;
            assert_eq!(changed["viewerCanChange"], json!(true));
            assert_eq!(
                stopped(&app, who, "shiftTemplateChange", &with).await,
                [pair("STALE", "version")]
            );
            let now = read(&app, who, &template).await;
            assert_eq!(now["needed"], json!(3));
            assert_eq!(
                (&now["instructionsEn"], &now["forwardable"]),
                (&Value::Null, &json!(false))
            );
            assert_eq!(now["instructionsZh"], json!("先把水壺注滿。"));
            // Nobody else of the organisation, or with a token under its shares, sees or changes it.
            for other in [
                "team_leader",
                "volunteer",
                "partner",
                "partner_edit",
                "privacy_officer",
                "teacher",
                "guardian",
                "anonymous",
            ] {
                assert_eq!(read(&app, other, &template).await, Value::Null, "{other}");
                let errors = stopped(&app, other, "shiftTemplateChange", &with).await;
                assert_eq!(errors, [pair("NOT_FOUND", "id")], "{other}");
                // Who is not signed in does not even find the organisation.
                if other == "anonymous" {
                    let errors = stopped(&app, other, "shiftTemplateCreate", &kettle(own)).await;
                    assert_eq!(errors, [pair("NOT_FOUND", "organisationId")]);
                    continue;
                }
                forbidden(&app, other, "shiftTemplateCreate", &kettle(own)).await;
            }
            let one = json!({ "id": template });
            done(&app, who, "shiftTemplateArchive", can, &one).await;
            let archived = read(&app, who, &template).await;
            assert!(archived["archivedAt"].is_string(), "{archived}");
            let listed =
                "query($id: ID!) { shiftTemplates(where: {id: {eq: $id}}) { totalCount } }";
            let answer = ask(&app, who, listed, json!({ "id": template })).await;
            assert_eq!(answer["data"]["shiftTemplates"]["totalCount"], json!(0));
        }
        // Nobody makes one for another organisation.
        let other = organisation("partner");
        forbidden(&app, "coordinator", "shiftTemplateCreate", &kettle(other)).await;
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_template_says_how_long_and_has_usual_values_for_the_rest() {
    for app in App::each().await {
        let own = organisation("coordinator");
        let least = json!({ "organisationId": id("Organisation", own), "durationMinutes": 1 });
        let made = done(&app, "coordinator", "shiftTemplateCreate", SAYS, &least).await;
        let usual = json!({
            "nameEn": null, "nameZh": null, "taskType": null, "tags": [], "outdoor": false,
            "needed": 1, "durationMinutes": 1, "instructionsEn": null, "instructionsZh": null,
            "forwardable": true, "organisation": { "id": id("Organisation", own) },
        });
        assert_eq!(bare(made.clone()), usual);
        for minutes in [0, -5, 10_081] {
            let mut input = least.clone();
            input["durationMinutes"] = json!(minutes);
            let errors = stopped(&app, "coordinator", "shiftTemplateCreate", &input).await;
            assert_eq!(errors, [pair("INVALID", "durationMinutes")], "{minutes}");
            let input = json!({ "id": made["id"], "durationMinutes": minutes });
            let errors = stopped(&app, "coordinator", "shiftTemplateChange", &input).await;
            assert_eq!(errors, [pair("INVALID", "durationMinutes")], "{minutes}");
        }
        let week = json!({ "id": made["id"], "durationMinutes": 10_080 });
        done(&app, "coordinator", "shiftTemplateChange", "", &week).await;
        app.database.close().await;
    }
}

/// What is seen of a shift that was made from a template.
const SHIFT: &str = "title taskType tags outdoor needed startsAt endsAt internalNote";

#[tokio::test]
async fn a_shift_takes_from_a_template_what_its_input_leaves_out() {
    for app in App::each().await {
        let own = organisation("coordinator");
        let made = done(&app, "coordinator", "shiftTemplateCreate", "", &kettle(own)).await;
        let project = super::one(&app, "coordinator", "projects", "", "").await["id"].clone();
        let least = json!({
            "projectId": project, "startsAt": "2027-01-02T23:30:00Z", "templateId": made["id"],
        });
        let shift = done(&app, "coordinator", "shiftCreate", SHIFT, &least).await;
        let taken = json!({
            "title": null, "taskType": "task:FOOD_PREPARATION",
            "tags": ["skill:KETTLES", "skill:FOOD_HYGIENE"], "outdoor": true, "needed": 7,
            "startsAt": "2027-01-02T23:30:00Z", "endsAt": "2027-01-03T00:47:00Z",
            "internalNote": null,
        });
        assert_eq!(bare(shift.clone()), taken, "{}", app.database.name);
        // The input wins, where it says that there is none, too.
        let mut said = least.clone();
        for (name, value) in [
            ("taskType", Value::Null),
            ("tags", json!([])),
            ("outdoor", json!(false)),
            ("needed", json!(0)),
            ("endsAt", json!("2027-01-03T01:00:00Z")),
            ("title", json!("早班")),
        ] {
            said[name] = value;
        }
        let other = done(&app, "coordinator", "shiftCreate", SHIFT, &said).await;
        let wanted = json!({
            "title": "早班", "taskType": null, "tags": [], "outdoor": false, "needed": 0,
            "startsAt": "2027-01-02T23:30:00Z", "endsAt": "2027-01-03T01:00:00Z",
            "internalNote": null,
        });
        assert_eq!(bare(other), wanted);
        let backwards = json!({
            "projectId": project, "startsAt": "2027-01-02T23:30:00Z",
            "endsAt": "2027-01-02T23:00:00Z", "templateId": made["id"],
        });
        let errors = stopped(&app, "coordinator", "shiftCreate", &backwards).await;
        assert_eq!(errors, [pair("INVALID", "endsAt")]);
        // Without a template somebody has to say when it ends, as before.
        for template in [json!({}), json!({ "templateId": null })] {
            let mut input = template;
            input["projectId"] = project.clone();
            input["startsAt"] = json!("2027-01-02T10:00:00Z");
            let errors = stopped(&app, "coordinator", "shiftCreate", &input).await;
            assert_eq!(errors, [pair("REQUIRED", "endsAt")]);
            input["endsAt"] = json!("2027-01-02T11:00:00Z");
            let plain = done(&app, "coordinator", "shiftCreate", SHIFT, &input).await;
            assert_eq!((&plain["needed"], &plain["tags"]), (&json!(1), &json!([])));
        }
        let mut none = least.clone();
        none["endsAt"] = Value::Null;
        let errors = stopped(&app, "coordinator", "shiftCreate", &none).await;
        assert_eq!(errors, [pair("REQUIRED", "endsAt")]);
        // What was taken is a copy.
        let changed = json!({ "id": made["id"], "needed": 1, "durationMinutes": 5 });
        done(&app, "coordinator", "shiftTemplateChange", "", &changed).await;
        let again = format!("query($id: ID!) {{ shift(id: $id) {{ {SHIFT} }} }}");
        let answer = ask(&app, "coordinator", &again, json!({ "id": shift["id"] })).await;
        assert_eq!(answer["data"]["shift"], taken);
        let one = json!({ "id": made["id"] });
        done(&app, "coordinator", "shiftTemplateArchive", "", &one).await;
        let errors = stopped(&app, "coordinator", "shiftCreate", &least).await;
        assert_eq!(errors, [pair("CONFLICT", "templateId")]);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_template_that_one_does_not_see_is_as_one_that_never_was() {
    for app in App::each().await {
        let demo = kaifong::demo::people(crate::app::noon());
        let other = organisation("partner");
        let head = member(&demo, "ADMINISTRATOR", other).to_string();
        let theirs = done(&app, &head, "shiftTemplateCreate", "", &kettle(other)).await;
        let never = json!(id("ShiftTemplate", Uuid::from_u128(42)));
        let project = super::one(&app, "coordinator", "projects", "", "").await["id"].clone();
        let ends = json!("2027-01-02T11:00:00Z");
        let not_one = json!(id("Project", Uuid::from_u128(42)));
        for template in [&theirs["id"], &never, &not_one, &json!("x")] {
            for ends in [Value::Null, ends.clone()] {
                let mut input = json!({
                    "projectId": project, "startsAt": "2027-01-02T10:00:00Z", "templateId": template,
                });
                if !ends.is_null() {
                    input["endsAt"] = ends;
                }
                let errors = stopped(&app, "coordinator", "shiftCreate", &input).await;
                assert_eq!(errors, [pair("NOT_FOUND", "templateId")], "{template}");
            }
        }
        // A template gives nobody the right to make a shift.
        let own = organisation("coordinator");
        let made = done(&app, "coordinator", "shiftTemplateCreate", "", &kettle(own)).await;
        let mine = json!({
            "projectId": project, "startsAt": "2027-01-02T10:00:00Z",
            "endsAt": "2027-01-02T11:00:00Z", "templateId": made["id"],
        });
        let errors = stopped(&app, "team_leader", "shiftCreate", &mine).await;
        assert_eq!(errors, [pair("NOT_FOUND", "templateId")]);
        let elsewhere = super::one(&app, &head, "projects", "", "").await["id"].clone();
        let mut foreign = mine.clone();
        foreign["projectId"] = elsewhere;
        let errors = stopped(&app, "coordinator", "shiftCreate", &foreign).await;
        assert_eq!(errors, [pair("NOT_FOUND", "projectId")]);
        app.database.close().await;
    }
}
