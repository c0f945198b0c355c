//! The life of a space: it is opened, organisations are asked, join or do not, bring projects and
//! leave; and being in it shows nothing of anybody's work.

use kaifong::demo::{self, Demo};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ask, deed, done, forbidden, member, organisation, pair, stopped};
use crate::app::{App, noon};
use crate::asking::{id, nodes};

/// A space of the lead of the demo, with the administrators of three others.
pub struct Circle {
    pub id: Value,
    pub demo: Demo,
    /// The organisations, and who administers them; the first is the lead's.
    pub organisations: [Uuid; 4],
    pub heads: [String; 4],
}

/// What is shown of a space.
const SEEN: &str = "nameEn nameZh purpose archivedAt lead { id } \
    members(orderBy: {field: STATE}) { totalCount nodes { state organisation { id } } } \
    projects { totalCount nodes { projectNameZh organisation { id } project { id } } } \
    shares { totalCount } steps { totalCount }";

impl Circle {
    /// One in which nobody is yet but the lead; the second and the third are asked.
    pub async fn open(app: &App) -> Self {
        let demo = demo::people(noon());
        let [lead, one, two] = ["administrator", "partner", "partner_edit"].map(organisation);
        let known = [lead, one, two];
        let mut others = demo.organisations.iter();
        let other =
            others.find(|o| o.kind == "NGO" && o.parent_id.is_none() && !known.contains(&o.id));
        let organisations = [lead, one, two, other.unwrap().id];
        let heads = organisations.map(|of| member(&demo, "ADMINISTRATOR", of).to_string());
        let input = json!({
            "leadId": id("Organisation", lead),
            "nameEn": "A Circle", "nameZh": "圓圈", "purpose": "to try it",
        });
        let made = done(app, &heads[0], "spaceCreate", "", &input).await;
        let circle = Self {
            id: made["id"].clone(),
            demo,
            organisations,
            heads,
        };
        let asked = json!({ "organisationIds": [circle.of(1), circle.of(2)] });
        circle.does(app, 0, "Invite", asked).await;
        circle
    }

    /// The same, which the second and the third have joined.
    pub async fn joined(app: &App) -> Self {
        let circle = Self::open(app).await;
        for who in [1, 2] {
            let input = json!({ "organisationId": circle.of(who) });
            circle.does(app, who, "Join", input).await;
        }
        circle
    }

    /// The identifier of an organisation.
    pub fn of(&self, who: usize) -> String {
        id("Organisation", self.organisations[who])
    }

    /// A project of an organisation, with shifts.
    pub fn project(&self, who: usize) -> Uuid {
        let with_shifts = |p: &&entity::project::Model| {
            let of = self.demo.shifts.iter().filter(|s| s.project_id == p.id);
            p.organisation_id == self.organisations[who] && of.count() > 3
        };
        self.demo.projects.iter().find(with_shifts).unwrap().id
    }

    pub fn with(&self, mut input: Value) -> Value {
        input["id"] = self.id.clone();
        input
    }

    /// Does something; whoever leaves does not see the space any more.
    pub async fn does(&self, app: &App, who: usize, verb: &str, input: Value) {
        let name = format!("space{verb}");
        let answer = deed(app, &self.heads[who], &name, "", &self.with(input)).await;
        assert!(answer.get("errors").is_none(), "{verb}: {answer}");
        assert_eq!(answer["data"][&name]["userErrors"], json!([]), "{answer}");
        let shown = answer["data"][&name]["space"].is_object();
        assert_eq!(shown, !["Leave", "Decline"].contains(&verb), "{answer}");
    }

    pub async fn cannot(
        &self,
        app: &App,
        who: usize,
        verb: &str,
        input: Value,
    ) -> (String, String) {
        let name = format!("space{verb}");
        let errors = stopped(app, &self.heads[who], &name, &self.with(input)).await;
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors[0].clone()
    }

