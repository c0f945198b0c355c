//! Invitations into organisations of the demo, and what became of them.

use chrono::TimeDelta;
use entity::invitation;
use uuid::Uuid;

use super::Demo;
use super::accounts::account_id;
use super::calendar::Calendar;
use super::members::{LEAD, PARTNER};
use super::organisations::{organisation_id, project_id};
use super::person;
use super::schools::{PRIMARY, class_id};
use super::seed::{Seed, person_id};
use super::share_steps::administrator;

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for (organisation, role, state) in [
        (LEAD, "COORDINATOR", "SENT"),
        (LEAD, "COORDINATOR", "ACCEPTED"),
        (LEAD, "ADMINISTRATOR", "REVOKED"),
        (LEAD, "TEAM_LEADER", "SENT"),
        (LEAD, "VOLUNTEER", "EXPIRED"),
        (LEAD, "PRIVACY_OFFICER", "SENT"),
        (PARTNER, "COORDINATOR", "SENT"),
        (PARTNER, "PRIVACY_OFFICER", "SENT"),
        (PRIMARY, "TEACHER", "SENT"),
    ] {
        add(demo, calendar, organisation, role, state);
    }
}

fn add(demo: &mut Demo, calendar: Calendar, key: &str, role: &str, state: &str) {
    let organisation = organisation_id(key);
    let invited_by = match (key, role) {
        (LEAD, "PRIVACY_OFFICER") => Some(account_id("privacy_officer")),
        _ => administrator(demo, organisation),
    };
    let name = format!("invitation/{key}/{role}/{state}");
    let sent = calendar.now - TimeDelta::hours(12);
    let settled = calendar.now - TimeDelta::hours(2);
    let at = |of: &str| (state == of).then_some(settled);
    let accepted_by =
        |of: &str| -> Option<Uuid> { (state == of).then(|| account_id("coordinator")) };
    demo.invitations.push(invitation::Model {
        id: person_id(&name),
        organisation_id: organisation,
        project_id: (role == "TEAM_LEADER").then(|| project_id(LEAD, "canteen")),
        class_id: (role == "TEACHER").then(|| class_id(PRIMARY, "1A")),
        invited_by_id: invited_by,
        account_id: accepted_by("ACCEPTED"),
        role: role.to_owned(),
        state: match state {
            "EXPIRED" => "SENT",
            other => other,
        }
        .to_owned(),
        email: Some(person::email(&mut Seed::of(&name))),
        email_hash: None,
        hash: None,
        ends_at: match state {
            "EXPIRED" => settled,
            _ => sent + TimeDelta::days(3),
        },
        accepted_at: at("ACCEPTED"),
        revoked_at: at("REVOKED"),
        created_at: sent,
        updated_at: sent,
        revision: 1,
        archived_at: None,
    });
}
