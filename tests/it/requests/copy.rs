//! The copy of everything that is held on a person.

use std::collections::BTreeSet;

use kaifong::graphql::{ExportForm, Unexported};
use kaifong::rights::html::Language;
use serde_json::{Value, json};

use super::{answered, asks, copy, done, fetch, own, stands};
use crate::app::{App, ROLES};
use crate::asking::{id, literal, nodes, number, row, tamper};

const HTML: ExportForm = ExportForm::Html(Language::English);

pub(super) fn entries<'a>(copy: &'a Value, of: &str) -> Vec<&'a Value> {
    let all = copy["entries"].as_array().unwrap().iter();
    all.filter(|entry| entry["type"] == of).collect()
}

pub(super) fn field<'a>(entry: &'a Value, name: &str) -> &'a Value {
    let fields = entry["fields"].as_array().unwrap();
    fields
        .iter()
        .find(|field| field["name"] == name)
        .unwrap_or_else(|| panic!("{name}: {entry}"))
}

#[tokio::test]
async fn a_person_has_everything_that_is_held_and_nothing_of_others() {
    for app in App::each().await {
        let mine = own(&app).await;
        let me = literal(&app, row(&mine));
        tamper(
            &app,
            &format!("UPDATE volunteer SET internal_notes = '準時可靠' WHERE id = {me}"),
        )
        .await;
        let seen = app
            .data_with(
                "volunteer",
                "query($v: ID!) { volunteer(id: $v) { nameZh identityNumber healthRemark } }",
                json!({ "v": mine }),
            )
            .await;
        let request = answered(&app).await;
        let told = copy(&app, "volunteer", &request).await;
        assert_eq!(told["format"], "kaifong-personal-data");
        assert_eq!(told["count"], told["entries"].as_array().unwrap().len());
        let record = entries(&told, "Volunteer");
        assert_eq!(record.len(), 1);
        assert_eq!(record[0]["id"], mine);
        for name in ["nameZh", "identityNumber", "healthRemark"] {
            assert_eq!(
                field(record[0], name)["value"],
                seen["volunteer"][name],
                "{name}"
            );
        }
        // What coordinators wrote is held on the person, though no screen shows it to them.
        assert_eq!(field(record[0], "internalNotes")["value"], "準時可靠");
        assert_eq!(
            field(record[0], "phone")["label"],
            json!({ "en": "phone", "zh": "電話" })
        );
        assert_eq!(field(record[0], "user")["you"], true);
        for (of, table, column) in [
            ("Assignment", "assignment", "volunteer_id"),
            ("Consent", "consent", "volunteer_id"),
            ("Certificate", "certificate", "volunteer_id"),
        ] {
            let held = number(
                &app,
                &format!("SELECT COUNT(*) FROM {table} WHERE {column} = {me}"),
            )
            .await;
            assert_eq!(entries(&told, of).len() as i64, held, "{of}");
        }
        for of in [
            "User",
            "Membership",
            "DataRequest",
            "DataRequestStep",
            "Consent",
            "Assignment",
        ] {
            assert!(!entries(&told, of).is_empty(), "{of}");
        }
        // No other volunteer is in it, in full or otherwise.
        let all = app
            .data(
                "coordinator",
                "{ volunteers(first: 1000) { nodes { id nameZh nameEn phone } } }",
            )
            .await;
        let text = told.to_string();
        let name = seen["volunteer"]["nameZh"].as_str().unwrap();
        let others = nodes(&all["volunteers"]).iter().filter(|v| v["id"] != mine);
        let mut looked = 0;
        for other in others {
            for value in ["nameZh", "phone"]
                .iter()
                .filter_map(|name| other[name].as_str())
            {
                assert!(value == name || !text.contains(value), "{value}");
                looked += 1;
            }
        }
        assert!(looked > 50, "{looked}");
        let step = &stands(&app, "volunteer", &request).await["steps"];
        assert_eq!(nodes(step).last().unwrap()["deed"], "EXPORT");
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_guardian_has_the_childs_data_and_not_that_of_other_families() {
    for app in App::each().await {
        let children = app
            .data(
                "guardian",
                "{ students { nodes { id nameZh } } guardians { nodes { id } } }",
            )
            .await;
        let child = &nodes(&children["students"])[0];
        // Another guardian of the same child, whom the one who asks does not see.
        let student = literal(&app, row(&child["id"]));
        let own: BTreeSet<&str> = nodes(&children["guardians"])
            .iter()
            .map(|g| g["id"].as_str().unwrap())
            .collect();
        let mine = literal(&app, row(&json!(own.first().unwrap())));
        tamper(&app, &format!("UPDATE guardianship SET student_id = {student} WHERE id IN (SELECT id FROM guardianship WHERE guardian_id <> {mine} AND student_id <> {student} LIMIT 1)")).await;
        // The demo's officer, at the school.
        let moved = format!(
            "UPDATE membership SET organisation_id = (SELECT organisation_id FROM student WHERE id = {student}) \
             WHERE role = 'PRIVACY_OFFICER'"
        );
        tamper(&app, &moved).await;
        let input = json!({ "kind": "ACCESS", "studentId": child["id"] });
        let request = done(&app, "guardian", "dataRequestOpen", input).await["id"].clone();
        done(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;
        for role in ["guardian", "privacy_officer"] {
            let told = copy(&app, role, &request).await;
            assert_eq!(
                field(entries(&told, "Student")[0], "nameZh")["value"],
                child["nameZh"]
            );
            let bonds = entries(&told, "Guardianship");
            let known: BTreeSet<_> = bonds
                .iter()
                .map(|bond| field(bond, "guardian")["known"].as_str().unwrap())
                .collect();
            // The other guardian is nobody whom this one sees, whoever fetches the copy; and the
            // office borrows nobody's eyes.
            let own = if role == "guardian" { "FULL" } else { "MASKED" };
            assert_eq!(known, BTreeSet::from([own, "HIDDEN"]), "{role}: {bonds:?}");
            for bond in bonds {
                let relation = field(bond, "relation")["known"].as_str().unwrap();
                let hidden = field(bond, "guardian")["known"] == "HIDDEN";
                assert!(!hidden || relation == "HIDDEN", "{role}: {bond}");
            }
            assert!(
                entries(&told, "Guardian").is_empty() && entries(&told, "Volunteer").is_empty()
            );
            let text = told.to_string();
            let names = "SELECT name_zh FROM student WHERE id <> ";
            let statement = sea_orm::Statement::from_string(
                sea_orm::ConnectionTrait::get_database_backend(&app.database.db),
                format!("{names}{student}"),
            );
            let others = sea_orm::ConnectionTrait::query_all_raw(&app.database.db, statement)
                .await
                .unwrap();
            assert!(others.len() > 10);
            for other in others {
                let name: String = other.try_get_by_index(0).unwrap();
                assert!(
                    json!(name) == child["nameZh"] || !text.contains(&name),
                    "{name}"
                );
            }
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn no_copy_leaves_before_the_answer_nor_to_others() {
    for app in App::each().await {
        let request = asks(&app).await;
        let mut steps = 1;
        let unanswered = |found: Result<String, Unexported>| {
            assert_eq!(found.unwrap_err(), Unexported::Unanswered)
        };
        unanswered(fetch(&app, "volunteer", &request, HTML).await);
        for role in ROLES.into_iter().chain(["anonymous"]) {
            if ["volunteer", "privacy_officer"].contains(&role) {
                continue;
            }
            for answered in [false, true] {
                if answered && steps == 1 {
                    done(
                        &app,
                        "privacy_officer",
                        "dataRequestAnswer",
                        json!({ "id": request }),
                    )
                    .await;
                    steps = 2;
                }
                let missing = if role == "anonymous" {
                    Unexported::Nobody
                } else {
                    Unexported::Missing
                };
                let nothing = json!(id("DataRequest", uuid::Uuid::nil()));
                for asked in [&request, &nothing, &json!("x"), &own(&app).await] {
                    let found = fetch(&app, role, asked, ExportForm::Json).await;
                    assert_eq!(found.unwrap_err(), missing, "{role}");
                }
            }
        }
        // Nothing of it is in the trail.
        let now = stands(&app, "volunteer", &request).await;
        assert_eq!(nodes(&now["steps"]).len(), 2);
        let refused = asks(&app).await;
        let input =
            json!({ "id": refused, "ground": "REPEATED", "reasons": "x", "particulars": "x" });
        done(&app, "privacy_officer", "dataRequestRefuse", input).await;
        unanswered(fetch(&app, "volunteer", &refused, HTML).await);
        let withdrawn = asks(&app).await;
        done(
            &app,
            "volunteer",
            "dataRequestWithdraw",
            json!({ "id": withdrawn }),
        )
        .await;
        unanswered(fetch(&app, "volunteer", &withdrawn, HTML).await);
        app.database.close().await;
    }
}

#[tokio::test]
async fn a_partial_answer_leaves_out_what_it_says() {
    for app in App::each().await {
        let request = asks(&app).await;
        let partly = |withheld: Value| json!({ "id": request, "reasons": "其餘稍後提供。", "withheld": withheld });
        let wrong = super::stopped(
            &app,
            "privacy_officer",
            "dataRequestAnswerPartly",
            partly(json!(["Nothing"])),
        )
        .await;
        assert_eq!(wrong, (json!("INVALID"), json!("withheld")));
        let input = partly(json!(["Assignment", "Volunteer.internalNotes"]));
        done(&app, "privacy_officer", "dataRequestAnswerPartly", input).await;
        let told = copy(&app, "volunteer", &request).await;
        assert_eq!(told["request"]["reasons"], "其餘稍後提供。");
        assert_eq!(told["request"]["answered"], "PARTLY");
        assert!(entries(&told, "Assignment").is_empty());
        let record = entries(&told, "Volunteer")[0];
        let names: Vec<_> = record["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| &f["name"])
            .collect();
        assert!(names.contains(&&json!("nameZh")) && !names.contains(&&json!("internalNotes")));
        // The rest follows.
        done(
            &app,
            "privacy_officer",
            "dataRequestAnswer",
            json!({ "id": request }),
        )
        .await;
        let told = copy(&app, "volunteer", &request).await;
        assert!(!entries(&told, "Assignment").is_empty());
        assert_eq!(told["request"]["withheld"], json!([]));
        app.database.close().await;
    }
}

#[tokio::test]
async fn what_people_are_called_is_never_markup() {
    for app in App::each().await {
        let mine = own(&app).await;
        let me = literal(&app, row(&mine));
        let evil = "</title><script src=//x></script><img onerror=x>\"\"";
        tamper(
            &app,
            &format!(
                "UPDATE volunteer SET name_en = '{evil}', internal_notes = '{evil}' WHERE id = {me}"
            ),
        )
        .await;
        tamper(
            &app,
            &format!("UPDATE organisation SET name_zh = '{evil}', name_en = '{evil}'"),
        )
        .await;
        tamper(&app, &format!("UPDATE shift SET title = '{evil}'")).await;
        let request = answered(&app).await;
        for language in [Language::English, Language::Chinese] {
            let page = fetch(&app, "volunteer", &request, ExportForm::Html(language))
                .await
                .unwrap();
            for markup in [
                "<script",
                "<img",
                "</title><script",
                "http:",
                "https:",
                "src=",
                "href=",
            ] {
                let shown = page.replace("&lt;script src=//x&gt;", "");
                assert!(!shown.contains(markup), "{markup}");
            }
            assert!(page.contains("&lt;script src=//x&gt;"));
            assert_eq!(
                page.matches("<section>").count(),
                page.matches("</section>").count()
            );
            assert!(
                page.contains("備註")
                    && page.contains("internal notes")
                    && page.ends_with("</body></html>\n")
            );
        }
        app.database.close().await;
    }
}

#[tokio::test]
async fn however_much_there_is_it_leaves_in_parts() {
    for app in App::each().await {
        let me = literal(&app, row(&own(&app).await));
        let (numbers, random) = match app.database.name {
            "SQLite" => (
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n",
                "randomblob(16)",
            ),
            _ => (
                "SELECT i FROM generate_series(1, 5000) AS g(i)",
                "gen_random_uuid()",
            ),
        };
        tamper(&app, &format!("INSERT INTO certificate (id, organisation_id, volunteer_id, skill, title, created_at, updated_at) SELECT {random}, v.organisation_id, v.id, 'x', 'many', v.created_at, v.created_at FROM volunteer v, ({numbers}) AS many WHERE v.id = {me}")).await;
        let request = answered(&app).await;
        let claims = app.claims("volunteer");
        let export = app
            .graph
            .export(claims.as_ref(), request.as_str().unwrap(), ExportForm::Json);
        let mut export = export.await.unwrap();
        let (mut text, mut longest) = (String::new(), 0);
        while let Some(part) = export.next().await.unwrap() {
            longest = longest.max(part.matches("\"recordedAt\"").count());
            text.push_str(&part);
        }
        assert_eq!(longest, 200);
        let told: Value = serde_json::from_str(&text).unwrap();
        let certificates = entries(&told, "Certificate");
        let distinct: BTreeSet<_> = certificates
            .iter()
            .map(|c| c["id"].as_str().unwrap())
            .collect();
        assert!(distinct.len() >= 5000 && distinct.len() == certificates.len());
        app.database.close().await;
    }
}
