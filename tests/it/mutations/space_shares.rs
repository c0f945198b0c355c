//! Shares are offered from a space: one act, an offer to each, and each is between two.

use async_graphql::Request;
use serde_json::{Value, json};

use super::spaces::Circle;
use super::{ask, done, forbidden, pair, stopped};
use crate::app::App;
use crate::asking::{id, nodes, row};
use crate::listed::listed;

/// The shares of a space, as somebody is told.
async fn shares(app: &App, circle: &Circle, who: &str) -> Vec<Value> {
    let query = "query($id: ID!) { space(id: $id) { shares(orderBy: {field: STATE}) { nodes { id version state \
                 inForce level fieldGroups desensitised purpose validTo lead { id } partner { id } \
                 projectsReached shiftsReached peopleReached steps { nodes { deed side } } \
                 scopes { nodes { projectNameZh } } } } } }";
    let answer = ask(app, who, query, json!({ "id": circle.id })).await;
    nodes(&answer["data"]["space"]["shares"]).clone()
}

/// How many projects, shifts and people a token under a share sees.
async fn seen(app: &App, share: &Value) -> [u64; 3] {
    let query = "{ projects { totalCount } shifts { totalCount } volunteers { totalCount } }";
    let share = row(share);
    let claims = listed(&app.database.db, share, &[share], app.now).await;
    let request = Request::new(query);
    let answer = app.graph.execute(request, Some(&claims), app.now).await;
    let answer = serde_json::to_value(answer).unwrap();
    let count = |list: &str| answer["data"][list]["totalCount"].as_u64().unwrap();
    ["projects", "shifts", "volunteers"].map(count)
}

/// The terms on which the lead of the space offers its project to these.
fn terms(circle: &Circle, partners: &[usize]) -> Value {
    let partners: Vec<String> = partners.iter().map(|who| circle.of(*who)).collect();
    json!({
        "organisationId": circle.of(0),
        "partnerIds": partners,
        "level": "EDIT",
        "fieldGroups": ["ROSTER", "HISTORY"],
        "purpose": "a common kitchen",
        "validTo": "2027-01-01T00:00:00Z",
        "projectIds": [id("Project", circle.project(0))],
    })
}

/// A space with two members besides the lead, and the lead's project in it.
async fn ready(app: &App) -> Circle {
    let circle = Circle::joined(app).await;
    let brings = json!({ "projectIds": [id("Project", circle.project(0))] });
    circle.does(app, 0, "Bring", brings).await;
    circle
}

