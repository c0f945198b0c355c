//! What the officer is told: the matrix, and why.

use chrono::Utc;
use kaifong::catalogue::find;
use kaifong::demo::{self, DemoToken, holders};
use migration::{Migrator, MigratorTrait};
use serde_json::Value;
use uuid::Uuid;

use super::{change, copy, json, policy, stdout};
use crate::scratch::Scratch;

/// The account or the share of a role of the demo.
fn holder(role: &str) -> Uuid {
    let all = holders();
    match &all.iter().find(|h| h.role == role).unwrap().kind {
        DemoToken::User { account_id, .. } => *account_id,
        DemoToken::Partner { share_ids, .. } => share_ids[0],
    }
}

/// The demo in the database of a folder.
async fn demo_in(scratch: &Scratch) -> demo::Demo {
    let file = scratch.path("kaifong-data/kaifong.db");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let url = format!("sqlite:{}?mode=rwc", file.display());
    let db = sea_orm::Database::connect(&url).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let now = Utc::now();
    demo::load(&db, now).await.unwrap();
    db.close().await.unwrap();
    demo::people(now)
}

fn explained(scratch: &Scratch, who: &str, record: &str, field: &str) -> Value {
    let arguments = ["explain", "--as", who, "--record", record, "--field", field];
    let output = policy(scratch, &[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    json(&output)
}

#[tokio::test]
async fn an_answer_is_explained_with_its_policies_and_the_nearest_yes() {
    let scratch = Scratch::new();
    let demo = demo_in(&scratch).await;
    let administers = |m: &&entity::membership::Model| m.account_id == holder("coordinator");
    let own = demo
        .memberships
        .iter()
        .find(administers)
        .unwrap()
        .organisation_id;
    let theirs = |v: &&entity::volunteer::Model| v.organisation_id == own;
    let (inside, outside) = (
        demo.volunteers.iter().find(theirs).unwrap().id,
        demo.volunteers.iter().find(|v| !theirs(v)).unwrap().id,
    );
    let coordinator = holder("coordinator").to_string();
    let ids = |value: &Value| -> Vec<String> {
        let list = value.as_array().unwrap().iter();
        list.map(|p| p["id"].as_str().unwrap().to_owned()).collect()
    };

    // by the id of the graph, and by type and uuid
    let global = kaifong::graphql::encode_id(find("Volunteer").unwrap(), inside);
    for record in [global, format!("Volunteer:{inside}")] {
        let told = explained(&scratch, &coordinator, &record, "phone");
        assert_eq!(told["answer"], "full");
        assert_eq!(
            ids(&told["steps"][1]["by"]),
            ["coordinator-sees-volunteers"]
        );
        assert!(
            told["steps"][1]["by"][0]["zh"]
                .as_str()
                .unwrap()
                .contains("統籌")
        );
        assert_eq!(told["nearest"], serde_json::json!([]));
    }

    // another organisation's is not there; what would have to be true is said
    let told = explained(
        &scratch,
        &coordinator,
        &format!("Volunteer:{outside}"),
        "phone",
    );
    assert_eq!(told["answer"], "hidden");
    assert_eq!(told["steps"].as_array().unwrap().len(), 1, "{told}");
    let near = &told["nearest"];
    assert!(
        near.to_string().contains("coordinator-sees-volunteers"),
        "{near}"
    );
    let near = near.as_array().unwrap().iter();
    let near = near
        .clone()
        .find(|n| n["policy"]["id"] == "coordinator-sees-volunteers")
        .unwrap();
    let clauses = near["clauses"].as_array().unwrap();
    assert_eq!(clauses[0]["truth"], "true");
    assert_eq!(clauses[1]["truth"], "false");
    assert_eq!(
        clauses[1]["en"],
        "the record's `organisation` would have to be among the organisations that the viewer \
         coordinates, of which there are 1"
    );

    // what is forbidden is told as such, with its exception
    let told = explained(
        &scratch,
        &coordinator,
        &format!("Volunteer:{inside}"),
        "healthRemark",
    );
    assert_eq!(told["answer"], "hidden");
    let near = &told["nearest"][0];
    assert_eq!(near["forbids"], true);
    assert_eq!(
        near["policy"]["id"],
        "health-stays-with-the-person-and-the-guardian"
    );

    // deeds and settings, and who is not signed in
    let told = explained(
        &scratch,
        &coordinator,
        &format!("Volunteer:{inside}"),
        "archive",
    );
    assert_eq!(told["answer"], "refused");
    assert_eq!(
        told["nearest"][0]["policy"]["id"],
        "administrator-keeps-volunteers-records"
    );
    let told = explained(&scratch, "nobody", &format!("Volunteer:{inside}"), "there");
    assert_eq!(told["answer"], "hidden");
    assert_eq!(told["nearest"][0]["policy"]["id"], "anonymous-sees-nothing");

    // a share
    let share = holder("partner").to_string();
    let told = explained(
        &scratch,
        &share,
        &format!("Volunteer:{inside}"),
        "identityNumber",
    );
    assert_eq!(told["answer"], "hidden");

    // for a person at the keyboard
    let record = format!("Volunteer:{inside}");
    let arguments = [
        "explain",
        "--as",
        &coordinator,
        "--record",
        &record,
        "--field",
        "phone",
    ];
    let text = stdout(&policy(&scratch, &arguments));
    assert!(text.contains("Volunteer.phone: full 完整"), "{text}");
    assert!(text.contains("coordinator-sees-volunteers"), "{text}");

    // what is not there is an error, not an answer
    for (who, record, field) in [
        ("somebody", record.as_str(), "phone"),
        (coordinator.as_str(), "Volunteer:7", "phone"),
        (coordinator.as_str(), record.as_str(), "fone"),
        (
            "00000000-0000-0000-0000-000000000007",
            record.as_str(),
            "phone",
        ),
    ] {
        let output = policy(
            &scratch,
            &["explain", "--as", who, "--record", record, "--field", field],
        );
        assert_eq!(output.status.code(), Some(1), "{who} {record} {field}");
        assert!(output.stdout.is_empty());
    }

    // the same people in the matrix
    let output = policy(
        &scratch,
        &[
            "matrix",
            "--as",
            &coordinator,
            "--type",
            "Volunteer",
            "--format",
            "json",
        ],
    );
    assert_eq!(
        cell(&json(&output), "phone", &coordinator),
        "F organisation / –"
    );
}

fn cell(matrix: &Value, name: &str, viewer: &str) -> String {
    let viewers = matrix["viewers"].as_array().unwrap();
    let at = viewers.iter().position(|v| v == viewer).unwrap();
    let mut lines = matrix["lines"].as_array().unwrap().iter();
    let line = lines
        .find(|l| l["name"] == name && l["sort"] == "sees")
        .unwrap();
    line["cells"][at].as_str().unwrap().to_owned()
}

#[test]
fn the_matrix_of_the_roles_says_what_was_decided() {
    let scratch = Scratch::new();
    let output = policy(
        &scratch,
        &["matrix", "--type", "Volunteer", "--format", "json"],
    );
    let matrix = json(&output);
    for (name, viewer, expected) in [
        ("list", "anonymous", "–"),
        ("phone", "anonymous", "–"),
        ("nameZh", "administrator", "F organisation / –"),
        ("nameZh", "privacy officer", "M organisation / –"),
        ("identityNumber", "administrator", "M organisation / –"),
        ("identityNumber", "coordinator", "–"),
        ("healthRemark", "administrator", "–"),
        ("healthRemark", "volunteer", "F volunteer / –"),
        ("nameZh", "partner", "M rosteredIn / –"),
        ("phone", "partner", "–"),
        ("phone", "guardian", "–"),
    ] {
        assert_eq!(cell(&matrix, name, viewer), expected, "{viewer}: {name}");
    }
    assert!(
        scratch.path("").read_dir().unwrap().next().is_none(),
        "nothing is left behind"
    );
}

#[test]
fn the_matrix_is_written_as_a_page_and_for_a_spreadsheet() {
    let scratch = Scratch::new();
    for name in ["m.html", "m.csv", "m.json"] {
        let output = policy(&scratch, &["matrix", "--output", name]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert!(stdout(&output).is_empty());
    }
    let read = |name| std::fs::read_to_string(scratch.path(name)).unwrap();
    let (page, sheet) = (read("m.html"), read("m.csv"));
    let matrix: Value = serde_json::from_str(&read("m.json")).unwrap();
    let lines = matrix["lines"].as_array().unwrap().len();
    assert_eq!(page.matches("<th scope=\"row\">").count(), lines);
    assert!(page.contains("<th scope=\"col\">privacy officer</th>"));
    assert!(
        !page.contains("http") && !page.contains("<script"),
        "no outside address"
    );
    let mut rows = csv::Reader::from_reader(sheet.as_bytes());
    assert_eq!(rows.records().map(Result::unwrap).count(), lines);
}

#[test]
fn what_a_change_does_is_told_cell_by_cell() {
    let scratch = Scratch::new();
    let set = copy(&scratch);
    let same = policy(&scratch, &["matrix", "set", "--against", "shipped"]);
    assert_eq!(stdout(&same), "nothing differs 沒有分別\n");
    // team leaders no longer see skills
    change(
        &set,
        "volunteers.cedar",
        "     Action::\"skills\",\n     Action::\"contactMasked\",",
        "     Action::\"contactMasked\",",
    );
    let output = policy(&scratch, &["matrix", "set", "--against", "shipped"]);
    assert_eq!(
        stdout(&output),
        "Volunteer.skills, team leader: F rosteredIn, volunteer / –  →  F volunteer / –\n"
    );
}
