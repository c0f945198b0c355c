//! Counts of people: of those who are there for the viewer, by what the viewer sees in full, without
//! small groups for whoever has no right to them, and the same on both databases.

use std::collections::{BTreeMap, BTreeSet};

use kaifong::policy::Policies;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::app::{App, ROLES};
use crate::asking::{code, policies, tamper};
use crate::databases::TestDatabase;

const EVERYTHING: &str = "@id(\"everything\") @en(\"Everybody may do everything.\") @zh(\"人人可做任何事。\") \
    permit (principal, action, resource);";

/// Nobody has the right to small groups.
const NO_RIGHT: &str = "@id(\"no-small-groups\") @en(\"Nobody sees small groups.\") @zh(\"任何人都看不到小組別。\") \
    forbid (principal, action in Action::\"smallGroups\", resource);";

const WHOLE: &str = "total threshold suppressed groups { keys count suppressed } margins { by key count suppressed }";

/// A graph on each database.
async fn each(text: &str) -> Vec<App> {
    let mut all = Vec::new();
    for database in TestDatabase::each().await {
        all.push(App::over(database, policies(text)).await);
    }
    all
}

/// The organisation of the administrator's volunteers or students.
async fn organisation(app: &App, role: &str, list: &str) -> String {
    let query = format!("{{ {list}(first: 1) {{ nodes {{ organisation {{ id }} }} }} }}");
    let data = app.data(role, &query).await;
    let id = &data[list]["nodes"][0]["organisation"]["id"];
    id.as_str().unwrap().to_owned()
}

fn question(root: &str, organisation: &str, by: &str) -> String {
    format!("{{ {root}(organisationId: \"{organisation}\", groupBy: [{by}]) {{ {WHOLE} }} }}")
}

async fn ask(app: &App, role: &str, root: &str, organisation: &str, by: &str) -> Value {
    let mut data = app.data(role, &question(root, organisation, by)).await;
    data[root].take()
}

/// Puts so many volunteers of the organisation into each district and status, and the rest away.
async fn place(app: &App, organisation: &str, groups: &[(&str, &str, usize)]) {
    let org = crate::asking::row(&json!(organisation))
        .simple()
        .to_string();
    let lead = match app.database.db.get_database_backend() {
        sea_orm::DbBackend::Postgres => format!("organisation_id = '{org}'"),
        _ => format!("organisation_id = x'{org}'"),
    };
    tamper(
        app,
        &format!("UPDATE volunteer SET archived_at = created_at WHERE {lead}"),
    )
    .await;
    for (at, (district, status, count)) in groups.iter().enumerate() {
        tamper(
            app,
            &format!(
                "UPDATE volunteer SET archived_at = NULL, district = '{district}', status = '{status}', \
                 birth_date = '1980-01-01', joined_on = '20{:02}-05-05' \
                 WHERE id IN (SELECT id FROM volunteer WHERE {lead} AND archived_at IS NOT NULL \
                 ORDER BY id LIMIT {count})",
                at + 10
            ),
        )
        .await;
    }
}

fn counts(stats: &Value) -> BTreeMap<String, Option<u64>> {
    let groups = stats["groups"].as_array().unwrap().iter();
    groups
        .map(|group| {
            let count = group["count"].as_u64();
            assert_eq!(group["suppressed"], json!(count.is_none()), "{group}");
            (group["keys"].to_string(), count)
        })
        .collect()
}

