//! What two organisations agreed on, cell by cell: the table of decisions, written once more by hand.
//!
//! - Of a shift a partner sees exactly time, place and task type; who may edit sees the rest of the
//!   frame too, and changes its progress.
//! - People are there where the share includes the roster: as first character and XX with the
//!   department where it is desensitised, else by name, with contacts and notes where they are
//!   included; those who withdrew where the history is.
//! - Health, identity numbers, birth dates, addresses and emergency contacts are in no share.
//! - What is not to be forwarded is not handed on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{assignment, shift, volunteer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::World;

/// Rows by type and id, with their cells.
pub type Cells = BTreeMap<(&'static str, Uuid), BTreeMap<String, Value>>;

/// What was agreed on.
#[derive(Debug)]
pub struct Share {
    pub id: Uuid,
    pub active: bool,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub edits: bool,
    /// Whether the partner also plans.
    pub plans: bool,
    pub groups: BTreeSet<String>,
    pub desensitised: bool,
    /// Projects, and within them departments or shifts.
    pub scopes: Vec<(Uuid, Option<Uuid>, Option<Uuid>)>,
}

impl Share {
    pub fn in_force(&self, now: DateTime<Utc>) -> bool {
        self.active && self.from.is_none_or(|from| from <= now) && self.to.is_none_or(|to| now < to)
    }

    pub fn covers(&self, shift: &shift::Model) -> bool {
        self.scopes.iter().any(|(project, department, only)| {
            shift.project_id == *project
                && department.is_none_or(|d| shift.department_id == Some(d))
                && only.is_none_or(|only| shift.id == only)
        })
    }

    fn covers_whole(&self, project: Uuid) -> bool {
        self.scopes.contains(&(project, None, None))
    }

    fn has(&self, group: &str) -> bool {
        self.groups.contains(group)
    }

    /// Whether it includes people, and this of them in full.
    fn in_full(&self, group: &str) -> bool {
        self.has("ROSTER") && self.has(group) && !self.desensitised
    }
}

/// Of the cells of a row, those that hold are shown and the others are null.
fn row(cells: Vec<(&str, bool, Value)>) -> BTreeMap<String, Value> {
    let cell = |(name, shown, value): (&str, bool, Value)| {
        (name.to_owned(), if shown { value } else { Value::Null })
    };
    cells.into_iter().map(cell).collect()
}

fn instant(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

fn mask(name: &Option<String>) -> Value {
    let first = name.as_deref().and_then(|name| name.chars().next());
    first.map_or(Value::Null, |first| json!(format!("{first}XX")))
}

/// All that a token for these shares is told at an instant.
pub fn expected(world: &World, shares: &[&Share], now: DateTime<Utc>) -> Cells {
    let alive: Vec<&Share> = shares.iter().copied().filter(|s| s.in_force(now)).collect();
    let mut cells = Cells::new();
    for shift in &world.shifts {
        let over: Vec<&Share> = alive.iter().copied().filter(|s| s.covers(shift)).collect();
        if !over.is_empty() {
            cells.insert(("Shift", shift.id), of_shift(shift, &over));
        }
        for assignment in world.assignments.iter().filter(|a| a.shift_id == shift.id) {
            if over.iter().any(|share| share.has("ROSTER")) {
                let there = of_volunteer(world, assignment.volunteer_id, &alive).is_some();
                cells.insert(
                    ("Assignment", assignment.id),
                    of_assignment(assignment, &over, there),
                );
            }
        }
    }
    for volunteer in &world.volunteers {
        if let Some(found) = of_volunteer(world, volunteer.id, &alive) {
            cells.insert(("Volunteer", volunteer.id), found);
        }
    }
    for project in &world.projects {
        let shifts = world.shifts.iter().filter(|s| s.project_id == project.id);
        if shifts
            .into_iter()
            .any(|shift| alive.iter().any(|s| s.covers(shift)))
        {
            let name = json!(project.name_zh);
            let found = row(vec![("nameZh", true, name), ("status", false, Value::Null)]);
            cells.insert(("Project", project.id), found);
        }
    }
    for notice in &world.notices {
        let works = |project| alive.iter().any(|s| s.edits && s.covers_whole(project));
        if notice.forwardable && notice.project_id.is_some_and(works) {
            let found = row(vec![
                ("titleZh", true, json!(notice.title_zh)),
                ("bodyZh", true, json!(notice.body_zh)),
                ("viewerCanChange", true, json!(false)),
            ]);
            cells.insert(("Notice", notice.id), found);
        }
    }
    cells
}

fn of_shift(shift: &shift::Model, over: &[&Share]) -> BTreeMap<String, Value> {
    let edits = over.iter().any(|share| share.edits);
    let rosters = over.iter().any(|share| share.edits && share.has("ROSTER"));
    let notes = over.iter().any(|share| share.in_full("NOTES"));
    let origins = over.iter().any(|share| share.has("ORIGINS"));
    row(vec![
        ("startsAt", true, instant(shift.starts_at)),
        ("endsAt", true, instant(shift.ends_at)),
        ("place", true, json!(shift.place)),
        ("taskType", true, json!(shift.task_type)),
        ("title", edits, json!(shift.title)),
        ("outdoor", edits, json!(shift.outdoor)),
        ("needed", edits, json!(shift.needed)),
        ("progress", edits, json!(shift.progress)),
        ("language", edits, json!(shift.language)),
        ("project", edits, json!(shift.project_id.to_string())),
        (
            "department",
            edits,
            json!(shift.department_id.map(|d| d.to_string())),
        ),
        ("externalId", origins, json!(shift.external_id)),
        ("internalNote", notes, json!(shift.internal_note)),
        ("viewerCanChange", true, json!(edits)),
        ("viewerCanAssign", true, json!(rosters)),
        ("viewerCanArchive", true, json!(false)),
    ])
}

fn of_assignment(
    assignment: &assignment::Model,
    over: &[&Share],
    there: bool,
) -> BTreeMap<String, Value> {
    let rosters = over.iter().any(|share| share.edits && share.has("ROSTER"));
    let notes = over.iter().any(|share| share.in_full("NOTES"));
    let origins = over.iter().any(|share| share.has("ORIGINS"));
    row(vec![
        ("status", true, json!(assignment.status)),
        ("shift", true, json!(assignment.shift_id.to_string())),
        (
            "volunteer",
            there,
            json!(assignment.volunteer_id.to_string()),
        ),
        ("role", rosters, json!(assignment.role)),
        ("hours", rosters, json!(assignment.hours)),
        ("remark", notes, json!(assignment.remark)),
        ("externalId", origins, json!(assignment.external_id)),
        ("viewerCanUnassign", true, json!(rosters)),
    ])
}

/// A volunteer, if there at all.
fn of_volunteer(world: &World, id: Uuid, alive: &[&Share]) -> Option<BTreeMap<String, Value>> {
    let volunteer: &volunteer::Model = world.volunteers.iter().find(|v| v.id == id)?;
    // The shares on whose rosters the volunteer is, and those where the volunteer was or is.
    let (mut on, mut ever): (Vec<&Share>, Vec<&Share>) = (Vec::new(), Vec::new());
    for assignment in world.assignments.iter().filter(|a| a.volunteer_id == id) {
        let shift = world.shifts.iter().find(|s| s.id == assignment.shift_id)?;
        let over = || alive.iter().copied().filter(|share| share.covers(shift));
        if assignment.status == "ACCEPTED" {
            on.extend(over());
        }
        ever.extend(over());
    }
    let there = on.iter().any(|s| s.has("ROSTER"))
        || ever.iter().any(|s| s.has("ROSTER") && s.has("HISTORY"));
    if !there {
        return None;
    }
    let full = |group: &str| on.iter().any(|share| share.in_full(group));
    let named = on.iter().any(|share| share.in_full("ROSTER"));
    let origins = ever.iter().any(|share| share.has("ORIGINS"));
    let name = |name: &Option<String>| if named { json!(name) } else { mask(name) };
    Some(row(vec![
        ("nameZh", true, name(&volunteer.name_zh)),
        ("nameEn", true, name(&volunteer.name_en)),
        (
            "department",
            true,
            json!(volunteer.department_id.map(|d| d.to_string())),
        ),
        ("phone", full("CONTACTS"), json!(volunteer.phone)),
        ("email", full("CONTACTS"), json!(volunteer.email)),
        (
            "internalNotes",
            full("NOTES"),
            json!(volunteer.internal_notes),
        ),
        ("externalId", origins, json!(volunteer.external_id)),
        ("address", false, Value::Null),
        ("birthDate", false, Value::Null),
        ("identityNumber", false, Value::Null),
        ("emergencyContactName", false, Value::Null),
        ("emergencyContactPhone", false, Value::Null),
        ("healthRemark", false, Value::Null),
        ("viewerCanChange", true, json!(false)),
    ]))
}
