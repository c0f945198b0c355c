//! Shares at every level, masked and not, alive and over, as wide as a project or as narrow as a shift.

use entity::{partnership, partnership_scope};
use uuid::Uuid;

use super::calendar::Calendar;
use super::members::{EDITOR, LEAD, PARTNER};
use super::organisations::{department_id, organisation_id, project_id};
use super::seed::id;
use super::shifts::Planned;
use super::{Demo, list, share_steps};

/// What a share covers of its lead's work.
#[derive(Clone, Copy)]
enum Covers {
    /// A whole project.
    Project(&'static str),
    /// What one department does in a project.
    Department(&'static str, &'static str),
    /// The next shifts of a project, so many of them.
    NextShifts(&'static str, usize),
}

use Covers::{Department, NextShifts, Project};

struct Share {
    key: &'static str,
    lead: &'static str,
    partner: &'static str,
    state: &'static str,
    level: &'static str,
    groups: &'static [&'static str],
    desensitised: bool,
    purpose: &'static str,
    /// Days from today between which it holds.
    holds: (Option<i64>, Option<i64>),
    covers: &'static [Covers],
}

/// The key of the share that the token `partner` is for.
pub(super) const READ_ONLY: &str = "read-only";
/// The key of the share that the token `partner_edit` is for.
pub(super) const EDIT: &str = "edit";
/// The key of the share under which the lead of the demo has a token itself.
pub(super) const EXPIRING: &str = "expiring";

const ALWAYS: (Option<i64>, Option<i64>) = (Some(-60), None);

const SHARES: [Share; 15] = [
    Share {
        key: READ_ONLY,
        lead: LEAD,
        partner: PARTNER,
        state: "ACTIVE",
        level: "READ_ONLY",
        groups: &["ROSTER"],
        desensitised: true,
        purpose: "joint planning of meals and visits",
        holds: ALWAYS,
        covers: &[Project("canteen"), Project("visits")],
    },
    Share {
        key: EDIT,
        lead: LEAD,
        partner: EDITOR,
        state: "ACTIVE",
        level: "EDIT",
        groups: &["ROSTER", "CONTACTS"],
        desensitised: false,
        purpose: "youth volunteers at the canteen and the clinic",
        holds: ALWAYS,
        covers: &[Project("canteen"), Project("clinic")],
    },
    Share {
        key: "admin",
        lead: LEAD,
        partner: "ferry",
        state: "ACTIVE",
        level: "ADMIN",
        groups: &["ROSTER", "CONTACTS", "NOTES"],
        desensitised: false,
        purpose: "running the lantern evening together",
        holds: ALWAYS,
        covers: &[Project("festival")],
    },
    Share {
        key: "edit-department",
        lead: LEAD,
        partner: "southwind",
        state: "ACTIVE",
        level: "EDIT",
        groups: &["ROSTER"],
        desensitised: true,
        purpose: "doctors for the monthly clinic",
        holds: ALWAYS,
        covers: &[Department("clinic", "medical")],
    },
    Share {
        key: "read-shifts",
        lead: LEAD,
        partner: "window",
        state: "ACTIVE",
        level: "READ_ONLY",
        groups: &["ROSTER"],
        desensitised: false,
        purpose: "accompanying two visits",
        holds: ALWAYS,
        covers: &[NextShifts("visits", 2)],
    },
    Share {
        key: "frame",
        lead: LEAD,
        partner: "steps",
        state: "ACTIVE",
        level: "READ_ONLY",
        groups: &[],
        desensitised: true,
        purpose: "a common calendar",
        holds: ALWAYS,
        covers: &[Project("canteen"), Department("visits", "elderly")],
    },
    Share {
        key: "proposed",
        lead: LEAD,
        partner: "steps-yuenlong",
        state: "PROPOSED",
        level: "READ_ONLY",
        groups: &["ROSTER"],
        desensitised: true,
        purpose: "families as guests of the canteen",
        holds: (None, None),
        covers: &[Project("canteen")],
    },
    Share {
        key: "branch",
        lead: LEAD,
        partner: "mingwan-east",
        state: "ACTIVE",
        level: "ADMIN",
        groups: &["ROSTER", "CONTACTS"],
        desensitised: false,
        purpose: "visits that the branch runs for headquarters",
        holds: ALWAYS,
        covers: &[Project("visits")],
    },
    Share {
        key: "suspended",
        lead: LEAD,
        partner: "mingwan-shatin",
        state: "SUSPENDED",
        level: "EDIT",
        groups: &["ROSTER"],
        desensitised: false,
        purpose: "kitchen shifts across the hill",
        holds: ALWAYS,
        covers: &[Project("canteen")],
    },
    Share {
        key: "back",
        lead: PARTNER,
        partner: LEAD,
        state: "ACTIVE",
        level: "READ_ONLY",
        groups: &["ROSTER"],
        desensitised: true,
        purpose: "joint planning of visits",
        holds: ALWAYS,
        covers: &[Project("visits")],
    },
    Share {
        key: "ended",
        lead: EDITOR,
        partner: PARTNER,
        state: "ENDED",
        level: "EDIT",
        groups: &["ROSTER", "CONTACTS"],
        desensitised: false,
        purpose: "last year's homework club",
        holds: (Some(-400), Some(-40)),
        covers: &[Project("tutoring")],
    },
    Share {
        key: "admin-masked",
        lead: "southwind",
        partner: LEAD,
        state: "ACTIVE",
        level: "ADMIN",
        groups: &["ROSTER"],
        desensitised: true,
        purpose: "clinic rounds in the neighbourhood",
        holds: ALWAYS,
        covers: &[Project("clinic")],
    },
    Share {
        key: "expired",
        lead: "ferry",
        partner: EDITOR,
        state: "ACTIVE",
        level: "READ_ONLY",
        groups: &["ROSTER", "CONTACTS"],
        desensitised: false,
        purpose: "a trial month at the pier kitchen",
        holds: (Some(-50), Some(-20)),
        covers: &[Project("canteen")],
    },
    Share {
        key: "to-come",
        lead: "window",
        partner: PARTNER,
        state: "ACTIVE",
        level: "READ_ONLY",
        groups: &["ROSTER"],
        desensitised: true,
        purpose: "visits from next month on",
        holds: (Some(30), None),
        covers: &[Project("visits")],
    },
    Share {
        key: EXPIRING,
        lead: "steps",
        partner: LEAD,
        state: "ACTIVE",
        level: "EDIT",
        groups: &["ROSTER", "NOTES"],
        desensitised: false,
        purpose: "outings of this season",
        holds: (Some(-30), Some(7)),
        covers: &[Project("outing"), Department("tutoring", "youth")],
    },
];

pub(super) fn share_id(key: &str) -> Uuid {
    id(&format!("partnership/{key}"))
}

pub(super) fn build(demo: &mut Demo, planned: &[Planned<'_>], calendar: Calendar) {
    for share in &SHARES {
        let midnight = |offset: Option<i64>| offset.map(|offset| calendar.at(offset, 0));
        let mut row = partnership::Model {
            id: share_id(share.key),
            lead_id: organisation_id(share.lead),
            partner_id: organisation_id(share.partner),
            state: share.state.to_owned(),
            level: share.level.to_owned(),
            field_groups: list(share.groups),
            desensitised: share.desensitised,
            purpose: Some(share.purpose.to_owned()),
            valid_from: midnight(share.holds.0),
            valid_to: midnight(share.holds.1),
            suspended_by: (share.state == "SUSPENDED").then(|| "LEAD".to_owned()),
            proposed_by: None,
            proposed_change: None,
            last_step: 0,
            space_id: None,
            settled_at: Some(calendar.now),
            created_at: calendar.founded(),
            updated_at: calendar.founded(),
            revision: 1,
            archived_at: None,
        };
        share_steps::build(demo, &mut row, calendar.now);
        demo.partnerships.push(row);
        for covers in share.covers {
            scopes(demo, share, *covers, planned, calendar);
        }
    }
}

fn scopes(
    demo: &mut Demo,
    share: &Share,
    covers: Covers,
    planned: &[Planned<'_>],
    calendar: Calendar,
) {
    let places: Vec<(&str, Option<&str>, Option<Uuid>)> = match covers {
        Project(project) => vec![(project, None, None)],
        Department(project, department) => vec![(project, Some(department), None)],
        NextShifts(project, count) => {
            let of = project_id(share.lead, project);
            let next = planned
                .iter()
                .filter(|one| one.shift.project_id == of && one.offset > 0)
                .take(count);
            next.map(|one| (project, None, Some(one.shift.id)))
                .collect()
        }
    };
    for (place, (project, department, shift)) in places.into_iter().enumerate() {
        let key = format!("scope/{}/{project}/{department:?}/{place}", share.key);
        demo.partnership_scopes.push(partnership_scope::Model {
            id: id(&key),
            partnership_id: share_id(share.key),
            lead_id: organisation_id(share.lead),
            partner_id: organisation_id(share.partner),
            project_id: project_id(share.lead, project),
            department_id: department.map(|department| department_id(share.lead, department)),
            shift_id: shift,
            created_at: calendar.founded(),
            updated_at: calendar.founded(),
            revision: 1,
            archived_at: None,
        });
    }
}
