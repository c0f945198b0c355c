//! The drill of a breach: who could have seen a record between two instants, and who did.

use std::time::Duration;

use async_graphql::{Request, Variables};
use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use kaifong::demo::{self, DemoToken};
use kaifong::viewer::Claims;
use serde_json::{Value, json};
use uuid::Uuid;

use super::logged::{entries, last};
use crate::app::{App, ROLES, noon};
use crate::asking::{code, id, literal, row, tamper};

const DRILL: &str = "query($o: ID!, $r: ID!, $from: DateTime!, $until: DateTime!, $limit: Int) {
  privacyOffice(organisation: $o) {
    breachDrill(record: $r, from: $from, until: $until, limit: $limit) {
      record policyVersions moreSaw moreCould notes { code english chinese }
      saw { viewerKind user partnerToken shares roles firstAt lastAt answers hasAccess
        full { group fields } masked { group fields } }
      could { viewerKind user partnerToken shares roles saw
        full { group fields } masked { group fields } } } } }";

/// The day that is drilled: the one before the tests' day, in UTC.
pub fn begins() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 17, 0, 0, 0).unwrap()
}

/// When that day ends.
fn ends() -> DateTime<Utc> {
    begins() + TimeDelta::days(1)
}

/// An account or a token of the demo.
pub fn holder(role: &str) -> Uuid {
    let mut holders = demo::holders().into_iter();
    match holders.find(|holder| holder.role == role).unwrap().kind {
        DemoToken::User { account_id, .. } => account_id,
        DemoToken::Partner { token, .. } => token,
    }
}

/// The organisation of the demo's officer.
pub fn lead() -> Uuid {
    let mut holders = demo::holders().into_iter();
    let officer = holders.find(|holder| holder.role == "privacy_officer");
    match officer.unwrap().kind {
        DemoToken::User {
            organisation_id, ..
        } => organisation_id,
        DemoToken::Partner { .. } => panic!("an officer is a person"),
    }
}

/// The volunteer of the demo, who is on today's roster of the canteen.
pub async fn vera(app: &App) -> Uuid {
    let account = literal(app, holder("volunteer"));
    let sql = format!("SELECT id FROM volunteer WHERE account_id = {account}");
    crate::erasure::one(app, &sql).await
}

/// Somebody with a role in an organisation, for a time, as SQL has it.
async fn member(app: &App, role: &str, organisation: Uuid, (from, to): (&str, &str)) -> Uuid {
    let account = Uuid::new_v4();
    let (who, place) = (literal(app, account), literal(app, organisation));
    let membership = literal(app, Uuid::new_v4());
    let made = "'2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00'";
    let insert = "INSERT INTO account (id, created_at, updated_at, status)";
    tamper(app, &format!("{insert} VALUES ({who}, {made}, 'ACTIVE')")).await;
    let insert = "INSERT INTO membership (id, created_at, updated_at, account_id, \
                  organisation_id, role, valid_from, valid_to)";
    let values = format!("({membership}, {made}, {who}, {place}, '{role}', {from}, {to})");
    tamper(app, &format!("{insert} VALUES {values}")).await;
    account
}

const ALWAYS: (&str, &str) = ("NULL", "NULL");

/// Asks as somebody at an instant.
pub async fn ask_at(
    app: &App,
    claims: &Claims,
    at: DateTime<Utc>,
    query: &str,
    given: Value,
) -> Value {
    let request = Request::new(query).variables(Variables::from_json(given));
    let response = app.graph.execute(request, Some(claims), at).await;
    serde_json::to_value(response).unwrap()
}

fn claims(account: Uuid) -> Claims {
    let long = Duration::from_secs(90 * 86_400);
    Claims::of_user(&account.to_string(), begins() - TimeDelta::days(1), long)
}

/// The whole answer to the drill of a record, asked by a role of the demo or an account.
async fn asked(app: &App, role: &str, organisation: Uuid, record: &str, limit: Value) -> Value {
    let given = json!({
        "o": id("Organisation", organisation), "r": record, "from": begins(), "until": ends(),
        "limit": limit,
    });
    crate::erasure::ask(app, role, DRILL, given).await
}

/// What the officer of the demo is told of a volunteer.
pub async fn drill(app: &App, volunteer: Uuid) -> Value {
    drill_as(app, "privacy_officer", lead(), &id("Volunteer", volunteer)).await
}

/// What an officer, by role or by account, is told of a record of the own organisation.
pub async fn drill_as(app: &App, officer: &str, organisation: Uuid, record: &str) -> Value {
    let answer = asked(app, officer, organisation, record, json!(1000)).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let found = answer["data"]["privacyOffice"]["breachDrill"].clone();
    assert_eq!(found["record"], json!(record), "{answer}");
    found
}

/// Who is listed under an identifier; null where nobody is.
pub fn of<'a>(list: &'a Value, key: &str, row: &str) -> &'a Value {
    let mut all = list.as_array().unwrap().iter();
    all.find(|one| one[key] == row).unwrap_or(&Value::Null)
}

