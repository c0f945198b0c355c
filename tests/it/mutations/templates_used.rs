//! What is brought into a space is one's own and may be forwarded; members make shifts from it, for as
//! long as it is there.

use serde_json::{Value, json};

use super::spaces::Circle;
use super::templates::bare;
use super::templates_shared::{made, named, never};
use super::{ask, done, forbidden, pair, stopped};
use crate::app::App;
use crate::asking::{id, nodes};

#[tokio::test]
async fn what_is_not_to_be_forwarded_and_what_is_anothers_is_not_brought() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let kept = made(&app, &circle, 1).await;
        let input = json!({ "id": kept, "forwardable": false });
        done(&app, &circle.heads[1], "shiftTemplateChange", "", &input).await;
        let errors = circle.cannot(&app, 1, "BringTemplates", named(&kept)).await;
        assert_eq!(errors, pair("NOT_FORWARDABLE", "templateIds"));
        // With one that may be, neither is.
        let may = made(&app, &circle, 1).await;
        let both = json!({ "templateIds": [may, kept] });
        let errors = circle.cannot(&app, 1, "BringTemplates", both).await;
        assert_eq!(errors, pair("NOT_FORWARDABLE", "templateIds"));
        // To others it is as one that never was; and nobody brings what another has brought.
        let errors = circle.cannot(&app, 2, "BringTemplates", named(&kept)).await;
        assert_eq!(errors, pair("NOT_FOUND", "templateIds"));
        let errors = circle.cannot(&app, 2, "BringTemplates", named(&may)).await;
        assert_eq!(errors, pair("NOT_FOUND", "templateIds"));
        circle.does(&app, 1, "BringTemplates", named(&may)).await;
        for verb in ["BringTemplates", "TakeOutTemplates"] {
            let errors = circle.cannot(&app, 2, verb, named(&may)).await;
            assert_eq!(errors, pair("CONFLICT", "templateIds"), "{verb}");
        }
        // Nor into a space of one's own.
        let lead = json!({ "leadId": circle.of(2), "nameEn": "Another" });
        let own = done(&app, &circle.heads[2], "spaceCreate", "", &lead).await;
        let input = json!({ "id": own["id"], "templateIds": [may] });
        let errors = stopped(&app, &circle.heads[2], "spaceBringTemplates", &input).await;
        assert_eq!(errors, [pair("CONFLICT", "templateIds")]);
        // A coordinator, an officer and a token do nothing in spaces; a stranger does not find it.
        for who in ["coordinator", "partner_edit"] {
            let errors = stopped(&app, who, "spaceBringTemplates", &circle.with(named(&may))).await;
            assert_eq!(errors, [pair("NOT_FOUND", "id")], "{who}");
        }
        let deed = "spaceTakeOutTemplates";
        forbidden(&app, "privacy_officer", deed, &circle.with(named(&may))).await;
        let errors = circle.cannot(&app, 3, "BringTemplates", named(&may)).await;
        assert_eq!(errors, pair("NOT_FOUND", "id"));
        for (wrong, error) in [
            (
                json!({ "templateIds": [] }),
                pair("REQUIRED", "templateIds"),
            ),
            (named(&never()), pair("NOT_FOUND", "templateIds")),
            (
                json!({ "templateIds": [circle.of(1)] }),
                pair("NOT_FOUND", "templateIds"),
            ),
        ] {
            let found = circle.cannot(&app, 1, "TakeOutTemplates", wrong).await;
            assert_eq!(found, error);
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_member_makes_shifts_from_a_template_in_the_space_until_it_is_gone() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let template = made(&app, &circle, 0).await;
        let input = json!({
            "projectId": id("Project", circle.project(1)), "startsAt": "2027-01-02T02:00:00Z",
            "templateId": template, "needed": 2,
        });
        let head = circle.heads[1].as_str();
        let errors = stopped(&app, head, "shiftCreate", &input).await;
        assert_eq!(errors, [pair("NOT_FOUND", "templateId")]);
        circle
            .does(&app, 0, "BringTemplates", named(&template))
            .await;
        let fields = "taskType tags outdoor needed endsAt organisation { id }";
        let shift = done(&app, head, "shiftCreate", fields, &input).await;
        let wanted = json!({
            "taskType": "task:FOOD_PREPARATION", "tags": ["skill:KETTLES", "skill:FOOD_HYGIENE"],
            "outdoor": true, "needed": 2, "endsAt": "2027-01-02T03:17:00Z",
            "organisation": { "id": circle.of(1) },
        });
        assert_eq!(bare(shift.clone()), wanted);
        circle
            .does(&app, 0, "TakeOutTemplates", named(&template))
            .await;
        let errors = stopped(&app, head, "shiftCreate", &input).await;
        assert_eq!(errors, [pair("NOT_FOUND", "templateId")]);
        // The shift stays as it was made.
        let query = format!("query($id: ID!) {{ shift(id: $id) {{ {fields} }} }}");
        let answer = ask(&app, head, &query, json!({ "id": shift["id"] })).await;
        assert_eq!(answer["data"]["shift"], wanted);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_page_that_goes_on_after_a_template_was_taken_out_does_not_have_it() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let (one, two) = (made(&app, &circle, 0).await, made(&app, &circle, 0).await);
        let both = json!({ "templateIds": [one, two] });
        circle.does(&app, 0, "BringTemplates", both).await;
        let query = "query($after: String) { shiftTemplates(first: 1, after: $after, where: {nameEn: {eq: \"The kettle\"}}, \
                     orderBy: {field: NAME_EN}) { nodes { id } pageInfo { endCursor } } }";
        let page =
            async |who: &str, after: &Value| ask(&app, who, query, json!({ "after": after })).await;
        let reader = circle.heads[2].as_str();
        let first = page(reader, &Value::Null).await;
        let first = &first["data"]["shiftTemplates"];
        assert_eq!(*nodes(first), [json!({ "id": one })]);
        let cursor = &first["pageInfo"]["endCursor"];
        let next = page(reader, cursor).await;
        assert_eq!(
            *nodes(&next["data"]["shiftTemplates"]),
            [json!({ "id": two })]
        );
        circle.does(&app, 0, "TakeOutTemplates", named(&two)).await;
        let gone = page(reader, cursor).await;
        assert_eq!(
            *nodes(&gone["data"]["shiftTemplates"]),
            [] as [Value; 0],
            "{gone}"
        );
        // Another has nothing of a cursor.
        let other = page(&circle.heads[3], cursor).await;
        assert!(other.get("errors").is_some(), "{other}");
        app.database.close().await;
    }
}