#[tokio::test]
async fn one_act_offers_a_share_to_each_of_several_members() {
    for app in App::each().await {
        let circle = ready(&app).await;
        circle.does(&app, 0, "Share", terms(&circle, &[1, 2])).await;
        let all = shares(&app, &circle, &circle.heads[0]).await;
        assert_eq!(all.len(), 2);
        let mut partners: Vec<&Value> = all.iter().map(|s| &s["partner"]["id"]).collect();
        partners.sort_by_key(|id| id.as_str());
        let mut wanted = [json!(circle.of(1)), json!(circle.of(2))];
        wanted.sort_by_key(|id| id.as_str().map(str::to_owned));
        assert_eq!(partners, wanted.iter().collect::<Vec<_>>());
        for who in [1, 2] {
            // Each is told of its own, and not of the other.
            let own = shares(&app, &circle, &circle.heads[who]).await;
            assert_eq!(own.len(), 1, "{own:?}");
            let share = &own[0];
            for (field, value) in [
                ("state", json!("PROPOSED")),
                ("inForce", json!(false)),
                ("level", json!("EDIT")),
                ("fieldGroups", json!(["ROSTER", "HISTORY"])),
                ("desensitised", json!(true)),
                ("purpose", json!("a common kitchen")),
                ("validTo", json!("2027-01-01T00:00:00Z")),
                ("partner", json!({ "id": circle.of(who) })),
                ("shiftsReached", Value::Null),
                ("peopleReached", Value::Null),
            ] {
                assert_eq!(share[field], value, "{field}");
            }
            let steps = json!([{ "deed": "PROPOSE", "side": "LEAD" }]);
            assert_eq!(share["steps"]["nodes"], steps);
            assert_eq!(
                seen(&app, &share["id"]).await,
                [0, 0, 0],
                "an offer gives nothing"
            );
        }
        // One accepts and the other does not.
        let (one, two) = (&circle.heads[1], &circle.heads[2]);
        let offered = shares(&app, &circle, one).await[0].clone();
        let version = json!({ "id": offered["id"], "version": offered["version"] });
        done(&app, one, "partnershipAccept", "", &version).await;
        let other = shares(&app, &circle, two).await[0].clone();
        done(
            &app,
            two,
            "partnershipDecline",
            "",
            &json!({ "id": other["id"] }),
        )
        .await;
        let [projects, shifts, people] = seen(&app, &offered["id"]).await;
        assert!(
            projects == 1 && shifts > 3 && people > 3,
            "{projects} {shifts} {people}"
        );
        assert_eq!(seen(&app, &other["id"]).await, [0, 0, 0]);
        // The lead sees who sees how much; that is what the partner can count.
        let all = shares(&app, &circle, &circle.heads[0]).await;
        let share = all.iter().find(|s| s["id"] == offered["id"]).unwrap();
        assert_eq!(share["inForce"], json!(true));
        let reach = ["projectsReached", "shiftsReached", "peopleReached"];
        let reach = reach.map(|field| share[field].as_u64().unwrap());
        assert_eq!(reach, [projects, shifts, people], "{}", app.database.name);
        // The partner's own view: what, by whom, until when.
        let query = "query($id: ID!) { organisation(id: $id) { sharesReceived(where: {inForce: {eq: true}, space: {nameEn: {eq: \"A Circle\"}}}) \
                     { totalCount nodes { id lead { nameZh } level validTo scopes { nodes { projectNameZh } } } } } }";
        let mine = ask(&app, one, query, json!({ "id": circle.of(1) })).await;
        let mine = &mine["data"]["organisation"]["sharesReceived"];
        assert_eq!(mine["totalCount"], json!(1), "{mine}");
        let share = &nodes(mine)[0];
        assert_eq!(share["id"], offered["id"]);
        assert!(share["lead"]["nameZh"].is_string());
        assert!(nodes(&share["scopes"])[0]["projectNameZh"].is_string());
        let mine = ask(&app, two, query, json!({ "id": circle.of(2) })).await;
        assert_eq!(
            mine["data"]["organisation"]["sharesReceived"]["totalCount"],
            json!(0)
        );
        // Out of the space, the share is as it was agreed on.
        let own = json!({ "organisationId": circle.of(1) });
        circle.does(&app, 1, "Leave", own).await;
        assert_eq!(seen(&app, &offered["id"]).await, [projects, shifts, people]);
        app.database.close().await;
    }
}

