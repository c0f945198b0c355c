//! Invitations into an organisation: sent through the graph, accepted by a link, on both databases.

use std::sync::{Arc, Mutex};

use async_graphql::{Request, Variables};
use chrono::TimeDelta;
use kaifong::demo::{self, DemoToken};
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Seal, Store};
use kaifong::viewer::Claims;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use super::post_office::{PAGE, PostOffice};
use super::{ANN, Door, PASSWORD, Reply, account_of, refused};
use crate::app::{WRAPPING, noon, vault};
use crate::asking::id;

const NEW: &str = "new.person@example.org";
const CHOSEN: &str = "a long one of her own";
const SEND: &str = "mutation($i: InvitationSendInput!) { done: invitationSend(input: $i) { \
     invitation { id email role state organisation { id } invitedBy { id } user { id } } \
     userErrors { code field message messageZh } } }";

/// Doors whose graph sends invitations for three days.
async fn each() -> Vec<Door> {
    let mut all = Door::each().await;
    for door in &mut all {
        door.post = Some(PostOffice::open(false).await);
        let vault = vault(&door.database, WRAPPING).await;
        vault.sweep(&door.database.db, noon()).await.unwrap();
        let store = Store::new(door.database.db.clone()).with_vault(vault);
        let policies = Policies::shipped().unwrap();
        let (seal, limits) = (Seal::new([7; 64]), Limits::default());
        let graph = Graph::new(policies, store, seal, limits, Arc::new(noon));
        door.graph = Arc::new(graph.inviting(TimeDelta::hours(72)));
    }
    all
}

fn home(role: &str) -> Uuid {
    let holder = demo::holders().into_iter().find(|h| h.role == role);
    match holder.unwrap().kind {
        DemoToken::User {
            organisation_id, ..
        }
        | DemoToken::Partner {
            organisation_id, ..
        } => organisation_id,
    }
}

fn now() -> TimeDelta {
    TimeDelta::zero()
}

impl Door {
    async fn says(&self, role: &str, query: &str, input: Value) -> Value {
        let hour = std::time::Duration::from_secs(3600);
        let claims = Claims::of_user(&account_of(role).to_string(), noon(), hour);
        let variables = Variables::from_json(json!({ "i": input }));
        let request = Request::new(query).variables(variables);
        let answer = self.graph.execute(request, Some(&claims), noon()).await;
        serde_json::to_value(answer).unwrap()
    }

    /// Invites through the graph.
    async fn invites(&self, role: &str, email: &str, to: &str) -> Value {
        let input = json!({
            "email": email, "role": to, "organisationId": id("Organisation", home("administrator")),
        });
        self.says(role, SEND, input).await
    }

    /// Invites, and gives the id.
    async fn invited(&self, role: &str, email: &str, to: &str) -> String {
        let answer = self.invites(role, email, to).await;
        let done = &answer["data"]["done"];
        assert_eq!(done["userErrors"], json!([]), "{answer}");
        done["invitation"]["id"].as_str().unwrap().to_owned()
    }

    /// The secrets of the invitations that were sent, the oldest first.
    async fn links(&self) -> Vec<String> {
        let entrance = self.entrance_of(&self.graph, super::terms());
        while entrance.send_letter(noon()).await.unwrap() {}
        let letters = self.post.as_ref().unwrap().taken();
        let secret = |body: &str| {
            let (_, after) = body.split_once(&format!("{PAGE}#invitation="))?;
            let token: String = after.chars().take_while(|c| !c.is_whitespace()).collect();
            crate::secrets::used(&token);
            Some(token)
        };
        letters.iter().filter_map(|l| secret(&l.body)).collect()
    }

    async fn accept(&self, link: &str, later: TimeDelta) -> Reply {
        let body = json!({ "token": link, "password": CHOSEN, "nameEn": "New Person" });
        let path = "/auth/invitation/accept";
        self.post_at(later, "192.0.2.9", path, None, body).await
    }

