//! Who is asked for which shift, who came, and how many hours that makes. Nobody is in two places.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::assignment;
use uuid::Uuid;

use super::Demo;
use super::calendar::Calendar;
use super::members::LEAD;
use super::seed::{Seed, id};
use super::shifts::Planned;
use super::volunteers::{TEAM_LEADER, VOLUNTEER, volunteer_id};

const REMARKS: [&str; 3] = ["可能要遲到十分鐘", "期待！", "Will bring own gloves."];

/// The times for which each volunteer is taken.
type Taken = HashMap<Uuid, Vec<(DateTime<Utc>, DateTime<Utc>)>>;

pub(super) fn build(demo: &mut Demo, planned: &[Planned<'_>], calendar: Calendar) {
    let active: HashMap<Uuid, bool> = demo
        .volunteers
        .iter()
        .map(|volunteer| (volunteer.id, volunteer.status == "ACTIVE"))
        .collect();
    let mut taken = Taken::new();
    let mut hours: HashMap<Uuid, f64> = HashMap::new();
    // those who are named come first, so that nothing else takes their time
    let mut rosters: Vec<Vec<Uuid>> = planned.iter().map(named).collect();
    for (one, roster) in planned.iter().zip(&rosters) {
        for volunteer in roster {
            let times = taken.entry(*volunteer).or_default();
            times.push((one.shift.starts_at, one.shift.ends_at));
        }
    }
    for (one, roster) in planned.iter().zip(&mut rosters) {
        fill(one, roster, &active, &mut taken);
        for (place, volunteer) in roster.iter().enumerate() {
            let assignment = assignment(one, *volunteer, place == 0, calendar);
            *hours.entry(*volunteer).or_default() += assignment.hours.unwrap_or_default();
            demo.assignments.push(assignment);
        }
    }
    for volunteer in &mut demo.volunteers {
        let served = hours.get(&volunteer.id).copied().unwrap_or_default();
        volunteer.hours_total += served.round() as i32;
    }
}

/// The team leader leads every third lunch and the named volunteer helps at every fourth, so that
/// both are there today; a week from now the volunteer is offered one.
fn named(one: &Planned<'_>) -> Vec<Uuid> {
    let mut roster = Vec::new();
    let canteen = one.member.key == LEAD && one.slot == "lunch";
    if canteen && one.offset % 3 == 0 {
        roster.push(volunteer_id(LEAD, TEAM_LEADER));
    }
    if canteen && (one.offset % 4 == 0 || one.offset == 7) {
        roster.push(volunteer_id(LEAD, VOLUNTEER));
    }
    roster
}

fn fill(
    one: &Planned<'_>,
    roster: &mut Vec<Uuid>,
    active: &HashMap<Uuid, bool>,
    taken: &mut Taken,
) {
    let mut seed = Seed::of(&format!("roster/{}", one.shift.id));
    let needed = u32::try_from(one.shift.needed).unwrap_or_default();
    let share = match one.offset {
        ..0 => 80 + seed.below(21),
        0..14 => 60 + seed.below(41),
        _ => 20 + seed.below(51),
    };
    let wanted = (needed * share).div_ceil(100) as usize;
    for _ in 0..needed * 8 {
        if roster.len() >= wanted {
            break;
        }
        let volunteer = volunteer_id(one.member.key, seed.below(one.member.volunteers));
        let times = taken.entry(volunteer).or_default();
        let (starts, ends) = (one.shift.starts_at, one.shift.ends_at);
        let busy = times.iter().any(|(from, to)| *from < ends && starts < *to);
        if busy || !active.get(&volunteer).copied().unwrap_or_default() {
            continue;
        }
        times.push((starts, ends));
        roster.push(volunteer);
    }
}

fn assignment(
    one: &Planned<'_>,
    volunteer: Uuid,
    first: bool,
    calendar: Calendar,
) -> assignment::Model {
    let shift = &one.shift;
    let key = format!("assignment/{}/{volunteer}", shift.id);
    let mut seed = Seed::of(&key);
    let is_named = named(one).contains(&volunteer);
    let over = shift.ends_at <= calendar.now;
    let status = match (shift.progress.as_str(), seed.below(100)) {
        ("CANCELLED", _) => "CANCELLED",
        _ if is_named && one.offset == 7 => "OFFERED",
        _ if is_named && over => "ATTENDED",
        _ if is_named => "ACCEPTED",
        (_, 0..5) => "CANCELLED",
        (_, 5..10) => "DECLINED",
        (_, 10..16) if over => "ABSENT",
        _ if over => "ATTENDED",
        (_, 10..28) if one.offset > 0 => "OFFERED",
        _ => "ACCEPTED",
    };
    let lasts = (shift.ends_at - shift.starts_at).num_minutes();
    assignment::Model {
        id: id(&key),
        organisation_id: shift.organisation_id,
        project_id: shift.project_id,
        shift_id: shift.id,
        volunteer_id: volunteer,
        status: status.to_owned(),
        role: first.then(|| "LEADER".to_owned()),
        hours: (status == "ATTENDED").then_some(lasts as f64 / 60.0),
        remark: seed.percent(8).then(|| seed.pick(&REMARKS).to_owned()),
        source: None,
        external_id: None,
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    }
}
