//! Eight weeks of shifts: each trade has its days and hours.

use chrono::{Datelike, TimeDelta, Weekday};
use entity::shift;
use uuid::Uuid;

use super::calendar::Calendar;
use super::members::{MEMBERS, Member, Plan};
use super::organisations::{department_id, organisation_id, project_id};
use super::seed::{Seed, id};
use super::vocabulary::task;
use super::{Demo, list};
use crate::import::DISTRICTS;

/// A session that a trade holds: its hours, who runs it and what is done.
struct Session {
    slot: &'static str,
    title: &'static str,
    /// Minutes after midnight.
    starts: i64,
    /// Minutes.
    lasts: i64,
    department: &'static str,
    task: &'static str,
    outdoor: bool,
    needed: i32,
    skill: Option<&'static str>,
}

const fn session(
    slot: &'static str,
    title: &'static str,
    hours: (i64, i64),
    department: &'static str,
    task: &'static str,
    needed: i32,
) -> Session {
    Session {
        slot,
        title,
        starts: hours.0,
        lasts: hours.1 - hours.0,
        department,
        task,
        outdoor: false,
        needed,
        skill: None,
    }
}

const LUNCH: Session = Session {
    skill: Some("FOOD_HYGIENE"),
    ..session(
        "lunch",
        "午市飯堂",
        (630, 840),
        "kitchen",
        "FOOD_PREPARATION",
        6,
    )
};
const DELIVERY: Session = Session {
    outdoor: true,
    skill: Some("DRIVING"),
    ..session(
        "delivery",
        "晚間送餐",
        (1020, 1170),
        "volunteers",
        "DELIVERY",
        4,
    )
};
const VISIT: Session = Session {
    skill: Some("ELDERLY_CARE"),
    ..session("visit", "長者家訪", (840, 990), "elderly", "HOME_VISIT", 4)
};
const CONSULTATION: Session = Session {
    skill: Some("NURSING"),
    ..session(
        "consultation",
        "義診診症",
        (540, 780),
        "medical",
        "CONSULTATION",
        5,
    )
};
const RECEPTION: Session = session(
    "reception",
    "義診接待",
    (510, 810),
    "volunteers",
    "CONSULTATION",
    3,
);
const HOMEWORK: Session = session("homework", "功課輔導", (960, 1080), "youth", "TUTORING", 3);
const OUTING: Session = Session {
    outdoor: true,
    skill: Some("FIRST_AID"),
    ..session("outing", "親子郊遊", (540, 960), "family", "OUTING", 5)
};
const BUILDING_UP: Session = session(
    "build-up",
    "場地佈置",
    (600, 1020),
    "volunteers",
    "EVENT",
    8,
);
const EVENING: Session = Session {
    outdoor: true,
    skill: Some("FIRST_AID"),
    ..session(
        "evening",
        "花燈晚會",
        (1080, 1320),
        "volunteers",
        "EVENT",
        12,
    )
};

/// The sessions of a trade on a day, so many days from today.
fn sessions(plan: &Plan, offset: i64, weekday: Weekday) -> &'static [Session] {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    match (plan.category, weekday) {
        ("CANTEEN", Mon | Wed | Fri) => &[LUNCH, DELIVERY],
        ("CANTEEN", _) => &[LUNCH],
        ("VISIT", Tue | Thu | Sat) => &[VISIT],
        ("CLINIC", _) if offset.rem_euclid(28) == 14 => &[CONSULTATION, RECEPTION],
        ("TUTORING", Mon | Wed) => &[HOMEWORK],
        ("OUTING", Sun) => &[OUTING],
        ("EVENT", _) if plan.status == "PLANNED" && offset == 20 => &[BUILDING_UP, EVENING],
        _ => &[],
    }
}

/// The id of the session of a project so many days from today.
pub(super) fn shift_id(organisation: &str, project: &str, offset: i64, slot: &str) -> Uuid {
    id(&format!("shift/{organisation}/{project}/{offset}/{slot}"))
}

/// A shift with what the roster needs to know of it.
pub(super) struct Planned<'a> {
    pub(super) member: &'a Member,
    pub(super) offset: i64,
    pub(super) slot: &'static str,
    pub(super) shift: shift::Model,
}

/// All shifts, by organisation, project and time.
pub(super) fn build(demo: &mut Demo, calendar: Calendar) -> Vec<Planned<'static>> {
    let mut planned = Vec::new();
    for member in &MEMBERS {
        for plan in member.projects {
            for offset in Calendar::offsets() {
                let weekday = calendar.day(offset).weekday();
                for session in sessions(plan, offset, weekday) {
                    let shift = shift(member, plan, session, offset, calendar);
                    demo.shifts.push(shift.clone());
                    planned.push(Planned {
                        member,
                        offset,
                        slot: session.slot,
                        shift,
                    });
                }
            }
        }
    }
    planned
}

const INTERNAL: [&str; 4] = [
    "鎖匙於地下管理處領取",
    "Van needs petrol before the round.",
    "上次缺人手，請預留後備",
    "Funder visits this session; be on time.",
];

fn shift(
    member: &Member,
    plan: &Plan,
    session: &Session,
    offset: i64,
    calendar: Calendar,
) -> shift::Model {
    let id = shift_id(member.key, plan.key, offset, session.slot);
    let mut seed = Seed::of(&format!("shift/{id}"));
    let mut hall = Seed::of(&format!("hall/{}/{}", member.key, plan.key));
    let (_, district) = hall.pick(&DISTRICTS);
    let place = match session.outdoor {
        true => format!("{district}公園"),
        false => format!("{district}樣本社區中心"),
    };
    let starts_at = calendar.at(offset, session.starts);
    let ends_at = starts_at + TimeDelta::minutes(session.lasts);
    let progress = match () {
        // today's go ahead, so that there is something to lead
        () if offset != 0 && seed.percent(4) => "CANCELLED",
        () if ends_at <= calendar.now => "DONE",
        () if starts_at <= calendar.now => "IN_PROGRESS",
        () if offset < 14 => "OPEN",
        () => "PLANNED",
    };
    let tags = [
        Some(task(session.task)),
        session.skill.map(super::vocabulary::skill),
    ];
    shift::Model {
        id,
        organisation_id: organisation_id(member.key),
        project_id: project_id(member.key, plan.key),
        department_id: Some(department_id(member.key, session.department)),
        title: Some(session.title.to_owned()),
        starts_at,
        ends_at,
        place: Some(place),
        task_type: Some(session.task.to_owned()),
        outdoor: session.outdoor,
        needed: session.needed,
        progress: progress.to_owned(),
        internal_note: seed.percent(20).then(|| seed.pick(&INTERNAL).to_owned()),
        language: Some("zh".to_owned()),
        tags: list(tags.into_iter().flatten()),
        source: None,
        external_id: None,
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    }
}
