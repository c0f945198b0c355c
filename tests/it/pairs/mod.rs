//! A name and an identity number of a person in one answer: only with the right to the pair.

mod random;

use async_graphql::Request;
use kaifong::catalogue::{Kind, TYPES};
use kaifong::graphql::{AsText, written};
use serde_json::{Value, json};

use crate::app::App;
use crate::asking::{policies, tamper};
use crate::databases::TestDatabase;
use crate::live::{begin, heard};

/// Everything is permitted but the pair.
const NO_PAIR: &str = "@id(\"everything\") @en(\"Everybody may do everything.\") @zh(\"人人可做任何事。\") \
    permit (principal, action, resource); \
    @id(\"no-pair\") @en(\"Nobody has the pair.\") @zh(\"任何人都不能同時看到。\") \
    forbid (principal, action in Action::\"nameWithIdentityNumber\", resource);";

/// The same, and names are masked.
const NAMES_MASKED: &str = "@id(\"no-names\") @en(\"Names are masked.\") @zh(\"姓名遮蔽。\") \
    forbid (principal, action in Action::\"identity\", resource); \
    @id(\"no-emergency\") @en(\"Nor those.\") @zh(\"亦然。\") \
    forbid (principal, action in Action::\"emergency\", resource);";

/// A number that each volunteer and student has.
pub const NUMBER: &str = "A123456(3)";
/// A name that each volunteer, student and user has.
pub const NAME: &str = "陳大文";

/// A graph on each database, in which every person has that name and that number.
pub async fn each(text: &str) -> Vec<App> {
    let mut all = Vec::new();
    for database in TestDatabase::each().await {
        let app = App::over(database, policies(text)).await;
        same_person(&app).await;
        all.push(app);
    }
    all
}

/// Gives every name and every number the same value.
pub async fn same_person(app: &App) {
    for of in TYPES {
        for field in of.fields {
            let value = match field.kind() {
                Some(Kind::PersonName) => NAME,
                Some(Kind::Hkid) => NUMBER,
                _ => continue,
            };
            let column = field.column().unwrap();
            tamper(
                app,
                &format!("UPDATE {} SET {column} = '{value}'", of.table),
            )
            .await;
        }
    }
    // The numbers are sealed as any that are written.
    let vault = crate::app::vault(&app.database, crate::app::WRAPPING).await;
    vault.sweep(&app.database.db, app.now).await.unwrap();
}

/// Whether a name and a number stand in it.
fn holds(answer: &Value) -> (bool, bool) {
    let text = answer["data"].to_string();
    (text.contains(NAME), text.contains(NUMBER))
}

fn withheld(answer: &Value) -> u64 {
    let fields = answer["extensions"]["privacy"]["fields"]
        .as_object()
        .unwrap();
    let counts = fields
        .values()
        .filter_map(|counts| counts["withheldByPairRule"].as_u64());
    counts.sum()
}

/// Documents that hold both names and numbers if nobody looks.
const TOGETHER: [&str; 13] = [
    "{ volunteers(first: 3) { nodes { nameZh identityNumber } } }",
    "{ volunteers(first: 3) { nodes { phone: nameEn phone2: identityNumber } } }",
    "{ volunteers(first: 3) { edges { node { ...A ... on Volunteer { ...B } } } } } fragment A on Volunteer { nameZh } fragment B on Volunteer { identityNumber }",
    "{ a: volunteers(first: 3) { nodes { id nameZh } } b: volunteers(first: 3) { nodes { id identityNumber } } }",
    // The name of one beside the number of another.
    "{ a: volunteers(first: 1) { nodes { nameZh } } b: volunteers(first: 1, offset: 1) { nodes { identityNumber } } }",
    "{ students(first: 3) { nodes { nameZh } } volunteers(first: 3) { nodes { identityNumber } } }",
    "{ shifts(first: 9) { nodes { assignments { nodes { volunteer { identityNumber user { nameZh } } } } } } volunteers(first: 1) { nodes { identityNumber } } students(first: 1) { nodes { nameEn } } }",
    "{ viewer { user { nameZh } } volunteers(first: 3) { nodes { identityNumber } } }",
    "{ volunteers(first: 3) { nodes { emergencyContactName identityNumber } } }",
    "query Q($n: Boolean! = true) { volunteers(first: 3) { nodes { nameZh @include(if: $n) identityNumber @skip(if: false) } } }",
    "{ volunteers(first: 3, where: { nameZh: { eq: \"陳大文\" } }) { nodes { identityNumber } } }",
    "{ volunteers(first: 3, search: \"陳\") { nodes { identityNumber } } }",
    "{ volunteers(first: 3, orderBy: { field: NAME_ZH }) { nodes { identityNumber } } }",
];

