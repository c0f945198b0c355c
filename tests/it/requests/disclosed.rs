//! That a copy was given is in the log, and to whom the data went is in the copy.

use std::collections::BTreeSet;

use kaifong::graphql::{ExportForm, Unexported};
use kaifong::rights::html::Language;
use serde_json::{Value, json};

use super::copy::entries;
use super::{answered, asks, break_log, copy, done, fetch, own};
use crate::app::App;
use crate::asking::{literal, nodes, row, tamper};
use crate::audit::logged::{about_persons, entries as logged, last, views};

const LOG: &str = "query($id: ID!) { disclosures(record: $id, first: 100) { nodes { records full masked roles } } }";
const SEES: &str = "query($id: ID!) { volunteer(id: $id) { nameZh phone } }";

/// The names of everything that any of these showed in full.
fn full(given: &[Value]) -> BTreeSet<&str> {
    let all = given.iter().flat_map(|one| one["full"].as_array().unwrap());
    all.filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn the_person_finds_in_the_log_who_fetched_the_copy_and_what_it_told() {
    for app in App::each().await {
        let mine = own(&app).await;
        let request = answered(&app).await;
        for role in ["volunteer", "privacy_officer"] {
            let before = last(app.graph.store()).await;
            let told = copy(&app, role, &request).await;
            let mut known = BTreeSet::new();
            for (_, entry) in logged(app.graph.store(), before).await {
                let views = views(&app, &entry).await;
                known.extend(views.into_iter().map(|((of, id), _)| (of, id)));
            }
            for entry in told["entries"].as_array().unwrap() {
                let of = entry["type"].as_str().unwrap();
                if about_persons(of) {
                    let there = (of.to_owned(), row(&entry["id"]));
                    assert!(known.contains(&there), "{role}: {entry}");
                }
            }
        }
        for language in [Language::English, Language::Chinese] {
            let form = ExportForm::Html(language);
            fetch(&app, "privacy_officer", &request, form)
                .await
                .unwrap();
        }
        let read = app.data_with("volunteer", LOG, json!({ "id": mine })).await;
        let read = nodes(&read["disclosures"]);
        let mut copies = read
            .iter()
            .filter(|one| full(&[(*one).clone()]).contains("Volunteer.copy"));
        let newest = copies.next().unwrap();
        assert_eq!(newest["roles"], json!(["PRIVACY_OFFICER"]));
        for name in [
            "Volunteer.phone",
            "Volunteer.healthRemark",
            "Assignment.status",
        ] {
            assert!(
                full(std::slice::from_ref(newest)).contains(name),
                "{name}: {newest}"
            );
        }
        // The officer three times, the person once.
        let roles: Vec<_> = copies
            .map(|one| one["roles"][0].as_str().unwrap())
            .collect();
        assert_eq!(roles, ["PRIVACY_OFFICER", "PRIVACY_OFFICER", "VOLUNTEER"]);
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_a_copy_leaves_out_is_not_logged_as_shown() {
    for app in App::each().await {
        let request = asks(&app).await;
        let input =
            json!({ "id": request, "reasons": "x", "withheld": ["Assignment", "Volunteer.phone"] });
        done(&app, "privacy_officer", "dataRequestAnswerPartly", input).await;
        let mine = own(&app).await;
        app.data_with("coordinator", SEES, json!({ "id": mine }))
            .await;
        let before = last(app.graph.store()).await;
        let told = copy(&app, "volunteer", &request).await;
        for (_, entry) in logged(app.graph.store(), before).await {
            for part in entry.parts() {
                assert_ne!(part.of, "Assignment");
                let phone = part
                    .full
                    .iter()
                    .chain(&part.masked)
                    .any(|name| name == "phone");
                assert!(part.of != "Volunteer" || !phone);
            }
        }
        // Nor is it told that it was shown to anybody.
        let given = told["disclosures"]["entries"].as_array().unwrap();
        let names = full(given);
        assert!(names.contains("Volunteer.nameZh"), "{names:?}");
        assert!(
            !names
                .iter()
                .any(|name| name.starts_with("Assignment.") || *name == "Volunteer.phone")
        );
        // All of it can be left out.
        let request = asks(&app).await;
        let input = json!({ "id": request, "reasons": "x", "withheld": ["Disclosure"] });
        done(&app, "privacy_officer", "dataRequestAnswerPartly", input).await;
        let told = copy(&app, "volunteer", &request).await;
        assert_eq!(told["disclosures"], Value::Null);
        assert_eq!(told["request"]["withheld"], json!(["Disclosure"]));
        let form = ExportForm::Html(Language::English);
        let page = fetch(&app, "volunteer", &request, form).await.unwrap();
        assert!(
            !page.contains("To whom your data was shown") && page.ends_with("</body></html>\n")
        );
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_copy_that_cannot_be_logged_is_not_given() {
    for app in App::each().await {
        let me = literal(&app, row(&own(&app).await));
        let request = answered(&app).await;
        break_log(&app, true).await;
        for form in [ExportForm::Json, ExportForm::Html(Language::Chinese)] {
            let claims = app.claims("volunteer");
            let none = app
                .graph
                .export(claims.as_ref(), request.as_str().unwrap(), form)
                .await;
            assert_eq!(none.err(), Some(Unexported::Failed), "not a byte of it");
        }
        break_log(&app, false).await;
        // A copy of several parts breaks off where the next cannot be logged.
        let random = match app.database.name {
            "SQLite" => "randomblob(16)",
            _ => "gen_random_uuid()",
        };
        tamper(&app, &format!("INSERT INTO certificate (id, organisation_id, volunteer_id, skill, title, created_at, updated_at) SELECT {random}, v.organisation_id, v.id, 'x', 'many', v.created_at, v.created_at FROM volunteer v, (SELECT 1 FROM assignment LIMIT 300) AS many WHERE v.id = {me}")).await;
        let claims = app.claims("volunteer");
        let export = app
            .graph
            .export(claims.as_ref(), request.as_str().unwrap(), ExportForm::Json);
        let mut export = export.await.unwrap();
        assert!(export.next().await.unwrap().is_some());
        break_log(&app, true).await;
        assert_eq!(export.next().await.unwrap_err(), Unexported::Failed);
        break_log(&app, false).await;
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_copy_says_to_whom_the_data_went_and_names_nobody_whom_its_reader_does_not_know() {
    for app in App::each().await {
        let mine = own(&app).await;
        app.data_with("coordinator", SEES, json!({ "id": mine }))
            .await;
        app.data_with("privacy_officer", SEES, json!({ "id": mine }))
            .await;
        let names = "{ viewer { user { id nameZh nameEn } } }";
        let coordinator = app.data("coordinator", names).await["viewer"]["user"].take();
        let me = app.data("volunteer", names).await["viewer"]["user"].take();
        app.data_with(
            "administrator",
            "query($u: ID!) { user(id: $u) { nameZh } }",
            json!({ "u": me["id"] }),
        )
        .await;
        let request = answered(&app).await;
        let told = copy(&app, "volunteer", &request).await;
        let list = &told["disclosures"];
        let given = list["entries"].as_array().unwrap();
        assert_eq!(
            (&list["count"], &list["complete"]),
            (&json!(given.len()), &json!(true))
        );
        assert!(list["note"]["en"].is_string() && !list["note"]["zh"].as_str().unwrap().is_ascii());
        let seen = given.iter().find(|one| {
            one["roles"] == json!(["COORDINATOR"])
                && one["full"] == json!(["Volunteer.nameZh", "Volunteer.phone"])
        });
        let seen = seen.unwrap_or_else(|| panic!("{list}"));
        assert_eq!(seen["viewerKind"], "USER");
        assert_eq!(seen["by"], json!({ "called": [], "known": "HIDDEN" }));
        assert!(seen["organisations"][0]["called"][0].is_string(), "{seen}");
        let masked = given
            .iter()
            .find(|one| one["masked"] == json!(["Volunteer.nameZh"]));
        assert_eq!(masked.unwrap()["roles"], json!(["PRIVACY_OFFICER"]));
        for name in ["nameZh", "nameEn"] {
            assert!(
                !list
                    .to_string()
                    .contains(coordinator[name].as_str().unwrap()),
                "{name}"
            );
        }
        // Oneself one knows; and of the account it is told to nobody else.
        assert!(
            given.iter().any(|one| one["by"] == json!({ "you": true })),
            "{list}"
        );
        assert!(full(given).contains("User.nameZh"));
        let officer = copy(&app, "privacy_officer", &request).await;
        let officer = officer["disclosures"]["entries"].as_array().unwrap();
        let account = |one: &&Value| {
            one["full"]
                .as_array()
                .unwrap()
                .iter()
                .chain(one["masked"].as_array().unwrap())
                .any(|name| name.as_str().unwrap().starts_with("User."))
        };
        assert!(officer.iter().find(account).is_none());
        assert!(full(officer).contains("Volunteer.phone"));
        // The same on the pages.
        for (language, words) in [
            (
                Language::English,
                [
                    "To whom your data was shown 你的資料曾向誰披露",
                    "coordinator 統籌",
                    "volunteer: phone 義工：電話",
                ],
            ),
            (
                Language::Chinese,
                [
                    "你的資料曾向誰披露 To whom your data was shown",
                    "統籌 coordinator",
                    "義工：電話 volunteer: phone",
                ],
            ),
        ] {
            let page = fetch(&app, "volunteer", &request, ExportForm::Html(language))
                .await
                .unwrap();
            for words in words {
                assert!(page.contains(words), "{words}");
            }
            assert!(!page.contains(coordinator["nameEn"].as_str().unwrap()));
        }
        // The reading of the log by the copies is in the log.
        let read = app.data_with("volunteer", LOG, json!({ "id": mine })).await;
        assert!(full(nodes(&read["disclosures"])).contains("Volunteer.disclosures"));
        assert!(!entries(&told, "Volunteer").is_empty());
        app.database.close().await;
    }
}

#[tokio::test]
async fn of_very_many_the_newest_are_told_and_that_these_are_not_all() {
    for app in App::each().await {
        let mine = own(&app).await;
        for _ in 0..1001 {
            app.data_with("coordinator", SEES, json!({ "id": mine }))
                .await;
        }
        let request = answered(&app).await;
        let claims = app.claims("volunteer");
        let export = app
            .graph
            .export(claims.as_ref(), request.as_str().unwrap(), ExportForm::Json);
        let (mut export, mut text, mut longest) = (export.await.unwrap(), String::new(), 0);
        while let Some(part) = export.next().await.unwrap() {
            longest = longest.max(part.matches("\"viewerKind\":").count());
            text.push_str(&part);
        }
        assert!(longest <= 200, "{longest}");
        let told: Value = serde_json::from_str(&text).unwrap();
        let list = &told["disclosures"];
        assert_eq!(
            (&list["count"], &list["complete"]),
            (&json!(1000), &json!(false))
        );
        assert_eq!(list["entries"].as_array().unwrap().len(), 1000);
        assert!(
            list["note"]["en"]
                .as_str()
                .unwrap()
                .starts_with("This is not all")
        );
        let form = ExportForm::Html(Language::Chinese);
        let page = fetch(&app, "volunteer", &request, form).await.unwrap();
        assert!(page.contains("此清單並不完整") && page.contains("This is not all"));
        app.database.close().await;
    }
}