#[tokio::test]
async fn whoever_has_the_right_sees_what_the_lists_count() {
    let mut answers = BTreeSet::new();
    for app in App::each().await {
        let org = organisation(&app, "coordinator", "volunteers").await;
        let mut sum = 0;
        let query = "{ volunteers(first: 1000) { nodes { district status organisation { id } } } }";
        let lists = app.data("coordinator", query).await;
        let mut wanted: BTreeMap<String, Option<u64>> = BTreeMap::new();
        for node in lists["volunteers"]["nodes"].as_array().unwrap() {
            if node["organisation"]["id"] != json!(org) {
                continue;
            }
            let key = json!([node["district"], node["status"]]).to_string();
            let count = wanted.entry(key).or_default();
            *count = Some(count.unwrap_or(0) + 1);
            sum += 1;
        }
        // Of two dimensions that are in no table of those without the right.
        let stats = ask(
            &app,
            "coordinator",
            "volunteerStats",
            &org,
            "DISTRICT, STATUS",
        )
        .await;
        assert_eq!(counts(&stats), wanted);
        assert_eq!(
            (&stats["total"], &stats["suppressed"]),
            (&json!(sum), &json!(false))
        );
        assert!(
            wanted.values().any(|count| count.unwrap() < 5),
            "no small group: {wanted:?}"
        );
        let rows: Vec<u64> = stats["margins"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|margin| margin["by"] == "STATUS")
            .map(|margin| margin["count"].as_u64().unwrap())
            .collect();
        assert_eq!(rows.iter().sum::<u64>(), sum);
        answers.insert(stats.to_string());
        app.database.close().await;
    }
    assert_eq!(answers.len(), 1, "the databases answer otherwise");
}

#[tokio::test]
async fn small_groups_are_left_out_with_what_gives_them_away() {
    let mut answers = BTreeSet::new();
    for app in each(&format!("{EVERYTHING}{NO_RIGHT}")).await {
        let org = organisation(&app, "coordinator", "volunteers").await;
        place(
            &app,
            &org,
            &[
                ("甲區", "ACTIVE", 20),
                ("乙區", "ACTIVE", 9),
                ("丙區", "ACTIVE", 2),
                ("甲區", "LEFT", 12),
            ],
        )
        .await;
        let stats = ask(&app, "administrator", "volunteerStats", &org, "DISTRICT").await;
        // 丙區 is small, and would be the rest of the total: 乙區, the smallest other one, goes with it.
        let wanted = json!({ "[\"丙區\"]": null, "[\"乙區\"]": null, "[\"甲區\"]": 32 });
        assert_eq!(serde_json::to_value(counts(&stats)).unwrap(), wanted);
        assert_eq!(
            (&stats["total"], &stats["suppressed"]),
            (&json!(43), &json!(true))
        );
        assert_eq!(stats["threshold"], 5);
        // What is large enough is told.
        let status = ask(&app, "administrator", "volunteerStats", &org, "STATUS").await;
        let wanted = json!({ "[\"ACTIVE\"]": 31, "[\"LEFT\"]": 12 });
        assert_eq!(serde_json::to_value(counts(&status)).unwrap(), wanted);
        let years = ask(&app, "administrator", "volunteerStats", &org, "JOINED_YEAR").await;
        let wanted =
            json!({ "[\"2010\"]": 20, "[\"2011\"]": null, "[\"2012\"]": null, "[\"2013\"]": 12 });
        assert_eq!(serde_json::to_value(counts(&years)).unwrap(), wanted);
        let total = ask(&app, "administrator", "volunteerStats", &org, "").await;
        assert_eq!(
            (&total["total"], &total["groups"]),
            (&json!(43), &json!([]))
        );
        for stats in [&stats, &status, &years] {
            answers.insert(stats.to_string());
        }
        // Where it was, and how often, is told as for any other value.
        let answer = app
            .ask(
                "administrator",
                &question("volunteerStats", &org, "DISTRICT"),
            )
            .await;
        let place = &answer["extensions"]["privacy"]["fields"]["volunteerStats.groups.count"];
        let wanted = json!({ "full": 1, "masked": 0, "hidden": 2, "suppressedAsSmallGroup": 2 });
        assert_eq!(place, &wanted);
        app.database.close().await;
    }
    assert_eq!(answers.len(), 3, "the databases answer otherwise");
}

