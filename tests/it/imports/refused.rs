//! Rows and files that are refused, and who may not import.

use entity::organisation;
use kaifong::import::{self, Reason};
use kaifong::policy::{Lens, Policies};
use kaifong::store::import::LoadError;
use kaifong::viewer::Viewer;
use sea_orm::{EntityTrait, QueryOrder};

use super::{holidays, of, projects, rejected, run, schedule, schools, tags};
use crate::databases::{TestDatabase, fixture};

#[tokio::test]
async fn nobody_imports_without_the_permit_for_it() {
    let app = TestDatabase::sqlite().await;
    let file = fixture("import/schools.csv");
    let wrong = of("Tag", run("edb"));
    let refused = schools(&app.db, &file, wrong).await;
    assert!(matches!(refused, Err(LoadError::Unpermitted)));
    let policies = Policies::shipped().unwrap();
    let organisations = kaifong::catalogue::find("Organisation").unwrap();
    let deed = organisations.deed("import").unwrap();
    for viewer in [Viewer::job("cleaning"), Viewer::anonymous()] {
        let lens = Lens::new(policies.clone(), viewer).unwrap();
        assert!(lens.permit_bulk(organisations, deed).is_err());
    }
    app.close().await;
}

#[tokio::test]
async fn a_bad_row_is_rejected_alone_with_its_line_and_reason() {
    let test = TestDatabase::sqlite().await;
    let db = &test.db;
    let report = schools(db, &fixture("import/schools-bad.csv"), run("edb")).await;
    let report = report.unwrap();
    assert_eq!(
        rejected(&report),
        [
            (3, Reason::InvalidUtf8),
            (4, Reason::FieldCount),
            (5, Reason::BadCoordinate),
            (6, Reason::BadCoordinate),
            (7, Reason::DuplicateId),
            (8, Reason::EmptyField),
            (9, Reason::EmptyField),
            (10, Reason::ControlCharacter),
            (11, Reason::BadQuote),
            (14, Reason::BadQuote),
        ],
        "{report}"
    );
    assert_eq!(report.inserted, 3);
    let kept = organisation::Entity::find()
        .order_by_asc(organisation::Column::ExternalId)
        .all(db)
        .await
        .unwrap();
    let kept: Vec<_> = kept
        .iter()
        .map(|row| (row.external_id.as_deref(), row.address_en.as_deref()))
        .collect();
    assert_eq!(
        kept,
        [
            (Some("910000000001"), Some("4 SAMPLE LANE")),
            (Some("910000000009"), Some("5 SAMPLE LANE LAMMA ISLAND")),
            (Some("910000000011"), Some("4 SAMPLE LANE")),
        ]
    );

    let [canteen, _] = projects(db).await;
    let report = schedule(db, &fixture("import/shifts-bad.csv"), canteen.id, run("s")).await;
    let report = report.unwrap();
    assert_eq!(
        rejected(&report),
        [
            (3, Reason::BadDate),
            (4, Reason::BadDate),
            (5, Reason::BadDuration),
            (6, Reason::BadDuration),
            (7, Reason::EmptyField),
            (8, Reason::DuplicateId),
            (9, Reason::FieldCount),
        ],
        "{report}"
    );

    let report = holidays(db, &fixture("import/holidays-bad-en.json"), run("h")).await;
    let report = report.unwrap();
    assert_eq!(
        rejected(&report),
        [
            (3, Reason::BadDate),
            (4, Reason::InvalidUtf8),
            (5, Reason::BadJson),
            (6, Reason::BadJson),
            (7, Reason::BadJson),
            (8, Reason::DuplicateId),
            (9, Reason::EmptyField),
        ],
        "{report}"
    );
    assert_eq!(report.inserted, 2);

    let report = tags(db, &fixture("import/tags-bad.csv"), run("t")).await;
    let report = report.unwrap();
    assert_eq!(
        rejected(&report),
        [
            (3, Reason::EmptyField),
            (4, Reason::DuplicateId),
            (5, Reason::FieldCount),
            (6, Reason::EmptyField),
        ],
        "{report}"
    );
    assert_eq!(report.inserted, 2);
}

#[tokio::test]
async fn a_file_with_a_wrong_header_is_refused_whole() {
    let header = |text: &str| match import::shifts(text.as_bytes()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(
        header("uid,start,place,project,task_type,title,language\n"),
        "the column `duration` is missing from the header row"
    );
    assert_eq!(
        header("uid,start,duration,place,project,task_type,title,language,uid\n"),
        "the column `uid` occurs twice in the header row"
    );
    assert_eq!(header(""), "the file is empty: a header row is expected");
    assert_eq!(
        header("\u{feff}language,title,task_type,project,place,duration,start,uid,more\n"),
        "accepted"
    );
}