#[tokio::test]
async fn without_the_pair_no_answer_holds_a_name_and_a_number() {
    for app in each(NO_PAIR).await {
        for query in TOGETHER {
            let answer = app.ask("administrator", query).await;
            assert!(answer.get("errors").is_none(), "{query}: {answer}");
            assert!(!holds(&answer).1, "{query}: {answer}");
            assert!(
                answer["data"].to_string().contains("********"),
                "{query}: the mask stands"
            );
            assert!(withheld(&answer) > 0, "{query}: {answer}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn each_by_itself_is_answered_in_full() {
    let alone = [
        (
            "{ volunteers(first: 3) { nodes { nameZh phone } } }",
            (true, false),
        ),
        (
            "{ volunteers(first: 3) { nodes { identityNumber phone organisation { nameZh } } } }",
            (false, true),
        ),
        (
            "query A { volunteers(first: 3) { nodes { nameZh } } }",
            (true, false),
        ),
        (
            "{ volunteers(first: 3) { nodes { identityNumber nameZh @skip(if: true) } } }",
            (false, true),
        ),
    ];
    for app in each(NO_PAIR).await {
        for (query, expected) in alone {
            let answer = app.ask("administrator", query).await;
            assert_eq!(holds(&answer), expected, "{query}: {answer}");
            assert_eq!(withheld(&answer), 0, "{query}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn finding_by_a_number_is_reading_it() {
    let found = "{ volunteers(where: { identityNumber: { eq: \"A123456(3)\" } }) { totalCount nodes { nameZh } } }";
    let counted =
        "{ volunteers(where: { identityNumber: { eq: \"A123456(3)\" } }) { totalCount } }";
    let both = "{ volunteers(where: { identityNumber: { eq: \"A123456(3)\" }, nameZh: { eq: \"陳大文\" } }) { totalCount } }";
    for app in each(NO_PAIR).await {
        let answer = app.ask("administrator", found).await;
        assert_eq!(answer["data"]["volunteers"]["totalCount"], 0, "{answer}");
        assert_eq!(holds(&answer), (false, false));
        let counts = app.data("administrator", counted).await;
        assert_ne!(counts["volunteers"]["totalCount"], 0);
        let counts = app.data("administrator", both).await;
        assert_eq!(counts["volunteers"]["totalCount"], 0);
        app.database.close().await;
    }
}

#[tokio::test]
async fn all_operations_of_a_batch_are_one_request() {
    let names = "{ volunteers(first: 3) { nodes { id nameZh } } }";
    let numbers = "{ volunteers(first: 3) { nodes { id identityNumber } } }";
    for app in each(NO_PAIR).await {
        let claims = app.claims("administrator");
        for batch in [
            vec![names, numbers],
            vec![numbers, names],
            vec![numbers, numbers],
        ] {
            let requests = batch.iter().map(|query| Request::new(*query)).collect();
            let answers = app
                .graph
                .execute_each(requests, claims.as_ref(), app.now)
                .await;
            let answers = serde_json::to_value(answers).unwrap();
            let text = answers.to_string();
            assert_eq!(text.contains(NUMBER), !batch.contains(&names), "{batch:?}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_payload_of_a_mutation_keeps_the_rule_and_versions_fit() {
    let change = "mutation($input: VolunteerChangeInput!) { volunteerChange(input: $input) { volunteer { id nameZh identityNumber version } userErrors { code } } }";
    for app in each(NO_PAIR).await {
        let first = "{ volunteers(first: 1) { nodes { id version nameZh identityNumber } } }";
        let beside = app.data("administrator", first).await;
        let node = &beside["volunteers"]["nodes"][0];
        let alone = "{ volunteers(first: 1) { nodes { id version } } }";
        let alone = app.data("administrator", alone).await;
        assert_eq!(node["version"], alone["volunteers"]["nodes"][0]["version"]);
        let input = json!({ "id": node["id"], "version": node["version"], "phone": "61234567" });
        let answer = app
            .ask_with("administrator", change, json!({ "input": input }))
            .await;
        assert_eq!(
            answer["data"]["volunteerChange"]["userErrors"],
            json!([]),
            "{answer}"
        );
        assert_eq!(holds(&answer), (true, false), "{answer}");
        assert_eq!(withheld(&answer), 1);
        app.database.close().await;
    }
}

#[tokio::test]
async fn events_keep_the_rule() {
    let change = "mutation($input: AssignmentUnassignInput!) { assignmentUnassign(input: $input) { userErrors { code } } }";
    for app in each(NO_PAIR).await {
        let listen = |fields: &str| {
            format!("subscription {{ assignmentChanged {{ volunteer {{ {fields} }} }} }}")
        };
        let mut both = begin(
            &app.graph,
            &listen("nameZh identityNumber"),
            app.claims("administrator"),
        )
        .await;
        let mut number = begin(
            &app.graph,
            &listen("identityNumber"),
            app.claims("administrator"),
        )
        .await;
        let query = "{ assignments(first: 1, where: { status: { in: [PENDING, OFFERED, ACCEPTED] } }) { nodes { id } } }";
        let found = app.data("administrator", query).await;
        let input = json!({ "id": found["assignments"]["nodes"][0]["id"] });
        let done = app
            .data_with("administrator", change, json!({ "input": input }))
            .await;
        assert_eq!(done["assignmentUnassign"]["userErrors"], json!([]));
        let event = heard(&mut both).await;
        assert_eq!(holds(&event), (true, false), "{event}");
        assert_eq!(withheld(&event), 1);
        assert_eq!(holds(&heard(&mut number).await), (false, true));
        app.database.close().await;
    }
}

#[tokio::test]
async fn both_gears_withhold_alike() {
    for app in each(NO_PAIR).await {
        let claims = app.claims("administrator");
        for query in TOGETHER {
            let long = app
                .graph
                .execute(Request::new(query), claims.as_ref(), app.now)
                .await;
            let short = Request::new(query).data(AsText);
            let short = app.graph.execute(short, claims.as_ref(), app.now).await;
            let long = serde_json::to_string(&long).unwrap();
            assert_eq!(
                String::from_utf8(written(&short).unwrap()).unwrap(),
                long,
                "{query}"
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn masked_names_leave_the_numbers() {
    let text = format!("{NO_PAIR}{NAMES_MASKED}");
    for app in each(&text).await {
        let answer = app.ask("administrator", TOGETHER[0]).await;
        assert_eq!(holds(&answer), (false, true), "{answer}");
        assert!(answer["data"].to_string().contains("陳XX"));
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_person_has_the_own_pair_and_nobody_else_has_any() {
    for app in App::each().await {
        same_person(&app).await;
        let query = "{ volunteers(first: 100) { nodes { id nameZh identityNumber } } }";
        for role in crate::app::ROLES {
            let answer = app.ask(role, query).await;
            let nodes = answer["data"]["volunteers"]["nodes"].as_array().unwrap();
            let numbers = nodes.iter().filter(|node| node["identityNumber"] == NUMBER);
            let own = matches!(role, "volunteer" | "team_leader");
            assert_eq!(numbers.count(), usize::from(own), "{role}");
            assert_eq!(
                withheld(&answer),
                0,
                "{role}: nothing is held back that was seen before"
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_explanation_names_the_right_to_the_pair() {
    let why = "query($r: ID!) { explain(record: $r, field: \"identityNumber\") { answer steps { action allowed } } }";
    for (text, allowed) in [
        (NO_PAIR.to_owned(), false),
        (NO_PAIR.split(';').next().unwrap().to_owned() + ";", true),
    ] {
        for app in each(&text).await {
            let found = app
                .data("administrator", "{ volunteers(first: 1) { nodes { id } } }")
                .await;
            let asked = json!({ "r": found["volunteers"]["nodes"][0]["id"] });
            let told = app.data_with("administrator", why, asked).await;
            assert_eq!(told["explain"]["answer"], "FULL", "{told}");
            let steps = told["explain"]["steps"].as_array().unwrap();
            let pair = json!({ "action": "Volunteer.nameWithIdentityNumber", "allowed": allowed });
            assert_eq!(steps.last(), Some(&pair), "{told}");
            app.database.close().await;
        }
    }
}

/// A rule that only Cedar can answer is asked row by row.
#[tokio::test]
async fn a_right_that_does_not_translate_is_kept_too() {
    let text = "@id(\"everything\") @en(\"Everybody may do everything.\") @zh(\"人人可做任何事。\") \
        permit (principal, action, resource) unless { action == Action::\"Volunteer.nameWithIdentityNumber\" }; \
        @id(\"some\") @en(\"Some have the pair.\") @zh(\"部分人可。\") \
        permit (principal is User, action == Action::\"Volunteer.nameWithIdentityNumber\", resource is Volunteer) \
        when { resource.status like \"PAU*\" };";
    for app in each(text).await {
        let query = "{ volunteers(first: 300) { nodes { nameZh identityNumber status } } }";
        let data = app.data("administrator", query).await;
        let nodes = data["volunteers"]["nodes"].as_array().unwrap();
        let mut seen = [0, 0];
        for node in nodes {
            let paused = node["status"] == "PAUSED";
            assert_eq!(node["identityNumber"] == NUMBER, paused, "{node}");
            seen[usize::from(paused)] += 1;
        }
        assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
        app.database.close().await;
    }
}

#[test]
fn every_type_with_identity_numbers_has_the_right_to_the_pair() {
    for of in TYPES {
        let number = of
            .fields
            .iter()
            .any(|field| field.kind() == Some(Kind::Hkid));
        assert_eq!(of.pair().is_some(), number, "{}", of.name);
    }
}
