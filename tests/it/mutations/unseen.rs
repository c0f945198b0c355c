//! Versions and rows that one does not see: neither shows in an answer.

use kaifong::catalogue::DeedScope;
use serde_json::json;
use uuid::Uuid;

use super::{deed, done, one, organisation, pair, stopped};
use crate::app::{App, ROLES};
use crate::asking::{id, nodes, row, space_input, types};

#[tokio::test]
async fn a_stale_version_is_refused_and_what_one_does_not_see_makes_none_stale() {
    for app in App::each().await {
        let arguments =
            "where: { project: { nameEn: { contains: \"Canteen\" } }, progress: { eq: OPEN } }";
        let seen = one(&app, "partner_edit", "shifts", arguments, "").await;
        let version = async |who: &str| {
            let data = app
                .data_with(
                    who,
                    "query($id: ID!) { shift(id: $id) { version } }",
                    json!({ "id": seen["id"] }),
                )
                .await;
            data["shift"]["version"].clone()
        };
        let partner = version("partner").await;
        let coordinator = version("coordinator").await;
        assert_ne!(partner, seen["version"]);
        // A note that the partners do not see.
        done(
            &app,
            "coordinator",
            "shiftChange",
            "",
            &json!({ "id": seen["id"], "internalNote": "只限內部", "version": coordinator }),
        )
        .await;
        assert_ne!(version("coordinator").await, coordinator);
        assert_eq!(version("partner_edit").await, seen["version"]);
        assert_eq!(version("partner").await, partner);
        let stale = json!({ "id": seen["id"], "place": "x", "version": coordinator });
        assert_eq!(
            stopped(&app, "coordinator", "shiftChange", &stale).await,
            [pair("STALE", "version")]
        );
        let changed = done(
            &app,
            "partner_edit",
            "shiftChange",
            "",
            &json!({ "id": seen["id"], "progress": "IN_PROGRESS", "version": seen["version"] }),
        )
        .await;
        assert_eq!(changed["version"], version("partner_edit").await);
        // Progress is not part of what the read-only partner sees; the place is.
        assert_eq!(version("partner").await, partner);
        done(
            &app,
            "coordinator",
            "shiftChange",
            "",
            &json!({ "id": seen["id"], "place": "別處" }),
        )
        .await;
        assert_ne!(version("partner").await, partner);
        for name in ["shiftChange", "shiftAssign"] {
            let mut input = json!({ "id": seen["id"], "version": seen["version"] });
            if name == "shiftAssign" {
                input["volunteerId"] =
                    one(&app, "partner_edit", "volunteers", "", "").await["id"].clone();
            }
            assert_eq!(
                stopped(&app, "partner_edit", name, &input).await,
                [pair("STALE", "version")]
            );
            input["version"] = json!("");
            assert_eq!(
                stopped(&app, "partner_edit", name, &input).await,
                [pair("STALE", "version")]
            );
        }
        for name in ["shiftChange", "shiftArchive"] {
            let input = json!({ "id": seen["id"], "version": coordinator });
            assert_eq!(
                stopped(&app, "coordinator", name, &input).await,
                [pair("STALE", "version")]
            );
        }
        let notice = one(
            &app,
            "coordinator",
            "notices",
            "where: { status: { eq: DRAFT } }",
            "",
        )
        .await;
        done(
            &app,
            "coordinator",
            "noticeChange",
            "",
            &json!({ "id": notice["id"], "titleEn": "x", "version": notice["version"] }),
        )
        .await;
        let old = json!({ "id": notice["id"], "version": notice["version"] });
        for name in ["noticeChange", "noticePublish", "noticeArchive"] {
            assert_eq!(
                stopped(&app, "coordinator", name, &old).await,
                [pair("STALE", "version")]
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_row_that_one_does_not_see_answers_like_one_that_is_not_there() {
    for app in App::each().await {
        let mut hidden_rows = 0;
        for role in ROLES.iter().copied().chain(["anonymous"]) {
            for ty in types() {
                let query = format!(
                    "{{ {}(first: 1000, includeArchived: true) {{ nodes {{ id }} }} }}",
                    ty.plural
                );
                let data = app.data(role, &query).await;
                let seen: Vec<Uuid> = nodes(&data[ty.plural])
                    .iter()
                    .map(|node| row(&node["id"]))
                    .collect();
                let hidden = first_beyond(&app, ty.table, &seen).await;
                let Some(hidden) = hidden.filter(|_| seen.len() < 1000) else {
                    continue;
                };
                hidden_rows += 1;
                let unknown = Uuid::from_u128(hidden.as_u128() ^ 1);
                for deed in ty
                    .deeds
                    .iter()
                    .filter(|deed| deed.scope == DeedScope::Existing && !deed.looks)
                {
                    let name = format!(
                        "{}{}{}",
                        ty.singular,
                        deed.name[..1].to_uppercase(),
                        &deed.name[1..]
                    );
                    let mut answers = Vec::new();
                    for row in [hidden, unknown] {
                        let mut input = json!({ "id": id(ty.name, row), "version": "x" });
                        match deed.name {
                            "giveConsent" => input["textId"] = json!(id("ConsentText", hidden)),
                            "withdrawConsent" => input["purpose"] = json!("SCORING"),
                            _ => {}
                        }
                        if deed.name == "assign" {
                            input["volunteerId"] = json!(id("Volunteer", hidden));
                        }
                        if ty.name == "Space" {
                            let [organisation, project] =
                                ["Organisation", "Project"].map(|of| id(of, hidden));
                            let more = space_input(deed.name, &organisation, &project);
                            let more = more.as_object().unwrap().clone();
                            input.as_object_mut().unwrap().extend(more);
                        }
                        assert_eq!(
                            stopped(&app, role, &name, &input).await,
                            [pair("NOT_FOUND", "id")],
                            "{role}"
                        );
                        answers.push(self::deed(&app, role, &name, "", &input).await.to_string());
                    }
                    assert_eq!(answers[0], answers[1], "{role} {name}");
                }
                // As what an input leads to, too.
                if role == "coordinator" && matches!(ty.name, "Project" | "Department") {
                    let field = format!("{}Id", ty.singular);
                    for row in [hidden, unknown] {
                        let input = match ty.name {
                            "Project" => {
                                json!({ "projectId": id(ty.name, row), "startsAt": "2027-01-01T00:00:00Z", "endsAt": "2027-01-01T01:00:00Z" })
                            }
                            _ => {
                                json!({ "organisationId": id("Organisation", organisation(role)), "category": "x", "departmentId": id(ty.name, row) })
                            }
                        };
                        let name = if ty.name == "Project" {
                            "shiftCreate"
                        } else {
                            "projectCreate"
                        };
                        assert_eq!(
                            stopped(&app, role, name, &input).await,
                            [pair("NOT_FOUND", &field)]
                        );
                    }
                }
            }
        }
        assert!(hidden_rows > 50, "{hidden_rows}");
        // What is no identifier at all, or one of another type.
        let shift = one(&app, "coordinator", "shifts", "", "").await["id"].clone();
        for wrong in [
            json!(""),
            json!("x"),
            json!(7),
            json!(id("Shift", Uuid::nil())),
            shift,
        ] {
            assert_eq!(
                stopped(
                    &app,
                    "coordinator",
                    "projectChange",
                    &json!({ "id": wrong })
                )
                .await,
                [pair("NOT_FOUND", "id")]
            );
        }
        app.database.close().await;
    }
}

/// The first row of a table that is not among these.
async fn first_beyond(app: &App, table: &str, seen: &[Uuid]) -> Option<Uuid> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = &app.database.db;
    let sql = format!("SELECT id FROM {table} ORDER BY id");
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    let seen: std::collections::HashSet<&Uuid> = seen.iter().collect();
    let ids = rows
        .iter()
        .map(|row| row.try_get_by_index::<Uuid>(0).unwrap());
    ids.into_iter().find(|id| !seen.contains(id))
}
