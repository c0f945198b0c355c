//! How things stood in a drill's time: tokens by the shares that were in force, and everybody as the
//! directory itself would say it.

use std::io::Cursor;

use chrono::{DateTime, TimeDelta, Utc};
use kaifong::demo::{self, DemoToken};
use kaifong::import;
use kaifong::store::import::{Run, load_alliance};
use kaifong::store::{Vault, past};
use kaifong::viewer::{Claimed, Directory, Viewer, assemble};
use serde_json::json;
use uuid::Uuid;

use super::drill::{ask_at, begins, drill, drill_as, fields, holder, lead, of, vera};
use crate::alliance::{files, permits};
use crate::app::{App, noon};
use crate::asking::{id, literal, tamper};
use crate::databases::fixture;
use crate::erasure::{officer_of, one};

#[tokio::test]
async fn tokens_are_told_by_the_shares_that_were_in_force_then() {
    for app in App::each().await {
        let volunteer = vera(&app).await;
        let (masked, full) = (holder("partner"), holder("partner_edit"));
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh phone } }";
        let given = json!({ "id": id("Volunteer", volunteer) });
        let partner = app.claims("partner").unwrap();
        let seen = ask_at(&app, &partner, begins() + TimeDelta::hours(7), query, given).await;
        let name = seen["data"]["volunteer"]["nameZh"].as_str();
        assert!(name.is_some_and(|name| name.ends_with("XX")), "{seen}");

        let listed = async |token: Uuid| {
            let token = id("PartnerToken", token);
            let found = drill(&app, volunteer).await;
            (
                of(&found["saw"], "partnerToken", &token).clone(),
                of(&found["could"], "partnerToken", &token).clone(),
            )
        };
        let (saw, could) = listed(masked).await;
        assert_eq!(fields(&saw["masked"]), ["Volunteer.nameZh"], "{saw}");
        assert_eq!(fields(&saw["full"]), Vec::<&str>::new());
        assert_eq!(
            (&saw["hasAccess"], &saw["viewerKind"]),
            (&json!(true), &json!("PARTNER"))
        );
        assert_eq!(saw["shares"].as_array().unwrap().len(), 1);
        assert_eq!(could["saw"], true);
        assert!(
            fields(&could["masked"]).contains(&"Volunteer.nameZh"),
            "{could}"
        );
        let all = [fields(&could["full"]), fields(&could["masked"])].concat();
        assert!(
            !all.contains(&"Volunteer.phone"),
            "contacts are withheld: {all:?}"
        );
        let (saw, could) = listed(full).await;
        assert!(saw.is_null(), "{saw}");
        assert_eq!(could["saw"], false);
        let seen = fields(&could["full"]);
        assert!(seen.contains(&"Volunteer.nameZh") && seen.contains(&"Volunteer.phone"));

        // A share that was ended since was in force then: the trail of changes says so.
        let share = id("Partnership", share_of("partner"));
        let revoke = "mutation($i: PartnershipRevokeInput!) { partnershipRevoke(input: $i) {
            partnership { state } userErrors { code } } }";
        let given = json!({ "i": { "id": share } });
        let ended = app.data_with("administrator", revoke, given).await;
        assert_eq!(
            ended["partnershipRevoke"]["partnership"]["state"], "ENDED",
            "{ended}"
        );
        let (saw, could) = listed(masked).await;
        assert_eq!(saw["hasAccess"], false, "{saw}");
        assert_eq!(could["saw"], true, "{could}");
        assert!(
            fields(&could["masked"]).contains(&"Volunteer.nameZh"),
            "{could}"
        );

        // One that began after the day was not.
        let share = literal(&app, share_of("partner_edit"));
        let sql = "UPDATE partnership SET valid_from = '2026-11-18T00:00:00+00:00' WHERE id = ";
        tamper(&app, &format!("{sql}{share}")).await;
        let (saw, could) = listed(full).await;
        assert!(saw.is_null() && could.is_null(), "{could}");
        app.database.close().await;
    }
}

