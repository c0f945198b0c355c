//! Lists: pages, their order, their cursors, what they count, and single look-ups.

use std::cmp::Ordering;

use kaifong::catalogue::{Field, Kind, Type};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, ROLES};
use crate::asking::{
    Log, code, constant, id, literal, masked, nodes, of, permitted, row, sortable, tamper, types,
};
use crate::databases::TestDatabase;

/// A list as it is asked for page by page.
struct Walk<'a> {
    app: &'a App,
    role: &'a str,
    of: &'static Type,
    /// Arguments besides those of the page.
    arguments: String,
    /// A field to read besides the id.
    field: &'a str,
}

impl Walk<'_> {
    async fn page(&self, arguments: &str) -> Value {
        let (list, also, field) = (self.of.plural, &self.arguments, self.field);
        let query = format!(
            "{{ {list}({arguments} {also}) {{ totalCount totalCountIsExact \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} \
             edges {{ cursor node {{ id {field} }} }} }} }}"
        );
        self.app.data(self.role, &query).await[list].take()
    }

    /// All pages, in the order in which they came, each checked in itself.
    async fn all(&self, forward: bool, size: usize) -> Vec<Vec<Value>> {
        let mut pages = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let (count, beyond) = if forward {
                ("first", "after")
            } else {
                ("last", "before")
            };
            let from = cursor.as_ref().map(|c| format!("{beyond}: \"{c}\""));
            let page = self
                .page(&format!("{count}: {size} {}", from.unwrap_or_default()))
                .await;
            let info = &page["pageInfo"];
            let edges = page["edges"].as_array().unwrap();
            let end = |edge: Option<&Value>| edge.map_or(Value::Null, |e| e["cursor"].clone());
            assert_eq!(info["startCursor"], end(edges.first()));
            assert_eq!(info["endCursor"], end(edges.last()));
            let (more, behind) = if forward {
                (&info["hasNextPage"], &info["hasPreviousPage"])
            } else {
                (&info["hasPreviousPage"], &info["hasNextPage"])
            };
            assert_eq!(*behind, json!(cursor.is_some()));
            assert_eq!(page["totalCountIsExact"], json!(true));
            let more = more.as_bool().unwrap();
            assert!(edges.len() == size || !more, "only the last page is short");
            let edge = if forward { edges.last() } else { edges.first() };
            cursor = edge.map(|edge| edge["cursor"].as_str().unwrap().to_owned());
            pages.push(edges.iter().map(|edge| edge["node"].clone()).collect());
            if !more {
                let seen: usize = pages.iter().map(Vec::len).sum();
                assert_eq!(
                    page["totalCount"],
                    json!(seen),
                    "the count is of the whole list"
                );
                return pages;
            }
        }
    }
}

/// How two shown values are ordered: nulls last whichever way, and a mask is no value.
fn compare(kind: Kind, descending: bool, a: &Value, b: &Value) -> Ordering {
    let null = |value: &Value| value.is_null() || masked(kind, value);
    let ordering = match (null(a), null(b)) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => match kind {
            Kind::Int => a.as_i64().cmp(&b.as_i64()),
            Kind::Float => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
            Kind::Bool => a.as_bool().cmp(&b.as_bool()),
            Kind::Time => instant(a).cmp(&instant(b)),
            _ => a
                .as_str()
                .unwrap()
                .as_bytes()
                .cmp(b.as_str().unwrap().as_bytes()),
        },
    };
    if descending {
        ordering.reverse()
    } else {
        ordering
    }
}

fn instant(value: &Value) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap()
}

/// That rows are in the order of the field, and where they tie, of their ids.
fn ordered(rows: &[Value], field: &Field, descending: bool, about: &str) {
    let kind = field.kind().unwrap();
    for pair in rows.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let by_value = compare(kind, descending, &a[field.name], &b[field.name]);
        let whole = by_value.then_with(|| row(&a["id"]).cmp(&row(&b["id"])));
        assert_eq!(whole, Ordering::Less, "{about}: {a} before {b}");
    }
}

