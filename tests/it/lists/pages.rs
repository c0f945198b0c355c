//! Pages make one list.

use serde_json::{Value, json};

use super::{Walk, walked};
use crate::app::{App, ROLES};
use crate::asking::{code, constant, masked, nodes, of, permitted, sortable, types};

#[tokio::test]
async fn pages_make_one_list_both_ways_in_every_order_of_every_type() {
    let mut seen: Vec<Vec<Vec<Value>>> = Vec::new();
    for app in permitted().await {
        let mut lists = Vec::new();
        for of in types() {
            for (at, field) in sortable(of).enumerate() {
                for descending in [at % 2 == 0, at % 2 == 1] {
                    // The largest lists take their time: one way each is enough for them.
                    if of.name == "Assignment" && descending == (at % 2 == 1) {
                        continue;
                    }
                    lists.push(walked(&app, "administrator", of, field, descending).await);
                }
            }
        }
        assert!(
            lists.iter().all(|list| !list.is_empty()),
            "each type has rows"
        );
        seen.push(lists);
        app.database.close().await;
    }
    for other in seen.iter().skip(1) {
        assert!(*other == seen[0], "both databases give the same lists");
    }
}

#[tokio::test]
async fn pages_make_one_list_where_a_field_is_seen_on_some_rows_only() {
    let mut partly = 0;
    for app in App::each().await {
        for role in ROLES {
            for of in types().filter(|of| of.person || of.name == "Assignment") {
                for (at, field) in sortable(of).enumerate() {
                    let list = walked(&app, role, of, field, at % 2 == 0).await;
                    let kind = field.kind().unwrap();
                    let hidden =
                        |row: &&Value| row[field.name].is_null() || masked(kind, &row[field.name]);
                    let count = list.iter().filter(hidden).count();
                    partly += usize::from(count > 0 && count < list.len());
                }
            }
        }
        app.database.close().await;
    }
    assert!(
        partly > 40,
        "there are orders by what is partly seen: {partly}"
    );
}

