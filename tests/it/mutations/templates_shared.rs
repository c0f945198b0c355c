//! Templates in spaces: they are read there by the members, for as long as they are there, and nothing
//! of them is told to anybody else.

use serde_json::{Value, json};
use uuid::Uuid;

use super::spaces::Circle;
use super::templates::{SAYS, kettle, shown};
use super::{ask, done, forbidden, pair, stopped};
use crate::app::{App, noon};
use crate::asking::{id, nodes};

/// Everything that there is to ask about a template.
const ASKED: [&str; 8] = [
    "query($id: ID!) { shiftTemplate(id: $id) { id nameEn } }",
    "query($id: ID!) { node(id: $id) { id ... on ShiftTemplate { nameEn } } nodes(ids: [$id]) { id } }",
    "query($id: ID!) { shiftTemplates(where: {id: {eq: $id}}, includeArchived: true) { totalCount nodes { id } } \
     other: shiftTemplates(where: {not: {id: {eq: $id}}}, includeArchived: true) { totalCount nodes { id } } }",
    "{ shiftTemplates(first: 100, orderBy: {field: DURATION_MINUTES}) { totalCount nodes { id instructionsEn } \
     edges { cursor } pageInfo { hasNextPage endCursor } } }",
    "{ shiftTemplates(search: \"kettle\") { totalCount nodes { id } } zh: shiftTemplates(search: \"茶水\") { totalCount } }",
    "{ by: shiftTemplates(where: {instructionsEn: {contains: \"kettle\"}}) { totalCount } \
     tag: shiftTemplates(where: {tags: {has: \"skill:KETTLES\"}}) { totalCount } \
     long: shiftTemplates(where: {durationMinutes: {eq: 77}}) { totalCount } \
     of: shiftTemplates(where: {organisation: {nameEn: {contains: \"\"}}}) { totalCount } }",
    "query($id: ID!) { spaceTemplates(where: {template: {id: {eq: $id}}}, includeArchived: true) { totalCount nodes { id } } \
     name: spaceTemplates(where: {template: {nameEn: {contains: \"kettle\"}}}, includeArchived: true) { totalCount } }",
    "{ spaces(where: {templates: {some: {template: {nameEn: {contains: \"kettle\"}}}}}, includeArchived: true) { totalCount } \
     all: spaceTemplates(first: 100, includeArchived: true) { totalCount nodes { id template { id } } } }",
];

async fn asked(app: &App, who: &str, template: &Value) -> Vec<Value> {
    let mut answers = Vec::new();
    for query in ASKED {
        let answer = ask(app, who, query, json!({ "id": template })).await;
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answers.push(answer["data"].clone());
    }
    answers
}

pub fn never() -> Value {
    json!(id("ShiftTemplate", Uuid::from_u128(42)))
}

/// A template of a member of a circle.
pub async fn made(app: &App, circle: &Circle, who: usize) -> Value {
    let input = kettle(circle.organisations[who]);
    let made = done(app, &circle.heads[who], "shiftTemplateCreate", "", &input).await;
    made["id"].clone()
}

pub fn named(template: &Value) -> Value {
    json!({ "templateIds": [template] })
}

