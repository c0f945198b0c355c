//! Records are made, changed, archived, and found by what is shown of them.

use std::collections::BTreeMap;

use async_graphql::Request;
use kaifong::demo;
use serde_json::{Value, json};

use super::{ask, done, member, one, organisation, pair, stopped, tally};
use crate::app::{App, noon};
use crate::asking::{id, nodes, of, types};

#[tokio::test]
async fn each_kind_of_record_is_made_changed_and_archived() {
    let demo = demo::people(noon());
    let lead = id("Organisation", organisation("administrator"));
    let school = organisation("teacher");
    let keeper = member(&demo, "ADMINISTRATOR", school).to_string();
    let department = demo
        .departments
        .iter()
        .find(|d| d.organisation_id == organisation("administrator"))
        .unwrap();
    let department = id("Department", department.id);
    for app in App::each().await {
        let project = one(&app, "coordinator", "projects", "", "").await["id"].clone();
        let partner = id("Organisation", organisation("partner"));
        let table = [
            (
                "organisation",
                "administrator",
                json!({ "parentId": lead, "kind": "NGO", "nameZh": " 新分會 ", "nameEn": "New branch", "longitude": 114.25, "telephone": "2345 6789" }),
                json!({ "parent": { "id": lead }, "kind": "NGO", "nameZh": "新分會", "nameEn": "New branch", "longitude": 114.25, "telephone": "2345 6789", "district": null, "archivedAt": null }),
                json!({ "nameEn": "Newer branch", "longitude": null, "district": "Sai Kung" }),
            ),
            (
                "partnership",
                "administrator",
                json!({ "leadId": lead, "partnerId": partner, "level": "EDIT", "projectIds": [project], "purpose": "a test", "fieldGroups": ["ROSTER", "CONTACTS"], "desensitised": true, "validFrom": "2026-12-01T00:00:00+08:00" }),
                json!({ "lead": { "id": lead }, "partner": { "id": partner }, "level": "EDIT", "state": "PROPOSED", "purpose": "a test", "fieldGroups": ["ROSTER", "CONTACTS"], "desensitised": true, "validFrom": "2026-11-30T16:00:00Z", "validTo": null }),
                json!({ "desensitised": false, "fieldGroups": [], "purpose": "another" }),
            ),
            (
                "volunteer",
                "administrator",
                json!({ "organisationId": lead, "nameZh": "李試", "phone": "6123-4567", "email": " li@example.org ", "birthDate": "1990-02-28", "skills": ["first-aid"], "departmentId": department }),
                json!({ "organisation": { "id": lead }, "nameZh": "李試", "nameEn": null, "phone": "+852 6123 4567", "email": "li@example.org", "birthDate": "1990-02-28", "skills": ["first-aid"], "availability": [], "status": "ACTIVE", "hours": 0, "department": { "id": department }, "archivedAt": null, "createdAt": "2026-11-18T04:00:00Z" }),
                json!({ "status": "PAUSED", "departmentId": null, "internalNotes": "a\nb" }),
            ),
            (
                "class",
                keeper.as_str(),
                json!({ "organisationId": id("Organisation", school), "academicYear": 2026, "nameZh": "五丙班", "grade": "P5" }),
                json!({ "organisation": { "id": id("Organisation", school) }, "academicYear": 2026, "nameZh": "五丙班", "nameEn": null, "grade": "P5", "room": null, "archivedAt": null }),
                json!({ "room": "502", "academicYear": 2027 }),
            ),
            (
                "project",
                "coordinator",
                json!({ "organisationId": lead, "category": "VISIT", "nameZh": "新計劃", "startsOn": "2027-01-01", "endsOn": "2027-01-01" }),
                json!({ "organisation": { "id": lead }, "category": "VISIT", "nameZh": "新計劃", "status": "PLANNED", "startsOn": "2027-01-01", "endsOn": "2027-01-01", "department": null, "archivedAt": null }),
                json!({ "status": "ACTIVE", "departmentId": department, "endsOn": null }),
            ),
            (
                "shift",
                "coordinator",
                json!({ "projectId": project, "startsAt": "2027-01-02T10:00:00+08:00", "endsAt": "2027-01-02T12:30:00+08:00", "place": "觀塘", "needed": 3, "tags": ["a", "b"] }),
                json!({ "organisation": { "id": lead }, "project": { "id": project }, "startsAt": "2027-01-02T02:00:00Z", "endsAt": "2027-01-02T04:30:00Z", "place": "觀塘", "needed": 3, "filled": 0, "progress": "PLANNED", "outdoor": false, "tags": ["a", "b"], "title": null, "archivedAt": null }),
                json!({ "progress": "OPEN", "outdoor": true, "place": "牛頭角", "endsAt": "2027-01-02T05:00:00Z", "internalNote": "帶水" }),
            ),
            (
                "notice",
                "coordinator",
                json!({ "organisationId": lead, "projectId": project, "titleZh": "通告", "urgency": "URGENT", "requiresSignature": true }),
                json!({ "organisation": { "id": lead }, "project": { "id": project }, "titleZh": "通告", "titleEn": null, "urgency": "URGENT", "status": "DRAFT", "requiresSignature": true, "forwardable": true, "edition": 1, "publishedAt": null, "recipientCount": 0, "class": null, "archivedAt": null }),
                json!({ "bodyZh": "內容", "urgency": "NORMAL" }),
            ),
        ];
        for (name, who, input, expected, change) in table {
            let ty = types().find(|of| of.singular == name).unwrap();
            let mut fields: BTreeMap<&str, String> = BTreeMap::new();
            for key in expected
                .as_object()
                .unwrap()
                .keys()
                .chain(change.as_object().unwrap().keys())
            {
                let key = key.strip_suffix("Id").unwrap_or(key);
                let field = ty.field(key).unwrap();
                let inner = if field.kind().is_some() { "" } else { "{ id }" };
                fields.insert(key, format!("{key} {inner}"));
            }
            let fields = fields.into_values().collect::<Vec<_>>().join(" ");
            let whole = format!("__typename {fields}");
            let look = async |id: &Value| {
                let query = format!(
                    "query($id: ID!) {{ node(id: $id) {{ ... on {} {{ id version {whole} }} }} {name}(id: $id) {{ id version {whole} }} }}",
                    ty.name
                );
                let answer = ask(&app, who, &query, json!({ "id": id })).await;
                assert!(answer.get("errors").is_none(), "{answer}");
                assert_eq!(answer["data"]["node"], answer["data"][name]);
                answer["data"]["node"].clone()
            };
            let made = done(&app, who, &format!("{name}Create"), &whole, &input).await;
            for (key, value) in expected.as_object().unwrap() {
                assert_eq!(made[key], *value, "{} {name}.{key}", app.database.name);
            }
            assert_eq!(
                look(&made["id"]).await,
                made,
                "what is given back is what is there"
            );
            // A change writes what it names and nothing else.
            let mut input = change.clone();
            input["id"] = made["id"].clone();
            input["version"] = made["version"].clone();
            let changed = done(&app, who, &format!("{name}Change"), &whole, &input).await;
            assert_ne!(changed["version"], made["version"]);
            for (key, value) in changed.as_object().unwrap() {
                let wanted = match change.get(key).or(change.get(format!("{key}Id"))) {
                    Some(Value::String(text)) if key == "department" => &json!({ "id": text }),
                    Some(wanted) => wanted,
                    None if key == "version" => value,
                    None => &made[key],
                };
                assert_eq!(value, wanted, "{name}.{key}");
            }
            assert_eq!(look(&made["id"]).await, changed);
            // What is archived is listed no more, but it stays.
            let count = async |archived: bool| {
                let query = format!(
                    "query($id: ID!) {{ {}(where: {{ id: {{ eq: $id }} }}, includeArchived: {archived}) {{ totalCount }} }}",
                    ty.plural
                );
                ask(&app, who, &query, json!({ "id": made["id"] })).await["data"][ty.plural]["totalCount"].clone()
            };
            assert_eq!(
                (count(false).await, count(true).await),
                (json!(1), json!(1))
            );
            let archive = json!({ "id": made["id"], "version": changed["version"] });
            let gone = done(&app, who, &format!("{name}Archive"), "archivedAt", &archive).await;
            // The headquarters keeps the entry of a branch, and does not see when it was archived.
            let at = if name == "organisation" {
                Value::Null
            } else {
                json!("2026-11-18T04:00:00Z")
            };
            assert_eq!(gone["archivedAt"], at);
            assert_eq!(
                (count(false).await, count(true).await),
                (json!(0), json!(1))
            );
            // Once more changes nothing, and an old version is still an old one.
            let before = tally(&app).await;
            let again = done(
                &app,
                who,
                &format!("{name}Archive"),
                "archivedAt",
                &json!({ "id": made["id"] }),
            )
            .await;
            assert_eq!(again, gone);
            assert!(tally(&app).await == before, "{name}: archived once");
            if name != "organisation" {
                assert_eq!(
                    stopped(&app, who, &format!("{name}Archive"), &archive).await,
                    [pair("STALE", "version")]
                );
            }
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_written_is_found_by_what_is_shown() {
    for app in App::each().await {
        let lead = id("Organisation", organisation("administrator"));
        let claims = app.claims("administrator").unwrap();
        let now = noon() + chrono::TimeDelta::nanoseconds(123_456_789);
        let query = format!(
            "mutation {{ volunteerCreate(input: {{ organisationId: {lead:?}, nameEn: \"Now\" }}) {{ volunteer {{ id createdAt }} }} }}"
        );
        let response = app
            .graph
            .execute(Request::new(query), Some(&claims), now)
            .await;
        let made =
            serde_json::to_value(response).unwrap()["data"]["volunteerCreate"]["volunteer"].clone();
        assert_eq!(
            made["createdAt"], "2026-11-18T04:00:00.123456Z",
            "{}",
            app.database.name
        );
        let found = app.data_with("administrator", "query($at: DateTime) { volunteers(where: { createdAt: { eq: $at } }) { nodes { id createdAt } } }", json!({ "at": made["createdAt"] })).await;
        assert_eq!(*nodes(&found["volunteers"]), [made]);
        // The usual spelling of a number is the one by which it is found.
        let own = one(
            &app,
            "volunteer",
            "volunteers",
            "where: { phone: { isNull: false } }",
            "",
        )
        .await["id"]
            .clone();
        for (given, shown) in [
            ("61234567", "+852 6123 4567"),
            ("+852-6123-4567", "+852 6123 4567"),
            (" +852 (6123) 4567", "+852 6123 4567"),
            ("+44 20 7946 0018", "+442079460018"),
        ] {
            let changed = done(
                &app,
                "volunteer",
                "volunteerChange",
                "phone",
                &json!({ "id": own, "phone": given }),
            )
            .await;
            assert_eq!(changed["phone"], json!(shown));
            let found = app.data_with("volunteer", "query($p: String) { volunteers(where: { phone: { eq: $p } }) { nodes { id } } }", json!({ "p": shown })).await;
            assert_eq!(*nodes(&found["volunteers"]), [json!({ "id": own })]);
        }
        let cleared = done(
            &app,
            "volunteer",
            "volunteerChange",
            "phone birthDate address",
            &json!({ "id": own, "phone": null, "birthDate": null, "address": "  一行\n二行  " }),
        )
        .await;
        assert_eq!(cleared["phone"], Value::Null);
        assert_eq!(cleared["birthDate"], Value::Null);
        assert_eq!(cleared["address"], "一行\n二行");
        assert!(of("Volunteer").field("phone").is_some());
        app.database.close().await;
    }
}