    async fn read(&self, link: &str) -> Reply {
        self.post("/auth/invitation", None, json!({ "token": link }))
            .await
    }

    async fn count(&self, what: &str) -> i64 {
        let backend = self.database.db.get_database_backend();
        let query = Statement::from_string(backend, format!("SELECT COUNT(*) FROM {what}"));
        let row = self.database.db.query_one_raw(query).await.unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }

    async fn does(&self, statement: &str) {
        self.database
            .db
            .execute_unprepared(statement)
            .await
            .unwrap();
    }
}

fn quiet(reply: &Reply) {
    assert_eq!((reply.status.as_u16(), &reply.body), (204, &Value::Null));
}

fn over(reply: &Reply) {
    assert_eq!(reply.refusal(), refused(401, "LINK_REFUSED"));
}

fn code(answer: &Value) -> String {
    let errors = &answer["data"]["done"]["userErrors"];
    let shown = errors[0]["code"].as_str();
    let refused = answer["errors"][0]["extensions"]["code"].as_str();
    shown.or(refused).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn somebody_new_is_invited_and_has_the_role_and_nothing_before() {
    for door in each().await {
        let accounts = door.count("account").await;
        let answer = door.invites("administrator", NEW, "COORDINATOR").await;
        let invitation = &answer["data"]["done"]["invitation"];
        assert_eq!(
            (
                &invitation["email"],
                &invitation["role"],
                &invitation["state"]
            ),
            (&json!(NEW), &json!("COORDINATOR"), &json!("SENT")),
            "{answer}"
        );
        assert_eq!(invitation["user"], Value::Null);
        assert_eq!(
            door.count("account").await,
            accounts,
            "no account before the link is used"
        );
        let links = door.links().await;
        assert_eq!(links.len(), 1, "one letter");
        assert_eq!(door.links().await.len(), 1, "and no other");
        let letter = door.post.as_ref().unwrap().taken().remove(0);
        assert_eq!(letter.to, NEW);
        assert!(letter.body.contains("邀請你加入") && letter.body.contains("invites you"));
        // The address is sealed, and neither it nor the link can be read in the database. (They are
        // not looked for by a statement of the test's own: its text would be in the log.)
        let kept = entity::invitation::Entity::find().all(&door.database.db);
        let kept = kept.await.unwrap();
        let sent = kept.iter().filter(|one| one.hash.is_some()).count();
        assert!(sent > 0, "the link is kept as a hash");
        for one in &kept {
            for text in [&one.email, &one.email_hash, &one.hash]
                .into_iter()
                .flatten()
            {
                assert!(!text.contains(NEW) && !text.contains(&links[0]));
            }
        }

        let read = door.read(&links[0]).await;
        assert_eq!(read.status, 200);
        assert_eq!(read.body["email"], NEW);
        assert_eq!(read.body["role"], "COORDINATOR");
        assert!(read.body["organisation"]["nameZh"].is_string());
        assert_eq!(door.count("account").await, accounts, "to read makes none");
        let short = json!({ "token": links[0], "password": "short" });
        let short = door.post("/auth/invitation/accept", None, short).await;
        assert_eq!(short.refusal(), refused(400, "PASSWORD_TOO_SHORT"));
        quiet(&door.accept(&links[0], now()).await);
        assert_eq!(door.count("account").await, accounts + 1);
        let session = door.sign_in(NEW, CHOSEN).await;
        assert_eq!(session.status, 200);
        let seen = door.volunteers(&session.access()).await.unwrap();
        let all = door.says("coordinator", super::VOLUNTEERS, json!({})).await;
        assert_eq!(json!(seen), all["data"]["volunteers"]["totalCount"]);
        // It is good once.
        over(&door.accept(&links[0], now()).await);
        over(&door.read(&links[0]).await);
        assert_eq!(door.count("account").await, accounts + 1);
        let query = "{ invitations(where: { state: { eq: ACCEPTED } }) { nodes { email user { nameEn } } } }";
        let list = door.says("administrator", query, json!({})).await;
        let nodes = list["data"]["invitations"]["nodes"].as_array();
        let nodes = nodes.unwrap_or_else(|| panic!("{list}"));
        assert!(nodes.iter().any(|n| n["user"]["nameEn"] == "New Person"));
        door.close().await;
    }
}

#[tokio::test]
async fn whoever_has_an_account_signs_in_to_accept() {
    for door in each().await {
        let ann = door.person("volunteer", ANN).await;
        door.invited("administrator", ANN, "COORDINATOR").await;
        let link = door.links().await.remove(0);
        let accounts = door.count("account").await;
        let taken = door.accept(&link, now()).await;
        assert_eq!(taken.refusal(), refused(409, "SIGN_IN_TO_ACCEPT"));
        assert_eq!(door.count("account").await, accounts, "nothing was kept");
        assert_eq!(door.sign_in(ANN, CHOSEN).await.status, 401);
        let session = door.sign_in(ANN, PASSWORD).await.access();
        let none = json!({ "token": link });
        let path = "/auth/invitation/accept";
        let nobody = door.post(path, None, none.clone()).await;
        assert_eq!(nobody.refusal(), refused(401, "UNAUTHENTICATED"));
        quiet(&door.post(path, Some(&session), none.clone()).await);
        let held = "membership m JOIN invitation i ON i.account_id = m.account_id \
             AND i.organisation_id = m.organisation_id AND i.role = m.role \
             WHERE i.accepted_at = m.valid_from AND m.role = 'COORDINATOR'";
        assert_eq!(door.count(held).await, 1);
        assert!(
            door.volunteers(&session).await.unwrap() > 1,
            "at once, {ann}"
        );
        over(&door.post(path, Some(&session), none).await);
        door.close().await;
    }
}

#[tokio::test]
async fn of_many_who_accept_at_once_one_does() {
    for door in each().await {
        door.invited("administrator", NEW, "VOLUNTEER").await;
        let link = door.links().await.remove(0);
        let (accounts, roles) = (door.count("account").await, door.count("membership").await);
        let tries = (0..4).map(|_| door.accept(&link, now()));
        let replies = futures_util::future::join_all(tries).await;
        let done = replies.iter().filter(|r| r.status == 204).count();
        assert_eq!(done, 1, "{replies:?}");
        for reply in replies.iter().filter(|r| r.status != 204) {
            over(reply);
        }
        assert_eq!(door.count("account").await, accounts + 1);
        assert_eq!(door.count("membership").await, roles + 1);
        door.close().await;
    }
}

#[tokio::test]
async fn links_that_are_not_good_are_answered_alike() {
    for door in each().await {
        let revoked = door.invited("administrator", NEW, "COORDINATOR").await;
        let link = door.links().await.remove(0);
        let query = "mutation($i: InvitationRevokeInput!) { done: invitationRevoke(input: $i) { \
             invitation { state } userErrors { code } } }";
        let done = door
            .says("administrator", query, json!({ "id": revoked }))
            .await;
        assert_eq!(done["data"]["done"]["invitation"]["state"], "REVOKED");
        door.invited("administrator", "late@example.org", "COORDINATOR")
            .await;
        let late = door.links().await.remove(1);
        door.invited("administrator", "used@example.org", "VOLUNTEER")
            .await;
        let used = door.links().await.remove(2);
        quiet(&door.accept(&used, now()).await);
        let refusals = [
            door.accept(&link, now()).await,
            door.accept(&late, TimeDelta::hours(72)).await,
            door.accept(&used, now()).await,
            door.accept("never was", now()).await,
        ];
        for reply in &refusals {
            over(reply);
            assert_eq!(reply.body, refusals[0].body);
        }
        // What is revoked before its letter went has none.
        let early = door
            .invited("administrator", "early@example.org", "VOLUNTEER")
            .await;
        door.says("administrator", query, json!({ "id": early }))
            .await;
        assert_eq!(door.links().await.len(), 3);
        // What was accepted is not taken back.
        let query = "{ invitations(where: { state: { eq: ACCEPTED } }) { nodes { id } } }";
        let list = door.says("administrator", query, json!({})).await;
        let accepted = list["data"]["invitations"]["nodes"][0]["id"].clone();
        let query = "mutation($i: InvitationRevokeInput!) { done: invitationRevoke(input: $i) { userErrors { code } } }";
        let kept = door
            .says("administrator", query, json!({ "id": accepted }))
            .await;
        assert_eq!(code(&kept), "CONFLICT");
        door.close().await;
    }
}

#[tokio::test]
async fn whoever_lost_the_role_has_invited_nobody() {
    for door in each().await {
        door.invited("administrator", NEW, "COORDINATOR").await;
        let link = door.links().await.remove(0);
        let accounts = door.count("account").await;
        door.does("UPDATE membership SET role = 'VOLUNTEER' WHERE role = 'ADMINISTRATOR'")
            .await;
        over(&door.accept(&link, now()).await);
        over(&door.read(&link).await);
        assert_eq!(door.count("account").await, accounts);
        door.does("UPDATE membership SET role = 'ADMINISTRATOR' WHERE role = 'VOLUNTEER'")
            .await;
        door.does("UPDATE account SET status = 'DISABLED'").await;
        over(&door.accept(&link, now()).await);
        door.close().await;
    }
}

#[tokio::test]
async fn nobody_gives_what_is_not_theirs_to_give() {
    for door in each().await {
        let before = door.count("invitation").await;
        for (who, to) in [
            ("administrator", "PRIVACY_OFFICER"),
            ("administrator", "GUARDIAN"),
            ("privacy_officer", "ADMINISTRATOR"),
            ("privacy_officer", "COORDINATOR"),
            ("coordinator", "VOLUNTEER"),
            ("coordinator", "ADMINISTRATOR"),
            ("team_leader", "TEAM_LEADER"),
            ("volunteer", "VOLUNTEER"),
            ("teacher", "TEACHER"),
            ("guardian", "GUARDIAN"),
        ] {
            let answer = door.invites(who, NEW, to).await;
            assert_eq!(code(&answer), "FORBIDDEN", "{who} {to}: {answer}");
        }
        // Into another organisation, even for who runs one.
        let elsewhere = id("Organisation", home("partner"));
        let input = json!({ "email": NEW, "role": "VOLUNTEER", "organisationId": elsewhere });
        for who in ["administrator", "privacy_officer"] {
            assert_eq!(
                code(&door.says(who, SEND, input.clone()).await),
                "FORBIDDEN"
            );
        }
        // And not with a project of another organisation, or a role that does not go with it.
        let own = id("Organisation", home("administrator"));
        let backend = door.database.db.get_database_backend();
        let foreign = Statement::from_string(backend, "SELECT id, organisation_id FROM project");
        let rows = door.database.db.query_all_raw(foreign).await.unwrap();
        let read = |row: &sea_orm::QueryResult| -> (Uuid, Uuid) {
            (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            )
        };
        let projects: Vec<_> = rows.iter().map(read).collect();
        let mine = projects.iter().find(|p| p.1 == home("administrator"));
        let (mine, _) = mine.unwrap();
        let lead = |role: &str, project: Option<Uuid>| {
            json!({ "email": NEW, "role": role, "organisationId": own,
                "projectId": project.map(|project| id("Project", project)) })
        };
        for (input, expected) in [
            (lead("TEAM_LEADER", None), "REQUIRED"),
            (lead("COORDINATOR", Some(*mine)), "INVALID"),
            (lead("TEAM_LEADER", Some(Uuid::nil())), "NOT_FOUND"),
        ] {
            let answer = door.says("administrator", SEND, input).await;
            assert_eq!(code(&answer), expected, "{answer}");
        }
        assert_eq!(door.count("invitation").await, before);
        assert!(door.links().await.is_empty());
        // An officer names another, and nobody accepts an invitation of their own.
        door.invited("privacy_officer", ANN, "PRIVACY_OFFICER")
            .await;
        door.person("privacy_officer", ANN).await;
        let link = door.links().await.remove(0);
        let own = door.sign_in(ANN, PASSWORD).await.access();
        let body = json!({ "token": link });
        over(&door.post("/auth/invitation/accept", Some(&own), body).await);
        door.close().await;
    }
}

#[tokio::test]
async fn an_inviter_does_not_learn_who_has_an_account() {
    for door in each().await {
        door.person("volunteer", ANN).await;
        // The trail meets the inviter for the first time now, and not with one of the two.
        door.invited("administrator", "before@example.org", "COORDINATOR")
            .await;
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let sink = Arc::clone(&heard);
        door.graph
            .store()
            .listen(move |text| sink.lock().unwrap().push(text.to_owned()));
        let mut done = Vec::new();
        for email in [ANN, "nobody@example.org"] {
            let answer = door.invites("administrator", email, "COORDINATOR").await;
            let statements = std::mem::take(&mut *heard.lock().unwrap());
            let statements: Vec<String> = statements
                .into_iter()
                .filter(|text| !text.starts_with("DELETE FROM sign_in_rate"))
                .collect();
            assert!(
                statements
                    .iter()
                    .any(|text| text.starts_with("INSERT INTO letter")),
                "{statements:?}"
            );
            assert!(statements.iter().all(|text| !text.contains(" login")));
            let mut answer = answer.clone();
            answer["data"]["done"]["invitation"]["id"] = Value::Null;
            let answer = answer.to_string().replace(email, "…");
            done.push((answer, statements));
        }
        assert_eq!(done[0], done[1]);
        // Both get a letter of the same words.
        assert_eq!(door.links().await.len(), 3);
        let letters = door.post.as_ref().unwrap().taken();
        let words = |at: usize| letters[at].body.split('#').next().unwrap().to_owned();
        assert_eq!(words(0), words(1));
        assert_eq!(words(1), words(2));
        door.close().await;
    }
}

#[tokio::test]
async fn an_organisation_invites_only_so_often_and_nobody_twice_to_the_same() {
    for door in each().await {
        door.invited("administrator", NEW, "COORDINATOR").await;
        let again = door
            .invites("administrator", &NEW.to_uppercase(), "COORDINATOR")
            .await;
        assert_eq!(code(&again), "CONFLICT", "{again}");
        door.invited("administrator", NEW, "VOLUNTEER").await;
        for number in 2..20 {
            let email = format!("person{number}@example.org");
            door.invited("administrator", &email, "VOLUNTEER").await;
        }
        let many = door
            .invites("administrator", "more@example.org", "VOLUNTEER")
            .await;
        assert_eq!(code(&many), "CONFLICT", "{many}");
        assert_eq!(door.count("letter").await, 20);
        door.close().await;
    }
}

#[tokio::test]
async fn who_was_invited_is_for_those_who_invite() {
    for door in each().await {
        door.invited("administrator", NEW, "COORDINATOR").await;
        let query = "{ invitations { nodes { email role organisation { id } } } }";
        let own = id("Organisation", home("administrator"));
        for (who, sees) in [
            ("administrator", true),
            ("privacy_officer", true),
            ("coordinator", false),
            ("team_leader", false),
            ("volunteer", false),
            ("guardian", false),
        ] {
            let list = door.says(who, query, json!({})).await;
            let nodes = list["data"]["invitations"]["nodes"].as_array().unwrap();
            assert_eq!(!nodes.is_empty(), sees, "{who}: {list}");
            assert!(nodes.iter().all(|node| node["organisation"]["id"] == own));
            assert_eq!(
                list.to_string().contains(NEW),
                who == "administrator",
                "{who}"
            );
        }
        door.close().await;
    }
}
