//! Ten organisations, each lead of some projects and partner in others: every pair at every level,
//! and no cell beyond what the two agreed on.
//!
//! The shares are offered and answered through the graph, by the administrators of each side. What
//! a token may see is told by `agreed`, which is written from the table of decisions and asks
//! nothing of the server. `KAIFONG_TEST_SEED` asks for other agreements.

mod agreed;
mod deeds;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Variables};
use chrono::{DateTime, TimeDelta, Utc};
use kaifong::graphql::{Graph, Limits};
use kaifong::policy::Policies;
use kaifong::store::{Seal, Store};
use kaifong::viewer::Claims;
use serde_json::{Value, json};
use uuid::Uuid;

use self::agreed::{Cells, Share, expected};
use self::world::{ORGANISATIONS, World, accounts};
use crate::app::{App, noon};
use crate::asking::{id, nodes, policies, row};
use crate::databases::TestDatabase;
use crate::interference::dice::Dice;
use crate::listed::listed;

const LEVELS: [&str; 3] = ["READ_ONLY", "EDIT", "ADMIN"];
const GROUPS: [&str; 5] = ["ROSTER", "CONTACTS", "NOTES", "HISTORY", "ORIGINS"];

/// What is asked of each type.
const ASKED: [(&str, &str, &str); 5] = [
    (
        "Shift",
        "shifts",
        "startsAt endsAt place taskType title outdoor needed progress language externalId \
         internalNote viewerCanChange viewerCanAssign viewerCanArchive project { id } department { id }",
    ),
    (
        "Assignment",
        "assignments",
        "status role hours remark externalId viewerCanUnassign shift { id } volunteer { id }",
    ),
    (
        "Volunteer",
        "volunteers",
        "nameZh nameEn phone email address birthDate identityNumber emergencyContactName \
         emergencyContactPhone healthRemark internalNotes externalId viewerCanChange department { id }",
    ),
    ("Project", "projects", "nameZh status"),
    ("Notice", "notices", "titleZh bodyZh viewerCanChange"),
];

fn seed() -> u64 {
    let given = std::env::var("KAIFONG_TEST_SEED").ok();
    given.map_or(20_261_122, |seed| seed.parse().unwrap())
}

/// A deed of an administrator; the record.
async fn deed(app: &App, who: Uuid, verb: &str, input: Value) -> Value {
    let query = format!(
        "mutation($input: Partnership{verb}Input!) {{ done: partnership{verb}(input: $input) {{ partnership {{ id version }} userErrors {{ code message }} }} }}"
    );
    let claims = Claims::of_user(&who.to_string(), app.now, Duration::from_secs(3600));
    let variables = Variables::from_json(json!({ "input": input }));
    let request = Request::new(query).variables(variables);
    let answer = app.graph.execute(request, Some(&claims), app.now).await;
    let answer = serde_json::to_value(answer).unwrap();
    let done = &answer["data"]["done"];
    assert_eq!(done["userErrors"], json!([]), "{verb} {input}: {answer}");
    done["partnership"].clone()
}

