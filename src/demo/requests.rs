//! Requests of the demo's people to see or correct the data held on them, and what became of them.

use entity::{correction_note, data_request, data_request_refusal, data_request_step};
use uuid::Uuid;

use super::Demo;
use super::calendar::Calendar;
use super::holders::{DemoToken, holders};
use super::seed::id;

/// Whose data it is, and who asks.
#[derive(Clone, Copy)]
struct About {
    person: Uuid,
    organisation: Uuid,
    column: &'static str,
    account: Uuid,
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for about in people(demo) {
        for (kind, state) in [
            ("ACCESS", "OPEN"),
            ("ACCESS", "ANSWERED"),
            ("CORRECTION", "OPEN"),
            ("CORRECTION", "REFUSED"),
        ] {
            add(demo, calendar, about, kind, state);
        }
    }
}

/// Some volunteers, a child of a guardian, that guardian, and some users.
fn people(demo: &Demo) -> Vec<About> {
    let mut people = Vec::new();
    let volunteers = demo.volunteers.iter();
    people.extend(volunteers.filter_map(|v| {
        Some(About {
            person: v.id,
            organisation: v.organisation_id,
            column: "volunteer_id",
            account: v.account_id?,
        })
    }));
    people.truncate(6);
    let mut families = Vec::new();
    for guardian in &demo.guardians {
        let Some(account) = guardian.account_id else {
            continue;
        };
        let about = |person, column| About {
            person,
            organisation: guardian.organisation_id,
            column,
            account,
        };
        let mine = |b: &&entity::guardianship::Model| b.guardian_id == guardian.id && b.has_access;
        let wards = demo.guardianships.iter().filter(mine);
        families.push(about(guardian.id, "guardian_id"));
        families.extend(wards.map(|ward| about(ward.student_id, "student_id")));
    }
    families.truncate(6);
    people.extend(families);
    for holder in holders() {
        if let DemoToken::User {
            account_id,
            organisation_id,
        } = holder.kind
            && ["administrator", "coordinator", "teacher", "volunteer"].contains(&holder.role)
        {
            people.push(About {
                person: account_id,
                organisation: organisation_id,
                column: "account_id",
                account: account_id,
            });
        }
    }
    people
}

fn add(demo: &mut Demo, calendar: Calendar, about: About, kind: &str, state: &str) {
    let key = format!("{}/{kind}/{state}", about.person);
    let open = state == "OPEN";
    let (at, opened) = (calendar.at(-12, 10 * 60), calendar.day(-12));
    let settled = calendar.at(-4, 15 * 60);
    let whose = |column: &str| (about.column == column).then_some(about.person);
    let correction = kind == "CORRECTION";
    let refused = state == "REFUSED";
    let words = "我的中文姓名有誤。 My Chinese name is wrong.".to_owned();
    let request = id(&format!("data-request/{key}"));
    demo.data_requests.push(data_request::Model {
        id: request,
        organisation_id: about.organisation,
        volunteer_id: whose("volunteer_id"),
        student_id: whose("student_id"),
        guardian_id: whose("guardian_id"),
        account_id: whose("account_id"),
        kind: kind.to_owned(),
        state: state.to_owned(),
        capacity: match about.column {
            "student_id" => "RELEVANT_PERSON".to_owned(),
            _ => "SELF".to_owned(),
        },
        opened_by_id: Some(about.account),
        statement: correction.then(|| words.clone()),
        corrected_field: correction.then(|| "nameZh".to_owned()),
        proposed_value: correction.then(|| "陳更正".to_owned()),
        opened_on: opened,
        due_on: calendar.day(28),
        next_reminder_on: open.then(|| calendar.day(18)),
        settled_at: (!open).then_some(settled),
        ground: refused.then(|| "NOT_INACCURATE".to_owned()),
        reasons: refused.then(|| "所示證件與紀錄相符。 The document shown agrees.".to_owned()),
        withheld: "[]".to_owned(),
        created_at: at,
        updated_at: if open { at } else { settled },
        revision: if open { 1 } else { 2 },
        archived_at: None,
    });
    let steps = [(1, "OPEN"), (2, if refused { "REFUSE" } else { "ANSWER" })];
    for (number, deed) in steps.into_iter().take(if open { 1 } else { 2 }) {
        let at = if number == 1 { at } else { settled };
        demo.data_request_steps.push(data_request_step::Model {
            id: id(&format!("data-request-step/{key}/{number}")),
            organisation_id: about.organisation,
            volunteer_id: whose("volunteer_id"),
            student_id: whose("student_id"),
            guardian_id: whose("guardian_id"),
            account_id: whose("account_id"),
            data_request_id: request,
            number,
            deed: deed.to_owned(),
            day: None,
            ground: (deed == "REFUSE").then(|| "NOT_INACCURATE".to_owned()),
            actor_id: (number == 1).then_some(about.account),
            created_at: at,
            updated_at: at,
            revision: 1,
            archived_at: None,
        });
    }
    if !refused {
        return;
    }
    demo.data_request_refusals
        .push(data_request_refusal::Model {
            id: id(&format!("data-request-refusal/{key}")),
            organisation_id: about.organisation,
            kind: kind.to_owned(),
            ground: "NOT_INACCURATE".to_owned(),
            particulars: "已核對證件。 Documents were checked.".to_owned(),
            opened_on: opened,
            refused_on: calendar.day(-4),
            kept_until: calendar.day(-4 + 1461),
            created_at: settled,
            updated_at: settled,
            revision: 1,
            archived_at: None,
        });
    demo.correction_notes.push(correction_note::Model {
        id: id(&format!("correction-note/{key}")),
        organisation_id: about.organisation,
        volunteer_id: whose("volunteer_id"),
        student_id: whose("student_id"),
        guardian_id: whose("guardian_id"),
        account_id: whose("account_id"),
        data_request_id: request,
        disputed_field: "nameZh".to_owned(),
        statement: Some(words),
        proposed_value: Some("陳更正".to_owned()),
        created_at: settled,
        updated_at: settled,
        revision: 1,
        archived_at: None,
    });
}
