//! Random documents under random policies without the right to the pair: no answer, and no batch of
//! answers, holds a name and a number in full.

use async_graphql::Request;
use kaifong::catalogue::{self, Kind, Shape, TYPES, Type};

use super::{NAME, NUMBER, same_person};
use crate::app::App;
use crate::asking::{constant, policies};
use crate::databases::TestDatabase;
use crate::interference::dice::Dice;

/// What is seen in a random set: groups of facts, and for whom or of which rows.
fn set(dice: &mut Dice) -> String {
    let groups = [
        "identity",
        "identityMasked",
        "identityNumber",
        "identityNumberMasked",
        "emergency",
        "profile",
        "roster",
        "personal",
    ];
    let when = [
        "",
        "when { resource is Volunteer && resource.status == \"ACTIVE\" }",
        "when { principal is User && resource is Volunteer && principal.administers.contains(resource.organisation) }",
        "when { resource is Student || resource is Account }",
        "unless { resource is Volunteer && resource has department }",
        "when { resource is Volunteer && resource.status like \"A*\" }",
    ];
    let mut text = String::new();
    let mut rule = |id: String, effect: &str, action: &str, when: &str| {
        text.push_str(&format!(
            "@id(\"{id}\") @en(\"A rule.\") @zh(\"規則。\") {effect} (principal, action in Action::\"{action}\", resource) {when};\n"
        ));
    };
    for there in [
        "presence",
        "links",
        "directory",
        "schedule",
        "company",
        "enrolment",
        "guardianship",
        "account",
        "memberships",
    ] {
        rule(format!("there-{there}"), "permit", there, "");
    }
    for at in 0..2 + dice.below(5) {
        let (group, when) = (*dice.pick(&groups), *dice.pick(&when));
        // A row rule must translate.
        let when = match group {
            "personal" | "roster" => "",
            _ => when,
        };
        rule(format!("may-{at}"), "permit", group, when);
    }
    if dice.chance(30) {
        rule(
            "not-all".into(),
            "forbid",
            dice.pick::<&str>(&groups[..3]),
            when[1],
        );
    }
    rule("no-pair".into(), "forbid", "nameWithIdentityNumber", "");
    text
}

/// A document that likes names and numbers.
fn document(dice: &mut Dice) -> String {
    let mut text = "{ ".to_owned();
    for root in 0..1 + dice.below(3) {
        let of = TYPES[dice.below(TYPES.len())];
        let persons = ["Volunteer", "Student", "Guardian", "User", "Assignment"];
        let of = match dice.chance(70) {
            true => catalogue::find(dice.pick::<&str>(&persons)).unwrap(),
            false => of,
        };
        text.push_str(&format!("r{root}: {}", of.plural));
        list(&mut text, of, dice, 2);
    }
    text.push('}');
    text
}

fn list(text: &mut String, of: &'static Type, dice: &mut Dice, depth: usize) {
    text.push_str("(first: 5");
    let values: Vec<_> = of
        .fields
        .iter()
        .filter(|f| {
            f.kind()
                .is_some_and(|kind| matches!(kind, Kind::PersonName | Kind::Hkid))
        })
        .collect();
    if !values.is_empty() && dice.chance(30) {
        let field = dice.pick(&values);
        match dice.below(2 + usize::from(field.sortable())) {
            0 => text.push_str(&format!(
                ", where: {{ {}: {{ isNull: false }} }}",
                field.name
            )),
            1 => text.push_str(&format!(
                ", where: {{ not: {{ {}: {{ eq: \"{NUMBER}\" }} }} }}",
                field.name
            )),
            _ => text.push_str(&format!(", orderBy: {{ field: {} }}", constant(field.name))),
        }
    }
    text.push_str(") { nodes { ");
    row(text, of, dice, depth);
    text.push_str("} } ");
}

fn row(text: &mut String, of: &'static Type, dice: &mut Dice, depth: usize) {
    text.push_str("id ");
    let mut at = 0;
    for field in of.fields {
        at += 1;
        let alias = match dice.chance(30) {
            true => format!("x{at}: "),
            false => String::new(),
        };
        match field.shape {
            Shape::Value { kind, .. } => {
                let likely = if matches!(kind, Kind::PersonName | Kind::Hkid) {
                    35
                } else {
                    5
                };
                if dice.chance(likely) {
                    text.push_str(&format!("{alias}{} ", field.name));
                }
            }
            Shape::One { target, .. } if depth > 0 && dice.chance(30) => {
                text.push_str(&format!("{alias}{} {{ ", field.name));
                row(text, catalogue::find(target).unwrap(), dice, depth - 1);
                text.push_str("} ");
            }
            Shape::Many { target, .. } if depth > 0 && dice.chance(15) => {
                text.push_str(&format!("{alias}{}", field.name));
                list(text, catalogue::find(target).unwrap(), dice, depth - 1);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn whatever_is_asked_no_answer_holds_both() {
    let seed = std::env::var("KAIFONG_TEST_SEED").ok();
    let seed = seed.map_or(20_261_122, |seed| seed.parse().unwrap());
    let mut dice = Dice::new(seed);
    for database in TestDatabase::each().await {
        let app = App::over(database, policies("")).await;
        same_person(&app).await;
        let (mut names, mut numbers, mut withheld) = (0, 0, 0);
        for _ in 0..60 {
            let rules = set(&mut dice);
            app.graph.swap(policies(&rules));
            for _ in 0..12 {
                let batch: Vec<String> = (0..1 + dice.below(2))
                    .map(|_| document(&mut dice))
                    .collect();
                let role = *dice.pick(&["administrator", "coordinator", "partner", "teacher"]);
                let requests = batch.iter().map(Request::new).collect();
                let claims = app.claims(role);
                let answers = app
                    .graph
                    .execute_each(requests, claims.as_ref(), app.now)
                    .await;
                let text = serde_json::to_string(&answers).unwrap();
                assert!(!text.contains("\"errors\""), "{role}: {batch:?}: {text}");
                let held = (text.contains(NAME), text.contains(NUMBER));
                assert_ne!(
                    held,
                    (true, true),
                    "seed {seed}, {role}:\n{rules}\n{batch:?}\n{text}"
                );
                names += usize::from(held.0);
                numbers += usize::from(held.1);
                withheld += usize::from(text.contains("withheldByPairRule"));
            }
        }
        eprintln!(
            "{}: {names} with names, {numbers} with numbers, {withheld} withheld",
            app.database.name
        );
        assert!(
            names > 30 && numbers > 10 && withheld > 10,
            "{names} {numbers} {withheld}"
        );
        app.database.close().await;
    }
}
