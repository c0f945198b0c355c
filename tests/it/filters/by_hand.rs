//! What a filter finds is what one finds by hand.

use kaifong::catalogue::Type;
use serde_json::{Value, json};

use super::World;
use super::cases::{Case, cases, joined, related};
use crate::app::{App, ROLES};
use crate::asking::{nodes, of, permitted, types};

/// Asks for each case, and compares with what it finds among all rows.
async fn agree(app: &App, role: &str, world: &World, of: &'static Type, cases: &[Case]) -> usize {
    let mut found_some = 0;
    for chunk in cases.chunks(20) {
        let mut variables = serde_json::Map::new();
        let (mut heads, mut parts) = (String::new(), String::new());
        for (at, case) in chunk.iter().enumerate() {
            variables.insert(format!("w{at}"), case.filter.clone());
            heads += &format!("$w{at}: {}Where ", of.name);
            parts += &format!(
                "a{at}: {}(first: 200, where: $w{at}) {{ totalCount nodes {{ id }} }} ",
                of.plural
            );
        }
        let query = format!("query({heads}) {{ {parts} }}");
        let data = app.data_with(role, &query, Value::Object(variables)).await;
        for (at, case) in chunk.iter().enumerate() {
            let list = &data[format!("a{at}").as_str()];
            let found: Vec<&Value> = nodes(list).iter().map(|node| &node["id"]).collect();
            let rows = world.rows[of.name].iter();
            let expected: Vec<&Value> = rows
                .filter(|row| (case.holds)(world, row))
                .map(|row| &row["id"])
                .collect();
            let about = format!("{} {role} {} {}", app.database.name, of.name, case.filter);
            assert_eq!(list["totalCount"], json!(expected.len()), "{about}");
            assert!(found == expected[..expected.len().min(200)], "{about}");
            found_some +=
                usize::from(!found.is_empty() && expected.len() < world.rows[of.name].len());
        }
    }
    found_some
}

#[tokio::test]
async fn every_operator_on_every_field_finds_what_is_found_by_hand() {
    for app in permitted().await {
        let world = World::seen_by(&app, "administrator").await;
        let mut telling = 0;
        for of in types() {
            let mut cases = cases(&world, of);
            cases.extend(joined(&cases));
            telling += agree(&app, "administrator", &world, of, &cases).await;
        }
        assert!(telling > 1000, "filters tell rows apart: {telling}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn filters_by_relations_find_what_is_found_by_hand() {
    for app in permitted().await {
        let world = World::seen_by(&app, "administrator").await;
        let mut telling = 0;
        for of in types() {
            let cases = related(&world, of);
            if !cases.is_empty() {
                telling += agree(&app, "administrator", &world, of, &cases).await;
            }
        }
        assert!(telling > 200, "filters tell rows apart: {telling}");
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_viewer_filters_by_what_it_sees_and_a_mask_is_no_value() {
    for app in App::each().await {
        for role in ROLES {
            let world = World::seen_by(&app, role).await;
            for name in [
                "Volunteer",
                "Assignment",
                "User",
                "Student",
                "Guardian",
                "Shift",
                "Notice",
                "NoticeReceipt",
            ] {
                let of = of(name);
                let mut cases = cases(&world, of);
                cases.extend(joined(&cases));
                cases.extend(related(&world, of));
                cases = cases.into_iter().step_by(3).collect();
                // What is not seen at all answers alike; a part of it is enough.
                if world.rows[name].is_empty() {
                    cases.truncate(20);
                }
                agree(&app, role, &world, of, &cases).await;
            }
        }
        app.database.close().await;
    }
}
