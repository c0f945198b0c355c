//! One run after another, without consequences, and broken off.

use chrono::TimeDelta;
use entity::organisation;
use kaifong::import::{self, Report};
use kaifong::store::import::{LoadError, Run, load_organisations};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter,
};

use super::{counts, noon, open, run, schools};
use crate::databases::{TestDatabase, fixture};

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

#[test]
fn a_load_can_run_on_any_thread() {
    fn sendable<T: Send>(_: &T) {}
    let db = DatabaseConnection::default();
    let records = import::schools(open(&fixture("import/schools.csv"))).unwrap();
    let mut progress = |_: &Report| {};
    sendable(&load_organisations(&db, records, run("edb"), &mut progress));
}
