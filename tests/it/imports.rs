//! Imports, from the file to the rows, on both databases.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{holiday, organisation, project, shift, tag};
use kaifong::catalogue::TYPES;
use kaifong::import::{self, Reason, Report};
use kaifong::policy::{Lens, Permit, Policies};
use kaifong::store::import::{
    LoadError, Run, load_holidays, load_organisations, load_shifts, load_tags,
};
use kaifong::viewer::Viewer;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::databases::{TestDatabase, fixture, shared};

fn noon() -> DateTime<Utc> {
    "2026-03-02T04:00:00Z".parse().unwrap()
}

pub fn run(source: &str) -> Run<'_> {
    Run {
        source,
        now: noon(),
        dry_run: false,
        permit: permit("Organisation"),
    }
}

/// The permit of the internal job `import` for a type, from the shipped policies.
fn permit(of: &str) -> &'static Permit {
    static PERMITS: OnceLock<HashMap<&str, Permit>> = OnceLock::new();
    let made = || {
        let lens = Lens::new(Policies::shipped().unwrap(), Viewer::job("import")).unwrap();
        let types = TYPES
            .iter()
            .filter_map(|of| Some((of.name, *of, of.deed("import")?)));
        types
            .map(|(name, of, deed)| (name, lens.permit_bulk(of, deed).unwrap()))
            .collect()
    };
    &PERMITS.get_or_init(made)[of]
}

/// The same run, for a type.
pub fn of<'a>(of: &str, run: Run<'a>) -> Run<'a> {
    Run {
        permit: permit(of),
        ..run
    }
}

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

fn open(path: &Path) -> BufReader<File> {
    BufReader::new(File::open(path).unwrap())
}

fn counts(report: &Report) -> (u64, u64, u64, usize) {
    (
        report.inserted,
        report.updated,
        report.unchanged,
        report.rejected.len(),
    )
}

fn rejected(report: &Report) -> Vec<(u64, Reason)> {
    report.rejected.iter().map(|r| (r.line, r.code)).collect()
}

async fn schools(db: &DatabaseConnection, path: &Path, run: Run<'_>) -> Result<Report, LoadError> {
    load_organisations(db, import::schools(open(path))?, run, &mut |_| {}).await
}

pub async fn schedule(
    db: &DatabaseConnection,
    path: &Path,
    project: Uuid,
    run: Run<'_>,
) -> Result<Report, LoadError> {
    load_shifts(
        db,
        import::shifts(open(path))?,
        project,
        None,
        of("Shift", run),
        &mut |_| {},
    )
    .await
}

async fn holidays(db: &DatabaseConnection, path: &Path, run: Run<'_>) -> Result<Report, LoadError> {
    let language = import::language_of(path)?;
    load_holidays(
        db,
        import::holidays(open(path), language)?,
        of("Holiday", run),
        &mut |_| {},
    )
    .await
}

async fn tags(db: &DatabaseConnection, path: &Path, run: Run<'_>) -> Result<Report, LoadError> {
    let vocabulary = import::vocabulary_of(path).unwrap();
    let run = of("Tag", run);
    load_tags(db, import::tags(open(path), vocabulary)?, run, &mut |_| {}).await
}

/// Two projects of one organisation.
async fn projects(db: &DatabaseConnection) -> [project::Model; 2] {
    let organisation = organisation::ActiveModel {
        id: Set(Uuid::new_v4()),
        kind: Set("NGO".to_owned()),
        created_at: Set(noon()),
        updated_at: Set(noon()),
        revision: Set(1),
        ..Default::default()
    };
    let organisation = organisation.insert(db).await.unwrap();
    let mut made = Vec::new();
    for category in ["CANTEEN", "VISIT"] {
        let project = project::ActiveModel {
            id: Set(Uuid::new_v4()),
            organisation_id: Set(organisation.id),
            category: Set(category.to_owned()),
            status: Set("ACTIVE".to_owned()),
            created_at: Set(noon()),
            updated_at: Set(noon()),
            revision: Set(1),
            ..Default::default()
        };
        made.push(project.insert(db).await.unwrap());
    }
    made.try_into().ok().unwrap()
}

