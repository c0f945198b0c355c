//! Two schools with their classes and teachers.

use entity::{department, organisation, school_class};
use uuid::Uuid;

use super::Demo;
use super::accounts::{Post, appoint, open};
use super::calendar::Calendar;
use super::organisations::{department_id, organisation_id, plain, staff_name};
use super::seed::id;

pub(super) struct School {
    pub(super) key: &'static str,
    en: &'static str,
    zh: &'static str,
    district: &'static str,
    category: &'static str,
    level: &'static str,
    pub(super) families: u32,
    pub(super) classes: &'static [Form],
}

/// A class: its key, its names and how old its students are.
pub(super) struct Form {
    pub(super) key: &'static str,
    zh: &'static str,
    grade: &'static str,
    pub(super) age: u32,
}

const fn form(key: &'static str, zh: &'static str, grade: &'static str, age: u32) -> Form {
    Form {
        key,
        zh,
        grade,
        age,
    }
}

/// The primary school, at which the named teacher and guardian are.
pub(super) const PRIMARY: &str = "spruce";
/// The class of the named teacher.
pub(super) const TEACHERS_CLASS: &str = "1A";

pub(super) const SCHOOLS: [School; 2] = [
    School {
        key: PRIMARY,
        en: "Spruce Hill Primary School",
        zh: "雲杉山小學",
        district: "Sha Tin",
        category: "Aided Primary Schools",
        level: "PRIMARY",
        families: 30,
        classes: &[
            form("1A", "一甲班", "P1", 6),
            form("1B", "一乙班", "P1", 6),
            form("4B", "四乙班", "P4", 9),
            form("6A", "六甲班", "P6", 11),
        ],
    },
    School {
        key: "pebble",
        en: "Pebble Bay College",
        zh: "卵石灣書院",
        district: "Southern",
        category: "Aided Secondary Schools",
        level: "SECONDARY",
        families: 24,
        classes: &[
            form("1C", "中一丙班", "S1", 12),
            form("3C", "中三丙班", "S3", 14),
            form("5B", "中五乙班", "S5", 16),
        ],
    },
];

pub(super) fn class_id(school: &str, class: &str) -> Uuid {
    id(&format!("class/{school}/{class}"))
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for school in &SCHOOLS {
        demo.organisations.push(organisation::Model {
            school_category: Some(school.category.to_owned()),
            school_level: Some(school.level.to_owned()),
            school_session: Some("WHOLE DAY".to_owned()),
            school_gender: Some("CO-ED".to_owned()),
            finance_type: Some("AIDED".to_owned()),
            religion: Some("NOT APPLICABLE".to_owned()),
            registration_number: None,
            ..plain(
                school.key,
                "SCHOOL",
                school.en,
                school.zh,
                school.district,
                calendar,
            )
        });
        demo.departments.push(department::Model {
            id: department_id(school.key, "office"),
            organisation_id: organisation_id(school.key),
            name_en: Some("School Office".to_owned()),
            name_zh: Some("校務處".to_owned()),
            created_at: calendar.founded(),
            updated_at: calendar.founded(),
            revision: 1,
            archived_at: None,
        });
        for form in school.classes {
            demo.school_classes.push(class(school, form, calendar));
        }
        staff(demo, school, calendar);
    }
}

fn class(school: &School, form: &Form, calendar: Calendar) -> school_class::Model {
    let letter = form.key.chars().last().unwrap_or('A');
    school_class::Model {
        id: class_id(school.key, form.key),
        organisation_id: organisation_id(school.key),
        name_en: Some(format!("{}{letter}", form.grade)),
        name_zh: Some(form.zh.to_owned()),
        grade: Some(form.grade.to_owned()),
        academic_year: calendar.academic_year(),
        room: Some(format!("{}{:02}", form.age % 5 + 1, form.age)),
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    }
}

/// The head, an officer for privacy, a teacher for each class, and one who teaches two.
fn staff(demo: &mut Demo, school: &School, calendar: Calendar) {
    let organisation = organisation_id(school.key);
    for (name, role) in [
        ("administrator", "ADMINISTRATOR"),
        ("privacy_officer", "PRIVACY_OFFICER"),
    ] {
        let key = format!("{}/{name}", school.key);
        let account = open(demo, calendar, &key, staff_name(&key));
        appoint(demo, calendar, Post::new(account, organisation, role));
    }
    let teach = |demo: &mut Demo, account: Uuid, class: &str| {
        let post = Post {
            class: Some(class_id(school.key, class)),
            ..Post::new(account, organisation, "TEACHER")
        };
        appoint(demo, calendar, post);
    };
    for form in school.classes {
        let key = match (school.key, form.key) {
            (PRIMARY, TEACHERS_CLASS) => "teacher".to_owned(),
            (school, class) => format!("teacher/{school}/{class}"),
        };
        let account = open(demo, calendar, &key, staff_name(&key));
        teach(demo, account, form.key);
    }
    let key = format!("teacher/{}/music", school.key);
    let account = open(demo, calendar, &key, staff_name(&key));
    for form in school.classes.iter().skip(1).take(2) {
        teach(demo, account, form.key);
    }
}
