//! The command line: what would go is told, what is not there is said, and nothing happens unasked.

use std::process::Output;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use uuid::Uuid;

use crate::process::kaifong;
use crate::scratch::Scratch;

fn run(scratch: &Scratch, arguments: &[&str]) -> Output {
    kaifong(scratch, arguments, &[]).output().unwrap()
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_person_goes_by_command_and_again_from_a_backup() {
    let scratch = Scratch::new();
    assert!(run(&scratch, &["migrate"]).status.success());
    let none = run(&scratch, &["erasure", "export"]);
    assert!(!none.status.success() && said(&none).contains("nobody was erased yet"));
    let file = scratch.path("kaifong-data/kaifong.db");
    let url = format!("sqlite:{}", file.display());
    let terms = kaifong::store::Terms::default();
    let db = kaifong::store::connect(&url, terms).await.unwrap();
    let (school, person) = (Uuid::new_v4(), Uuid::new_v4());
    let day = "'2020-01-01T00:00:00+00:00'";
    for insert in [
        format!(
            "INSERT INTO organisation (id, created_at, updated_at, kind, name_en) VALUES (X'{}', {day}, {day}, 'NGO', 'Harbour')",
            school.simple()
        ),
        format!(
            "INSERT INTO volunteer (id, created_at, updated_at, organisation_id, status, name_zh) VALUES (X'{}', {day}, {day}, X'{}', 'LEFT', '甲乙')",
            person.simple(),
            school.simple()
        ),
    ] {
        db.execute_unprepared(&insert).await.unwrap();
    }
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .unwrap();
    let backup = std::fs::read(&file).unwrap();
    let count = async |db: &sea_orm::DatabaseConnection| -> i64 {
        let statement =
            Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) FROM volunteer");
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    };
    let dry = run(&scratch, &["retention", "run", "--dry-run"]);
    let line: Value =
        serde_json::from_slice(&dry.stdout).unwrap_or_else(|_| panic!("{}", said(&dry)));
    assert_eq!(
        (&line["subject"], &line["done"], &line["dryRun"]),
        (&"LEFT_VOLUNTEERS".into(), &1.into(), &true.into())
    );
    let record = format!("Volunteer:{person}");
    let told = run(
        &scratch,
        &[
            "erasure",
            "person",
            &record,
            "--ground",
            "request",
            "--dry-run",
        ],
    );
    assert!(
        told.status.success() && said(&told).contains("assignment.volunteer_id\tTAKEN_OUT\t0"),
        "{}",
        said(&told)
    );
    assert_eq!(count(&db).await, 1, "nothing was done");
    let erase = ["erasure", "person", &record, "--ground", "request"];
    let done = run(&scratch, &erase);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(count(&db).await, 0);
    assert!(
        !run(&scratch, &erase).status.success(),
        "there is nobody any more"
    );
    let export = run(&scratch, &["erasure", "export"]);
    let kept = scratch.file("erasures.json", &String::from_utf8(export.stdout).unwrap());
    db.close().await.unwrap();
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    std::fs::write(&file, backup).unwrap();
    let replay = ["erasure", "replay", kept.to_str().unwrap()];
    let done = run(&scratch, &replay);
    assert_eq!(
        said(&done),
        "1 erased again, 0 held and left, 1 erasures learnt\n"
    );
    assert_eq!(
        said(&run(&scratch, &replay)),
        "0 erased again, 0 held and left, 0 erasures learnt\n"
    );
    let terms = kaifong::store::Terms::default();
    let db = kaifong::store::connect(&url, terms).await.unwrap();
    assert_eq!(count(&db).await, 0);
    db.close().await.unwrap();
}