#[tokio::test]
async fn an_order_of_several_terms_and_no_order_at_all_page_alike() {
    for app in permitted().await {
        for arguments in [
            "",
            "orderBy: []",
            "orderBy: [{ field: DISTRICT }, { field: STATUS, direction: DESC }, { field: HOURS }]",
            "orderBy: [{ field: EMERGENCY_CONTACT_PHONE, direction: DESC }, { field: INTERNAL_NOTES }, { field: UPCOMING_SHIFTS, direction: DESC }]",
            "where: { status: { eq: ACTIVE } } orderBy: { field: JOINED_ON }",
            "search: \"陳\" includeArchived: true",
        ] {
            let walk = Walk {
                app: &app,
                role: "coordinator",
                of: of("Volunteer"),
                arguments: arguments.to_owned(),
                field: "nameZh",
            };
            let whole = walk.all(true, 1000).await.concat();
            assert!(whole.len() > 10, "{arguments}");
            for size in [7, whole.len(), whole.len() + 1] {
                assert!(walk.all(true, size).await.concat() == whole, "{arguments}");
                let mut back = walk.all(false, size).await;
                back.reverse();
                assert!(back.concat() == whole, "{arguments}");
            }
            // By offset it is the same list too, and beyond its end there is nothing.
            let mut by_offset = Vec::new();
            for offset in (0..=whole.len()).step_by(90) {
                let page = walk.page(&format!("first: 90 offset: {offset}")).await;
                assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(offset > 0));
                assert_eq!(
                    page["pageInfo"]["hasNextPage"],
                    json!(offset + 90 < whole.len())
                );
                let edges = page["edges"].as_array().unwrap().clone();
                by_offset.extend(edges.into_iter().map(|edge| edge["node"].clone()));
            }
            assert!(by_offset == whole, "{arguments}");
            let beyond = walk.page("first: 5 offset: 5000").await;
            assert_eq!(beyond["edges"], json!([]));
            assert_eq!(beyond["totalCount"], json!(whole.len()));
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_no_page_is_like_is_refused() {
    for app in App::each().await {
        let cursor = app
            .data(
                "administrator",
                "{ tags(first: 1) { pageInfo { endCursor } } }",
            )
            .await;
        let cursor = cursor["tags"]["pageInfo"]["endCursor"].clone();
        for (arguments, expected) in [
            ("first: -1", "BAD_USER_INPUT"),
            ("last: -1", "BAD_USER_INPUT"),
            ("offset: -1", "BAD_USER_INPUT"),
            ("first: 2, last: 2", "BAD_USER_INPUT"),
            ("first: 2, before: CURSOR", "BAD_USER_INPUT"),
            ("last: 2, after: CURSOR", "BAD_USER_INPUT"),
            ("before: CURSOR", "BAD_USER_INPUT"),
            ("first: 2, after: CURSOR, offset: 1", "BAD_USER_INPUT"),
            ("last: 2, offset: 1", "BAD_USER_INPUT"),
            ("first: 1001", "LIMIT_EXCEEDED"),
            ("last: 1001", "LIMIT_EXCEEDED"),
            ("first: 2147483647", "LIMIT_EXCEEDED"),
            ("first: 1, offset: 100001", "LIMIT_EXCEEDED"),
        ] {
            let arguments = arguments.replace("CURSOR", &cursor.to_string());
            let query = format!(
                "{{ tags({arguments}) {{ nodes {{ id }} }} holidays(first: 1) {{ nodes {{ id }} }} }}"
            );
            let answer = app.ask("administrator", &query).await;
            assert_eq!(code(&answer), expected, "{arguments}");
            if expected == "LIMIT_EXCEEDED" {
                assert_eq!(answer["data"], Value::Null, "nothing is executed");
                continue;
            }
            assert_eq!(answer["data"]["tags"], Value::Null);
            assert_eq!(
                nodes(&answer["data"]["holidays"]).len(),
                1,
                "its sibling answers"
            );
        }
        for arguments in [
            "first: 1000",
            "last: 1000",
            "first: 1, offset: 100000",
            "first: null, after: null, last: null",
            "first: 2, offset: 0, after: CURSOR",
        ] {
            let arguments = arguments.replace("CURSOR", &cursor.to_string());
            app.data(
                "administrator",
                &format!("{{ tags({arguments}) {{ nodes {{ id }} }} }}"),
            )
            .await;
        }
        let none = app
            .data("administrator", "{ a: tags(first: 0) { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } b: tags(last: 0) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } c: tags { nodes { id } } d: volunteers { nodes { id } } }")
            .await;
        assert!(none["a"]["totalCount"].as_u64().unwrap() > 0);
        assert_eq!(none["a"]["nodes"], json!([]));
        assert_eq!(none["a"]["edges"], json!([]));
        let info = json!({ "hasNextPage": true, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
        assert_eq!(none["a"]["pageInfo"], info);
        assert_eq!(
            none["b"]["pageInfo"],
            json!({ "hasNextPage": false, "hasPreviousPage": true })
        );
        assert_eq!(
            nodes(&none["d"]).len(),
            20,
            "a page has 20 rows where nothing is asked for"
        );
        app.database.close().await;
    }
}

/// Far from the beginning a page is found in two steps: its ids first, then its rows.
#[tokio::test]
async fn a_page_far_from_the_beginning_is_the_same_part_of_the_list() {
    for app in App::each().await {
        for role in ["administrator", "partner", "teacher", "volunteer"] {
            for (plural, arguments) in [
                (
                    "volunteers",
                    "orderBy: [{ field: HOURS, direction: DESC }, { field: NAME_ZH }]",
                ),
                (
                    "shifts",
                    "where: { place: { isNull: false } }, orderBy: { field: STARTS_AT }",
                ),
                ("assignments", "includeArchived: true"),
                ("students", "orderBy: { field: NAME_EN, direction: DESC }"),
            ] {
                let row = "nodes { id __typename }";
                let all = format!("{{ {plural}(first: 1000, {arguments}) {{ {row} }} }}");
                let all = app.data(role, &all).await;
                let all = nodes(&all[plural]);
                for offset in [
                    8,
                    39,
                    41,
                    60,
                    all.len().saturating_sub(1),
                    all.len(),
                    all.len() + 5,
                ] {
                    let query = format!(
                        "{{ {plural}(first: 1, offset: {offset}, {arguments}) {{ {row} pageInfo {{ hasNextPage hasPreviousPage }} }} }}"
                    );
                    let page = app.data(role, &query).await;
                    let expected: Vec<_> = all.iter().skip(offset).take(1).cloned().collect();
                    assert_eq!(nodes(&page[plural]), &expected, "{role} {plural} {offset}");
                    let more = &page[plural]["pageInfo"]["hasNextPage"];
                    assert_eq!(
                        more,
                        &json!(offset + 1 < all.len()),
                        "{role} {plural} {offset}"
                    );
                }
            }
        }
        app.database.close().await;
    }
}

/// A page's first row is looked up in the index where many would have to be passed over; rows
/// without a value in the order's field come after all others, and are not lost by it.
#[tokio::test]
async fn a_page_that_is_sought_is_the_same_part_of_the_list() {
    for app in permitted().await {
        let (mut sought, mut without) = (0, 0);
        for (name, field, filter) in [
            ("Volunteer", "nameEn", ""),
            ("Volunteer", "birthDate", ""),
            ("Volunteer", "status", ", where: { hours: { gte: 2 } }"),
            ("Student", "nameEn", ""),
            ("Assignment", "status", ""),
            ("Shift", "endsAt", ", includeArchived: true"),
        ] {
            let of = of(name);
            let walk = Walk {
                app: &app,
                role: "administrator",
                of,
                arguments: format!("orderBy: {{ field: {} }}{filter}", constant(field)),
                field,
            };
            let whole = walk.all(true, 1000).await.concat();
            let last = whole.len();
            without += whole.iter().filter(|row| row[field].is_null()).count();
            for offset in [
                199,
                200,
                201,
                last / 2,
                last.saturating_sub(30),
                last - 10,
                last,
            ] {
                // Between 200 rows and twenty pages.
                sought += usize::from((200..=620).contains(&offset));
                let page = walk.page(&format!("first: 30 offset: {offset}")).await;
                let edges = page["edges"].as_array().unwrap().iter();
                let found: Vec<Value> = edges.map(|edge| edge["node"].clone()).collect();
                let expected: Vec<Value> = whole.iter().skip(offset).take(30).cloned().collect();
                assert_eq!(found, expected, "{name} by {field} from {offset}");
                let more = &page["pageInfo"]["hasNextPage"];
                assert_eq!(more, &json!(offset + 30 < last), "{name} {field} {offset}");
            }
        }
        assert!(sought >= 12, "of enough rows: {sought}");
        assert!(without >= 30, "some have no value: {without}");
        app.database.close().await;
    }
}
