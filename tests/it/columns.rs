//! What is fetched: the columns that are asked for and those that a policy needs, and no others.

use std::collections::BTreeSet;
use std::sync::Arc;

use kaifong::catalogue::TYPES;
use kaifong::policy::{Column, Layout, Lens, Policies};
use kaifong::viewer::{self, Claimed};
use serde_json::json;

use crate::app::App;
use crate::asking::{Log, nodes, of, policies, row};
use crate::databases::TestDatabase;

/// The lens of a role under the shipped policies.
async fn lens(app: &App, role: &str) -> Arc<Lens> {
    let claims = app.claims(role).unwrap();
    let claimed = match claims.typ {
        viewer::TokenKind::User => Claimed::User {
            subject: &claims.sub,
        },
        viewer::TokenKind::Partner => Claimed::Partner {
            subject: &claims.sub,
            shares: &claims.shares,
            scope: claims.scope.as_deref(),
        },
    };
    let viewer = viewer::assemble(Some(claimed), app.graph.store(), app.now)
        .await
        .unwrap();
    Arc::new(Lens::new(Policies::shipped().unwrap(), viewer).unwrap())
}

/// What a layout of these fields fetches, in words.
fn fetched(lens: &Arc<Lens>, ty: &str, fields: &[&str]) -> BTreeSet<String> {
    let mut layout = Layout::new(of(ty), lens);
    for name in fields {
        layout.field(of(ty).field(name).unwrap());
    }
    let named = |column: &Column| match column {
        Column::Field(field) => field.name.to_owned(),
        Column::Target(field) => format!("target {}", field.name),
        Column::Attribute(attribute) => format!("attribute {}", attribute.name),
        Column::Fact(_) => "fact".to_owned(),
    };
    assert!(!layout.needs_records(), "what ships needs no whole records");
    layout.columns().iter().map(named).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_layout_names_what_is_asked_for_and_what_decides_it() {
    let app = App::sqlite().await;
    // An administrator sees the names of all the volunteers that are there: nothing decides.
    let administrator = lens(&app, "administrator").await;
    assert_eq!(
        fetched(&administrator, "Volunteer", &["nameZh"]),
        set(&["nameZh"])
    );
    assert_eq!(
        fetched(&administrator, "Volunteer", &["nameZh", "nameZh", "phone"]),
        set(&["nameZh", "phone"])
    );
    assert_eq!(fetched(&administrator, "Volunteer", &[]), set(&[]));
    // Members also see shifts of branches, whose notes they do not: the organisation decides.
    assert_eq!(
        fetched(&administrator, "Shift", &["internalNote"]),
        set(&["internalNote", "attribute organisation"])
    );
    assert_eq!(
        fetched(&administrator, "Shift", &["internalNote", "title"]),
        set(&["internalNote", "title", "attribute organisation"])
    );
    assert_eq!(
        fetched(&administrator, "Shift", &["startsAt"]),
        set(&["startsAt"])
    );
    // A team leader sees contacts on the day of the shift: whether it is, is a fact of the row.
    let leader = lens(&app, "team_leader").await;
    assert!(fetched(&leader, "Volunteer", &["phone"]).is_superset(&set(&["phone", "fact"])));
    // A volunteer sees the own name in full and those of others masked.
    let volunteer = lens(&app, "volunteer").await;
    assert!(fetched(&volunteer, "Volunteer", &["nameZh"]).contains("nameZh"));
    // A relation is decided like a value, and a list costs no column.
    assert_eq!(
        fetched(&administrator, "Volunteer", &["assignments"]),
        set(&[])
    );
    assert_eq!(
        fetched(&administrator, "Volunteer", &["department"]),
        set(&["department"])
    );
    // Everything that is fetched is asked for or read by a policy.
    for role in crate::app::ROLES {
        let lens = lens(&app, role).await;
        for ty in TYPES {
            for field in ty.fields {
                let got = fetched(&lens, ty.name, &[field.name]);
                let others = got
                    .iter()
                    .filter(|name| !name.starts_with("attribute ") && *name != "fact");
                assert!(
                    others.into_iter().all(|name| name == field.name),
                    "{role} {}.{}: {got:?}",
                    ty.name,
                    field.name
                );
            }
        }
    }
    app.database.close().await;
}

/// The columns that the statements on a table select.
fn selected(log: &Log, table: &str) -> BTreeSet<String> {
    let from = format!(" FROM {table} ");
    let statements = log.take();
    let found: Vec<&String> = statements
        .iter()
        .filter(|sql| sql.contains(&from))
        .collect();
    assert!(!found.is_empty(), "{table} was asked: {statements:?}");
    let mut columns = BTreeSet::new();
    for sql in found {
        let select = sql.split(&from).next().unwrap();
        for word in select.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')) {
            if let Some((_, column)) = word.split_once('.') {
                columns.insert(column.to_owned());
            }
        }
    }
    columns
}

