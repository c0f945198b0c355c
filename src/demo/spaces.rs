//! Spaces in which members of the demo work together, each with its trail.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{space, space_member, space_project, space_step};
use serde_json::{Value, json};

use super::Demo;
use super::calendar::Calendar;
use super::members::{EDITOR, LEAD, PARTNER};
use super::organisations::{organisation_id, project_id};
use super::seed::id;
use super::share_steps::administrator;

struct Space {
    key: &'static str,
    en: &'static str,
    zh: &'static str,
    purpose: &'static str,
    lead: &'static str,
    /// How the others stand in it.
    places: &'static [(&'static str, &'static str)],
    /// Which projects were brought in, and by whom.
    projects: &'static [(&'static str, &'static str)],
}

const SPACES: [Space; 4] = [
    Space {
        key: "meals",
        en: "Meals across the Hill",
        zh: "山前山後共膳聯盟",
        purpose: "planning canteens and visits together",
        lead: LEAD,
        places: &[
            (PARTNER, "JOINED"),
            (EDITOR, "JOINED"),
            ("ferry", "JOINED"),
            ("southwind", "INVITED"),
            ("window", "DECLINED"),
        ],
        projects: &[(LEAD, "canteen"), (PARTNER, "visits")],
    },
    Space {
        key: "clinics",
        en: "Clinic Rounds",
        zh: "義診協作網絡",
        purpose: "sharing doctors among monthly clinics",
        lead: PARTNER,
        places: &[(LEAD, "JOINED"), ("southwind", "JOINED")],
        projects: &[(PARTNER, "clinic"), (LEAD, "clinic")],
    },
    Space {
        key: "outings",
        en: "Outings of the Season",
        zh: "當季郊遊",
        purpose: "family outings with volunteers of several organisations",
        lead: "steps",
        places: &[(LEAD, "INVITED"), (EDITOR, "JOINED")],
        projects: &[("steps", "outing")],
    },
    Space {
        key: "piers",
        en: "Piers and Windows",
        zh: "碼頭與窗",
        purpose: "a small circle of two",
        lead: "window",
        places: &[("ferry", "JOINED")],
        projects: &[("window", "visits")],
    },
];

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for space in &SPACES {
        one(demo, space, calendar.founded());
    }
}

fn one(demo: &mut Demo, said: &Space, at: DateTime<Utc>) {
    let space = id(&format!("space/{}", said.key));
    let lead = organisation_id(said.lead);
    let mut told = vec![(
        "CREATE",
        said.lead,
        json!({ "nameEn": said.en, "nameZh": said.zh, "purpose": said.purpose }),
    )];
    let everybody = [(said.lead, "JOINED")].into_iter();
    for (key, state) in everybody.chain(said.places.iter().copied()) {
        demo.space_members.push(space_member::Model {
            id: id(&format!("place/{}/{key}", said.key)),
            space_id: space,
            lead_id: lead,
            organisation_id: organisation_id(key),
            state: state.to_owned(),
            created_at: at,
            updated_at: at,
            revision: 1,
            archived_at: None,
        });
        if key == said.lead {
            continue;
        }
        told.push(("INVITE", key, json!({})));
        match state {
            "JOINED" => told.push(("JOIN", key, json!({}))),
            "DECLINED" => told.push(("DECLINE", key, json!({}))),
            _ => {}
        }
    }
    for (key, project) in said.projects {
        demo.space_projects.push(space_project::Model {
            id: id(&format!("brought/{}/{key}/{project}", said.key)),
            space_id: space,
            lead_id: lead,
            organisation_id: organisation_id(key),
            project_id: project_id(key, project),
            created_at: at,
            updated_at: at,
            revision: 1,
            archived_at: None,
        });
        told.push(("BRING", key, json!({})));
    }
    let templates = super::templates::brought(said.key);
    told.extend(templates.map(|key| ("BRING_TEMPLATE", key, json!({}))));
    let mut last = 0;
    for (number, (deed, key, after)) in (1..).zip(told) {
        last = number;
        // The lead asks; whoever is asked answers.
        let actor = if deed == "INVITE" { said.lead } else { key };
        let then = at + TimeDelta::minutes(i64::from(number));
        demo.space_steps.push(space_step::Model {
            id: id(&format!("space-step/{}/{number}", said.key)),
            space_id: space,
            lead_id: lead,
            organisation_id: organisation_id(key),
            number,
            deed: deed.to_owned(),
            account_id: administrator(demo, organisation_id(actor)),
            before_values: Value::Object(serde_json::Map::new()).to_string(),
            after_values: after.to_string(),
            created_at: then,
            updated_at: then,
            revision: 1,
            archived_at: None,
        });
    }
    demo.spaces.push(space::Model {
        id: space,
        lead_id: lead,
        name_en: Some(said.en.to_owned()),
        name_zh: Some(said.zh.to_owned()),
        purpose: Some(said.purpose.to_owned()),
        last_step: last,
        created_at: at,
        updated_at: at,
        revision: 1,
        archived_at: None,
    });
}
