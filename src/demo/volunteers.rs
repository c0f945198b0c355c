//! Some five hundred volunteers, and the certificates that they hold.

use entity::{certificate, volunteer};
use uuid::Uuid;

use super::accounts::account_id;
use super::calendar::Calendar;
use super::members::{LEAD, MEMBERS, Member};
use super::organisations::{department_id, organisation_id};
use super::person::{self, Name};
use super::seed::{Seed, id, person_id};
use super::vocabulary::{SKILLS, skill};
use super::{Demo, list};

const AVAILABILITY: [&str; 6] = [
    "WEEKDAY_MORNING",
    "WEEKDAY_AFTERNOON",
    "WEEKDAY_EVENING",
    "SATURDAY",
    "SUNDAY",
    "PUBLIC_HOLIDAY",
];

const PREFERENCES: [&str; 6] = ["CANTEEN", "VISIT", "CLINIC", "TUTORING", "EVENT", "OUTING"];

const HEALTH: [&str; 6] = [
    "對花生敏感",
    "有哮喘，隨身帶備噴霧",
    "腰患，不宜搬重物",
    "Wears a hearing aid; speak to the left side",
    "糖尿病，需準時用膳",
    "Recovering from a knee operation; no stairs",
];

const NOTES: [&str; 6] = [
    "做事細心，可培訓為組長",
    "曾兩次缺席而未有通知，宜提早提醒",
    "Prefers messages to calls.",
    "與長者溝通良好",
    "家人亦為本會義工",
    "Waiting for the result of the record check.",
];

/// The lead organisation's volunteers who have an account, by their number.
pub(super) const WITH_ACCOUNT: std::ops::Range<u32> = 0..16;
/// The number of the one who leads the canteen's team.
pub(super) const TEAM_LEADER: u32 = 0;
/// The number of the ordinary one who is named.
pub(super) const VOLUNTEER: u32 = 1;

pub(super) fn volunteer_id(organisation: &str, number: u32) -> Uuid {
    person_id(&format!("volunteer/{organisation}/{number}"))
}

/// The account of a volunteer who has one.
pub(super) fn volunteer_account(organisation: &str, number: u32) -> Option<Uuid> {
    let has_one = organisation == LEAD && WITH_ACCOUNT.contains(&number);
    has_one.then(|| match number {
        TEAM_LEADER => account_id("team_leader"),
        VOLUNTEER => account_id("volunteer"),
        _ => account_id(&format!("volunteer/{number}")),
    })
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for member in &MEMBERS {
        for number in 0..member.volunteers {
            let volunteer = volunteer(member, number, calendar);
            certificates(demo, &volunteer, calendar);
            demo.volunteers.push(volunteer);
        }
    }
}

/// What a volunteer is called: those who are named everywhere have names written out.
pub(super) fn volunteer_name(organisation: &str, number: u32) -> Name {
    match (organisation, number) {
        (LEAD, TEAM_LEADER) => Name::of("歐陽靖", "AU YEUNG Ching, Iris"),
        (LEAD, VOLUNTEER) => Name::of("張栩晴", "CHEUNG Hui Ching, Ada"),
        (LEAD, 2) => Name::of("司徒朗", "SZETO Long"),
        (LEAD, 3) => Name::of("瑪利亞·桑托斯", "Maria Santos-Reyes"),
        _ => person::name(&mut Seed::of(&format!("name/{organisation}/{number}"))),
    }
}

fn volunteer(member: &Member, number: u32, calendar: Calendar) -> volunteer::Model {
    let key = format!("volunteer/{}/{number}", member.key);
    let mut seed = Seed::of(&key);
    let named = member.key == LEAD && number < 4;
    let status = match seed.below(100) {
        _ if named => "ACTIVE",
        0..6 => "PAUSED",
        6..10 => "LEFT",
        _ => "ACTIVE",
    };
    let name = volunteer_name(member.key, number);
    let (address, district) = person::address(&mut seed);
    let (department, _, _) = seed.pick(member.departments);
    let maybe = |seed: &mut Seed, share: u32, list: &[&str]| {
        (seed.percent(share) || named).then(|| seed.pick(list).to_owned())
    };
    let skills = seed.some(&SKILLS, 1, 4);
    let emergency = person::name(&mut seed);
    let joined = calendar.day(-30 - i64::from(seed.below(1800)));
    volunteer::Model {
        identity_number_hash: None,
        id: person_id(&key),
        organisation_id: organisation_id(member.key),
        department_id: (seed.percent(92) || named).then(|| department_id(member.key, department)),
        account_id: volunteer_account(member.key, number),
        name_zh: name.zh,
        name_en: name.en,
        phone: (seed.percent(96) || named).then(|| person::phone(&mut seed)),
        email: (seed.percent(85) || named).then(|| person::email(&mut seed)),
        address: Some(address),
        district: Some(district),
        birth_date: match named {
            true => person::birth_date(&mut seed, calendar.today, 24, 55),
            false => person::birth_date(&mut seed, calendar.today, 18, 79),
        },
        identity_number: (seed.percent(4) || named).then(|| person::identity_number(&mut seed)),
        emergency_contact_name: emergency.zh.or(emergency.en),
        emergency_contact_phone: Some(person::phone(&mut seed)),
        health_remark: maybe(&mut seed, 14, &HEALTH),
        internal_notes: maybe(&mut seed, 22, &NOTES),
        skills: list(skills.iter().map(|(code, ..)| skill(code))),
        availability: list(seed.some(&AVAILABILITY, 1, 4)),
        preferences: list(seed.some(&PREFERENCES, 1, 3)),
        hours_total: i32::try_from(seed.below(400)).unwrap_or_default(),
        status: status.to_owned(),
        joined_on: Some(joined),
        source: None,
        external_id: None,
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: (status == "LEFT" && seed.percent(50)).then(|| calendar.at(-35, 600)),
    }
}

fn certificates(demo: &mut Demo, volunteer: &volunteer::Model, calendar: Calendar) {
    let mut seed = Seed::of(&format!("certificate/{}", volunteer.id));
    let held: Vec<String> = serde_json::from_str(&volunteer.skills).unwrap_or_default();
    let certified = SKILLS.iter().filter_map(|(code, _, _, certificate)| {
        let code = skill(code);
        Some((held.contains(&code).then_some(code)?, (*certificate)?))
    });
    for (skill, title) in certified {
        let issued = -30 - i64::from(seed.below(1000));
        demo.certificates.push(certificate::Model {
            id: id(&format!("certificate/{}/{skill}", volunteer.id)),
            organisation_id: volunteer.organisation_id,
            volunteer_id: volunteer.id,
            skill,
            title: Some(title.to_owned()),
            issuer: Some("Sample Training Institute".to_owned()),
            issued_on: Some(calendar.day(issued)),
            // some have expired, some do so during the eight weeks
            expires_on: seed.percent(85).then(|| calendar.day(issued + 1095)),
            created_at: calendar.founded(),
            updated_at: calendar.founded(),
            revision: 1,
            archived_at: None,
        });
    }
}