#[tokio::test]
async fn a_statement_selects_what_the_answer_needs_and_no_more() {
    for database in TestDatabase::each().await {
        let app = App::over(database, Policies::shipped().unwrap()).await;
        let log = Log::of(&app);
        for (role, query, table, expected) in [
            (
                "administrator",
                "{ volunteers { nodes { nameZh } } }",
                "volunteer",
                vec!["id", "name_zh"],
            ),
            (
                "administrator",
                "{ volunteers { nodes { id } } }",
                "volunteer",
                vec!["id"],
            ),
            (
                "administrator",
                "{ volunteers { nodes { __typename } } }",
                "volunteer",
                vec!["id"],
            ),
            (
                "administrator",
                "{ volunteers { edges { cursor } } }",
                "volunteer",
                vec!["id"],
            ),
            (
                "administrator",
                "{ volunteers { totalCount } }",
                "volunteer",
                vec![],
            ),
            (
                "administrator",
                "{ volunteers { nodes { a: phone b: phone ...F } } } fragment F on Volunteer { phone }",
                "volunteer",
                vec!["id", "phone"],
            ),
            (
                "administrator",
                "{ volunteers(orderBy: { field: HOURS }) { nodes { id } } }",
                "volunteer",
                vec!["id"],
            ),
            (
                "administrator",
                "{ volunteers(orderBy: { field: HOURS }) { pageInfo { endCursor } } }",
                "volunteer",
                vec!["id", "hours_total"],
            ),
            (
                "administrator",
                "{ volunteers(where: { phone: { contains: \"1\" } }) { nodes { nameEn } } }",
                "volunteer",
                vec!["id", "name_en"],
            ),
            (
                "administrator",
                "{ volunteers { nodes { nameZh phone @skip(if: true) ... @include(if: false) { email } } } }",
                "volunteer",
                vec!["id", "name_zh"],
            ),
            (
                "administrator",
                "{ shifts { nodes { internalNote } } }",
                "shift",
                vec!["id", "internal_note", "organisation_id"],
            ),
            (
                "administrator",
                "{ shifts { nodes { viewerCanArchive } } }",
                "shift",
                vec!["id", "organisation_id"],
            ),
            (
                "administrator",
                "{ shifts { nodes { project { nameZh } } } }",
                "project",
                vec!["id", "name_zh"],
            ),
            (
                "administrator",
                "{ shifts { nodes { project { nameZh } } } }",
                "shift",
                vec!["id", "project_id"],
            ),
            (
                "coordinator",
                "{ projects { nodes { shifts { nodes { place } } } } }",
                "shift",
                vec!["id", "place", "project_id"],
            ),
        ] {
            log.take();
            let data = app.data(role, query).await;
            assert!(
                data.as_object()
                    .unwrap()
                    .values()
                    .all(|list| list["totalCount"] != json!(0))
            );
            let expected: BTreeSet<String> = expected.into_iter().map(str::to_owned).collect();
            // The roster's derived conditions have columns of their own; these tables have none.
            assert_eq!(
                selected(&log, table),
                expected,
                "{} {query}",
                app.database.name
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_decides_a_cell_is_fetched_though_nobody_asked_for_it() {
    // Progress may be told where it is over, and notes of one project only.
    let text = "@id(\"rows\") @en(\"Rows.\") @zh(\"記錄。\") permit (principal, action in [Action::\"Shift.list\", Action::\"Shift.project\"], resource);
        @id(\"notes\") @en(\"Notes.\") @zh(\"備註。\") permit (principal, action == Action::\"Shift.internalNote\", resource) when { resource.progress == \"DONE\" };
        @id(\"place\") @en(\"Place.\") @zh(\"地點。\") permit (principal is User, action == Action::\"Shift.place\", resource) when { resource has department && principal.memberOf.contains(resource.organisation) };";
    let rules = policies(text);
    for database in TestDatabase::each().await {
        let app = App::over(database, Arc::clone(&rules)).await;
        let log = Log::of(&app);
        log.take();
        let query = "{ shifts(first: 1000) { nodes { id place internalNote progress department { id } } } }";
        let data = app.data("administrator", query).await;
        assert_eq!(
            selected(&log, "shift"),
            set(&[
                "id",
                "place",
                "internal_note",
                "progress",
                "department_id",
                "organisation_id"
            ])
        );
        let demo = kaifong::demo::people(app.now);
        let mut notes = 0;
        for node in nodes(&data["shifts"]) {
            let shift = demo
                .shifts
                .iter()
                .find(|shift| shift.id == row(&node["id"]))
                .unwrap();
            let note = (shift.progress == "DONE")
                .then(|| shift.internal_note.clone())
                .flatten();
            assert_eq!(node["internalNote"], json!(note));
            assert!(
                node["progress"].is_null() && node["department"].is_null(),
                "they decide, and are not shown"
            );
            notes += usize::from(note.is_some());
        }
        assert!(notes > 0);
        log.take();
        app.data("administrator", "{ shifts { nodes { internalNote } } }")
            .await;
        assert_eq!(
            selected(&log, "shift"),
            set(&["id", "internal_note", "progress"])
        );
        app.database.close().await;
    }
}