/// All fields of what is grouped.
pub fn fields(groups: &Value) -> Vec<&str> {
    let groups = groups.as_array().unwrap().iter();
    let mut all: Vec<&str> = groups
        .flat_map(|group| group["fields"].as_array().unwrap())
        .map(|field| field.as_str().unwrap())
        .collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn a_drill_tells_who_saw_and_who_could_have_and_nobody_else() {
    for app in App::each().await {
        let volunteer = vera(&app).await;
        let record = id("Volunteer", volunteer);
        let saw_all = member(&app, "COORDINATOR", lead(), ALWAYS).await;
        let (then, over) = ("'2026-11-10T00:00:00+00:00'", "'2026-11-17T12:00:00+00:00'");
        let idle = member(&app, "COORDINATOR", lead(), (then, over)).await;
        let before = ("NULL", "'2026-11-16T00:00:00+00:00'");
        let before = member(&app, "COORDINATOR", lead(), before).await;
        // From the very end on: the end is no part of the day.
        let after = ("'2026-11-18T00:00:00+00:00'", "NULL");
        let after = member(&app, "COORDINATOR", lead(), after).await;
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh phone } }";
        let (five, six) = (TimeDelta::hours(5), TimeDelta::hours(6));
        for hour in [five, six] {
            let given = json!({ "id": record });
            let seen = ask_at(&app, &claims(saw_all), begins() + hour, query, given).await;
            assert!(seen["data"]["volunteer"]["phone"].is_string(), "{seen}");
        }
        let query = "query($id: ID!) { volunteer(id: $id) { nameZh } }";
        let officer = holder("privacy_officer");
        let given = json!({ "id": record });
        let seen = ask_at(&app, &claims(officer), begins() + six, query, given.clone()).await;
        let name = seen["data"]["volunteer"]["nameZh"].as_str().unwrap();
        assert!(name.ends_with("XX"), "{seen}");
        // One more answer, but on the day after.
        ask_at(&app, &claims(after), ends(), query, given).await;

        let found = drill(&app, volunteer).await;
        let (saw, could) = (&found["saw"], &found["could"]);
        assert_eq!(saw.as_array().unwrap().len(), 2, "{saw}");
        let one = of(saw, "user", &id("User", saw_all));
        assert_eq!(
            fields(&one["full"]),
            ["Volunteer.nameZh", "Volunteer.phone"]
        );
        let grouped = json!([
            { "group": "identity", "fields": ["Volunteer.nameZh"] },
            { "group": "phone", "fields": ["Volunteer.phone"] },
        ]);
        assert_eq!(one["full"], grouped);
        assert_eq!(one["masked"], json!([]));
        assert_eq!(one["answers"], 2);
        assert_eq!(one["roles"], json!(["COORDINATOR"]));
        assert_eq!(one["firstAt"], "2026-11-17T05:00:00Z");
        assert_eq!(one["lastAt"], "2026-11-17T06:00:00Z");
        assert_eq!(one["hasAccess"], true);
        let one = of(saw, "user", &id("User", officer));
        assert_eq!(fields(&one["full"]), Vec::<&str>::new());
        assert_eq!(fields(&one["masked"]), ["Volunteer.nameZh"]);
        assert_eq!(one["answers"], 1);

        for (account, saw) in [(saw_all, true), (idle, false)] {
            let one = of(could, "user", &id("User", account));
            assert_eq!(one["saw"], saw, "{one}");
            assert_eq!(one["roles"], json!(["COORDINATOR"]));
            let full = fields(&one["full"]);
            for seen in ["nameZh", "nameEn", "phone", "email", "internalNotes"] {
                let field = format!("Volunteer.{seen}");
                assert!(full.contains(&field.as_str()), "{seen}: {full:?}");
            }
            let all = [full, fields(&one["masked"])].concat();
            for hidden in ["healthRemark", "identityNumber"] {
                let field = format!("Volunteer.{hidden}");
                assert!(!all.contains(&field.as_str()), "{hidden}: {all:?}");
            }
        }
        let one = of(could, "user", &id("User", officer));
        assert!(
            fields(&one["masked"]).contains(&"Volunteer.nameZh"),
            "{one}"
        );
        assert!(!fields(&one["full"]).contains(&"Volunteer.nameZh"), "{one}");
        let own = of(could, "user", &id("User", holder("volunteer")));
        assert!(fields(&own["full"]).contains(&"Volunteer.healthRemark"));
        for nobody in [before, after, holder("teacher"), holder("guardian")] {
            assert!(of(could, "user", &id("User", nobody)).is_null());
            assert!(of(saw, "user", &id("User", nobody)).is_null());
        }
        assert_eq!(
            (&found["moreSaw"], &found["moreCould"]),
            (&json!(false), &json!(false))
        );
        let version = app.graph.policies().version().to_owned();
        assert_eq!(found["policyVersions"], json!([version]));
        let notes = found["notes"].as_array().unwrap();
        let told = |code: &str| notes.iter().any(|note| note["code"] == code);
        assert!(
            told("RECORD_NOW") && told("POLICIES_OF_THE_SERVER"),
            "{notes:?}"
        );
        assert!(
            !told("POLICIES_LOST") && !told("NOT_EVERYBODY"),
            "{notes:?}"
        );

        // Whose role ended since is told as one who has no access any more.
        let membership = literal(&app, saw_all);
        let sql =
            "UPDATE membership SET valid_to = '2026-11-18T01:00:00+00:00' WHERE account_id = ";
        tamper(&app, &format!("{sql}{membership}")).await;
        let found = drill(&app, volunteer).await;
        let one = of(&found["saw"], "user", &id("User", saw_all));
        assert_eq!(one["hasAccess"], false);
        assert_eq!(
            of(&found["could"], "user", &id("User", saw_all))["saw"],
            true
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_but_the_officer_there_is_answered_and_what_is_refused_is_as_what_is_not_there() {
    for app in App::each().await {
        let volunteer = vera(&app).await;
        let record = id("Volunteer", volunteer);
        let nothing = id("Volunteer", Uuid::new_v4());
        let before = last(app.graph.store()).await;
        for role in ROLES.into_iter().chain(["anonymous"]) {
            if role == "privacy_officer" {
                continue;
            }
            let answer = asked(&app, role, lead(), &record, Value::Null).await;
            assert_eq!(
                answer["data"]["privacyOffice"],
                Value::Null,
                "{role}: {answer}"
            );
            let missing = asked(&app, role, lead(), &nothing, Value::Null).await;
            assert_eq!(answer["data"], missing["data"], "{role}");
            assert_eq!(answer.get("errors"), missing.get("errors"), "{role}");
        }
        // An officer elsewhere, in the own office and in that of the record.
        let other = "SELECT id FROM organisation WHERE keeps_policies <> TRUE AND id <> ";
        let other = format!(
            "{other}{} AND parent_id IS NULL LIMIT 1",
            literal(&app, lead())
        );
        let other = crate::erasure::one(&app, &other).await;
        let stranger = claims(member(&app, "PRIVACY_OFFICER", other, ALWAYS).await);
        for organisation in [lead(), other] {
            let ask = async |record: &str| {
                let given = json!({
                    "o": id("Organisation", organisation), "r": record, "from": begins(),
                    "until": ends(),
                });
                ask_at(&app, &stranger, noon(), DRILL, given).await["data"].take()
            };
            let answer = ask(&record).await;
            assert_eq!(answer, ask(&nothing).await);
            assert_eq!(answer["privacyOffice"].is_null(), organisation == lead());
            assert!(answer["privacyOffice"]["breachDrill"].is_null());
        }
        let log = entries(app.graph.store(), before).await;
        assert!(log.is_empty(), "what is refused is not logged as read");
        // What the officer reads is.
        drill(&app, volunteer).await;
        let log = entries(app.graph.store(), before).await;
        let parts = log.iter().flat_map(|(_, entry)| entry.parts());
        let full: Vec<_> = parts.flat_map(|part| part.full.iter()).collect();
        assert_eq!(full, ["disclosures"]);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_drill_is_bounded_and_of_a_time_that_is_one() {
    for app in App::each().await {
        let volunteer = vera(&app).await;
        let record = id("Volunteer", volunteer);
        let ask = async |limit: Value| asked(&app, "privacy_officer", lead(), &record, limit).await;
        let answer = ask(json!(1)).await;
        let found = &answer["data"]["privacyOffice"]["breachDrill"];
        assert_eq!(found["could"].as_array().unwrap().len(), 1, "{answer}");
        assert_eq!(found["moreCould"], true);
        assert_eq!(found["moreSaw"], false);
        assert_eq!(code(&ask(json!(1001)).await), "LIMIT_EXCEEDED");
        for (from, until) in [
            (ends(), begins()),
            (begins(), begins()),
            (noon() + TimeDelta::hours(1), noon() + TimeDelta::hours(2)),
        ] {
            let given = json!({
                "o": id("Organisation", lead()), "r": record, "from": from, "until": until,
            });
            let answer = app.ask_with("privacy_officer", DRILL, given).await;
            assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_drill_names_no_record_that_the_officer_does_not_see() {
    for app in App::each().await {
        let volunteer = vera(&app).await;
        let found = drill(&app, volunteer).await;
        let lists = [&found["saw"], &found["could"]];
        let named = lists.iter().flat_map(|list| list.as_array().unwrap());
        for one in named {
            for (key, of) in [("user", "user"), ("partnerToken", "partnerToken")] {
                if one[key].is_null() {
                    continue;
                }
                row(&one[key]);
                let query = format!("query($id: ID!) {{ one: {of}(id: $id) {{ id }} }}");
                let given = json!({ "id": one[key] });
                let seen = app.data_with("privacy_officer", &query, given).await;
                assert_eq!(seen["one"]["id"], one[key]);
            }
        }
        app.database.close().await;
    }
}
