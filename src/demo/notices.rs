//! Notices to organisations, projects and classes, and who has had, read and signed them.

use std::collections::HashSet;

use chrono::TimeDelta;
use entity::{notice, notice_receipt};
use uuid::Uuid;

use super::Demo;
use super::accounts::account_id;
use super::calendar::Calendar;
use super::notice_texts::To::{Class, Everyone, Guardians, Project};
use super::notice_texts::{Draft, NOTICES};
use super::organisations::{organisation_id, project_id};
use super::schools::class_id;
use super::seed::{Seed, id};

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    for draft in &NOTICES {
        let notice = notice(draft, calendar);
        if notice.status != "DRAFT" {
            for (recipient, student) in recipients(demo, draft) {
                demo.notice_receipts
                    .push(receipt(&notice, recipient, student, calendar));
            }
        }
        demo.notices.push(notice);
    }
}

fn notice(draft: &Draft, calendar: Calendar) -> notice::Model {
    let published = draft.published.map(|offset| calendar.at(offset, 480));
    notice::Model {
        id: id(&format!("notice/{}", draft.key)),
        organisation_id: organisation_id(draft.organisation),
        project_id: match draft.to {
            Project(project) => Some(project_id(draft.organisation, project)),
            _ => None,
        },
        class_id: match draft.to {
            Class(class) => Some(class_id(draft.organisation, class)),
            _ => None,
        },
        author_id: Some(account_id(draft.author)),
        title_en: Some(draft.title.0.to_owned()),
        title_zh: Some(draft.title.1.to_owned()),
        body_en: Some(draft.body.0.to_owned()),
        body_zh: Some(draft.body.1.to_owned()),
        urgency: draft.urgency.to_owned(),
        status: draft.status.to_owned(),
        version: draft.version,
        published_at: published,
        requires_signature: draft.requires_signature,
        forwardable: draft.forwardable,
        created_at: published.unwrap_or(calendar.founded()),
        updated_at: published.unwrap_or(calendar.founded()),
        revision: 1,
        archived_at: None,
    }
}

/// The accounts that a notice goes to, each once, or once for each child that it is about.
fn recipients(demo: &Demo, draft: &Draft) -> Vec<(Uuid, Option<Uuid>)> {
    let organisation = organisation_id(draft.organisation);
    let mut all: Vec<(Uuid, Option<Uuid>)> = match draft.to {
        Everyone => demo
            .memberships
            .iter()
            .filter(|post| post.organisation_id == organisation && post.valid_to.is_none())
            .map(|post| (post.account_id, None))
            .collect(),
        Project(project) => {
            let project = project_id(draft.organisation, project);
            let rostered: HashSet<Uuid> = demo
                .assignments
                .iter()
                .filter(|assignment| assignment.project_id == project)
                .map(|assignment| assignment.volunteer_id)
                .collect();
            let people = demo.volunteers.iter();
            people
                .filter(|volunteer| rostered.contains(&volunteer.id))
                .filter_map(|volunteer| Some((volunteer.account_id?, None)))
                .collect()
        }
        Class(class) => {
            let class = class_id(draft.organisation, class);
            guardians(demo, |enrolled| enrolled == class)
        }
        Guardians => {
            let classes = demo.school_classes.iter();
            let classes: HashSet<Uuid> = classes
                .filter(|class| class.organisation_id == organisation)
                .map(|class| class.id)
                .collect();
            guardians(demo, |enrolled| classes.contains(&enrolled))
        }
    };
    let mut seen = HashSet::new();
    all.retain(|recipient| seen.insert(*recipient));
    all
}

/// Those with access and an account, of the students who are in such a class now.
fn guardians(demo: &Demo, wanted: impl Fn(Uuid) -> bool) -> Vec<(Uuid, Option<Uuid>)> {
    let students: HashSet<Uuid> = demo
        .enrolments
        .iter()
        .filter(|enrolment| enrolment.ends_on.is_none() && wanted(enrolment.class_id))
        .map(|enrolment| enrolment.student_id)
        .collect();
    let bonds = demo.guardianships.iter();
    bonds
        .filter(|bond| bond.has_access && bond.receives_notices)
        .filter(|bond| students.contains(&bond.student_id))
        .filter_map(|bond| {
            let mut guardians = demo.guardians.iter();
            let guardian = guardians.find(|guardian| guardian.id == bond.guardian_id)?;
            Some((guardian.account_id?, Some(bond.student_id)))
        })
        .collect()
}

fn receipt(
    notice: &notice::Model,
    recipient: Uuid,
    student: Option<Uuid>,
    calendar: Calendar,
) -> notice_receipt::Model {
    let key = format!("receipt/{}/{recipient}/{student:?}", notice.id);
    let mut seed = Seed::of(&key);
    let published = notice.published_at.unwrap_or(calendar.now);
    let later = |seed: &mut Seed, hours: u32| {
        let minutes = i64::from(1 + seed.below(hours * 60));
        published + TimeDelta::minutes(minutes)
    };
    let happened = |time: chrono::DateTime<chrono::Utc>| (time <= calendar.now).then_some(time);
    // the named guardian still has something to read and to sign
    let waits = recipient == account_id("guardian");
    let delivered = happened(later(&mut seed, 1));
    let read = delivered
        .filter(|_| !waits && seed.percent(70))
        .and_then(|_| happened(later(&mut seed, 40) + TimeDelta::hours(1)));
    let signed = read
        .filter(|_| notice.requires_signature && seed.percent(75))
        .and_then(|read| happened(read + TimeDelta::minutes(5)));
    let stale = notice.version > 1 && !waits && seed.percent(20);
    notice_receipt::Model {
        id: id(&key),
        organisation_id: notice.organisation_id,
        notice_id: notice.id,
        recipient_id: recipient,
        student_id: student,
        notice_version: notice.version - i32::from(stale),
        delivered_at: delivered,
        read_at: read,
        signed_at: signed,
        created_at: published,
        updated_at: published,
        revision: 1,
        archived_at: None,
    }
}
