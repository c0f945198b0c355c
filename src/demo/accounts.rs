//! Who can sign in, and in which roles. Teachers and guardians are made with their schools.

use chrono::{DateTime, Utc};
use entity::{account, membership};
use uuid::Uuid;

use super::Demo;
use super::calendar::Calendar;
use super::members::{LEAD, MEMBERS};
use super::organisations::{organisation_id, project_id, staff_name};
use super::person::{self, Name};
use super::seed::{Seed, id, person_id};
use super::volunteers::{TEAM_LEADER, WITH_ACCOUNT, volunteer_account, volunteer_name};

/// The account with this key; the nine named ones go by their role.
pub(super) fn account_id(key: &str) -> Uuid {
    person_id(&format!("account/{key}"))
}

/// A role, confined to a project or a class where one is given.
#[derive(Clone, Copy)]
pub(super) struct Post {
    pub(super) account: Uuid,
    pub(super) organisation: Uuid,
    pub(super) role: &'static str,
    pub(super) project: Option<Uuid>,
    pub(super) class: Option<Uuid>,
    pub(super) until: Option<DateTime<Utc>>,
}

impl Post {
    pub(super) fn new(account: Uuid, organisation: Uuid, role: &'static str) -> Self {
        Self {
            account,
            organisation,
            role,
            project: None,
            class: None,
            until: None,
        }
    }
}

/// Adds an account for someone of this name.
pub(super) fn open(demo: &mut Demo, calendar: Calendar, key: &str, name: Name) -> Uuid {
    let account = account::Model {
        id: account_id(key),
        name_en: name.en,
        name_zh: name.zh,
        email: Some(person::email(&mut Seed::of(&format!("mail/{key}")))),
        locale: "zh-HK".to_owned(),
        status: "ACTIVE".to_owned(),
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    };
    let id = account.id;
    demo.accounts.push(account);
    id
}

/// Gives an account a role.
pub(super) fn appoint(demo: &mut Demo, calendar: Calendar, post: Post) {
    let place = post.project.or(post.class).unwrap_or(post.organisation);
    demo.memberships.push(membership::Model {
        id: id(&format!(
            "membership/{}/{}/{place}",
            post.account, post.role
        )),
        account_id: post.account,
        organisation_id: post.organisation,
        project_id: post.project,
        class_id: post.class,
        role: post.role.to_owned(),
        valid_from: Some(calendar.founded()),
        valid_to: post.until,
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    });
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for member in &MEMBERS {
        let organisation = organisation_id(member.key);
        for (name, role) in [
            ("administrator", "ADMINISTRATOR"),
            ("coordinator", "COORDINATOR"),
        ] {
            let key = match member.key {
                LEAD => name.to_owned(),
                other => format!("{other}/{name}"),
            };
            let account = open(demo, calendar, &key, staff_name(&key));
            appoint(demo, calendar, Post::new(account, organisation, role));
        }
    }
    let lead = organisation_id(LEAD);
    let officer = open(
        demo,
        calendar,
        "privacy_officer",
        staff_name("privacy_officer"),
    );
    appoint(demo, calendar, Post::new(officer, lead, "PRIVACY_OFFICER"));
    for number in WITH_ACCOUNT {
        volunteer(demo, calendar, number);
    }
    former(demo, calendar);
}

fn volunteer(demo: &mut Demo, calendar: Calendar, number: u32) {
    let key = match number {
        TEAM_LEADER => "team_leader".to_owned(),
        super::volunteers::VOLUNTEER => "volunteer".to_owned(),
        _ => format!("volunteer/{number}"),
    };
    let lead = organisation_id(LEAD);
    let account = open(demo, calendar, &key, volunteer_name(LEAD, number));
    debug_assert_eq!(volunteer_account(LEAD, number), Some(account));
    appoint(demo, calendar, Post::new(account, lead, "VOLUNTEER"));
    let leads = match number {
        TEAM_LEADER => Some("canteen"),
        2 => Some("visits"),
        _ => None,
    };
    if let Some(project) = leads {
        let post = Post {
            project: Some(project_id(LEAD, project)),
            ..Post::new(account, lead, "TEAM_LEADER")
        };
        appoint(demo, calendar, post);
    }
}

/// Two who could once do more: a coordinator whose term is over, and one who was shut out.
fn former(demo: &mut Demo, calendar: Calendar) {
    let lead = organisation_id(LEAD);
    for key in ["former/coordinator", "disabled/coordinator"] {
        let account = open(demo, calendar, key, staff_name(key));
        let ended = key.starts_with("former").then(|| calendar.at(-10, 0));
        let post = Post {
            until: ended,
            ..Post::new(account, lead, "COORDINATOR")
        };
        appoint(demo, calendar, post);
    }
    if let Some(disabled) = demo.accounts.last_mut() {
        disabled.status = "DISABLED".to_owned();
    }
}
