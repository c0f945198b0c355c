//! The house's own tags, and the holidays that fall on the same day each year.

use chrono::{Datelike, NaiveDate};
use entity::{holiday, tag};

use super::Demo;
use super::calendar::Calendar;
use super::seed::id;

/// A skill: code, English name, Chinese name, and the certificate that proves it, if one does.
pub(super) type Skill = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

pub(super) const SKILLS: [Skill; 14] = [
    (
        "FIRST_AID",
        "First aid",
        "急救",
        Some("First Aid Certificate"),
    ),
    ("DRIVING", "Driving", "駕駛", Some("Driving Licence")),
    ("COOKING", "Cooking", "烹飪", None),
    (
        "FOOD_HYGIENE",
        "Food hygiene",
        "食物衞生",
        Some("Food Hygiene Certificate"),
    ),
    ("ELDERLY_CARE", "Care of the elderly", "長者照顧", None),
    ("NURSING", "Nursing", "護理", Some("Nursing Registration")),
    ("TUTORING", "Tutoring", "功課輔導", None),
    ("CHILD_CARE", "Child care", "幼兒照顧", None),
    (
        "SIGN_LANGUAGE",
        "Sign language",
        "手語",
        Some("Sign Language, Level 1"),
    ),
    ("PUTONGHUA", "Putonghua", "普通話", None),
    ("ENGLISH", "English", "英語", None),
    ("PHOTOGRAPHY", "Photography", "攝影", None),
    ("COMPUTERS", "Computers", "電腦", None),
    ("LIFTING", "Carrying and lifting", "搬運", None),
];

const TASKS: [(&str, &str, &str); 7] = [
    ("FOOD_PREPARATION", "Food preparation", "備餐"),
    ("DELIVERY", "Meal delivery", "送餐"),
    ("HOME_VISIT", "Home visit", "家訪"),
    ("CONSULTATION", "Consultation", "診症支援"),
    ("TUTORING", "Tutoring", "功課輔導"),
    ("OUTING", "Outing", "外出活動"),
    ("EVENT", "Event", "大型活動"),
];

/// A skill's tag, as records name it.
pub(super) fn skill(code: &str) -> String {
    format!("skill:{code}")
}

/// A task's tag, as records name it.
pub(super) fn task(code: &str) -> String {
    format!("task:{code}")
}

const HOLIDAYS: [(u32, u32, &str, &str, &str); 5] = [
    (1, 1, "The first day of January", "一月一日", "一月一日"),
    (5, 1, "Labour Day", "勞動節", "劳动节"),
    (
        7,
        1,
        "Hong Kong Special Administrative Region Establishment Day",
        "香港特別行政區成立紀念日",
        "香港特别行政区成立纪念日",
    ),
    (10, 1, "National Day", "國慶日", "国庆日"),
    (12, 25, "Christmas Day", "聖誕節", "圣诞节"),
];

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    let tag = |vocabulary: &str, code: &str, en: &str, zh: &str| tag::Model {
        id: id(&format!("tag/{vocabulary}/{code}")),
        vocabulary: vocabulary.to_owned(),
        code: code.to_owned(),
        name_en: Some(en.to_owned()),
        name_zh: Some(zh.to_owned()),
        name_fr: None,
        parent_code: None,
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    };
    demo.tags = SKILLS
        .iter()
        .map(|(code, en, zh, _)| tag("skill", code, en, zh))
        .collect();
    demo.tags
        .extend(TASKS.iter().map(|(code, en, zh)| tag("task", code, en, zh)));
    let year = calendar.today.year();
    for (month, day, en, zh, zh_hans) in HOLIDAYS {
        let Some(date) = NaiveDate::from_ymd_opt(year, month, day) else {
            continue;
        };
        // without the year: the id stays whenever the demo is made
        let key = format!("{month:02}{day:02}");
        demo.holidays.push(holiday::Model {
            id: id(&format!("holiday/{key}")),
            date,
            name_en: Some(en.to_owned()),
            name_zh: Some(zh.to_owned()),
            name_zh_hans: Some(zh_hans.to_owned()),
            source: "demo".to_owned(),
            external_id: key,
            created_at: calendar.founded(),
            updated_at: calendar.founded(),
            revision: 1,
            archived_at: None,
        });
    }
}
