//! The viewers of the matrix, and what each of them holds.
//!
//! What a viewer holds is told from the demo's rows, as in `ties`: the server is not asked.

use std::collections::BTreeSet;

use kaifong::demo::{Demo, DemoToken, holders};
use kaifong::viewer::Claimed;
use uuid::Uuid;

use super::ties::{ON_ROSTER, today};
use crate::app::noon;

/// The viewers, in the order of the columns.
pub const VIEWERS: [&str; 11] = [
    "administrator",
    "school administrator",
    "coordinator",
    "team leader",
    "volunteer",
    "partner, read-only",
    "partner, edit",
    "teacher",
    "guardian",
    "privacy officer",
    "anonymous",
];

/// A viewer: who asks, and what that one holds.
#[derive(Default)]
pub struct Me {
    pub name: &'static str,
    account: Option<Uuid>,
    pub shares: Vec<String>,
    token: Option<Uuid>,
    pub person: BTreeSet<Uuid>,
    pub organisations: BTreeSet<Uuid>,
    pub branches: BTreeSet<Uuid>,
    pub led: BTreeSet<Uuid>,
    pub today: BTreeSet<Uuid>,
    pub shifts: BTreeSet<Uuid>,
    pub classes: BTreeSet<Uuid>,
    pub wards: BTreeSet<Uuid>,
    pub ward_classes: BTreeSet<Uuid>,
    pub schools: BTreeSet<Uuid>,
    pub shared: BTreeSet<Uuid>,
    pub leads: BTreeSet<Uuid>,
}

/// The viewer of this name.
pub fn me(name: &'static str, demo: &Demo) -> Me {
    let role = match name {
        "partner, read-only" => "partner".to_owned(),
        "partner, edit" => "partner_edit".to_owned(),
        other => other.replace(' ', "_"),
    };
    let holder = |role: &str| {
        holders()
            .into_iter()
            .find(|h| h.role == role)
            .map(|h| h.kind)
    };
    match holder(&role) {
        Some(DemoToken::User { account_id, .. }) => person(name, account_id, demo),
        Some(DemoToken::Partner {
            token, share_ids, ..
        }) => Me {
            token: Some(token),
            ..partner(name, &share_ids, demo)
        },
        None if name == "school administrator" => {
            let Some(DemoToken::User {
                organisation_id, ..
            }) = holder("teacher")
            else {
                panic!("the teacher is a person");
            };
            let heads = |m: &&entity::membership::Model| {
                m.organisation_id == organisation_id && m.role == "ADMINISTRATOR"
            };
            let head = demo.memberships.iter().find(heads).unwrap();
            person(name, head.account_id, demo)
        }
        None => Me {
            name,
            ..Me::default()
        },
    }
}

fn person(name: &'static str, account: Uuid, demo: &Demo) -> Me {
    let held = || {
        let held = demo
            .memberships
            .iter()
            .filter(move |m| m.account_id == account);
        held.filter(|m| m.valid_to.is_none_or(|to| to > noon()))
    };
    // a guardian is no member of the school
    let places = held().filter(|m| m.role != "GUARDIAN");
    let organisations: BTreeSet<Uuid> = places.map(|m| m.organisation_id).collect();
    let administers = held().any(|m| m.role == "ADMINISTRATOR");
    let below = demo.organisations.iter();
    let below =
        below.filter(|o| administers && o.parent_id.is_some_and(|p| organisations.contains(&p)));
    let led: BTreeSet<Uuid> = held()
        .filter(|m| m.role == "TEAM_LEADER")
        .filter_map(|m| m.project_id)
        .collect();
    // the demo has no shift that goes past midnight in Hong Kong
    let hours = chrono::TimeDelta::hours(8);
    let now = demo
        .shifts
        .iter()
        .filter(|s| (s.starts_at + hours).date_naive() == today());
    let volunteers: BTreeSet<Uuid> = demo
        .volunteers
        .iter()
        .filter(|v| v.account_id == Some(account))
        .map(|v| v.id)
        .collect();
    let on = demo
        .assignments
        .iter()
        .filter(|a| volunteers.contains(&a.volunteer_id) && ON_ROSTER.contains(&a.status.as_str()));
    let guardians: BTreeSet<Uuid> = demo
        .guardians
        .iter()
        .filter(|g| g.account_id == Some(account))
        .map(|g| g.id)
        .collect();
    let bonds = demo.guardianships.iter();
    let bonds = bonds.filter(|b| b.has_access && guardians.contains(&b.guardian_id));
    let wards: BTreeSet<Uuid> = bonds.clone().map(|b| b.student_id).collect();
    let in_class = demo
        .enrolments
        .iter()
        .filter(|e| wards.contains(&e.student_id) && e.ends_on.is_none_or(|ends| ends >= today()));
    Me {
        name,
        account: Some(account),
        branches: below.map(|o| o.id).collect(),
        today: now
            .filter(|s| led.contains(&s.project_id))
            .map(|s| s.id)
            .collect(),
        shifts: on.map(|a| a.shift_id).collect(),
        classes: held()
            .filter(|m| m.role == "TEACHER")
            .filter_map(|m| m.class_id)
            .collect(),
        ward_classes: in_class.map(|e| e.class_id).collect(),
        schools: bonds.map(|b| b.organisation_id).collect(),
        person: [account]
            .into_iter()
            .chain(volunteers)
            .chain(guardians)
            .collect(),
        organisations,
        led,
        wards,
        ..Me::default()
    }
}

/// A token for these shares: whole projects, and what a department does in one.
pub fn partner(name: &'static str, shares: &[Uuid], demo: &Demo) -> Me {
    let mut shared = BTreeSet::new();
    for scope in demo
        .partnership_scopes
        .iter()
        .filter(|s| shares.contains(&s.partnership_id))
    {
        assert_eq!(
            scope.shift_id, None,
            "no viewer has a share of single shifts yet"
        );
        let of = demo
            .shifts
            .iter()
            .filter(|s| s.project_id == scope.project_id);
        match scope.department_id {
            None => drop(shared.insert(scope.project_id)),
            some => shared.extend(of.filter(|s| s.department_id == some).map(|s| s.id)),
        }
    }
    let covered = demo.partnerships.iter().filter(|p| shares.contains(&p.id));
    Me {
        name,
        shares: shares.iter().map(Uuid::to_string).collect(),
        person: shares.iter().copied().collect(),
        organisations: covered.clone().map(|p| p.partner_id).collect(),
        leads: covered.map(|p| p.lead_id).collect(),
        shared,
        ..Me::default()
    }
}

impl Me {
    /// What the token says.
    pub fn claimed<'a>(&'a self, subject: &'a str) -> Option<Claimed<'a>> {
        match self.account {
            Some(_) => Some(Claimed::User { subject }),
            None if self.shares.is_empty() => None,
            None => Some(Claimed::Partner {
                subject,
                shares: &self.shares,
                scope: None,
            }),
        }
    }

    /// The subject of the token.
    pub fn subject(&self) -> String {
        self.account
            .or(self.token)
            .map_or_else(|| self.name.to_owned(), |account| account.to_string())
    }
}
