//! Files as they are published.

use chrono::TimeDelta;
use entity::{organisation, shift, tag};
use kaifong::import::Reason;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{counts, holidays, projects, rejected, run, schedule, schools, tags};
use crate::databases::{TestDatabase, shared};

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