/// What one of a pair agrees on with the other, in one round, and what becomes of it.
async fn agree(
    app: &App,
    world: &World,
    dice: &mut Dice,
    [lead, partner]: [usize; 2],
    level: &str,
) -> Share {
    let groups: Vec<&str> = GROUPS.into_iter().filter(|_| dice.chance(50)).collect();
    let desensitised = dice.chance(50);
    let mut scopes = Vec::new();
    for _ in 0..1 + dice.below(2) {
        let shift = dice.pick(&world.shifts_of(lead)).clone();
        scopes.push(match dice.below(3) {
            0 => (shift.project_id, None, None),
            1 => (shift.project_id, shift.department_id, None),
            _ => (shift.project_id, None, Some(shift.id)),
        });
    }
    let scope = |(project, department, shift): &(Uuid, Option<Uuid>, Option<Uuid>)| {
        let mut scope = json!({ "projectId": id("Project", *project) });
        if let Some(department) = department {
            scope["departmentId"] = json!(id("Department", *department));
        }
        if let Some(shift) = shift {
            scope["shiftId"] = json!(id("Shift", *shift));
        }
        scope
    };
    // Some begin later, some end soon: the answers are looked at before and after.
    let soon = noon() + TimeDelta::minutes(30);
    let (from, to) = match dice.below(6) {
        0 => (Some(soon), None),
        1 => (None, Some(soon)),
        2 => (
            Some(noon() - TimeDelta::days(1)),
            Some(noon() + TimeDelta::days(1)),
        ),
        _ => (None, None),
    };
    let [head, other] = accounts([lead, partner]);
    let offered = deed(
        app,
        head,
        "Create",
        json!({
            "leadId": id("Organisation", world.organisation(lead)),
            "partnerId": id("Organisation", world.organisation(partner)),
            "level": level, "fieldGroups": groups, "desensitised": desensitised,
            "validFrom": from.map(|at| at.to_rfc3339()), "validTo": to.map(|at| at.to_rfc3339()),
            "scopes": scopes.iter().map(scope).collect::<Vec<_>>(),
        }),
    )
    .await;
    let mut share = Share {
        id: row(&offered["id"]),
        active: false,
        from,
        to,
        edits: level != "READ_ONLY",
        plans: level == "ADMIN",
        groups: groups.into_iter().map(str::to_owned).collect(),
        desensitised,
        scopes,
    };
    let this = json!({ "id": offered["id"] });
    let fate = dice.below(10);
    if fate == 0 {
        return share; // never answered
    }
    if fate == 1 {
        deed(app, other, "Decline", this).await;
        return share;
    }
    let read = format!("{{ partnership(id: {}) {{ version }} }}", offered["id"]);
    let claims = Claims::of_user(&other.to_string(), app.now, Duration::from_secs(3600));
    let read = app.graph.execute(read.into(), Some(&claims), app.now).await;
    let read = serde_json::to_value(read).unwrap();
    let version = &read["data"]["partnership"]["version"];
    deed(
        app,
        other,
        "Accept",
        json!({ "id": offered["id"], "version": version }),
    )
    .await;
    share.active = true;
    match fate {
        2 | 3 => {
            let who = if fate == 2 { head } else { other };
            let verb = if dice.chance(50) { "Suspend" } else { "Revoke" };
            deed(app, who, verb, this).await;
            share.active = false;
        }
        4 => {
            // The lead takes something away, or switches the display.
            let less = json!({ "id": offered["id"], "fieldGroups": ["ROSTER"], "desensitised": !desensitised });
            if share.groups.contains("ROSTER") {
                deed(app, head, "Change", less).await;
                share.groups = ["ROSTER".to_owned()].into();
                share.desensitised = !desensitised;
            }
        }
        5 => {
            // What was proposed and not agreed to changes nothing.
            let more = json!({ "id": offered["id"], "fieldGroups": GROUPS, "level": "ADMIN", "validTo": null });
            if !(share.groups.len() == GROUPS.len() && level == "ADMIN" && to.is_none()) {
                deed(app, head, "ProposeChange", more).await;
            }
        }
        _ => {}
    }
    share
}

/// What a token for these shares is told, cell by cell.
async fn told(app: &App, shares: &[&Share], now: DateTime<Utc>) -> Cells {
    let shares: Vec<Uuid> = shares.iter().map(|share| share.id).collect();
    let claims = listed(&app.database.db, Uuid::new_v4(), &shares, now).await;
    let lists = ASKED.iter().map(|(_, list, fields)| {
        format!("{list}(first: 1000) {{ totalCount nodes {{ id {fields} }} }}")
    });
    let query = format!("{{ {} }}", lists.collect::<Vec<_>>().join(" "));
    let answer = app.graph.execute(query.into(), Some(&claims), now).await;
    let answer = serde_json::to_value(answer).unwrap();
    assert!(answer.get("errors").is_none(), "{answer}");
    let mut cells = Cells::new();
    for (name, list, _) in ASKED {
        let list = &answer["data"][list];
        assert_eq!(list["totalCount"], json!(nodes(list).len()), "{name}");
        for node in nodes(list) {
            let mut found: BTreeMap<String, Value> = BTreeMap::new();
            for (field, value) in node.as_object().unwrap() {
                let value = match value.get("id") {
                    Some(target) => json!(row(target).to_string()),
                    None => value.clone(),
                };
                if field != "id" {
                    found.insert(field.clone(), value);
                }
            }
            cells.insert((name, row(&node["id"])), found);
        }
    }
    cells
}