#[tokio::test]
async fn a_dimension_is_told_from_one_table_alone() {
    for app in each(&format!("{EVERYTHING}{NO_RIGHT}")).await {
        let org = organisation(&app, "coordinator", "volunteers").await;
        for by in [
            "DISTRICT, STATUS",
            "AGE_BAND, JOINED_YEAR",
            "JOINED_YEAR, STATUS",
            "DEPARTMENT, DISTRICT",
        ] {
            let answer = app
                .ask("administrator", &question("volunteerStats", &org, by))
                .await;
            assert_eq!(code(&answer), "SMALL_GROUPS", "{by}");
        }
        for (one, other) in [("DISTRICT", "AGE_BAND"), ("STATUS", "DEPARTMENT")] {
            let both = ask(
                &app,
                "administrator",
                "volunteerStats",
                &org,
                &format!("{one}, {other}"),
            )
            .await;
            assert!(!both["groups"].as_array().unwrap().is_empty(), "{both}");
            for by in [one, other] {
                let alone = ask(&app, "administrator", "volunteerStats", &org, by).await;
                let margins = both["margins"].as_array().unwrap().iter();
                let sums: BTreeMap<String, Option<u64>> = margins
                    .filter(|margin| margin["by"] == by)
                    .map(|margin| (json!([margin["key"]]).to_string(), margin["count"].as_u64()))
                    .collect();
                assert_eq!(counts(&alone), sums, "{by}");
                assert_eq!(alone["total"], both["total"]);
            }
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn too_few_people_are_not_counted_at_all() {
    for app in each(&format!("{EVERYTHING}{NO_RIGHT}")).await {
        let org = organisation(&app, "coordinator", "volunteers").await;
        for few in [0, 1, 4] {
            place(&app, &org, &[("甲區", "ACTIVE", few)]).await;
            let stats = ask(&app, "administrator", "volunteerStats", &org, "DISTRICT").await;
            let wanted = json!({
                "total": null, "threshold": 5, "suppressed": true, "groups": [], "margins": [],
            });
            assert_eq!(stats, wanted, "{few}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_right_must_cover_everybody_who_is_counted() {
    let rule = "@id(\"left\") @en(\"Not those who left.\") @zh(\"已離開者除外。\") \
        forbid (principal, action in Action::\"smallGroups\", resource is Volunteer) \
        when { resource.status == \"LEFT\" };";
    for app in each(&format!("{EVERYTHING}{rule}")).await {
        let org = organisation(&app, "coordinator", "volunteers").await;
        place(&app, &org, &[("甲區", "ACTIVE", 20), ("乙區", "ACTIVE", 2)]).await;
        let stats = ask(&app, "administrator", "volunteerStats", &org, "DISTRICT").await;
        assert_eq!(counts(&stats)["[\"乙區\"]"], Some(2));
        place(
            &app,
            &org,
            &[
                ("甲區", "ACTIVE", 20),
                ("乙區", "ACTIVE", 2),
                ("甲區", "LEFT", 8),
            ],
        )
        .await;
        let stats = ask(&app, "administrator", "volunteerStats", &org, "DISTRICT").await;
        assert_eq!(counts(&stats)["[\"乙區\"]"], None);
        app.database.close().await;
    }
}

#[tokio::test]
async fn nobody_counts_by_what_is_not_seen_in_full() {
    let hidden = "@id(\"hidden\") @en(\"Districts of who left are hidden.\") @zh(\"隱藏。\") \
        forbid (principal, action == Action::\"Volunteer.district\", resource) \
        when { resource.status == \"LEFT\" };";
    let never = "@id(\"never\") @en(\"No dates.\") @zh(\"隱藏。\") \
        forbid (principal, action in Action::\"birth\", resource);";
    for app in each(&format!("{EVERYTHING}{hidden}{never}")).await {
        let org = organisation(&app, "coordinator", "volunteers").await;
        let answer = app
            .ask(
                "administrator",
                &question("volunteerStats", &org, "AGE_BAND"),
            )
            .await;
        assert_eq!(code(&answer), "FORBIDDEN");
        // Where it is hidden is none, whatever is there.
        let mut told = BTreeSet::new();
        for district in ["乙區", "丙區"] {
            place(&app, &org, &[("甲區", "ACTIVE", 20), (district, "LEFT", 9)]).await;
            let stats = ask(&app, "administrator", "volunteerStats", &org, "DISTRICT").await;
            let wanted = json!({ "[null]": 9, "[\"甲區\"]": 20 });
            assert_eq!(serde_json::to_value(counts(&stats)).unwrap(), wanted);
            told.insert(stats.to_string());
        }
        assert_eq!(told.len(), 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn without_a_policy_nobody_is_counted() {
    for app in each("").await {
        let school = "T3JnYW5pc2F0aW9uOjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw";
        for root in ["volunteerStats", "studentStats"] {
            for role in ROLES.into_iter().chain(["anonymous"]) {
                let query = question(root, school, "");
                let data = app.data(role, &query).await;
                assert_eq!(
                    (&data[root]["total"], &data[root]["groups"]),
                    (&Value::Null, &json!([]))
                );
                let answer = app.ask(role, &question(root, school, "STATUS")).await;
                assert_eq!(code(&answer), "FORBIDDEN");
                assert_eq!(answer["data"][root], Value::Null);
            }
        }
        app.database.close().await;
    }
}

/// Under the shipped policies: a teacher counts own pupils, without small groups; a partner and a
/// volunteer count nobody by anything; nobody counts what is not theirs.
#[tokio::test]
async fn under_the_shipped_policies_each_counts_what_is_theirs() {
    let mut answers = BTreeSet::new();
    for app in App::each().await {
        let school = organisation(&app, "teacher", "students").await;
        let lists = app
            .data("teacher", "{ students(first: 1) { totalCount } }")
            .await;
        let taught = lists["students"]["totalCount"].as_u64().unwrap();
        let stats = ask(&app, "teacher", "studentStats", &school, "GRADE").await;
        assert_eq!(stats["total"].as_u64(), Some(taught), "{stats}");
        assert!(counts(&stats).values().flatten().all(|count| *count >= 5));
        let classes = ask(&app, "teacher", "studentStats", &school, "CLASS, GRADE").await;
        assert!(counts(&classes).values().flatten().all(|count| *count >= 5));
        answers.insert(format!("{stats}{classes}"));
        let org = organisation(&app, "coordinator", "volunteers").await;
        for role in ["partner", "partner_edit", "guardian", "privacy_officer"] {
            let answer = app
                .ask(role, &question("volunteerStats", &org, "DISTRICT"))
                .await;
            assert_eq!(code(&answer), "FORBIDDEN", "{role}");
        }
        // An ordinary volunteer sees the own record, and there is nobody else to be counted with.
        let own = ask(&app, "volunteer", "volunteerStats", &org, "STATUS").await;
        assert!(counts(&own).values().all(Option::is_none), "{own}");
        let elsewhere = ask(&app, "coordinator", "volunteerStats", &school, "DISTRICT").await;
        assert_eq!(
            (&elsewhere["total"], &elsewhere["groups"]),
            (&Value::Null, &json!([]))
        );
        app.database.close().await;
    }
    assert_eq!(answers.len(), 1, "the databases answer otherwise");
    assert!(Policies::shipped().is_ok());
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    let app = App::sqlite().await;
    let org = organisation(&app, "coordinator", "volunteers").await;
    let answer = app
        .ask(
            "coordinator",
            &question("volunteerStats", &org, "STATUS, STATUS"),
        )
        .await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    let answer = app
        .ask(
            "coordinator",
            &question("volunteerStats", &org, "STATUS, DISTRICT, AGE_BAND"),
        )
        .await;
    assert_eq!(code(&answer), "LIMIT_EXCEEDED");
    let data = app
        .data(
            "coordinator",
            &question("volunteerStats", "nobody", "STATUS"),
        )
        .await;
    assert_eq!(data["volunteerStats"], Value::Null);
    let count = app
        .database
        .db
        .query_one_raw(Statement::from_string(
            app.database.db.get_database_backend(),
            "SELECT COUNT(*) AS n FROM volunteer",
        ))
        .await
        .unwrap()
        .unwrap();
    assert!(count.try_get::<i64>("", "n").unwrap() > 0);
    app.database.close().await;
}