#[tokio::test]
async fn every_real_school_loads_and_loads_again_unchanged() {
    let Some(file) = shared("data/hk-schools.csv") else {
        return;
    };
    for test in TestDatabase::each().await {
        let db = &test.db;
        let first = schools(db, &file, run("edb")).await.unwrap();
        assert_eq!(counts(&first), (3641, 0, 0, 0), "{}", test.name);
        let second = schools(db, &file, run("edb")).await.unwrap();
        assert_eq!(counts(&second), (0, 0, 3641, 0), "{}", test.name);
        assert_eq!(organisation::Entity::find().count(db).await.unwrap(), 3641);
        let school = organisation::Entity::find()
            .filter(organisation::Column::ExternalId.eq("115584000223"))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(school.name_zh.as_deref(), Some("培基小學"));
        assert_eq!(school.telephone.as_deref(), Some("+852 2602 5353"));
        assert_eq!(school.district.as_deref(), Some("Sha Tin"));
        assert_eq!(school.kind, "SCHOOL");
        assert_eq!(school.latitude, Some(22.40016765));
        test.close().await;
    }
}

#[tokio::test]
async fn every_real_shift_holiday_and_tag_loads() {
    let (Some(schedule_file), Some(holiday_files), Some(vocabularies)) = (
        shared("data/camp2019-shifts.csv"),
        shared("data/holidays"),
        shared("data/volunteer-classifications"),
    ) else {
        return;
    };
    for test in TestDatabase::each().await {
        let db = &test.db;
        let [canteen, _] = projects(db).await;
        for expected in [(79, 0, 0, 0), (0, 0, 79, 0)] {
            let report = schedule(db, &schedule_file, canteen.id, run("camp")).await;
            assert_eq!(counts(&report.unwrap()), expected, "{}", test.name);
        }
        let opening = shift::Entity::find()
            .filter(shift::Column::ExternalId.eq("a0a0fcfe-b7fb-46e3-84b6-97a5406016b4"))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(opening.starts_at.to_rfc3339(), "2019-08-21T09:00:00+00:00");
        assert_eq!(opening.ends_at - opening.starts_at, TimeDelta::minutes(30));
        assert_eq!(opening.tags, r#"["track:CCC"]"#);

        let names = ["hk-en.json", "hk-tc.json", "hk-sc.json"];
        let expected = [(258, 0, 0, 0), (0, 258, 0, 0), (0, 257, 0, 0)];
        for (name, expected) in names.into_iter().zip(expected) {
            let report = holidays(db, &holiday_files.join(name), run("1823")).await;
            assert_eq!(counts(&report.unwrap()), expected, "{name}");
        }
        for (name, rows) in names.into_iter().zip([258, 258, 257]) {
            let report = holidays(db, &holiday_files.join(name), run("1823")).await;
            assert_eq!(counts(&report.unwrap()), (0, 0, rows, 0), "{name}");
        }

        let mut loaded = 0;
        for entry in std::fs::read_dir(&vocabularies).unwrap() {
            let path = entry.unwrap().path();
            let report = tags(db, &path, run("opencioc")).await.unwrap();
            // one has a row of commas, one an `œ` that became a control character on its way
            let expected = match path.file_name().and_then(|name| name.to_str()) {
                Some("interestgroup.csv") => vec![(36, Reason::EmptyField)],
                Some("interest.csv") => vec![(83, Reason::ControlCharacter)],
                _ => vec![],
            };
            assert_eq!(rejected(&report), expected, "{report}");
            let again = tags(db, &path, run("opencioc")).await.unwrap();
            assert_eq!(again.unchanged, report.inserted);
            loaded += report.inserted;
        }
        assert_eq!(tag::Entity::find().count(db).await.unwrap(), loaded);
        test.close().await;
    }
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

#[tokio::test]
async fn an_import_changes_only_what_its_source_speaks_of() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let file = fixture("import/schools.csv");
        let report = schools(db, &file, run("edb")).await.unwrap();
        assert_eq!(counts(&report), (4, 0, 0, 0));
        let find = || {
            let named = organisation::Column::ExternalId.eq("900001000123");
            organisation::Entity::find().filter(named).one(db)
        };
        let mut row = find().await.unwrap().unwrap().into_active_model();
        row.telephone = Set(None);
        row.website = Set(Some("https://school.example.org".to_owned()));
        row.revision = Set(2);
        row.update(db).await.unwrap();

        let later = Run {
            now: noon() + TimeDelta::hours(1),
            ..run("edb")
        };
        let report = schools(db, &file, later).await.unwrap();
        assert_eq!(counts(&report), (0, 1, 3, 0), "{}", test.name);
        let row = find().await.unwrap().unwrap();
        assert_eq!(row.telephone.as_deref(), Some("+852 2000 0001"));
        assert_eq!(row.website.as_deref(), Some("https://school.example.org"));
        assert_eq!((row.revision, row.updated_at), (3, later.now));
        assert_eq!(row.created_at, noon());

        let report = schools(db, &file, run("another list")).await.unwrap();
        assert_eq!(counts(&report), (4, 0, 0, 0), "{}", test.name);
        test.close().await;
    }
}

