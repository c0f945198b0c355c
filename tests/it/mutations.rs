//! Deeds: what they write and give back, what stands in their way, and who may do them.

use std::collections::BTreeMap;
use std::time::Duration;

use async_graphql::{Request, Variables};
use kaifong::catalogue::DeedScope;
use kaifong::demo::{self, Demo, DemoToken};
use kaifong::viewer::Claims;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, ROLES, noon};
use crate::asking::{code, id, literal, nodes, number, of, row, tamper, types};

/// Asks in a role of the demo, or as the account whose id this is.
async fn ask(app: &App, who: &str, query: &str, variables: Value) -> Value {
    if who.parse::<Uuid>().is_err() {
        return app.ask_with(who, query, variables).await;
    }
    let claims = Claims::of_user(who, app.now, Duration::from_secs(3600));
    let request = Request::new(query).variables(Variables::from_json(variables));
    let response = app.graph.execute(request, Some(&claims), app.now).await;
    serde_json::to_value(response).unwrap()
}

/// The whole answer to one deed; of the record the id, the version and these fields.
async fn deed(app: &App, who: &str, name: &str, fields: &str, input: &Value) -> Value {
    let prefix = name[..1].to_uppercase() + &name[1..];
    let verb = name.rfind(char::is_uppercase).unwrap();
    let subject = if name == "shiftAssign" {
        "assignment"
    } else {
        &name[..verb]
    };
    let query = format!(
        "mutation($input: {prefix}Input!) {{ {name}(input: $input) {{ {subject} {{ id version {fields} }} \
         userErrors {{ code message messageZh field }} }} }}"
    );
    ask(app, who, &query, json!({ "input": input })).await
}

/// The record that a deed gives back.
async fn done(app: &App, who: &str, name: &str, fields: &str, input: &Value) -> Value {
    let answer = deed(app, who, name, fields, input).await;
    let about = format!("{} {who} {name} {input}: {answer}", app.database.name);
    assert!(answer.get("errors").is_none(), "{about}");
    let payload = &answer["data"][name];
    assert_eq!(payload["userErrors"], json!([]), "{about}");
    let record = payload.as_object().unwrap().values().next().unwrap();
    assert!(record.is_object(), "{about}");
    record.clone()
}

/// What stands in the way of a deed: codes and fields. Nothing is written.
async fn stopped(app: &App, who: &str, name: &str, input: &Value) -> Vec<(String, String)> {
    let before = tally(app).await;
    let answer = deed(app, who, name, "", input).await;
    let about = format!("{} {who} {name} {input}: {answer}", app.database.name);
    assert!(answer.get("errors").is_none(), "{about}");
    let payload = answer["data"][name].as_object().unwrap();
    assert!(payload.values().next().unwrap().is_null(), "{about}");
    assert!(tally(app).await == before, "{about}: something was written");
    let errors = payload["userErrors"].as_array().unwrap();
    assert!(!errors.is_empty(), "{about}");
    let texts = errors.iter().map(|error| {
        let text = |name: &str| error[name].as_str().unwrap().to_owned();
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        assert!(
            text("message").is_ascii() && text("message").len() > 5,
            "{about}"
        );
        assert!(
            text("messageZh").chars().filter(|c| han(*c)).count() > 3,
            "{about}"
        );
        let field = error["field"][0].as_str().unwrap_or_default().to_owned();
        (text("code"), field)
    });
    texts.collect()
}

/// The policies refuse: an error at the top, a null payload, and nothing written.
async fn forbidden(app: &App, who: &str, name: &str, input: &Value) -> Value {
    let before = tally(app).await;
    let answer = deed(app, who, name, "", input).await;
    let about = format!("{} {who} {name} {input}: {answer}", app.database.name);
    assert_eq!(answer["data"], json!({ name: null }), "{about}");
    assert_eq!(code(&answer), "FORBIDDEN", "{about}");
    assert_eq!(answer["errors"][0]["path"], json!([name]), "{about}");
    assert!(tally(app).await == before, "{about}: something was written");
    answer
}

/// How many rows there are, how often they were changed, how many are archived.
async fn tally(app: &App) -> BTreeMap<&'static str, i64> {
    let mut found = BTreeMap::new();
    for of in types() {
        let sql = format!(
            "SELECT COUNT(*) * 1000000 + COALESCE(SUM(revision), 0) * 100 + COUNT(archived_at) FROM {}",
            of.table
        );
        found.insert(of.name, number(app, &sql).await);
    }
    found
}

