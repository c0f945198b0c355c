//! The life of a share between two administrators: offered, answered, changed by agreement, held and
//! ended; and its trail.

use async_graphql::Request;
use kaifong::demo;
use kaifong::viewer::Claims;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::{account, ask, deed, done, forbidden, member, organisation, pair, stopped, tally};
use crate::app::{App, noon};
use crate::asking::{code, id, nodes, row, tamper};
use crate::listed::listed;

const FIELDS: &str = "state inForce suspendedBy level fieldGroups desensitised purpose proposedBy \
                      proposedChange lastStep";

/// A share of the canteen that the lead of the demo offers to the partner of the demo.
pub struct Offer {
    pub id: Value,
    pub lead: &'static str,
    /// The account of the partner's administrator.
    pub partner: String,
    pub project: String,
}

impl Offer {
    pub async fn make(app: &App, more: Value) -> Self {
        let demo = demo::people(noon());
        let partner = organisation("partner");
        let head = member(&demo, "ADMINISTRATOR", partner);
        let shifts = |p: &&entity::project::Model| {
            let of = demo.shifts.iter().filter(|s| s.project_id == p.id);
            p.organisation_id == organisation("administrator") && of.count() > 5
        };
        let project = demo.projects.iter().find(shifts).unwrap();
        let mut input = json!({
            "leadId": id("Organisation", organisation("administrator")),
            "partnerId": id("Organisation", partner),
            "level": "EDIT",
            "projectIds": [id("Project", project.id)],
            "purpose": "a common kitchen",
        });
        for (key, value) in more.as_object().unwrap() {
            input[key] = value.clone();
        }
        let made = done(app, "administrator", "partnershipCreate", FIELDS, &input).await;
        Self {
            id: made["id"].clone(),
            lead: "administrator",
            partner: head.to_string(),
            project: id("Project", project.id),
        }
    }

    /// The same, accepted.
    pub async fn accepted(app: &App, more: Value) -> Self {
        let offer = Self::make(app, more).await;
        offer.agree(app, &offer.partner, "Accept").await;
        offer
    }

    pub async fn read(&self, app: &App, who: &str) -> Value {
        let query = format!(
            "query($id: ID!) {{ partnership(id: $id) {{ id version {FIELDS} scopes {{ nodes {{ projectNameZh project {{ id }} department {{ id }} shift {{ id }} }} }} }} }}"
        );
        let answer = ask(app, who, &query, json!({ "id": self.id })).await;
        answer["data"]["partnership"].clone()
    }

    fn input(&self, more: Value) -> Value {
        let mut input = more;
        input["id"] = self.id.clone();
        input
    }

    pub async fn does(&self, app: &App, who: &str, verb: &str, more: Value) -> Value {
        done(
            app,
            who,
            &format!("partnership{verb}"),
            FIELDS,
            &self.input(more),
        )
        .await
    }

    /// Agrees as it reads it.
    pub async fn agree(&self, app: &App, who: &str, verb: &str) -> Value {
        let version = self.read(app, who).await["version"].clone();
        self.does(app, who, verb, json!({ "version": version }))
            .await
    }

    async fn cannot(&self, app: &App, who: &str, verb: &str, more: Value) -> (String, String) {
        let name = format!("partnership{verb}");
        let errors = stopped(app, who, &name, &self.input(more)).await;
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors[0].clone()
    }

    /// The claims of a token for it.
    pub async fn token(&self, app: &App) -> Claims {
        // The same token each time, so that its cursors stay its own.
        let share = row(&self.id);
        listed(&app.database.db, share, &[share], app.now).await
    }

    /// What a token for it sees of shifts and people.
    async fn seen(&self, app: &App) -> (u64, u64) {
        let query = "{ shifts(first: 1) { totalCount } volunteers(first: 1) { totalCount } }";
        let claims = self.token(app).await;
        let answer = app
            .graph
            .execute(Request::new(query), Some(&claims), app.now);
        let answer = serde_json::to_value(answer.await).unwrap();
        let count = |list: &str| answer["data"][list]["totalCount"].as_u64().unwrap();
        (count("shifts"), count("volunteers"))
    }
}

fn conflict() -> (String, String) {
    pair("CONFLICT", "id")
}