fn compare(about: &str, told: &Cells, wanted: &Cells) {
    for (key, cells) in told {
        let Some(agreed) = wanted.get(key) else {
            panic!("{about}: {key:?} is beyond the agreement: {cells:?}");
        };
        for (field, value) in cells {
            assert_eq!(Some(value), agreed.get(field), "{about}: {key:?} {field}");
        }
        assert_eq!(cells.len(), agreed.len(), "{about}: {key:?}");
    }
    let missing: Vec<_> = wanted
        .keys()
        .filter(|key| !told.contains_key(*key))
        .collect();
    assert!(
        missing.is_empty(),
        "{about}: agreed on and not there: {missing:?}"
    );
}

#[tokio::test]
async fn no_cell_goes_beyond_what_two_of_ten_agreed_on() {
    for database in TestDatabase::each().await {
        let name = database.name;
        let world = World::make(&database.db, &mut Dice::new(seed())).await;
        let app = App::around(database, Policies::shipped().unwrap());
        let mut dice = Dice::new(seed() ^ 7);
        let mut shares: Vec<([usize; 2], Share)> = Vec::new();
        for level in LEVELS {
            for lead in 0..ORGANISATIONS {
                for partner in (0..ORGANISATIONS).filter(|partner| *partner != lead) {
                    let share = agree(&app, &world, &mut dice, [lead, partner], level).await;
                    shares.push(([lead, partner], share));
                }
            }
        }
        assert_eq!(
            shares.len(),
            LEVELS.len() * ORGANISATIONS * (ORGANISATIONS - 1)
        );
        let (mut rows, mut empty) = (0, 0);
        for now in [noon(), noon() + TimeDelta::hours(1)] {
            for (pair, share) in &shares {
                let told = told(&app, &[share], now).await;
                let wanted = expected(&world, &[share], now);
                compare(
                    &format!("{name}, {pair:?}, {now}: {share:?}"),
                    &told,
                    &wanted,
                );
                rows += told.len();
                empty += usize::from(told.is_empty());
            }
            // The rights of several shares add up, and come to no more than that.
            for partner in 0..ORGANISATIONS {
                let of = shares.iter().filter(|(pair, _)| pair[1] == partner);
                let all: Vec<&Share> = of.map(|(_, share)| share).collect();
                let told = told(&app, &all, now).await;
                compare(
                    &format!("{name}, all of {partner}"),
                    &told,
                    &expected(&world, &all, now),
                );
            }
        }
        assert!(
            rows > 1000 && empty > 20,
            "{rows} rows, {empty} without any"
        );
        for (pair, share) in &shares {
            deeds::check(&app, &world, *pair, share).await;
        }
        // The comparison is none if it does not tell a server that shows more.
        let everything = "@id(\"everything\") @en(\"Everybody may do everything.\") \
                          @zh(\"人人可做任何事。\") permit (principal, action, resource);";
        let store = Store::new(app.database.db.clone());
        let (seal, limits) = (Seal::new([7; 64]), Limits::default());
        let leaky = Graph::new(policies(everything), store, seal, limits, Arc::new(noon));
        let leaky = App {
            graph: Arc::new(leaky),
            ..app
        };
        for (pair, share) in shares.iter().take(3) {
            let told = told(&leaky, &[share], noon()).await;
            assert_ne!(told, expected(&world, &[share], noon()), "{pair:?}");
        }
        leaky.database.close().await;
    }
}