#[tokio::test]
async fn a_dry_run_reports_and_keeps_nothing() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let dry = Run {
            dry_run: true,
            ..run("edb")
        };
        let report = schools(db, &fixture("import/schools.csv"), dry).await;
        let report = report.unwrap();
        assert_eq!(counts(&report), (4, 0, 0, 0), "{}", test.name);
        assert!(report.to_string().ends_with("(dry run: nothing was kept)"));
        assert_eq!(organisation::Entity::find().count(db).await.unwrap(), 0);
        test.close().await;
    }
}

#[tokio::test]
async fn a_failed_run_leaves_nothing_half_done() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let file = fixture("import/schools.csv");
        let rows = import::schools(open(&file)).unwrap().cycle_ids(1200);
        let broken = rows.chain([Err(std::io::Error::other("the disk is gone").into())]);
        let mut seen = 0;
        let result = load_organisations(db, broken, run("edb"), &mut |report| {
            seen = report.inserted;
        })
        .await;
        assert!(matches!(result, Err(LoadError::File(_))));
        assert_eq!(seen, 1000, "two batches went in before the failure");
        assert_eq!(organisation::Entity::find().count(db).await.unwrap(), 0);
        test.close().await;
    }
}

/// Many records from a few, each with an id of its own.
trait CycleIds: Sized {
    fn cycle_ids(
        self,
        count: usize,
    ) -> std::vec::IntoIter<Result<import::Parsed<import::OrganisationRecord>, import::ImportError>>;
}

impl<I> CycleIds for I
where
    I: Iterator<Item = Result<import::Parsed<import::OrganisationRecord>, import::ImportError>>,
{
    fn cycle_ids(
        self,
        count: usize,
    ) -> std::vec::IntoIter<Result<import::Parsed<import::OrganisationRecord>, import::ImportError>>
    {
        let all: Vec<_> = self.map(Result::unwrap).collect();
        let many = all.iter().cycle().take(count).enumerate().map(|(at, one)| {
            let mut one = one.clone();
            if let import::Parsed::Record { record, .. } = &mut one {
                record.external_id = format!("id-{at}");
            }
            Ok(one)
        });
        many.collect::<Vec<_>>().into_iter()
    }
}

