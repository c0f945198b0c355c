//! What is known of a shift, a holiday and a tag when they come again.

use chrono::TimeDelta;
use entity::{holiday, shift, tag};
use kaifong::import::{self, Reason};
use kaifong::store::import::{LoadError, load_shifts, load_tags};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::{counts, holidays, of, open, projects, run, schedule, tags};
use crate::databases::{TestDatabase, fixture};

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