async fn walked(
    app: &App,
    role: &str,
    of: &'static Type,
    field: &Field,
    descending: bool,
) -> Vec<Value> {
    let name = field.name;
    let direction = if descending { "DESC" } else { "ASC" };
    let about = format!(
        "{} {role} {}.{name} {direction}",
        app.database.name, of.name
    );
    let walk = Walk {
        app,
        role,
        of,
        arguments: format!(
            "orderBy: {{ field: {}, direction: {direction} }}",
            constant(name)
        ),
        field: name,
    };
    let total = walk.page("first: 0").await["totalCount"].as_u64().unwrap() as usize;
    let size = (total / 3).clamp(1, 999) + 1;
    let there = walk.all(true, size).await.concat();
    let mut back = walk.all(false, size).await;
    back.reverse();
    assert_eq!(there.len(), total, "{about}");
    assert!(there == back.concat(), "{about}: backwards is another list");
    ordered(&there, field, descending, &about);
    there
}

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
            "orderBy: [{ field: IDENTITY_NUMBER, direction: DESC }, { field: HEALTH_REMARK }, { field: UPCOMING_SHIFTS, direction: DESC }]",
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
async fn a_cursor_opens_only_its_own_list() {
    for app in App::each().await {
        let first = "first: 3 orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } }";
        let data = app
            .data("administrator", &format!("{{ volunteers({first}) {{ pageInfo {{ endCursor }} edges {{ node {{ id }} cursor }} }} }}"))
            .await;
        let cursor = data["volunteers"]["pageInfo"]["endCursor"]
            .as_str()
            .unwrap();
        let ask = async |role: &str, list: &str, arguments: &str| {
            let query = format!("{{ {list}({arguments}) {{ nodes {{ id }} }} }}");
            app.ask_with(
                role,
                &format!("query($c: String) {query}"),
                json!({ "c": cursor }),
            )
            .await
        };
        let same = "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } }";
        let mine = ask("administrator", "volunteers", &format!("first: 4 {same}")).await;
        assert!(mine.get("errors").is_none(), "{mine}");
        assert_eq!(nodes(&mine["data"]["volunteers"]).len(), 4);
        for (role, list, arguments) in [
            ("coordinator", "volunteers", same),
            ("anonymous", "volunteers", same),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_EN } where: { status: { eq: ACTIVE } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH, direction: DESC } where: { status: { eq: ACTIVE } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: PAUSED } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c where: { status: { eq: ACTIVE } }",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } } search: \"陳\"",
            ),
            (
                "administrator",
                "volunteers",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } } includeArchived: true",
            ),
            (
                "administrator",
                "users",
                "after: $c orderBy: { field: NAME_ZH } where: { status: { eq: ACTIVE } }",
            ),
        ] {
            let answer = ask(role, list, arguments).await;
            assert_eq!(code(&answer), "BAD_CURSOR", "{role} {list} {arguments}");
            assert_eq!(answer["data"][list], Value::Null);
            assert_eq!(answer["errors"][0]["path"], json!([list]));
        }
        // The list of the same type under a parent is another list.
        let organisation = app
            .data(
                "administrator",
                "{ viewer { user { memberships { nodes { organisation { id } } } } } }",
            )
            .await;
        let organisation =
            organisation["viewer"]["user"]["memberships"]["nodes"][0]["organisation"]["id"].clone();
        let nested = format!(
            "query($c: String) {{ organisation(id: {organisation}) {{ volunteers(first: 3 {same}) {{ nodes {{ id }} }} }} }}"
        );
        let answer = app
            .ask_with("administrator", &nested, json!({ "c": cursor }))
            .await;
        assert_eq!(code(&answer), "BAD_CURSOR");
        for wrong in [
            "",
            "x",
            "AAAA",
            "陳",
            "null",
            &format!("{cursor}A"),
            &cursor[1..],
        ] {
            let answer = app
                .ask_with(
                    "administrator",
                    &format!(
                        "query($c: String) {{ volunteers(first: 3 {same}) {{ nodes {{ id }} }} }}"
                    ),
                    json!({ "c": wrong }),
                )
                .await;
            assert_eq!(code(&answer), "BAD_CURSOR", "{wrong}");
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_cursor_stays_good_however_its_filter_is_written() {
    let app = App::sqlite().await;
    let query = "query($where: VolunteerWhere, $order: [VolunteerOrder!], $after: String) { volunteers(first: 2, where: $where, orderBy: $order, after: $after) { nodes { id } pageInfo { endCursor } } }";
    let written = "{ volunteers(first: 2, orderBy: { direction: DESC, field: NAME_ZH }, where: { status: { in: [ACTIVE, PAUSED] }, hours: { gte: 1 } }, includeArchived: false) { nodes { id } pageInfo { endCursor } } }";
    let first = app.data("administrator", written).await;
    let variables = |after: &Value| {
        json!({
            "where": { "hours": { "gte": 1, "eq": null }, "status": { "in": ["ACTIVE", "PAUSED"] } },
            "order": [{ "field": "NAME_ZH", "direction": "DESC" }],
            "after": after,
        })
    };
    let again = app
        .data_with("administrator", query, variables(&Value::Null))
        .await;
    assert_eq!(again["volunteers"]["nodes"], first["volunteers"]["nodes"]);
    let cursor = &first["volunteers"]["pageInfo"]["endCursor"];
    let next = app
        .data_with("administrator", query, variables(cursor))
        .await;
    assert_eq!(nodes(&next["volunteers"]).len(), 2);
    assert_ne!(next["volunteers"]["nodes"], first["volunteers"]["nodes"]);
    app.database.close().await;
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

#[tokio::test]
async fn counts_follow_the_filter() {
    for app in App::each().await {
        let data = app
            .data("coordinator", "{ all: volunteers { totalCount } active: volunteers(where: { status: { eq: ACTIVE } }) { totalCount } others: volunteers(where: { not: { status: { eq: ACTIVE } } }) { totalCount } none: volunteers(where: { status: { in: [] } }) { totalCount totalCountIsExact nodes { id } } }")
            .await;
        let count = |name: &str| data[name]["totalCount"].as_u64().unwrap();
        assert!(count("active") > 0 && count("others") > 0);
        assert_eq!(count("active") + count("others"), count("all"));
        assert_eq!(
            data["none"],
            json!({ "totalCount": 0, "totalCountIsExact": true, "nodes": [] })
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn lists_below_many_parents_are_like_lists_below_one() {
    for app in App::each().await {
        let inner = "assignments(first: 2, orderBy: { field: STATUS, direction: DESC }) { totalCount totalCountIsExact pageInfo { hasNextPage hasPreviousPage endCursor } nodes { id status } }";
        let query = format!(
            "{{ shifts(first: 60, orderBy: {{ field: STARTS_AT }}) {{ nodes {{ id {inner} }} }} }}"
        );
        let data = app.data("coordinator", &query).await;
        let mut full = 0;
        for shift in nodes(&data["shifts"]) {
            let alone = app
                .data(
                    "coordinator",
                    &format!("{{ shift(id: {}) {{ id {inner} }} }}", shift["id"]),
                )
                .await;
            assert_eq!(alone["shift"], *shift, "asked for alone it is the same");
            let total = shift["assignments"]["totalCount"].as_u64().unwrap();
            full += usize::from(total > 2);
            assert_eq!(nodes(&shift["assignments"]).len() as u64, total.min(2));
            assert_eq!(
                shift["assignments"]["pageInfo"]["hasNextPage"],
                json!(total > 2)
            );
        }
        assert!(full > 5, "some are longer than a page");
        app.database.close().await;
    }
}

#[tokio::test]
async fn below_each_parent_one_can_page_on_forward_backward_and_by_offset() {
    for app in App::each().await {
        let data = app.data("coordinator", "{ shifts(first: 12, orderBy: { field: NEEDED, direction: DESC }) { nodes { id assignments(first: 1000) { nodes { id } } } } }").await;
        for shift in nodes(&data["shifts"]) {
            let whole = nodes(&shift["assignments"]);
            let mut there: Vec<Value> = Vec::new();
            let mut cursor = Value::Null;
            loop {
                let page = app
                    .data_with("coordinator", "query($id: ID!, $after: String) { shift(id: $id) { assignments(first: 3, after: $after) { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } } }", json!({ "id": shift["id"], "after": cursor }))
                    .await;
                let page = &page["shift"]["assignments"];
                assert_eq!(
                    page["totalCount"],
                    json!(whole.len()),
                    "a cursor does not shorten the count"
                );
                there.extend(nodes(page).iter().cloned());
                cursor = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == json!(false) {
                    break;
                }
            }
            assert_eq!(there, *whole);
        }
        // The last ones and those from an offset, of many parents in one go.
        let data = app.data("coordinator", "{ shifts(first: 30) { nodes { assignments(first: 1000) { nodes { id } } last: assignments(last: 2) { nodes { id } pageInfo { hasPreviousPage hasNextPage } } rest: assignments(first: 2, offset: 1) { nodes { id } pageInfo { hasPreviousPage hasNextPage } } none: assignments(first: 0) { nodes { id } pageInfo { hasNextPage } } } } }").await;
        for shift in nodes(&data["shifts"]) {
            let whole = nodes(&shift["assignments"]);
            let from = whole.len().saturating_sub(2);
            assert_eq!(nodes(&shift["last"])[..], whole[from..]);
            assert_eq!(
                shift["last"]["pageInfo"],
                json!({ "hasPreviousPage": from > 0, "hasNextPage": false })
            );
            let rest: Vec<Value> = whole.iter().skip(1).take(2).cloned().collect();
            assert_eq!(*nodes(&shift["rest"]), rest);
            assert_eq!(
                shift["rest"]["pageInfo"]["hasNextPage"],
                json!(whole.len() > 3)
            );
            assert_eq!(
                shift["none"]["pageInfo"]["hasNextPage"],
                json!(!whole.is_empty())
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn lists_below_many_parents_cost_one_statement_each() {
    for database in TestDatabase::each().await {
        let app = App::over(database, kaifong::policy::Policies::shipped().unwrap()).await;
        let log = Log::of(&app);
        let statements = async |first: usize| {
            log.take();
            let query = format!(
                "{{ shifts(first: {first}, where: {{ assignments: {{ some: {{}} }} }}) {{ nodes {{ project {{ nameZh department {{ nameZh }} }} assignments(first: 5) {{ totalCount nodes {{ volunteer {{ nameZh }} }} }} }} }} }}"
            );
            let data = app.data("administrator", &query).await;
            assert_eq!(nodes(&data["shifts"]).len(), first);
            log.take().len()
        };
        let few = statements(1).await;
        assert!(few >= 5, "the log hears them: {few}");
        assert_eq!(statements(90).await, few, "however many parents there are");
        app.database.close().await;
    }
}

#[tokio::test]
async fn archived_rows_are_listed_only_where_asked_for() {
    for app in permitted().await {
        let data = app.data("administrator", "{ shifts(first: 2, where: { assignments: { some: {} } }) { nodes { id project { id } assignments(first: 1) { totalCount nodes { id volunteer { id } } } } } volunteers { totalCount } }").await;
        let shift = &nodes(&data["shifts"])[0];
        let assignment = &nodes(&shift["assignments"])[0];
        let total = shift["assignments"]["totalCount"].as_u64().unwrap();
        for (table, value) in [
            ("assignment", &assignment["id"]),
            ("volunteer", &assignment["volunteer"]["id"]),
        ] {
            let sql = format!(
                "UPDATE {table} SET archived_at = created_at WHERE id = {}",
                literal(&app, row(value))
            );
            tamper(&app, &sql).await;
        }
        let query = format!(
            "{{ shift(id: {}) {{ assignments {{ totalCount }} all: assignments(includeArchived: true) {{ totalCount }} not: assignments(includeArchived: false) {{ totalCount }} }} \
             assignment(id: {}) {{ id volunteer {{ id }} }} \
             volunteers {{ totalCount }} all: volunteers(includeArchived: true) {{ totalCount }} \
             gone: volunteers(where: {{ id: {{ eq: {} }} }}) {{ totalCount }} found: volunteers(where: {{ id: {{ eq: {} }} }}, includeArchived: true) {{ nodes {{ archivedAt }} }} }}",
            shift["id"],
            assignment["id"],
            assignment["volunteer"]["id"],
            assignment["volunteer"]["id"]
        );
        let after = app.data("administrator", &query).await;
        assert_eq!(
            after["shift"]["assignments"]["totalCount"],
            json!(total - 1)
        );
        assert_eq!(after["shift"]["not"]["totalCount"], json!(total - 1));
        assert_eq!(after["shift"]["all"]["totalCount"], json!(total));
        assert_eq!(
            after["assignment"],
            json!({ "id": assignment["id"], "volunteer": { "id": assignment["volunteer"]["id"] } }),
            "it is still there for those who name it"
        );
        let before = data["volunteers"]["totalCount"].as_u64().unwrap();
        assert_eq!(after["volunteers"]["totalCount"], json!(before - 1));
        assert_eq!(after["gone"]["totalCount"], json!(0));
        assert!(after["found"]["nodes"][0]["archivedAt"].is_string());
        assert!(after["all"]["totalCount"].as_u64().unwrap() >= before);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_row_is_found_by_its_identifier_in_three_ways() {
    for app in App::each().await {
        for of in types() {
            let role = match of.name {
                "Student" | "Guardian" | "Guardianship" | "Enrolment" | "Class" => "teacher",
                "User" | "Membership" | "NoticeReceipt" => "administrator",
                _ => "coordinator",
            };
            let role = if of.name.starts_with("Partnership") {
                "administrator"
            } else {
                role
            };
            let data = app
                .data(
                    role,
                    &format!("{{ {}(first: 2) {{ nodes {{ id version }} }} }}", of.plural),
                )
                .await;
            let found = nodes(&data[of.plural])
                .last()
                .unwrap_or_else(|| panic!("{role} sees no {}", of.name))
                .clone();
            let query = format!(
                "query($id: ID!) {{ node(id: $id) {{ __typename id ... on {0} {{ version }} }} nodes(ids: [$id, \"x\", $id]) {{ id ... on {0} {{ version }} }} {1}(id: $id) {{ id version }} list: {2}(where: {{ id: {{ in: [$id, \"x\"] }} }}) {{ totalCount nodes {{ id version }} }} }}",
                of.name, of.singular, of.plural
            );
            let data = app
                .data_with(role, &query, json!({ "id": found["id"] }))
                .await;
            assert_eq!(
                data["node"],
                json!({ "__typename": of.name, "id": found["id"], "version": found["version"] })
            );
            assert_eq!(data["nodes"], json!([found, null, found]));
            assert_eq!(data[of.singular], found);
            assert_eq!(data["list"], json!({ "totalCount": 1, "nodes": [found] }));
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_names_no_row_that_one_sees_is_null_without_error() {
    for app in App::each().await {
        let hidden = app
            .data("teacher", "{ students(first: 1) { nodes { id } } }")
            .await;
        let hidden = nodes(&hidden["students"])[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let unknown = id("Student", Uuid::from_u128(7));
        let other = app
            .data("coordinator", "{ shifts(first: 1) { nodes { id } } }")
            .await;
        let other = nodes(&other["shifts"])[0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let upper = {
            use base64::Engine as _;
            use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
            let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(&other).unwrap()).unwrap();
            let (name, hex) = plain.split_once(':').unwrap();
            [
                URL_SAFE_NO_PAD.encode(format!("{name}:{}", hex.to_uppercase())),
                URL_SAFE_NO_PAD.encode(format!("{name}:{}", row(&json!(other)))),
                URL_SAFE_NO_PAD.encode(format!("shift:{hex}")),
                URL_SAFE_NO_PAD.encode(format!("{name}:{hex}:")),
                URL_SAFE_NO_PAD.encode(format!("Nothing:{hex}")),
                STANDARD.encode(format!("{name}:{hex} ")),
                hex.to_owned(),
            ]
        };
        let mut wrong: Vec<Value> = vec![
            json!(hidden),
            json!(unknown),
            json!(""),
            json!(" "),
            json!("陳"),
            json!("x".repeat(5000)),
            json!(5),
            json!(-1),
            json!(format!("{other}=")),
            json!(format!(" {other}")),
        ];
        wrong.extend(upper.iter().map(|text| json!(text)));
        for value in wrong {
            let query = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } student(id: $id) { id } shift(id: $id) { id } students(where: { id: { eq: $id } }) { totalCount } }";
            let answer = app
                .ask_with("coordinator", query, json!({ "id": value }))
                .await;
            let nothing = json!({ "node": null, "nodes": [null], "student": null, "shift": null, "students": { "totalCount": 0 } });
            assert!(answer.get("errors").is_none(), "{value}: {answer}");
            assert_eq!(answer["data"], nothing, "{value}");
        }
        // What is hidden answers like what is not there, byte for byte.
        let ask = async |id: &str| {
            let query = "query($id: ID!) { node(id: $id) { id ... on Student { nameZh guardianships { totalCount } } } student(id: $id) { nameZh } }";
            app.ask_with("coordinator", query, json!({ "id": id }))
                .await
                .to_string()
        };
        assert_eq!(ask(&hidden).await, ask(&unknown).await);
        // An identifier of another type names nothing there.
        let data = app.data_with("coordinator", "query($id: ID!) { student(id: $id) { id } shift(id: $id) { id } projects(where: { id: { eq: $id } }) { totalCount } }", json!({ "id": other })).await;
        assert_eq!(
            data,
            json!({ "student": null, "shift": { "id": other }, "projects": { "totalCount": 0 } })
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn the_viewer_is_a_node_too_for_itself() {
    let app = App::sqlite().await;
    for role in ["administrator", "partner", "anonymous"] {
        let data = app
            .data(role, "{ viewer { __typename id kind policyVersion } }")
            .await;
        let query = "query($id: ID!) { node(id: $id) { __typename id ... on Viewer { kind policyVersion } } nodes(ids: [$id]) { id } }";
        let found = app
            .data_with(role, query, json!({ "id": data["viewer"]["id"] }))
            .await;
        assert_eq!(found["node"], data["viewer"], "{role}");
        assert_eq!(found["nodes"], json!([{ "id": data["viewer"]["id"] }]));
        let other = app
            .data_with("guardian", query, json!({ "id": data["viewer"]["id"] }))
            .await;
        assert_eq!(other, json!({ "node": null, "nodes": [null] }), "{role}");
    }
    app.database.close().await;
}

#[tokio::test]
async fn nodes_takes_a_hundred_identifiers() {
    let app = App::sqlite().await;
    let ask = async |count: usize| {
        let ids: Vec<String> = (0..count)
            .map(|n| id("Tag", Uuid::from_u128(n as u128)))
            .collect();
        app.ask_with(
            "administrator",
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({ "ids": ids }),
        )
        .await
    };
    assert_eq!(
        ask(100).await["data"]["nodes"].as_array().unwrap().len(),
        100
    );
    assert_eq!(ask(0).await["data"]["nodes"], json!([]));
    let answer = ask(101).await;
    assert_eq!(code(&answer), "LIMIT_EXCEEDED");
    assert_eq!(answer["data"], json!({ "nodes": null }));
    app.database.close().await;
}

#[tokio::test]
async fn a_cursor_ends_when_its_order_is_no_longer_what_one_sees() {
    for app in App::each().await {
        let list = |after: &Value, field: &str| {
            format!(
                "{{ volunteers(first: 30, after: {after}, orderBy: [{{ field: {field} }} {{ field: HOURS }}]) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
            )
        };
        let cursor = async |field: &str| {
            let data = app.data("coordinator", &list(&Value::Null, field)).await;
            data["volunteers"]["pageInfo"]["endCursor"].clone()
        };
        let account = app.data("coordinator", "{ viewer { user { id } } }").await;
        let account = literal(&app, row(&account["viewer"]["user"]["id"]));
        let become_ = async |role: &str| {
            let sql = format!(
                "UPDATE membership SET role = '{role}' WHERE account_id = {account} AND role IN ('COORDINATOR', 'PRIVACY_OFFICER')"
            );
            tamper(&app, &sql).await;
        };
        // A coordinator sees telephone numbers and no birth dates; a privacy officer sees neither.
        for (before, after) in [
            ("COORDINATOR", "PRIVACY_OFFICER"),
            ("PRIVACY_OFFICER", "COORDINATOR"),
        ] {
            become_(before).await;
            let held = cursor("PHONE").await;
            become_(after).await;
            let answer = app.ask("coordinator", &list(&held, "PHONE")).await;
            assert_eq!(
                code(&answer),
                "BAD_CURSOR",
                "{} {before}",
                app.database.name
            );
            become_(before).await;
            let answer = app.data("coordinator", &list(&held, "PHONE")).await;
            assert_eq!(
                nodes(&answer["volunteers"]).len(),
                30,
                "as before it is good"
            );
        }
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