/// What is counted for the lead is what the partner sees, whatever is shared.
#[tokio::test]
async fn how_far_a_share_reaches_is_what_its_partner_can_count() {
    for app in App::each().await {
        let query = "{ partnerships(where: {inForce: {eq: true}}) { nodes { id lead { id } partner { id } \
                     projectsReached shiftsReached peopleReached } } }";
        let answer = ask(&app, "administrator", query, Value::Null).await;
        let lead = super::organisation("administrator");
        let lead = json!({ "id": id("Organisation", lead) });
        let mut given = 0;
        for share in nodes(&answer["data"]["partnerships"]) {
            let reach = ["projectsReached", "shiftsReached", "peopleReached"];
            if share["lead"] != lead {
                assert!(reach.iter().all(|field| share[*field].is_null()), "{share}");
                continue;
            }
            given += 1;
            let reach = reach.map(|field| share[field].as_u64().unwrap());
            assert_eq!(
                reach,
                seen(&app, &share["id"]).await,
                "{}: {share}",
                app.database.name
            );
        }
        assert!(given > 4, "{given}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_is_not_ones_own_goes_into_no_share_from_a_space() {
    for app in App::each().await {
        let circle = ready(&app).await;
        let with = |key: &str, value: Value| {
            let mut input = terms(&circle, &[1, 2]);
            input[key] = value;
            input
        };
        let (theirs, own) = (circle.project(1), circle.project(0));
        let project = |project| id("Project", project);
        let unbrought = circle
            .demo
            .projects
            .iter()
            .find(|p| p.organisation_id == circle.organisations[0] && p.id != own);
        let part = |of: uuid::Uuid, key: &str, value: String| {
            let mut part = json!({ "projectId": project(of) });
            part[key] = json!(value);
            json!([part])
        };
        let department = circle.demo.departments.iter();
        let department = department
            .clone()
            .find(|d| d.organisation_id == circle.organisations[1]);
        let department = id("Department", department.unwrap().id);
        let shift = circle.demo.shifts.iter().find(|s| s.project_id == theirs);
        let shift = id("Shift", shift.unwrap().id);
        for (input, wanted) in [
            (
                with("partnerIds", json!([circle.of(1), circle.of(3)])),
                pair("CONFLICT", "partnerIds"),
            ),
            (
                with("partnerIds", json!([circle.of(1), circle.of(0)])),
                pair("INVALID", "partnerIds"),
            ),
            (
                with("partnerIds", json!([])),
                pair("REQUIRED", "partnerIds"),
            ),
            (
                with("projectIds", json!([project(theirs)])),
                pair("NOT_FOUND", "projectIds"),
            ),
            (
                with("projectIds", json!([project(unbrought.unwrap().id)])),
                pair("CONFLICT", "projectIds"),
            ),
            (
                with("scopes", part(own, "departmentId", department)),
                pair("NOT_FOUND", "scopes"),
            ),
            (
                with("scopes", part(own, "shiftId", shift)),
                pair("NOT_FOUND", "scopes"),
            ),
            (
                with("organisationId", json!(circle.of(1))),
                pair("CONFLICT", "organisationId"),
            ),
            (
                with("fieldGroups", json!(["EVERYTHING"])),
                pair("INVALID", "fieldGroups"),
            ),
            (
                with("validFrom", json!("2027-02-01T00:00:00Z")),
                pair("INVALID", "validTo"),
            ),
        ] {
            assert_eq!(
                circle.cannot(&app, 0, "Share", input.clone()).await,
                wanted,
                "{input}"
            );
        }
        // A member does not offer what another brought, whatever it has of it by a share.
        circle.does(&app, 0, "Share", terms(&circle, &[1])).await;
        let one = &circle.heads[1];
        let offered = shares(&app, &circle, one).await[0].clone();
        let version = json!({ "id": offered["id"], "version": offered["version"] });
        done(&app, one, "partnershipAccept", "", &version).await;
        let mut onward = terms(&circle, &[2]);
        onward["organisationId"] = json!(circle.of(1));
        let wanted = pair("NOT_FOUND", "projectIds");
        assert_eq!(
            circle.cannot(&app, 1, "Share", onward.clone()).await,
            wanted
        );
        let brings = json!({ "projectIds": [project(own)] });
        assert_eq!(circle.cannot(&app, 1, "Bring", brings).await, wanted);
        // Nor does a token under that share, by any deed.
        let share = row(&offered["id"]);
        let token = listed(&app.database.db, share, &[share], app.now).await;
        let lead = json!(circle.of(0));
        for (name, input) in [
            (
                "partnershipCreate",
                json!({ "leadId": circle.of(1), "partnerId": circle.of(2), "level": "READ_ONLY" }),
            ),
            (
                "partnershipCreate",
                json!({ "leadId": lead, "partnerId": circle.of(2), "level": "READ_ONLY", "projectIds": [project(own)] }),
            ),
            (
                "partnershipChange",
                json!({ "id": offered["id"], "desensitised": false }),
            ),
            (
                "partnershipProposeChange",
                json!({ "id": offered["id"], "level": "ADMIN" }),
            ),
            ("partnershipResume", json!({ "id": offered["id"] })),
            ("spaceCreate", json!({ "leadId": circle.of(1) })),
            (
                "spaceBring",
                json!({ "id": circle.id, "projectIds": [project(own)] }),
            ),
            ("spaceShare", circle.with(onward.clone())),
            (
                "spaceInvite",
                json!({ "id": circle.id, "organisationIds": [circle.of(3)] }),
            ),
        ] {
            let prefix = name[..1].to_uppercase() + &name[1..];
            let query = format!(
                "mutation($input: {prefix}Input!) {{ done: {name}(input: $input) {{ userErrors {{ code field }} }} }}"
            );
            let variables = async_graphql::Variables::from_json(json!({ "input": input }));
            let request = Request::new(query).variables(variables);
            let answer = app.graph.execute(request, Some(&token), app.now).await;
            let answer = serde_json::to_value(answer).unwrap();
            let refused = match answer["data"]["done"].is_null() {
                true => answer["errors"][0]["extensions"]["code"].clone(),
                false => answer["data"]["done"]["userErrors"][0]["code"].clone(),
            };
            let wanted = match name.starts_with("space") && name != "spaceCreate" {
                true => "NOT_FOUND",
                false => "FORBIDDEN",
            };
            assert_eq!(refused, json!(wanted), "{name}: {answer}");
        }
        // Coordinators and officers offer nothing, and who is not in the space nothing from it.
        for who in ["coordinator", "volunteer"] {
            let input = circle.with(terms(&circle, &[1]));
            assert_eq!(
                stopped(&app, who, "spaceShare", &input).await,
                [pair("NOT_FOUND", "id")]
            );
        }
        forbidden(
            &app,
            "privacy_officer",
            "spaceShare",
            &circle.with(terms(&circle, &[1])),
        )
        .await;
        assert_eq!(
            circle.cannot(&app, 3, "Share", terms(&circle, &[1])).await,
            pair("NOT_FOUND", "id")
        );
        app.database.close().await;
    }
}
