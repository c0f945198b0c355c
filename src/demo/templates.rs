//! Templates of what standard activities need, and the spaces into which some were brought.

use entity::{shift_template, space_template};
use uuid::Uuid;

use super::calendar::Calendar;
use super::members::{LEAD, PARTNER};
use super::organisations::organisation_id;
use super::seed::id;
use super::vocabulary::{skill, task};
use super::{Demo, list};

struct Template {
    organisation: &'static str,
    key: &'static str,
    en: &'static str,
    zh: &'static str,
    task: &'static str,
    skills: &'static [&'static str],
    outdoor: bool,
    needed: i32,
    minutes: i32,
    how_en: &'static str,
    how_zh: &'static str,
    forwardable: bool,
    /// The space into which it was brought.
    space: Option<&'static str>,
}

const TEMPLATES: [Template; 7] = [
    Template {
        organisation: LEAD,
        key: "lunch",
        en: "Lunch at a canteen",
        zh: "社區飯堂午膳",
        task: "FOOD_PREPARATION",
        skills: &["FOOD_HYGIENE"],
        outdoor: false,
        needed: 6,
        minutes: 210,
        how_en: "Two cook, two serve, two wash up. Hair is covered in the kitchen.",
        how_zh: "兩人煮食，兩人派餐，兩人清洗。進入廚房須戴髮網。",
        forwardable: true,
        space: Some("meals"),
    },
    Template {
        organisation: LEAD,
        key: "delivery",
        en: "Delivery of meals",
        zh: "送餐",
        task: "DELIVERY",
        skills: &["DRIVING"],
        outdoor: true,
        needed: 4,
        minutes: 150,
        how_en: "In pairs; meals are handed over warm.",
        how_zh: "二人一組，膳食須趁熱送到。",
        forwardable: true,
        space: None,
    },
    Template {
        organisation: LEAD,
        key: "storeroom",
        en: "Count of the storeroom",
        zh: "倉庫點算",
        task: "FOOD_PREPARATION",
        skills: &["LIFTING"],
        outdoor: false,
        needed: 2,
        minutes: 90,
        how_en: "The list is on the door of the storeroom.",
        how_zh: "清單貼於倉庫門後。",
        forwardable: false,
        space: None,
    },
    Template {
        organisation: PARTNER,
        key: "visit",
        en: "Visit to the elderly",
        zh: "長者家訪",
        task: "HOME_VISIT",
        skills: &["ELDERLY_CARE"],
        outdoor: false,
        needed: 4,
        minutes: 150,
        how_en: "In pairs, with a card of the organisation.",
        how_zh: "二人一組，並佩戴機構名牌。",
        forwardable: true,
        space: Some("meals"),
    },
    Template {
        organisation: PARTNER,
        key: "consultation",
        en: "Consultation at a clinic",
        zh: "義診診症",
        task: "CONSULTATION",
        skills: &["NURSING"],
        outdoor: false,
        needed: 5,
        minutes: 240,
        how_en: "One room each; the reception calls by number.",
        how_zh: "每人一室，由接待處按號碼叫喚。",
        forwardable: true,
        space: Some("clinics"),
    },
    Template {
        organisation: "steps",
        key: "outing",
        en: "Family outing",
        zh: "親子郊遊",
        task: "OUTING",
        skills: &["FIRST_AID"],
        outdoor: true,
        needed: 5,
        minutes: 420,
        how_en: "One leads, one closes the line.",
        how_zh: "一人領隊，一人押後。",
        forwardable: true,
        space: Some("outings"),
    },
    Template {
        organisation: "window",
        key: "reading",
        en: "Reading aloud",
        zh: "讀報時段",
        task: "HOME_VISIT",
        skills: &[],
        outdoor: false,
        needed: 2,
        minutes: 60,
        how_en: "A newspaper of the day is enough.",
        how_zh: "一份當日報章即可。",
        forwardable: true,
        space: Some("piers"),
    },
];

/// Which templates were brought into a space, by whom.
pub(super) fn brought(space: &str) -> impl Iterator<Item = &'static str> {
    let here = TEMPLATES.iter();
    here.filter(move |said| said.space == Some(space))
        .map(|said| said.organisation)
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    let at = calendar.founded();
    for said in &TEMPLATES {
        let template = template_id(said);
        demo.shift_templates.push(shift_template::Model {
            id: template,
            organisation_id: organisation_id(said.organisation),
            name_en: Some(said.en.to_owned()),
            name_zh: Some(said.zh.to_owned()),
            task_type: Some(task(said.task)),
            tags: list(said.skills.iter().map(|code| skill(code))),
            outdoor: said.outdoor,
            needed: said.needed,
            duration_minutes: said.minutes,
            instructions_en: Some(said.how_en.to_owned()),
            instructions_zh: Some(said.how_zh.to_owned()),
            forwardable: said.forwardable,
            created_at: at,
            updated_at: at,
            revision: 1,
            archived_at: None,
        });
        let Some(space) = said.space else {
            continue;
        };
        demo.space_templates.push(space_template::Model {
            id: id(&format!(
                "brought/{space}/{}/{}",
                said.organisation, said.key
            )),
            space_id: id(&format!("space/{space}")),
            organisation_id: organisation_id(said.organisation),
            shift_template_id: template,
            created_at: at,
            updated_at: at,
            revision: 1,
            archived_at: None,
        });
    }
}

fn template_id(said: &Template) -> Uuid {
    id(&format!("template/{}/{}", said.organisation, said.key))
}
