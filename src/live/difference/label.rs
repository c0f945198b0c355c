//! As what the viewers of a class are told of.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::viewers::{Class, Who};
use crate::policy::difference::{Own, Role};

/// Attributes of a principal and the roles of which they are made, in the order in which a person is
/// called by them.
const CALLED: [(&str, &[&str]); 10] = [
    ("administers", &["ADMINISTRATOR"]),
    ("oversees", &["ADMINISTRATOR"]),
    ("coordinates", &["COORDINATOR"]),
    ("officerOf", &["PRIVACY_OFFICER"]),
    ("keepsPoliciesOf", &["PRIVACY_OFFICER"]),
    ("leads", &["TEAM_LEADER"]),
    ("leadsToday", &["TEAM_LEADER"]),
    ("teaches", &["TEACHER"]),
    ("teachesAt", &["TEACHER"]),
    (
        "memberOf",
        &[
            "ADMINISTRATOR",
            "COORDINATOR",
            "TEAM_LEADER",
            "TEACHER",
            "VOLUNTEER",
        ],
    ),
];

/// As what a class is told of where policies that read these attributes have changed, and whose
/// people they are.
pub fn label(class: &Class, changed: &BTreeSet<String>) -> (Role, Option<Uuid>) {
    match class.who {
        Who::Nobody => return (Role::Nobody, None),
        Who::Job(name) => return (Role::Job(name.to_owned()), None),
        Who::Share(_, partner) => return (Role::Share, Some(partner)),
        Who::People(_) => {}
    }
    let called = CALLED.iter().filter(|(name, _)| changed.contains(*name));
    for word in called.flat_map(|(_, roles)| roles.iter()) {
        let held = class.held.iter().filter(|held| held.role == *word);
        let of: BTreeSet<Uuid> = held.map(|held| held.organisation).collect();
        if let (false, Some(role)) = (of.is_empty(), Role::of_membership(word)) {
            let only = of.first().copied().filter(|_| of.len() == 1);
            return (role, only);
        }
    }
    let own = |all: &[Own]| all.iter().any(|own| changed.contains(own.name()));
    let role = if own(&[Own::Volunteers, Own::Shifts]) {
        Role::Volunteer
    } else if own(&[
        Own::Guardians,
        Own::Wards,
        Own::WardSchools,
        Own::WardClasses,
    ]) {
        Role::Guardian
    } else {
        Role::User
    };
    (role, None)
}