#[tokio::test]
async fn an_offer_is_in_force_when_the_partner_accepts_what_it_read() {
    for app in App::each().await {
        let offer = Offer::make(&app, json!({})).await;
        let partner = offer.partner.as_str();
        let first = offer.read(&app, offer.lead).await;
        for (field, value) in [
            ("state", json!("PROPOSED")),
            ("inForce", json!(false)),
            ("desensitised", json!(true)),
            ("lastStep", json!(1)),
        ] {
            assert_eq!(first[field], value, "{field}");
        }
        assert_eq!(offer.seen(&app).await, (0, 0), "an offer gives nothing");
        // The partner's administrator is told by name what is offered, and sees no project of it.
        let read = offer.read(&app, partner).await;
        let scope = &nodes(&read["scopes"])[0];
        assert!(scope["projectNameZh"].is_string(), "{read}");
        assert_eq!(scope["project"], Value::Null);
        // The lead does not accept for the partner, and nobody else does anything.
        let accept = offer.input(json!({ "version": first["version"] }));
        forbidden(&app, offer.lead, "partnershipAccept", &accept).await;
        for stranger in ["coordinator", "volunteer", "partner_edit", "guardian"] {
            let input = offer.input(json!({}));
            let found = stopped(&app, stranger, "partnershipAccept", &input).await;
            assert_eq!(found, [pair("NOT_FOUND", "id")], "{stranger}");
        }
        let officer = offer.input(json!({}));
        for verb in [
            "Accept",
            "Decline",
            "Suspend",
            "Revoke",
            "ProposeChange",
            "Archive",
        ] {
            let name = format!("partnership{verb}");
            forbidden(&app, "privacy_officer", &name, &officer).await;
        }
        // One accepts what one has read.
        let blind = offer.cannot(&app, partner, "Accept", json!({})).await;
        assert_eq!(blind, pair("REQUIRED", "version"));
        offer
            .does(&app, offer.lead, "Change", json!({ "level": "ADMIN" }))
            .await;
        let stale = json!({ "version": read["version"] });
        let stale = offer.cannot(&app, partner, "Accept", stale).await;
        assert_eq!(stale, pair("STALE", "version"));
        let agreed = offer.agree(&app, partner, "Accept").await;
        assert_eq!(
            (&agreed["state"], &agreed["inForce"]),
            (&json!("ACTIVE"), &json!(true))
        );
        assert!(offer.seen(&app).await.0 > 0, "it is in force");
        for (who, verb) in [
            (partner, "Accept"),
            (partner, "Decline"),
            (offer.lead, "Resume"),
        ] {
            assert_eq!(
                offer.cannot(&app, who, verb, json!({})).await,
                conflict(),
                "{verb}"
            );
        }
        // A refused one stays refused; one that is over cannot be accepted.
        let other = Offer::make(&app, json!({})).await;
        let refused = other.does(&app, partner, "Decline", json!({})).await;
        assert_eq!(refused["state"], "DECLINED");
        let list = "query($id: ID!) { partnerships(where: {id: {eq: $id}}) { totalCount } partnership(id: $id) { state archivedAt lastStep } }";
        for (there, steps) in [(1, 2), (0, 3), (0, 3)] {
            let told = ask(&app, offer.lead, list, json!({ "id": other.id })).await;
            assert_eq!(told["data"]["partnerships"]["totalCount"], json!(there));
            let share = &told["data"]["partnership"];
            assert_eq!(
                (&share["state"], &share["lastStep"]),
                (&json!("DECLINED"), &json!(steps))
            );
            // Put away twice, it is put away once.
            other.does(&app, offer.lead, "Archive", json!({})).await;
        }
        assert_eq!(
            other.cannot(&app, partner, "Accept", json!({})).await,
            conflict()
        );
        let late = Offer::make(&app, json!({ "validTo": noon().to_rfc3339() })).await;
        let version = late.read(&app, partner).await["version"].clone();
        let late = late.cannot(&app, partner, "Accept", json!({ "version": version }));
        assert_eq!(late.await, conflict());
        app.database.close().await;
    }
}