/// The share of a partner of the demo.
fn share_of(role: &str) -> Uuid {
    let mut holders = demo::holders().into_iter();
    match holders.find(|holder| holder.role == role).unwrap().kind {
        DemoToken::Partner { share_ids, .. } => share_ids[0],
        DemoToken::User { .. } => panic!("{role} is no partner"),
    }
}

/// A viewer by what decides about it; nothing where nobody can come in so.
async fn known<D: Directory>(claimed: Claimed<'_>, directory: &D) -> Option<String> {
    let viewer = assemble(Some(claimed), directory, noon()).await;
    viewer.ok().as_ref().map(Viewer::fingerprint)
}

/// Both name a viewer alike, or both nobody.
#[tokio::test]
async fn at_this_instant_the_past_says_what_the_directory_says() {
    for app in App::each().await {
        let store = app.graph.store().at(noon());
        let demo = demo::people(noon());
        let (mut people, mut tokens) = (0, 0);
        for organisation in [lead(), Uuid::nil()] {
            let asked = past::Asked {
                organisation,
                from: noon(),
                until: noon() + TimeDelta::microseconds(1),
                most: 10_000,
            };
            let past = store.past(asked).await.unwrap();
            assert!(!past.more() && !past.unread());
            for account in past.people() {
                let subject = &account.to_string();
                let then = known(Claimed::User { subject }, &past).await;
                let now = known(Claimed::User { subject }, &store).await;
                assert!(then == now, "{}: {then:?} {now:?}", app.database.name);
                people += usize::from(now.is_some());
            }
            for (token, _) in past.tokens() {
                let shares = past.shares_of(token);
                let shares: Vec<String> = shares.iter().map(Uuid::to_string).collect();
                let claimed = Claimed::Token {
                    subject: &token.to_string(),
                    jti: "one",
                    shares: &shares,
                    projects: &[],
                    scope: None,
                };
                let (then, now) = (known(claimed, &past).await, known(claimed, &store).await);
                assert!(then == now, "{}: {then:?} {now:?}", app.database.name);
                tokens += usize::from(now.is_some());
            }
            let holds = |account: &Uuid| past.people().contains(account);
            let held = demo.memberships.iter();
            let held = held.filter(|held| held.valid_to.is_none_or(|to| to > noon()));
            let members = held.map(|held| held.account_id);
            assert!(members.into_iter().all(|account| holds(&account)));
        }
        assert!(people > 50 && tokens >= 2, "{people} {tokens}");
        app.database.close().await;
    }
}

/// Loads an alliance at an instant, with these accounts in these roles in its first organisation.
async fn load_members(app: &App, now: DateTime<Utc>, members: &[(Uuid, &str)]) {
    let lines = members.iter().map(|(account, role)| {
        format!(
            "{account},1,Sample Person,{}@example.org,{role}\n",
            account.simple()
        )
    });
    let csv = format!("id,org_id,name,email,role\n{}", lines.collect::<String>());
    let permits = permits();
    let run = Run {
        source: "former",
        now,
        dry_run: false,
        permit: &permits[0],
    };
    let mut alliance = files(&fixture("import/alliance"));
    let read = || import::members(Cursor::new(csv.clone())).unwrap();
    alliance.members = Some([Box::new(read()), Box::new(read())]);
    let (db, vault) = (&app.database.db, Vault::default());
    let done = load_alliance(db, alliance, &permits, run, &vault, &mut |_| {}).await;
    let accepted = done
        .unwrap()
        .into_iter()
        .map(|of| of.inserted + of.updated + of.unchanged);
    assert!(accepted.sum::<u64>() > 9);
}