fn pair(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

/// The organisation for which a role of the demo acts.
fn organisation(role: &str) -> Uuid {
    let holder = demo::holders()
        .into_iter()
        .find(|holder| holder.role == role);
    match holder.unwrap().kind {
        DemoToken::User {
            organisation_id, ..
        }
        | DemoToken::Partner {
            organisation_id, ..
        } => organisation_id,
    }
}

fn account(role: &str) -> Uuid {
    let holder = demo::holders()
        .into_iter()
        .find(|holder| holder.role == role);
    match holder.unwrap().kind {
        DemoToken::User { account_id, .. } => account_id,
        DemoToken::Partner { issuer, .. } => issuer,
    }
}

/// Somebody with this role in this organisation.
fn member(demo: &Demo, role: &str, organisation: Uuid) -> Uuid {
    let mut posts = demo.memberships.iter();
    let post = posts.find(|post| post.role == role && post.organisation_id == organisation);
    post.unwrap_or_else(|| panic!("no {role}")).account_id
}

/// One row of a list.
async fn one(app: &App, who: &str, list: &str, arguments: &str, fields: &str) -> Value {
    let query = format!("{{ {list}(first: 1 {arguments}) {{ nodes {{ id version {fields} }} }} }}");
    let answer = ask(app, who, &query, Value::Null).await;
    let rows = nodes(&answer["data"][list]);
    rows.first()
        .unwrap_or_else(|| panic!("{who} sees no {list}({arguments}): {answer}"))
        .clone()
}

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
                json!({ "leadId": lead, "partnerId": partner, "level": "EDIT", "projectIds": [project], "purpose": "a test", "fieldGroups": ["ROSTER", "NAMES"], "desensitised": true, "validFrom": "2026-12-01T00:00:00+08:00" }),
                json!({ "lead": { "id": lead }, "partner": { "id": partner }, "level": "EDIT", "state": "PROPOSED", "purpose": "a test", "fieldGroups": ["ROSTER", "NAMES"], "desensitised": true, "validFrom": "2026-11-30T16:00:00Z", "validTo": null }),
                json!({ "state": "ACTIVE", "desensitised": false, "fieldGroups": [] }),
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
async fn a_new_share_covers_the_projects_it_names() {
    for app in App::each().await {
        let lead = id("Organisation", organisation("administrator"));
        let partner = id("Organisation", organisation("partner"));
        let projects = app.data("administrator", &format!("{{ organisation(id: {lead:?}) {{ projects(first: 2) {{ nodes {{ id }} }} }} other: organisation(id: {partner:?}) {{ projects {{ nodes {{ id }} }} }} }}")).await;
        let mine: Vec<Value> = nodes(&projects["organisation"]["projects"])
            .iter()
            .map(|p| p["id"].clone())
            .collect();
        let input = |ids: Value| json!({ "leadId": lead, "partnerId": partner, "level": "READ_ONLY", "projectIds": ids });
        let made = done(
            &app,
            "administrator",
            "partnershipCreate",
            "state scopes { nodes { project { id } department { id } shift { id } } }",
            &input(json!(mine)),
        )
        .await;
        let mut covered: Vec<String> = nodes(&made["scopes"])
            .iter()
            .map(|scope| scope["project"]["id"].as_str().unwrap().to_owned())
            .collect();
        let mut expected: Vec<String> = mine
            .iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        covered.sort();
        expected.sort();
        assert_eq!(covered, expected);
        let ended = done(
            &app,
            "administrator",
            "partnershipArchive",
            "state",
            &json!({ "id": made["id"] }),
        )
        .await;
        assert_eq!(ended["state"], "ENDED");
        // One that is not the lead's, or is not there, makes the whole share impossible.
        let theirs = number(
            &app,
            &format!(
                "SELECT COUNT(*) FROM project WHERE organisation_id = {}",
                literal(&app, organisation("partner"))
            ),
        )
        .await;
        assert!(theirs > 0);
        let demo = demo::people(noon());
        let foreign = demo
            .projects
            .iter()
            .find(|p| p.organisation_id == organisation("partner"))
            .unwrap()
            .id;
        for wrong in [
            id("Project", foreign),
            id("Project", Uuid::nil()),
            mine[0].as_str().unwrap().replace('A', "B"),
            "x".into(),
        ] {
            let errors = stopped(
                &app,
                "administrator",
                "partnershipCreate",
                &input(json!([mine[0], wrong])),
            )
            .await;
            assert_eq!(errors, [pair("NOT_FOUND", "projectIds")], "{wrong}");
        }
        // Nobody gives away what is another's.
        let mut swapped = input(json!([]));
        swapped["leadId"] = json!(partner);
        swapped["partnerId"] = json!(lead);
        forbidden(&app, "administrator", "partnershipCreate", &swapped).await;
        forbidden(&app, "coordinator", "partnershipCreate", &input(json!([]))).await;
        app.database.close().await;
    }
}

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

#[tokio::test]
async fn a_stale_version_is_refused_and_what_one_does_not_see_makes_none_stale() {
    for app in App::each().await {
        let arguments =
            "where: { project: { nameEn: { contains: \"Canteen\" } }, progress: { eq: OPEN } }";
        let seen = one(&app, "partner_edit", "shifts", arguments, "").await;
        let version = async |who: &str| {
            let data = app
                .data_with(
                    who,
                    "query($id: ID!) { shift(id: $id) { version } }",
                    json!({ "id": seen["id"] }),
                )
                .await;
            data["shift"]["version"].clone()
        };
        let partner = version("partner").await;
        let coordinator = version("coordinator").await;
        assert_ne!(partner, seen["version"]);
        // A note that the partners do not see.
        done(
            &app,
            "coordinator",
            "shiftChange",
            "",
            &json!({ "id": seen["id"], "internalNote": "只限內部", "version": coordinator }),
        )
        .await;
        assert_ne!(version("coordinator").await, coordinator);
        assert_eq!(version("partner_edit").await, seen["version"]);
        assert_eq!(version("partner").await, partner);
        let stale = json!({ "id": seen["id"], "place": "x", "version": coordinator });
        assert_eq!(
            stopped(&app, "coordinator", "shiftChange", &stale).await,
            [pair("STALE", "version")]
        );
        let changed = done(
            &app,
            "partner_edit",
            "shiftChange",
            "",
            &json!({ "id": seen["id"], "progress": "IN_PROGRESS", "version": seen["version"] }),
        )
        .await;
        assert_eq!(changed["version"], version("partner_edit").await);
        // Progress is not part of what the read-only partner sees; the place is.
        assert_eq!(version("partner").await, partner);
        done(
            &app,
            "coordinator",
            "shiftChange",
            "",
            &json!({ "id": seen["id"], "place": "別處" }),
        )
        .await;
        assert_ne!(version("partner").await, partner);
        for name in ["shiftChange", "shiftAssign"] {
            let mut input = json!({ "id": seen["id"], "version": seen["version"] });
            if name == "shiftAssign" {
                input["volunteerId"] =
                    one(&app, "partner_edit", "volunteers", "", "").await["id"].clone();
            }
            assert_eq!(
                stopped(&app, "partner_edit", name, &input).await,
                [pair("STALE", "version")]
            );
            input["version"] = json!("");
            assert_eq!(
                stopped(&app, "partner_edit", name, &input).await,
                [pair("STALE", "version")]
            );
        }
        for name in ["shiftChange", "shiftArchive"] {
            let input = json!({ "id": seen["id"], "version": coordinator });
            assert_eq!(
                stopped(&app, "coordinator", name, &input).await,
                [pair("STALE", "version")]
            );
        }
        let notice = one(
            &app,
            "coordinator",
            "notices",
            "where: { status: { eq: DRAFT } }",
            "",
        )
        .await;
        done(
            &app,
            "coordinator",
            "noticeChange",
            "",
            &json!({ "id": notice["id"], "titleEn": "x", "version": notice["version"] }),
        )
        .await;
        let old = json!({ "id": notice["id"], "version": notice["version"] });
        for name in ["noticeChange", "noticePublish", "noticeArchive"] {
            assert_eq!(
                stopped(&app, "coordinator", name, &old).await,
                [pair("STALE", "version")]
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_row_that_one_does_not_see_answers_like_one_that_is_not_there() {
    for app in App::each().await {
        let mut hidden_rows = 0;
        for role in ROLES.iter().copied().chain(["anonymous"]) {
            for ty in types() {
                let query = format!(
                    "{{ {}(first: 1000, includeArchived: true) {{ nodes {{ id }} }} }}",
                    ty.plural
                );
                let data = app.data(role, &query).await;
                let seen: Vec<Uuid> = nodes(&data[ty.plural])
                    .iter()
                    .map(|node| row(&node["id"]))
                    .collect();
                let hidden = first_beyond(&app, ty.table, &seen).await;
                let Some(hidden) = hidden.filter(|_| seen.len() < 1000) else {
                    continue;
                };
                hidden_rows += 1;
                let unknown = Uuid::from_u128(hidden.as_u128() ^ 1);
                for deed in ty
                    .deeds
                    .iter()
                    .filter(|deed| deed.scope == DeedScope::Existing)
                {
                    let name = format!(
                        "{}{}{}",
                        ty.singular,
                        deed.name[..1].to_uppercase(),
                        &deed.name[1..]
                    );
                    let mut answers = Vec::new();
                    for row in [hidden, unknown] {
                        let mut input = json!({ "id": id(ty.name, row), "version": "x" });
                        if deed.name == "assign" {
                            input["volunteerId"] = json!(id("Volunteer", hidden));
                        }
                        assert_eq!(
                            stopped(&app, role, &name, &input).await,
                            [pair("NOT_FOUND", "id")],
                            "{role}"
                        );
                        answers.push(self::deed(&app, role, &name, "", &input).await.to_string());
                    }
                    assert_eq!(answers[0], answers[1], "{role} {name}");
                }
                // As what an input leads to, too.
                if role == "coordinator" && matches!(ty.name, "Project" | "Department") {
                    let field = format!("{}Id", ty.singular);
                    for row in [hidden, unknown] {
                        let input = match ty.name {
                            "Project" => {
                                json!({ "projectId": id(ty.name, row), "startsAt": "2027-01-01T00:00:00Z", "endsAt": "2027-01-01T01:00:00Z" })
                            }
                            _ => {
                                json!({ "organisationId": id("Organisation", organisation(role)), "category": "x", "departmentId": id(ty.name, row) })
                            }
                        };
                        let name = if ty.name == "Project" {
                            "shiftCreate"
                        } else {
                            "projectCreate"
                        };
                        assert_eq!(
                            stopped(&app, role, name, &input).await,
                            [pair("NOT_FOUND", &field)]
                        );
                    }
                }
            }
        }
        assert!(hidden_rows > 50, "{hidden_rows}");
        // What is no identifier at all, or one of another type.
        let shift = one(&app, "coordinator", "shifts", "", "").await["id"].clone();
        for wrong in [
            json!(""),
            json!("x"),
            json!(7),
            json!(id("Shift", Uuid::nil())),
            shift,
        ] {
            assert_eq!(
                stopped(
                    &app,
                    "coordinator",
                    "projectChange",
                    &json!({ "id": wrong })
                )
                .await,
                [pair("NOT_FOUND", "id")]
            );
        }
        app.database.close().await;
    }
}

/// The first row of a table that is not among these.
async fn first_beyond(app: &App, table: &str, seen: &[Uuid]) -> Option<Uuid> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = &app.database.db;
    let sql = format!("SELECT id FROM {table} ORDER BY id");
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    let seen: std::collections::HashSet<&Uuid> = seen.iter().collect();
    let ids = rows
        .iter()
        .map(|row| row.try_get_by_index::<Uuid>(0).unwrap());
    ids.into_iter().find(|id| !seen.contains(id))
}

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

#[tokio::test]
async fn mutations_are_done_one_after_the_other() {
    for app in App::each().await {
        let shift = one(&app, "coordinator", "shifts", "", "").await["id"].clone();
        let change = |key: &str, more: &str| {
            format!(
                "{key}: shiftChange(input: {{ id: {shift} {more} }}) {{ shift {{ place needed }} userErrors {{ code }} }}"
            )
        };
        let query = format!(
            "mutation {{ {} {} {} {} {} {} }}",
            change("a", "place: \"one\" needed: 1"),
            change("b", "place: \"two\""),
            change("c", "needed: -1"),
            "d: noticeCreate(input: { organisationId: \"x\" }) { userErrors { code } }",
            change("e", "needed: 5"),
            change("f", "place: null"),
        );
        let data = app.data("coordinator", &query).await;
        let row = |place: Value, needed: u64| json!({ "shift": { "place": place, "needed": needed }, "userErrors": [] });
        assert_eq!(data["a"], row(json!("one"), 1));
        assert_eq!(data["b"], row(json!("two"), 1));
        assert_eq!(
            data["c"],
            json!({ "shift": null, "userErrors": [{ "code": "INVALID" }] })
        );
        assert_eq!(
            data["d"],
            json!({ "userErrors": [{ "code": "NOT_FOUND" }] })
        );
        assert_eq!(data["e"], row(json!("two"), 5));
        assert_eq!(data["f"], row(Value::Null, 5));
        // One that is forbidden is null, and the next is done.
        let query = format!(
            "mutation {{ {} a: organisationCreate(input: {{ kind: NGO }}) {{ userErrors {{ code }} }} {} }}",
            change("x", "needed: 2"),
            change("y", "place: \"three\"")
        );
        let answer = app.ask("coordinator", &query).await;
        assert_eq!(code(&answer), "FORBIDDEN");
        assert_eq!(answer["data"]["a"], Value::Null);
        assert_eq!(answer["data"]["y"], row(json!("three"), 2));
        // A payload that cannot be answered is not begun.
        let before = tally(&app).await;
        let query = format!(
            "mutation {{ shiftChange(input: {{ id: {shift} needed: 9 }}) {{ shift {{ assignments(first: -1) {{ totalCount }} }} }} }}"
        );
        assert_eq!(
            code(&app.ask("coordinator", &query).await),
            "BAD_USER_INPUT"
        );
        assert!(tally(&app).await == before);
        app.database.close().await;
    }
}

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

#[tokio::test]
async fn a_receipt_is_confirmed_once_and_signed_only_where_it_may_be() {
    for app in App::each().await {
        let fields = "readAt signedAt edition";
        let waiting = async |sign: bool| {
            let arguments = format!(
                "where: {{ readAt: {{ isNull: true }}, notice: {{ requiresSignature: {{ eq: {sign} }} }} }}"
            );
            one(
                &app,
                "guardian",
                "noticeReceipts",
                &arguments,
                "readAt signedAt student { id }",
            )
            .await
        };
        // Reading it is enough where no signature is asked for.
        let plain = waiting(false).await;
        let input = json!({ "id": plain["id"], "sign": true });
        assert_eq!(
            stopped(&app, "guardian", "noticeReceiptConfirm", &input).await,
            [pair("CONFLICT", "sign")]
        );
        let read = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": plain["id"], "version": plain["version"] }),
        )
        .await;
        assert_eq!(read["readAt"], "2026-11-18T04:00:00Z");
        assert!(read["signedAt"].is_null());
        let before = tally(&app).await;
        let again = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": plain["id"], "sign": false }),
        )
        .await;
        assert_eq!(again, read, "the first time counts");
        assert!(tally(&app).await == before);
        // First read, then signed; or both at once.
        let receipt = waiting(true).await;
        let read = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": receipt["id"] }),
        )
        .await;
        assert!(read["readAt"].is_string() && read["signedAt"].is_null());
        let signed = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": receipt["id"], "sign": true }),
        )
        .await;
        assert_eq!(
            (&signed["readAt"], &signed["signedAt"]),
            (&read["readAt"], &json!("2026-11-18T04:00:00Z"))
        );
        let before = tally(&app).await;
        assert_eq!(
            done(
                &app,
                "guardian",
                "noticeReceiptConfirm",
                fields,
                &json!({ "id": receipt["id"], "sign": true })
            )
            .await,
            signed
        );
        assert!(tally(&app).await == before);
        // A guardian who may not sign for the child does not; reading is still possible.
        let unsigned = format!(
            "UPDATE notice_receipt SET read_at = NULL, signed_at = NULL WHERE id = {}",
            literal(&app, row(&receipt["id"]))
        );
        tamper(&app, &unsigned).await;
        let student = literal(&app, row(&receipt["student"]["id"]));
        tamper(
            &app,
            &format!("UPDATE guardianship SET may_sign = FALSE WHERE student_id = {student}"),
        )
        .await;
        let input = json!({ "id": receipt["id"], "sign": true });
        assert_eq!(
            stopped(&app, "guardian", "noticeReceiptConfirm", &input).await,
            [pair("CONFLICT", "sign")]
        );
        let read = done(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            fields,
            &json!({ "id": receipt["id"] }),
        )
        .await;
        assert!(read["readAt"].is_string() && read["signedAt"].is_null());
        // Without access to the child the receipt is still one's own, but not to be confirmed.
        tamper(&app, &unsigned).await;
        tamper(
            &app,
            &format!("UPDATE guardianship SET has_access = FALSE WHERE student_id = {student}"),
        )
        .await;
        forbidden(
            &app,
            "guardian",
            "noticeReceiptConfirm",
            &json!({ "id": receipt["id"] }),
        )
        .await;
        // Nobody confirms for another, whoever sees the receipt.
        let others = one(
            &app,
            "teacher",
            "noticeReceipts",
            "where: { student: {} }",
            "",
        )
        .await["id"]
            .clone();
        forbidden(
            &app,
            "teacher",
            "noticeReceiptConfirm",
            &json!({ "id": others }),
        )
        .await;
        let others = one(
            &app,
            "coordinator",
            "noticeReceipts",
            "where: { readAt: { isNull: true } }",
            "",
        )
        .await["id"]
            .clone();
        forbidden(
            &app,
            "coordinator",
            "noticeReceiptConfirm",
            &json!({ "id": others }),
        )
        .await;
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
