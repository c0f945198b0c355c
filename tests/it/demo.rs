//! The demo in a database, on both.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{assignment, notice_receipt, organisation, volunteer};
use kaifong::demo::{load, people};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, PaginatorTrait};

use crate::databases::TestDatabase;

#[tokio::test]
async fn the_demo_loads_once_and_is_kept() {
    let now: DateTime<Utc> = "2026-03-02T04:30:00.123456789Z".parse().unwrap();
    let demo = people(now);
    for test in TestDatabase::each().await {
        let db = &test.db;
        let first = load(db, now).await.unwrap();
        assert!(first.inserted, "{}", test.name);
        for expected in &demo.volunteers {
            let row = volunteer::Entity::find_by_id(expected.id).one(db).await;
            assert!(row.unwrap().unwrap() == *expected, "{}", test.name);
        }
        let assignments = assignment::Entity::find().count(db).await.unwrap();
        assert_eq!(assignments, demo.assignments.len() as u64);
        let receipts = notice_receipt::Entity::find().count(db).await.unwrap();
        assert_eq!(receipts, demo.notice_receipts.len() as u64);

        let changed = demo.organisations[0].clone();
        let id = changed.id;
        let mut changed = changed.into_active_model();
        changed.telephone = Set(Some("+852 2000 0000".to_owned()));
        changed.update(db).await.unwrap();
        let again = load(db, now + TimeDelta::days(3)).await.unwrap();
        assert!(!again.inserted, "{}", test.name);
        assert_eq!(again.holders, first.holders);
        let kept = organisation::Entity::find_by_id(id).one(db).await.unwrap();
        assert_eq!(
            kept.unwrap().telephone.as_deref(),
            Some("+852 2000 0000"),
            "{}",
            test.name
        );
        let volunteers = volunteer::Entity::find().count(db).await.unwrap();
        assert_eq!(volunteers, 500);
        test.close().await;
    }
}