#[tokio::test]
async fn either_side_holds_a_share_and_lets_go_of_its_own_hold() {
    for app in App::each().await {
        let offer = Offer::accepted(&app, json!({})).await;
        let (lead, partner) = (offer.lead, offer.partner.clone());
        let partner = partner.as_str();
        let there = offer.seen(&app).await;
        for (who, verb, held) in [
            (partner, "Suspend", json!("PARTNER")),
            (lead, "Suspend", json!("BOTH")),
            (partner, "Resume", json!("LEAD")),
        ] {
            let after = offer.does(&app, who, verb, json!({})).await;
            assert_eq!(
                (&after["state"], &after["suspendedBy"]),
                (&json!("SUSPENDED"), &held)
            );
            assert_eq!(after["inForce"], json!(false));
            assert_eq!(offer.seen(&app).await, (0, 0));
            assert_eq!(offer.cannot(&app, who, verb, json!({})).await, conflict());
        }
        let after = offer.does(&app, lead, "Resume", json!({})).await;
        assert_eq!(
            (&after["state"], &after["suspendedBy"]),
            (&json!("ACTIVE"), &Value::Null)
        );
        assert_eq!(offer.seen(&app).await, there);
        // Either ends it at once, and then nothing brings it back.
        let after = offer.does(&app, partner, "Revoke", json!({})).await;
        assert_eq!(after["state"], "ENDED");
        assert_eq!(offer.seen(&app).await, (0, 0));
        for verb in [
            "Suspend",
            "Resume",
            "Revoke",
            "ProposeChange",
            "AcceptChange",
            "DeclineChange",
        ] {
            for who in [lead, partner] {
                assert_eq!(
                    offer.cannot(&app, who, verb, json!({})).await,
                    conflict(),
                    "{verb}"
                );
            }
        }
        assert_eq!(
            offer
                .cannot(&app, lead, "Change", json!({ "level": "READ_ONLY" }))
                .await,
            conflict()
        );
        let other = Offer::accepted(&app, json!({})).await;
        assert_eq!(
            other.does(&app, lead, "Revoke", json!({})).await["state"],
            "ENDED"
        );
        assert_eq!(other.seen(&app).await, (0, 0));
        app.database.close().await;
    }
}

