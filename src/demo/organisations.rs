//! The rows of the alliance: organisations, their departments and their projects.

use entity::{department, organisation, project};
use uuid::Uuid;

use super::calendar::Calendar;
use super::members::{LEAD, MEMBERS, Member, Plan};
use super::seed::{Seed, id};
use super::{Demo, person};

pub(super) fn organisation_id(key: &str) -> Uuid {
    id(&format!("organisation/{key}"))
}

pub(super) fn department_id(organisation: &str, key: &str) -> Uuid {
    id(&format!("department/{organisation}/{key}"))
}

pub(super) fn project_id(organisation: &str, key: &str) -> Uuid {
    id(&format!("project/{organisation}/{key}"))
}

/// An organisation with nothing but its names and kind.
pub(super) fn plain(
    key: &str,
    kind: &str,
    en: &str,
    zh: &str,
    district: &str,
    calendar: Calendar,
) -> organisation::Model {
    let mut seed = Seed::of(&format!("organisation/{key}"));
    organisation::Model {
        id: organisation_id(key),
        name_en: Some(en.to_owned()),
        name_zh: Some(zh.to_owned()),
        kind: kind.to_owned(),
        parent_id: None,
        district: Some(district.to_owned()),
        address_en: Some(format!("{} Sample Street, {district}", 1 + seed.below(90))),
        address_zh: Some(format!("樣本街{}號", 1 + seed.below(90))),
        telephone: Some(format!(
            "+852 2{:03} {:04}",
            seed.below(1000),
            seed.below(10_000)
        )),
        email: Some(format!("office@{key}.example.org")),
        website: Some(format!("https://{key}.example.org")),
        registration_number: Some(format!("91/{:05}", seed.below(100_000))),
        school_category: None,
        school_level: None,
        school_session: None,
        school_gender: None,
        finance_type: None,
        religion: None,
        longitude: None,
        latitude: None,
        source: Some("demo".to_owned()),
        external_id: Some(key.to_owned()),
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
        keeps_policies: false,
        residency: "[\"ANYWHERE\"]".to_owned(),
    }
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for member in &MEMBERS {
        demo.organisations.push(organisation::Model {
            parent_id: member.parent.map(organisation_id),
            // The policies hold for all; the lead of the alliance looks after them.
            keeps_policies: member.key == LEAD,
            ..plain(
                member.key,
                "NGO",
                member.en,
                member.zh,
                member.district,
                calendar,
            )
        });
        for (key, en, zh) in member.departments {
            demo.departments.push(department::Model {
                id: department_id(member.key, key),
                organisation_id: organisation_id(member.key),
                name_en: Some((*en).to_owned()),
                name_zh: Some((*zh).to_owned()),
                created_at: calendar.founded(),
                updated_at: calendar.founded(),
                revision: 1,
                archived_at: None,
            });
        }
        for plan in member.projects {
            demo.projects.push(project(member, plan, calendar));
        }
    }
}

fn project(member: &Member, plan: &Plan, calendar: Calendar) -> project::Model {
    let (starts, ends) = match plan.status {
        "CLOSED" => (-120, Some(-60)),
        "PLANNED" => (10, Some(40)),
        _ => (-400, None),
    };
    project::Model {
        id: project_id(member.key, plan.key),
        organisation_id: organisation_id(member.key),
        department_id: Some(department_id(member.key, plan.department)),
        name_en: Some(plan.en.to_owned()),
        name_zh: Some(plan.zh.to_owned()),
        category: plan.category.to_owned(),
        status: plan.status.to_owned(),
        description_en: Some(format!("{} of {}.", plan.en, member.en)),
        description_zh: Some(format!("{}的{}。", member.zh, plan.zh)),
        starts_on: Some(calendar.day(starts)),
        ends_on: ends.map(|offset| calendar.day(offset)),
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    }
}

/// The name of someone on an organisation's staff.
pub(super) fn staff_name(key: &str) -> person::Name {
    let mut seed = Seed::of(&format!("staff/{key}"));
    let surname = person::surname(&mut seed);
    person::named(&mut seed, surname)
}
