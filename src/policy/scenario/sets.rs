//! The sets of a record, from the records that point to it, as the database finds them.
//!
//! What a file writes of a set stands; what it does not write comes from its other records.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::people::Person;
use super::world::{Row, World, id_of};
use crate::catalogue;
use crate::policy::entity::Value;

/// Standings in which a volunteer is on a roster.
const ON_ROSTER: [&str; 6] = [
    "PENDING",
    "OFFERED",
    "ACCEPTED",
    "CONFIRMED",
    "ATTENDED",
    "ABSENT",
];

/// Fills in the sets that the file does not write, those first on which others rest.
pub fn derive(world: &mut World) {
    fill(world, "Project", "shifts", |world, row| {
        pointing(world, "Shift", "project", row.id)
            .map(|shift| shift.id)
            .collect()
    });
    fill(world, "Volunteer", "rosteredShifts", |world, row| {
        pointing(world, "Assignment", "volunteer", row.id)
            .filter(|assignment| assignment.is("status", &ON_ROSTER))
            .filter_map(|assignment| assignment.one("shift"))
            .collect()
    });
    fill(world, "Volunteer", "listedShifts", |world, row| {
        pointing(world, "Assignment", "volunteer", row.id)
            .filter_map(|assignment| assignment.one("shift"))
            .chain(row.many("rosteredShifts"))
            .collect()
    });
    for (projects, shifts) in [
        ("rosteredIn", "rosteredShifts"),
        ("listedIn", "listedShifts"),
    ] {
        fill(world, "Volunteer", projects, |world, row| {
            let shifts = row.many(shifts);
            let of = shifts
                .iter()
                .filter_map(|id| world.row(*id)?.one("project"));
            let rostered = row.many("rosteredIn");
            of.chain(rostered.into_iter().filter(|_| projects == "listedIn"))
                .collect()
        });
    }
    fill(world, "Student", "classes", |world, row| {
        pointing(world, "Enrolment", "student", row.id)
            .filter_map(|enrolment| enrolment.one("class"))
            .collect()
    });
    fill(world, "Guardianship", "classes", |world, row| {
        let student = row.one("student").and_then(|id| world.row(id));
        student
            .map(|student| student.many("classes"))
            .unwrap_or_default()
            .into_iter()
            .collect()
    });
    fill(world, "Guardian", "classes", |world, row| {
        pointing(world, "Guardianship", "guardian", row.id)
            .flat_map(|bond| bond.many("classes"))
            .collect()
    });
    // A note stands where the record stands whose data is disputed.
    for set in [
        "rosteredIn",
        "rosteredShifts",
        "listedIn",
        "listedShifts",
        "marketingConsentedTo",
        "classes",
    ] {
        fill(world, "CorrectionNote", set, |world, row| {
            let whose = ["volunteer", "student", "guardian"].into_iter();
            whose
                .filter_map(|whose| world.row(row.one(whose)?))
                .flat_map(|record| record.many(set))
                .collect()
        });
    }
    accounts(world);
}

fn pointing<'a>(
    world: &'a World,
    of: &'a str,
    attribute: &'a str,
    id: Uuid,
) -> impl Iterator<Item = &'a Row> {
    world
        .of(of)
        .filter(move |row| row.one(attribute) == Some(id))
}

fn fill(
    world: &mut World,
    of: &str,
    attribute: &'static str,
    members: impl Fn(&World, &Row) -> BTreeSet<Uuid>,
) {
    let unsaid = |row: &Row| row.of.name == of && !row.values.contains_key(attribute);
    let found: Vec<Option<BTreeSet<Uuid>>> = world
        .rows
        .iter()
        .map(|row| unsaid(row).then(|| members(world, row)))
        .collect();
    for (row, found) in world.rows.iter_mut().zip(found) {
        if let Some(found) = found {
            row.values.insert(attribute, Value::Ids(found));
        }
    }
}

/// Each person is a user, whose record says what the roles say.
fn accounts(world: &mut World) {
    let Some(of) = catalogue::find("User") else {
        return;
    };
    let user = |(name, person): (&String, &Person)| {
        let id = id_of(of.entity, name);
        let set = |ids: Vec<Uuid>| Value::Ids(ids.into_iter().collect());
        let roles = &person.roles;
        let organisations = roles.iter().map(|role| role.organisation).collect();
        let taught = roles.iter().filter(|role| role.role == "TEACHER");
        let classes = taught.filter_map(|role| role.class).collect();
        Row {
            of,
            name: name.clone(),
            id,
            line: 1,
            values: [
                ("account", Value::Id(id)),
                ("organisations", set(organisations)),
                ("teaches", set(classes)),
            ]
            .into_iter()
            .collect(),
            person: None,
            today: false,
            keeps_policies: false,
        }
    };
    let users: Vec<Row> = world.people.iter().map(user).collect();
    world.rows.retain(|row| row.of.name != "User");
    world.rows.extend(users);
}