#[tokio::test]
async fn taking_away_takes_the_lead_alone_and_giving_more_takes_both() {
    for app in App::each().await {
        let offer = Offer::accepted(&app, json!({})).await;
        let (lead, partner) = (offer.lead, offer.partner.clone());
        let partner = partner.as_str();
        let before = offer.read(&app, lead).await;
        let more = [
            json!({ "level": "ADMIN" }),
            json!({ "fieldGroups": ["ROSTER"] }),
            json!({ "purpose": "something else" }),
            json!({ "level": "READ_ONLY", "fieldGroups": ["ORIGINS"] }),
        ];
        for more in &more {
            assert_eq!(
                offer.cannot(&app, lead, "Change", more.clone()).await,
                conflict(),
                "{more}"
            );
            let change = offer.input(more.clone());
            forbidden(&app, partner, "partnershipChange", &change).await;
        }
        assert_eq!(offer.read(&app, lead).await, before);
        let unknown = json!({ "fieldGroups": ["EVERYTHING"] });
        let unknown = offer.cannot(&app, lead, "ProposeChange", unknown).await;
        assert_eq!(unknown, pair("INVALID", "fieldGroups"));
        // What is proposed is not in force until the other side agrees to what it read.
        let roster = json!({ "fieldGroups": ["ROSTER"], "level": "EDIT" });
        let waits = offer.does(&app, lead, "ProposeChange", roster).await;
        assert_eq!(waits["proposedBy"], "LEAD");
        let told: Value = serde_json::from_str(waits["proposedChange"].as_str().unwrap()).unwrap();
        assert_eq!(
            told,
            json!({ "fieldGroups": ["ROSTER"] }),
            "only what would change"
        );
        assert_eq!(waits["fieldGroups"], json!([]));
        assert_eq!(offer.seen(&app).await.1, 0);
        let version = json!({ "version": waits["version"] });
        assert_eq!(
            offer.cannot(&app, lead, "AcceptChange", version).await,
            conflict()
        );
        let other = json!({ "level": "ADMIN" });
        assert_eq!(
            offer.cannot(&app, partner, "ProposeChange", other).await,
            conflict()
        );
        let blind = offer.cannot(&app, partner, "AcceptChange", json!({})).await;
        assert_eq!(blind, pair("REQUIRED", "version"));
        let agreed = offer.agree(&app, partner, "AcceptChange").await;
        assert_eq!(agreed["fieldGroups"], json!(["ROSTER"]));
        assert_eq!(
            (&agreed["proposedBy"], &agreed["proposedChange"]),
            (&Value::Null, &Value::Null)
        );
        assert!(offer.seen(&app).await.1 > 0, "people are there now");
        // What one side proposed the other refuses, or the one takes back.
        for who in [lead, partner] {
            offer
                .does(&app, partner, "ProposeChange", json!({ "level": "ADMIN" }))
                .await;
            let after = offer.does(&app, who, "DeclineChange", json!({})).await;
            assert_eq!(
                (&after["level"], &after["proposedBy"]),
                (&json!("EDIT"), &Value::Null)
            );
        }
        // Taking away takes back what waited: it was proposed of something that is no more.
        offer
            .does(&app, partner, "ProposeChange", json!({ "level": "ADMIN" }))
            .await;
        let less = offer
            .does(&app, lead, "Change", json!({ "level": "READ_ONLY" }))
            .await;
        assert_eq!(
            (&less["level"], &less["proposedBy"]),
            (&json!("READ_ONLY"), &Value::Null)
        );
        // The display is the lead's to switch, both ways and at once; what waits waits on.
        offer
            .does(&app, partner, "ProposeChange", json!({ "level": "EDIT" }))
            .await;
        for shown in [false, true] {
            let change = json!({ "desensitised": shown });
            forbidden(
                &app,
                partner,
                "partnershipChange",
                &offer.input(change.clone()),
            )
            .await;
            let after = offer.does(&app, lead, "Change", change).await;
            assert_eq!(
                (&after["desensitised"], &after["proposedBy"]),
                (&json!(shown), &json!("PARTNER"))
            );
        }
        let empty = json!({ "level": "READ_ONLY" });
        assert_eq!(
            offer.cannot(&app, partner, "ProposeChange", empty).await,
            conflict()
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_trail_tells_both_sides_each_step_and_nobody_else() {
    for app in App::each().await {
        let offer = Offer::accepted(&app, json!({})).await;
        let (lead, partner) = (offer.lead, offer.partner.clone());
        let partner = partner.as_str();
        offer
            .does(&app, lead, "Change", json!({ "level": "READ_ONLY" }))
            .await;
        offer.does(&app, partner, "Suspend", json!({})).await;
        offer.does(&app, lead, "Archive", json!({})).await;
        let query = "query($id: ID!) { partnership(id: $id) { state archivedAt steps(first: 20, orderBy: {field: NUMBER}) { nodes { id number deed side at before after by { id } } } } }";
        let told = ask(&app, lead, query, json!({ "id": offer.id })).await;
        let share = &told["data"]["partnership"];
        assert_eq!(share["state"], "ENDED", "{told}");
        assert!(share["archivedAt"].is_string());
        let steps = nodes(&share["steps"]);
        let read = |step: &Value, name: &str| -> Value {
            serde_json::from_str(step[name].as_str().unwrap()).unwrap()
        };
        let what: Vec<_> = steps
            .iter()
            .map(|s| (s["number"].clone(), s["deed"].clone(), s["side"].clone()))
            .collect();
        let wanted = [
            ("PROPOSE", "LEAD"),
            ("ACCEPT", "PARTNER"),
            ("CHANGE", "LEAD"),
            ("SUSPEND", "PARTNER"),
            ("ARCHIVE", "LEAD"),
        ];
        let wanted = wanted.iter().enumerate();
        let wanted: Vec<_> = wanted
            .map(|(at, (deed, side))| (json!(at + 1), json!(deed), json!(side)))
            .collect();
        assert_eq!(what, wanted);
        let offered = read(&steps[0], "after");
        assert_eq!(offered["level"], "EDIT");
        assert_eq!(offered["desensitised"], true);
        assert_eq!(offered["scopes"], json!([{ "projectId": offer.project }]));
        assert_eq!(read(&steps[0], "before"), json!({}));
        assert_eq!(read(&steps[2], "before"), json!({ "level": "EDIT" }));
        assert_eq!(read(&steps[2], "after"), json!({ "level": "READ_ONLY" }));
        assert_eq!(
            read(&steps[3], "after"),
            json!({ "state": "SUSPENDED", "suspendedBy": "PARTNER" })
        );
        // Each side sees its own people; of the other side it sees the side.
        let by =
            |steps: &[Value]| -> Vec<bool> { steps.iter().map(|s| s["by"].is_object()).collect() };
        assert_eq!(by(steps), [true, false, true, false, true]);
        assert_eq!(
            steps[0]["by"]["id"],
            json!(id("User", account("administrator")))
        );
        let theirs = ask(&app, partner, query, json!({ "id": offer.id })).await;
        let theirs = nodes(&theirs["data"]["partnership"]["steps"]).clone();
        assert_eq!(by(&theirs), [false, true, false, true, false]);
        let officer = ask(&app, "privacy_officer", query, json!({ "id": offer.id })).await;
        assert_eq!(nodes(&officer["data"]["partnership"]["steps"]).len(), 5);
        // Nobody else, whichever way they ask.
        let demo = demo::people(noon());
        let third = organisation("partner_edit");
        let third = member(&demo, "ADMINISTRATOR", third).to_string();
        let list = "query($id: ID!) { partnershipStep(id: $id) { id } partnershipSteps(first: 1, where: {partnership: {id: {in: [$id]}}}) { totalCount } node(id: $id) { id } }";
        for who in [
            "coordinator",
            "team_leader",
            "volunteer",
            "teacher",
            "guardian",
            "partner",
            &third,
        ] {
            let answer = ask(&app, who, list, json!({ "id": steps[0]["id"] })).await;
            assert_eq!(
                answer["data"]["partnershipStep"],
                Value::Null,
                "{who}: {answer}"
            );
            assert_eq!(answer["data"]["node"], Value::Null, "{who}");
            let all = ask(
                &app,
                who,
                "{ partnershipSteps(first: 100, where: {deed: {eq: ARCHIVE}}) { totalCount } }",
                Value::Null,
            )
            .await;
            assert_eq!(
                all["data"]["partnershipSteps"]["totalCount"],
                json!(0),
                "{who}"
            );
        }
        let claims = offer.token(&app).await;
        let answer = app.graph.execute(
            Request::new("{ partnershipSteps(first: 1) { totalCount } }"),
            Some(&claims),
            app.now,
        );
        let answer = serde_json::to_value(answer.await).unwrap();
        assert_eq!(answer["data"]["partnershipSteps"]["totalCount"], json!(0));
        // The database lets go of nothing.
        let db = &app.database.db;
        for sql in [
            "UPDATE partnership_step SET number = number + 10",
            "DELETE FROM partnership_step",
        ] {
            use sea_orm::ConnectionTrait;
            let refused = db.execute_unprepared(sql).await.unwrap_err().to_string();
            assert!(refused.contains("never changed"), "{refused}");
        }
        app.database.close().await;
    }
}

/// A change that nobody can read any more is not guessed at.
#[tokio::test]
async fn a_proposal_that_cannot_be_read_is_not_agreed_to() {
    let app = App::sqlite().await;
    let offer = Offer::accepted(&app, json!({})).await;
    offer
        .does(
            &app,
            offer.lead,
            "ProposeChange",
            json!({ "level": "ADMIN" }),
        )
        .await;
    for broken in [
        "{",
        "[]",
        "{\"desensitised\":false}",
        "{\"level\":\"ALL\"}",
        "{\"scopes\":[{}]}",
    ] {
        tamper(
            &app,
            &format!(
                "UPDATE partnership SET proposed_change = '{broken}' WHERE proposed_by IS NOT NULL"
            ),
        )
        .await;
        let before = tally(&app).await;
        let version = offer.read(&app, &offer.partner).await["version"].clone();
        let input = offer.input(json!({ "version": version }));
        let answer = deed(&app, &offer.partner, "partnershipAcceptChange", "", &input).await;
        assert_eq!(code(&answer), "INTERNAL", "{broken}: {answer}");
        assert_eq!(tally(&app).await, before);
    }
}

#[tokio::test]
async fn who_administers_the_partner_and_is_a_member_of_the_lead_agrees_for_the_partner_only() {
    for app in App::each().await {
        let offer = Offer::accepted(&app, json!({ "level": "READ_ONLY" })).await;
        let mark = |at: usize| match app.database.name {
            "SQLite" => "?".to_owned(),
            _ => format!("${at}"),
        };
        let sql = format!(
            "INSERT INTO membership (id, created_at, updated_at, account_id, organisation_id, role) \
             VALUES ({}, {}, {}, {}, {}, 'COORDINATOR')",
            mark(1),
            mark(2),
            mark(3),
            mark(4),
            mark(5),
        );
        let db = &app.database.db;
        let values = [
            uuid::Uuid::new_v4().into(),
            app.now.into(),
            app.now.into(),
            offer.partner.parse::<uuid::Uuid>().unwrap().into(),
            organisation("administrator").into(),
        ];
        db.execute_raw(Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            values,
        ))
        .await
        .unwrap();
        let wider = json!({ "level": "ADMIN" });
        let proposed = offer
            .does(&app, &offer.partner, "ProposeChange", wider)
            .await;
        assert_eq!(proposed["proposedBy"], "PARTNER");
        let version = offer.read(&app, &offer.partner).await["version"].clone();
        let stopped = offer
            .cannot(
                &app,
                &offer.partner,
                "AcceptChange",
                json!({ "version": version }),
            )
            .await;
        assert_eq!(stopped, conflict());
        let read = offer.read(&app, offer.lead).await;
        assert_eq!(read["level"], "READ_ONLY");
        assert_eq!(read["proposedBy"], "PARTNER");
        app.database.close().await;
    }
}