    pub async fn read(&self, app: &App, who: &str) -> Value {
        let query = format!("query($id: ID!) {{ space(id: $id) {{ {SEEN} }} }}");
        let answer = ask(app, who, &query, json!({ "id": self.id })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["space"].clone()
    }

    /// What became of it, as somebody is told.
    async fn trail(&self, app: &App, who: usize) -> Vec<(String, String)> {
        // Those of the demo were taken long before noon; what is hidden of the space is no way to them.
        let query = "query($at: DateTime!) { spaceSteps(first: 100, where: {at: {gte: $at}} orderBy: {field: NUMBER}) \
                     { nodes { number deed at organisation { id } by { id } before after } } }";
        let at = json!({ "at": noon().to_rfc3339() });
        let answer = ask(app, &self.heads[who], query, at).await;
        let steps = nodes(&answer["data"]["spaceSteps"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let one = |step: &Value| (text(&step["deed"]), text(&step["organisation"]["id"]));
        steps.iter().map(one).collect()
    }

    /// The trail as it should be: deeds, and about whom.
    fn said(&self, steps: &[(&str, usize)]) -> Vec<(String, String)> {
        let one = |(deed, who): &(&str, usize)| ((*deed).to_owned(), self.of(*who));
        steps.iter().map(one).collect()
    }
}

fn conflict(field: &str) -> (String, String) {
    pair("CONFLICT", field)
}

#[tokio::test]
async fn a_space_is_opened_and_organisations_join_and_leave_it() {
    for app in App::each().await {
        let circle = Circle::open(&app).await;
        let own = |who: usize| json!({ "organisationId": circle.of(who) });
        // Nobody opens one for another organisation, and nobody but administrators at all.
        let input = json!({ "leadId": circle.of(1), "nameEn": "Not mine" });
        for who in [
            "administrator",
            "coordinator",
            "privacy_officer",
            "partner_edit",
        ] {
            forbidden(&app, who, "spaceCreate", &input).await;
        }
        // Who is asked sees what it is, and not who is in it.
        let asked = circle.read(&app, &circle.heads[1]).await;
        assert_eq!(
            (&asked["nameEn"], &asked["purpose"]),
            (&json!("A Circle"), &json!("to try it"))
        );
        assert_eq!(
            asked["members"]["totalCount"],
            json!(1),
            "only the own place: {asked}"
        );
        assert_eq!(circle.read(&app, &circle.heads[3]).await, Value::Null);
        // One answers for one's own organisation, when asked, and once.
        assert_eq!(
            circle.cannot(&app, 1, "Join", own(2)).await,
            conflict("organisationId")
        );
        circle.does(&app, 1, "Join", own(1)).await;
        forbidden(&app, &circle.heads[1], "spaceJoin", &circle.with(own(1))).await;
        assert_eq!(
            circle.cannot(&app, 3, "Join", own(3)).await,
            pair("NOT_FOUND", "id")
        );
        circle.does(&app, 2, "Decline", own(2)).await;
        assert_eq!(circle.read(&app, &circle.heads[2]).await, Value::Null);
        assert_eq!(
            circle.cannot(&app, 2, "Join", own(2)).await,
            pair("NOT_FOUND", "id")
        );
        // The lead asks again, and does not ask who is there already, or answer for another.
        let again = |who: usize| json!({ "organisationIds": [circle.of(who)] });
        assert_eq!(
            circle.cannot(&app, 0, "Invite", again(1)).await,
            conflict("organisationIds")
        );
        forbidden(
            &app,
            &circle.heads[1],
            "spaceInvite",
            &circle.with(again(3)),
        )
        .await;
        circle.does(&app, 0, "Invite", again(2)).await;
        forbidden(&app, &circle.heads[0], "spaceJoin", &circle.with(own(2))).await;
        circle.does(&app, 2, "Join", own(2)).await;
        let all = circle.read(&app, &circle.heads[1]).await;
        let places: Vec<_> = nodes(&all["members"])
            .iter()
            .map(|m| m["state"].clone())
            .collect();
        assert_eq!(
            places,
            [json!("JOINED"), json!("JOINED"), json!("JOINED")],
            "{all}"
        );
        // The lead stays; others leave, or are put out with their projects.
        assert_eq!(
            circle.cannot(&app, 0, "Leave", own(0)).await,
            conflict("organisationId")
        );
        assert_eq!(
            circle.cannot(&app, 0, "Remove", own(0)).await,
            conflict("organisationId")
        );
        let brings = json!({ "projectIds": [id("Project", circle.project(1))] });
        circle.does(&app, 1, "Bring", brings).await;
        circle.does(&app, 0, "Remove", own(1)).await;
        circle.does(&app, 2, "Leave", own(2)).await;
        assert_eq!(circle.read(&app, &circle.heads[1]).await, Value::Null);
        let left = circle.read(&app, &circle.heads[0]).await;
        assert_eq!(left["projects"]["totalCount"], json!(0), "{left}");
        let changed = json!({ "purpose": "to have tried it" });
        circle.does(&app, 0, "Change", changed.clone()).await;
        circle.does(&app, 0, "Change", changed).await;
        circle.does(&app, 0, "Archive", json!({})).await;
        circle.does(&app, 0, "Archive", json!({})).await;
        assert_eq!(
            circle.cannot(&app, 0, "Invite", again(2)).await,
            conflict("id")
        );
        let trail = circle.said(&[
            ("CREATE", 0),
            ("INVITE", 1),
            ("INVITE", 2),
            ("JOIN", 1),
            ("DECLINE", 2),
            ("INVITE", 2),
            ("JOIN", 2),
            ("BRING", 1),
            ("REMOVE", 1),
            ("TAKE_OUT", 1),
            ("LEAVE", 2),
            ("CHANGE", 0),
            ("ARCHIVE", 0),
        ]);
        assert_eq!(circle.trail(&app, 0).await, trail);
        // Each of the others reads what was done about itself, and a stranger nothing.
        for who in [1, 2, 3] {
            let about = trail.iter().filter(|(_, of)| *of == circle.of(who));
            assert_eq!(
                circle.trail(&app, who).await,
                about.cloned().collect::<Vec<_>>()
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn being_in_a_space_shows_names_of_projects_and_nothing_of_the_work() {
    for app in App::each().await {
        let circle = Circle::joined(&app).await;
        let project = id("Project", circle.project(0));
        let brings = json!({ "projectIds": [project] });
        circle.does(&app, 0, "Bring", brings.clone()).await;
        // Again is once.
        circle.does(&app, 0, "Bring", brings.clone()).await;
        let seen = circle.read(&app, &circle.heads[1]).await;
        let rows = nodes(&seen["projects"]);
        assert_eq!(rows.len(), 1, "{seen}");
        assert!(rows[0]["projectNameZh"].is_string());
        assert_eq!(
            rows[0]["project"],
            Value::Null,
            "the project itself is not there"
        );
        let query = "query($id: ID!) { project(id: $id) { id } shifts(where: {project: {id: {eq: $id}}}) { totalCount } \
                     spaceProjects(where: {project: {nameZh: {contains: \"\"}}}) { totalCount } }";
        let answer = ask(&app, &circle.heads[1], query, json!({ "id": project })).await;
        assert_eq!(answer["data"]["project"], Value::Null, "{answer}");
        assert_eq!(answer["data"]["shifts"]["totalCount"], json!(0));
        // The others of the organisation, and a token under its shares, do not see the space.
        for who in [
            "coordinator",
            "volunteer",
            "partner",
            "partner_edit",
            "anonymous",
        ] {
            assert_eq!(circle.read(&app, who).await, Value::Null, "{who}");
        }
        let officer = circle.read(&app, "privacy_officer").await;
        assert_eq!(officer["nameZh"], json!("圓圈"));
        forbidden(
            &app,
            "privacy_officer",
            "spaceBring",
            &circle.with(brings.clone()),
        )
        .await;
        // What another brought one does not take out, nor bring in by oneself.
        assert_eq!(
            circle.cannot(&app, 1, "TakeOut", brings.clone()).await,
            conflict("projectIds")
        );
        let theirs = json!({ "projectIds": [id("Project", circle.project(2))] });
        assert_eq!(
            circle.cannot(&app, 1, "Bring", theirs).await,
            pair("NOT_FOUND", "projectIds")
        );
        for (wrong, field) in [
            (json!({ "projectIds": [] }), pair("REQUIRED", "projectIds")),
            (
                json!({ "projectIds": [circle.of(1)] }),
                pair("NOT_FOUND", "projectIds"),
            ),
        ] {
            assert_eq!(circle.cannot(&app, 1, "Bring", wrong).await, field);
        }
        circle.does(&app, 0, "TakeOut", brings.clone()).await;
        assert_eq!(
            circle.cannot(&app, 0, "TakeOut", brings.clone()).await,
            pair("NOT_FOUND", "projectIds")
        );
        circle.does(&app, 0, "Bring", brings).await;
        app.database.close().await;
    }
}