#[tokio::test]
async fn members_read_a_template_while_it_is_in_the_space_and_nobody_else_does() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        // A member, one who is only asked, one who has nothing to do with it, and who never see spaces.
        let invited = json!({ "organisationIds": [circle.of(3)] });
        let strangers = [
            "coordinator",
            "volunteer",
            "partner",
            "partner_edit",
            "teacher",
            "anonymous",
        ];
        let (mut without, mut strange) = (Vec::new(), Vec::new());
        for who in &circle.heads[1..] {
            without.push(asked(&app, who, &never()).await);
        }
        circle.does(&app, 0, "Invite", invited).await;
        let template = made(&app, &circle, 1).await;
        for who in strangers {
            strange.push(asked(&app, who, &never()).await);
        }
        let officer = asked(&app, "privacy_officer", &never()).await;
        circle
            .does(&app, 1, "BringTemplates", named(&template))
            .await;
        // Again is once.
        circle
            .does(&app, 1, "BringTemplates", named(&template))
            .await;
        let fields = format!(
            "query($id: ID!) {{ shiftTemplate(id: $id) {{ {SAYS} archivedAt viewerCanChange viewerCanArchive }} \
             spaceTemplates(where: {{template: {{id: {{eq: $id}}}}}}) {{ totalCount nodes \
             {{ broughtAt archivedAt space {{ nameEn }} template {{ nameZh }} organisation {{ id }} }} }} }}"
        );
        for who in [
            circle.heads[0].as_str(),
            circle.heads[2].as_str(),
            "privacy_officer",
        ] {
            let answer = ask(&app, who, &fields, json!({ "id": template })).await;
            let mut read = answer["data"]["shiftTemplate"].clone();
            let more = read.as_object_mut().unwrap();
            let more = ["archivedAt", "viewerCanChange", "viewerCanArchive"]
                .map(|f| more.remove(f).unwrap());
            assert_eq!(more, [Value::Null, json!(false), json!(false)], "{who}");
            assert_eq!(
                read,
                shown(circle.organisations[1]),
                "{who} {}",
                app.database.name
            );
            let rows = nodes(&answer["data"]["spaceTemplates"]);
            assert_eq!(rows.len(), 1, "{answer}");
            assert!(rows[0]["broughtAt"].is_string() && rows[0]["archivedAt"].is_null());
            assert_eq!(rows[0]["space"], json!({ "nameEn": "A Circle" }));
            assert_eq!(rows[0]["template"], json!({ "nameZh": "茶水站" }));
            assert_eq!(rows[0]["organisation"], json!({ "id": circle.of(1) }));
        }
        // Each question tells a member that it is there, so that each could tell others.
        let told = asked(&app, &circle.heads[2], &template).await;
        for (query, (told, without)) in ASKED.iter().zip(told.iter().zip(&without[1])) {
            assert_ne!(told, without, "{query}");
        }
        assert_eq!(
            asked(&app, &circle.heads[3], &template).await,
            without[2],
            "who is only asked"
        );
        for (who, before) in strangers.iter().zip(&strange) {
            assert_eq!(asked(&app, who, &template).await, *before, "{who}");
        }
        // A member reads it and changes nothing; a stranger does not find it.
        let change = json!({ "id": template, "needed": 1 });
        for deed in ["shiftTemplateChange", "shiftTemplateArchive"] {
            let input = match deed {
                "shiftTemplateChange" => change.clone(),
                _ => json!({ "id": template }),
            };
            forbidden(&app, &circle.heads[2], deed, &input).await;
            forbidden(&app, "privacy_officer", deed, &input).await;
            let errors = stopped(&app, &circle.heads[3], deed, &input).await;
            assert_eq!(errors, [pair("NOT_FOUND", "id")]);
        }
        circle
            .does(&app, 1, "TakeOutTemplates", named(&template))
            .await;
        for who in [0, 2] {
            let gone = asked(&app, &circle.heads[who], &template).await;
            let query = "{ spaceTemplates(where: {template: {nameEn: {contains: \"kettle\"}}}, includeArchived: true) { totalCount } }";
            let answer = ask(&app, &circle.heads[who], query, Value::Null).await;
            assert_eq!(answer["data"]["spaceTemplates"]["totalCount"], json!(0));
            assert_eq!(gone[0], json!({ "shiftTemplate": null }));
        }
        assert_eq!(asked(&app, &circle.heads[2], &template).await, without[1]);
        assert_eq!(asked(&app, "privacy_officer", &template).await, officer);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_template_goes_with_whoever_leaves_and_with_what_ends() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let reader = circle.heads[2].clone();
        let without = asked(&app, &reader, &never()).await;
        let template = made(&app, &circle, 1).await;
        let brought = async |there: bool, why: &str| {
            let now = asked(&app, &reader, &template).await;
            assert_eq!(now != without, there, "{} {why}", app.database.name);
        };
        circle
            .does(&app, 1, "BringTemplates", named(&template))
            .await;
        brought(true, "it was brought").await;
        // It is told not to be forwarded, and told that it may be.
        for flag in [false, true] {
            let input = json!({ "id": template, "forwardable": flag });
            done(&app, &circle.heads[1], "shiftTemplateChange", "", &input).await;
            brought(flag, "whether it may be forwarded").await;
        }
        // The reader leaves, and comes back.
        let own = |who: usize| json!({ "organisationId": circle.of(who) });
        circle.does(&app, 2, "Leave", own(2)).await;
        brought(false, "who reads has left").await;
        let again = json!({ "organisationIds": [circle.of(2)] });
        circle.does(&app, 0, "Invite", again).await;
        brought(false, "who reads is only asked").await;
        circle.does(&app, 2, "Join", own(2)).await;
        brought(true, "who reads is back").await;
        // Whose it is leaves, or is put out: it goes along, and does not come back by itself.
        circle.does(&app, 1, "Leave", own(1)).await;
        brought(false, "whose it is has left").await;
        for (verb, who, input) in [
            ("Invite", 0, json!({ "organisationIds": [circle.of(1)] })),
            ("Join", 1, own(1)),
        ] {
            circle.does(&app, who, verb, input).await;
        }
        brought(false, "whose it is came back without it").await;
        circle
            .does(&app, 1, "BringTemplates", named(&template))
            .await;
        brought(true, "it was brought again").await;
        circle.does(&app, 0, "Remove", own(1)).await;
        brought(false, "whose it is was put out").await;
        // The trail says what came and went.
        let query = "query($at: DateTime!) { spaceSteps(first: 100, where: {at: {gte: $at}, or: [{deed: {eq: BRING_TEMPLATE}}, \
                     {deed: {eq: TAKE_OUT_TEMPLATE}}]}, orderBy: {field: NUMBER}) { nodes { deed organisation { id } before after } } }";
        let answer = ask(
            &app,
            &circle.heads[0],
            query,
            json!({ "at": noon().to_rfc3339() }),
        )
        .await;
        let named_so = json!({ "templateId": template }).to_string();
        let step = |deed: &str| match deed {
            "BRING_TEMPLATE" => ("{}".to_owned(), named_so.clone()),
            _ => (named_so.clone(), "{}".to_owned()),
        };
        let deeds = [
            "BRING_TEMPLATE",
            "TAKE_OUT_TEMPLATE",
            "BRING_TEMPLATE",
            "TAKE_OUT_TEMPLATE",
        ];
        let wanted = deeds.map(|deed| {
            let (before, after) = step(deed);
            json!({ "deed": deed, "organisation": { "id": circle.of(1) }, "before": before, "after": after })
        });
        assert_eq!(*nodes(&answer["data"]["spaceSteps"]), wanted, "{answer}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn an_archived_template_or_space_shows_nothing_to_members() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let reader = circle.heads[2].clone();
        let without = asked(&app, &reader, &never()).await;
        let template = made(&app, &circle, 0).await;
        circle
            .does(&app, 0, "BringTemplates", named(&template))
            .await;
        assert_ne!(asked(&app, &reader, &template).await, without);
        let one = json!({ "id": template });
        done(&app, &circle.heads[0], "shiftTemplateArchive", "", &one).await;
        assert_eq!(asked(&app, &reader, &template).await, without);
        let errors = circle
            .cannot(&app, 2, "TakeOutTemplates", named(&template))
            .await;
        assert_eq!(
            errors,
            pair("NOT_FOUND", "templateIds"),
            "nobody learns that it is there"
        );
        let other = made(&app, &circle, 0).await;
        let errors = circle
            .cannot(&app, 0, "BringTemplates", named(&template))
            .await;
        assert_eq!(
            errors,
            pair("CONFLICT", "templateIds"),
            "an archived one is not brought"
        );
        circle.does(&app, 0, "BringTemplates", named(&other)).await;
        assert_ne!(asked(&app, &reader, &other).await, without);
        circle.does(&app, 0, "Archive", json!({})).await;
        let now = asked(&app, &reader, &other).await;
        assert_eq!(now, without, "{}", app.database.name);
        // At home it is what it was.
        let query = format!("query($id: ID!) {{ shiftTemplate(id: $id) {{ {SAYS} }} }}");
        let answer = ask(&app, "coordinator", &query, json!({ "id": other })).await;
        assert_eq!(
            answer["data"]["shiftTemplate"],
            shown(circle.organisations[0])
        );
        app.database.close().await;
    }
}