#[tokio::test]
async fn a_role_that_was_changed_since_is_the_one_that_was_held_then() {
    for app in App::each().await {
        let [demoted, promoted, same, late] = [(); 4].map(|()| Uuid::new_v4());
        let before = begins() - TimeDelta::days(9);
        let roles = [
            (demoted, "coordinator"),
            (promoted, "privacy_officer"),
            (same, "coordinator"),
        ];
        load_members(&app, before, &roles).await;
        let changed = [
            (demoted, "privacy_officer"),
            (promoted, "coordinator"),
            (same, "coordinator"),
            (late, "coordinator"),
        ];
        load_members(&app, noon() - TimeDelta::hours(3), &changed).await;

        let loaded = "FROM volunteer WHERE external_id = '000000009'";
        let volunteer = one(&app, &format!("SELECT id {loaded}")).await;
        let organisation = one(&app, &format!("SELECT organisation_id {loaded}")).await;
        let officer = officer_of(&app, organisation).await.to_string();
        let record = id("Volunteer", volunteer);
        let found = drill_as(&app, &officer, organisation, &record).await;
        for account in [demoted, same] {
            let could = of(&found["could"], "user", &id("User", account));
            assert_eq!(could["roles"], json!(["COORDINATOR"]), "{found}");
            assert!(
                fields(&could["full"]).contains(&"Volunteer.phone"),
                "{could}"
            );
        }
        let could = of(&found["could"], "user", &id("User", promoted));
        assert_eq!(could["roles"], json!(["PRIVACY_OFFICER"]), "{found}");
        assert!(
            !fields(&could["full"]).contains(&"Volunteer.phone"),
            "{could}"
        );
        let could = of(&found["could"], "user", &id("User", late));
        assert!(could.is_null(), "{could}");
        app.database.close().await;
    }
}

/// Whose tie to a child was made after the day, or gave no access on it, could not have seen the child.
#[tokio::test]
async fn a_guardian_could_have_seen_a_child_by_the_ties_of_then() {
    for app in App::each().await {
        let guardian = holder("guardian");
        let of_guardian = format!(
            "SELECT t.student_id FROM guardianship t JOIN guardian g ON g.id = t.guardian_id \
             WHERE g.account_id = {} AND t.has_access = TRUE LIMIT 1",
            literal(&app, guardian)
        );
        let student = one(&app, &of_guardian).await;
        let child = literal(&app, student);
        let school = format!("SELECT organisation_id FROM student WHERE id = {child}");
        let school = one(&app, &school).await;
        let officer = officer_of(&app, school).await.to_string();
        let listed = async || {
            let found = drill_as(&app, &officer, school, &id("Student", student)).await;
            of(&found["could"], "user", &id("User", guardian)).clone()
        };
        let could = listed().await;
        assert_eq!(could["roles"], json!(["GUARDIAN"]), "{could}");
        assert!(!fields(&could["full"]).is_empty(), "{could}");
        let tie = format!("WHERE student_id = {child}");
        for since in [
            "created_at = '2026-11-18T00:00:00+00:00'",
            "created_at = '2026-01-01T00:00:00+00:00', has_access = FALSE",
        ] {
            tamper(&app, &format!("UPDATE guardianship SET {since} {tie}")).await;
            let could = listed().await;
            assert!(could.is_null(), "{since}: {could}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn where_more_people_held_something_than_are_looked_at_the_drill_says_so() {
    /// More than are looked at.
    const PEOPLE: usize = 2_010;
    for app in App::each().await {
        let volunteer = vera(&app).await;
        let made = "'2026-01-01T00:00:00+00:00'";
        let (mut accounts, mut roles) = (Vec::new(), Vec::new());
        let school = literal(&app, lead());
        for _ in 0..PEOPLE {
            let (account, role) = (literal(&app, Uuid::new_v4()), literal(&app, Uuid::new_v4()));
            accounts.push(format!("({account}, {made}, {made}, 'ACTIVE')"));
            roles.push(format!(
                "({role}, {made}, {made}, {account}, {school}, 'TEACHER')"
            ));
        }
        let insert = "INSERT INTO account (id, created_at, updated_at, status) VALUES ";
        tamper(&app, &format!("{insert}{}", accounts.join(", "))).await;
        let insert = "INSERT INTO membership (id, created_at, updated_at, account_id, \
                      organisation_id, role) VALUES ";
        tamper(&app, &format!("{insert}{}", roles.join(", "))).await;
        let found = drill(&app, volunteer).await;
        let notes = found["notes"].as_array().unwrap();
        assert!(
            notes.iter().any(|note| note["code"] == "NOT_EVERYBODY"),
            "{notes:?}"
        );
        // Those of the organisation come first.
        assert!(!found["could"].as_array().unwrap().is_empty());
        app.database.close().await;
    }
}