#[tokio::test]
async fn a_shift_keeps_its_project_and_the_tags_it_was_given() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let [canteen, visits] = projects(db).await;
        let file = fixture("import/shifts.csv");
        let report = schedule(db, &file, canteen.id, run("plan")).await.unwrap();
        assert_eq!(counts(&report), (4, 0, 0, 0));
        let find = |id: &str| {
            let named = shift::Column::ExternalId.eq(id);
            shift::Entity::find().filter(named).one(db)
        };
        let camp = find("s-3").await.unwrap().unwrap();
        assert_eq!(camp.ends_at - camp.starts_at, TimeDelta::hours(26));
        assert_eq!(camp.tags, r#"["track:Camp, outdoor"]"#);
        assert_eq!(camp.organisation_id, canteen.organisation_id);
        let mut changed = camp.into_active_model();
        changed.tags = Set(r#"["skill:first-aid","track:Camp, outdoor"]"#.to_owned());
        changed.needed = Set(8);
        changed.update(db).await.unwrap();
        let report = schedule(db, &file, canteen.id, run("plan")).await.unwrap();
        assert_eq!(counts(&report), (0, 0, 4, 0), "{}", test.name);

        let report = schedule(db, &file, visits.id, run("plan")).await.unwrap();
        assert_eq!(report.inserted, 0);
        assert!(
            report
                .rejected
                .iter()
                .all(|r| r.code == Reason::OtherProject)
        );
        assert_eq!(report.rejected.len(), 4);

        let unknown = schedule(db, &file, Uuid::nil(), run("plan")).await;
        assert!(matches!(unknown, Err(LoadError::UnknownProject(_))));
        let records = import::shifts(open(&file)).unwrap();
        let other = Some(Uuid::nil());
        let foreign = load_shifts(
            db,
            records,
            canteen.id,
            other,
            of("Shift", run("plan")),
            &mut |_| {},
        )
        .await;
        assert!(matches!(foreign, Err(LoadError::ForeignProject { .. })));
        test.close().await;
    }
}

#[tokio::test]
async fn names_in_three_languages_meet_in_one_holiday() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let english = fixture("import/hk-en.json");
        let mut files = vec![english.clone()];
        files.extend(
            import::sibling_languages(&english)
                .into_iter()
                .map(|(_, path)| path),
        );
        assert_eq!(files.len(), 3);
        for file in &files {
            holidays(db, file, run("gov")).await.unwrap();
        }
        let all = holiday::Entity::find()
            .order_by_asc(holiday::Column::Date)
            .all(db)
            .await
            .unwrap();
        let names: Vec<_> = all
            .iter()
            .map(|day| {
                let name = |name: &Option<String>| name.clone().unwrap_or_default();
                [
                    name(&day.name_en),
                    name(&day.name_zh),
                    name(&day.name_zh_hans),
                ]
            })
            .collect();
        assert_eq!(names.len(), 3, "{}", test.name);
        assert_eq!(
            names[1],
            ["Lunar New Year's Day", "農曆年初一", "农历年初一"]
        );
        assert_eq!(names[2], ["Christmas Day", "聖誕節", ""]);
        test.close().await;
    }
}

#[tokio::test]
async fn tags_are_found_again_by_vocabulary_and_code() {
    for test in TestDatabase::each().await {
        let db = &test.db;
        let file = fixture("import/task.csv");
        let first = tags(db, &file, run("house")).await.unwrap();
        let second = tags(db, &file, run("a new name")).await.unwrap();
        assert_eq!(counts(&first), (3, 0, 0, 0));
        assert_eq!(counts(&second), (0, 0, 3, 0));
        let records = import::tags(open(&file), "another").unwrap();
        let other = load_tags(db, records, of("Tag", run("house")), &mut |_| {}).await;
        assert_eq!(counts(&other.unwrap()), (3, 0, 0, 0), "{}", test.name);
        let dishes = tag::Entity::find()
            .filter(tag::Column::Vocabulary.eq("task"))
            .filter(tag::Column::Code.eq("DISHES"))
            .one(db)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(dishes.parent_code.as_deref(), Some("KITCHEN;CLEANING"));
        test.close().await;
    }
}

#[test]
fn a_load_can_run_on_any_thread() {
    fn sendable<T: Send>(_: &T) {}
    let db = DatabaseConnection::default();
    let records = import::schools(open(&fixture("import/schools.csv"))).unwrap();
    let mut progress = |_: &Report| {};
    sendable(&load_organisations(&db, records, run("edb"), &mut progress));
}
