//! The demo keeps its promises.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::person::check_character;
use super::*;

fn monday() -> DateTime<Utc> {
    "2026-03-02T04:30:00.123456789Z".parse().unwrap()
}

fn account_of(role: &str) -> Uuid {
    let holder = holders().into_iter().find(|holder| holder.role == role);
    match holder.unwrap().kind {
        DemoToken::User { account_id, .. } => account_id,
        DemoToken::Partner { issuer, .. } => issuer,
    }
}

/// The day of a time, in Hong Kong.
fn day(time: DateTime<Utc>) -> chrono::NaiveDate {
    (time + TimeDelta::hours(8)).date_naive()
}

#[test]
fn the_same_day_gives_the_same_rows() {
    assert!(people(monday()) == people(monday()));
}

#[test]
fn ids_do_not_depend_on_the_day() {
    let (one, other) = (people(monday()), people(monday() + TimeDelta::days(100)));
    let ids = |demo: &Demo| demo.volunteers.iter().map(|v| v.id).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&other));
    let ids = |demo: &Demo| demo.students.iter().map(|s| s.id).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&other));
    let ids = |demo: &Demo| demo.accounts.iter().map(|a| a.id).collect::<HashSet<_>>();
    assert_eq!(ids(&one), ids(&other));
}

#[test]
fn it_is_as_large_as_promised() {
    let demo = people(monday());
    let of = |kind| demo.organisations.iter().filter(|o| o.kind == kind).count();
    assert_eq!((of("NGO"), of("SCHOOL")), (10, 2));
    assert_eq!(demo.volunteers.len(), 500);
    let counts = [
        ("tags", demo.tags.len()),
        ("holidays", demo.holidays.len()),
        ("departments", demo.departments.len()),
        ("accounts", demo.accounts.len()),
        ("memberships", demo.memberships.len()),
        ("projects", demo.projects.len()),
        ("certificates", demo.certificates.len()),
        ("shifts", demo.shifts.len()),
        ("assignments", demo.assignments.len()),
        ("partnerships", demo.partnerships.len()),
        ("scopes", demo.partnership_scopes.len()),
        ("steps", demo.partnership_steps.len()),
        ("tokens", demo.partner_tokens.len()),
        ("shares of tokens", demo.partner_token_shares.len()),
        ("spaces", demo.spaces.len()),
        ("places in spaces", demo.space_members.len()),
        ("projects in spaces", demo.space_projects.len()),
        ("steps of spaces", demo.space_steps.len()),
        ("templates", demo.shift_templates.len()),
        ("templates in spaces", demo.space_templates.len()),
        ("classes", demo.school_classes.len()),
        ("students", demo.students.len()),
        ("guardians", demo.guardians.len()),
        ("guardianships", demo.guardianships.len()),
        ("enrolments", demo.enrolments.len()),
        ("notices", demo.notices.len()),
        ("receipts", demo.notice_receipts.len()),
        ("texts", demo.consent_texts.len()),
        ("consents", demo.consents.len()),
        ("invitations", demo.invitations.len()),
        ("requests", demo.data_requests.len()),
        ("steps of requests", demo.data_request_steps.len()),
        ("refusals", demo.data_request_refusals.len()),
        ("notes", demo.correction_notes.len()),
    ];
    eprintln!("{counts:?}");
    assert!(counts.iter().all(|(_, count)| *count > 0), "{counts:?}");
    assert!(demo.shifts.len() > 400 && demo.assignments.len() > 1200);
    let first = demo
        .shifts
        .iter()
        .map(|shift| day(shift.starts_at))
        .min()
        .unwrap();
    let last = demo
        .shifts
        .iter()
        .map(|shift| day(shift.starts_at))
        .max()
        .unwrap();
    assert_eq!((last - first).num_days(), 55);
}

/// Every id once, and every reference to a row that is there.
#[test]
fn every_reference_finds_its_row() {
    let demo = people(monday());
    let mut ids: HashMap<&str, HashSet<Uuid>> = HashMap::new();
    macro_rules! keep {
        ($($table:literal: $rows:expr),* $(,)?) => { $(
            let rows: HashSet<Uuid> = $rows.iter().map(|row| row.id).collect();
            assert_eq!(rows.len(), $rows.len(), "an id occurs twice in {}", $table);
            ids.insert($table, rows);
        )* };
    }
    keep! {
        "tag": demo.tags, "holiday": demo.holidays, "organisation": demo.organisations,
        "department": demo.departments, "account": demo.accounts,
        "membership": demo.memberships, "project": demo.projects,
        "volunteer": demo.volunteers, "certificate": demo.certificates,
        "shift": demo.shifts, "assignment": demo.assignments,
        "partnership": demo.partnerships, "partnership_scope": demo.partnership_scopes,
        "partnership_step": demo.partnership_steps,
        "token": demo.partner_tokens, "token share": demo.partner_token_shares,
        "space": demo.spaces, "space_member": demo.space_members,
        "space_project": demo.space_projects, "space_step": demo.space_steps,
        "shift_template": demo.shift_templates, "space_template": demo.space_templates,
        "class": demo.school_classes, "student": demo.students,
        "guardian": demo.guardians, "guardianship": demo.guardianships,
        "enrolment": demo.enrolments, "notice": demo.notices,
        "receipt": demo.notice_receipts, "consent_text": demo.consent_texts,
        "consent": demo.consents, "data_request": demo.data_requests,
        "data_request_step": demo.data_request_steps, "invitation": demo.invitations,
        "data_request_refusal": demo.data_request_refusals,
        "correction_note": demo.correction_notes,
    }
    macro_rules! refer {
        ($($rows:expr => $($column:ident: $table:literal),*);* $(;)?) => { $(
            for row in &$rows { $(
                if let Some(target) = Option::<Uuid>::from(row.$column) {
                    assert!(ids[$table].contains(&target), "{} of {row:?}", stringify!($column));
                }
            )* }
        )* };
    }
    refer! {
        demo.organisations => parent_id: "organisation";
        demo.departments => organisation_id: "organisation";
        demo.memberships => account_id: "account", organisation_id: "organisation",
            project_id: "project", class_id: "class";
        demo.projects => organisation_id: "organisation", department_id: "department";
        demo.volunteers => organisation_id: "organisation", department_id: "department",
            account_id: "account";
        demo.certificates => organisation_id: "organisation", volunteer_id: "volunteer";
        demo.shifts => organisation_id: "organisation", project_id: "project",
            department_id: "department";
        demo.assignments => organisation_id: "organisation", project_id: "project",
            shift_id: "shift", volunteer_id: "volunteer";
        demo.partnerships => lead_id: "organisation", partner_id: "organisation";
        demo.partnership_scopes => partnership_id: "partnership", lead_id: "organisation",
            partner_id: "organisation", project_id: "project", department_id: "department",
            shift_id: "shift";
        demo.partnership_steps => partnership_id: "partnership", lead_id: "organisation",
            partner_id: "organisation", account_id: "account";
        demo.partner_tokens => organisation_id: "organisation", issuer_id: "account",
            revoked_by_id: "account";
        demo.partner_token_shares => partner_token_id: "token", partnership_id: "partnership",
            project_id: "project", lead_id: "organisation", partner_id: "organisation";
        demo.spaces => lead_id: "organisation";
        demo.space_members => space_id: "space", lead_id: "organisation",
            organisation_id: "organisation";
        demo.space_projects => space_id: "space", lead_id: "organisation",
            organisation_id: "organisation", project_id: "project";
        demo.space_steps => space_id: "space", lead_id: "organisation",
            organisation_id: "organisation", account_id: "account";
        demo.shift_templates => organisation_id: "organisation";
        demo.space_templates => space_id: "space", organisation_id: "organisation",
            shift_template_id: "shift_template";
        demo.school_classes => organisation_id: "organisation";
        demo.students => organisation_id: "organisation";
        demo.guardians => organisation_id: "organisation", account_id: "account";
        demo.guardianships => organisation_id: "organisation", student_id: "student",
            guardian_id: "guardian";
        demo.enrolments => organisation_id: "organisation", student_id: "student",
            class_id: "class";
        demo.notices => organisation_id: "organisation", project_id: "project",
            class_id: "class", author_id: "account";
        demo.notice_receipts => organisation_id: "organisation", notice_id: "notice",
            recipient_id: "account", student_id: "student";
        demo.consent_texts => organisation_id: "organisation";
        demo.consents => organisation_id: "organisation", volunteer_id: "volunteer",
            student_id: "student", receiver_id: "organisation", text_id: "consent_text",
            account_id: "account";
        demo.data_requests => organisation_id: "organisation", volunteer_id: "volunteer",
            student_id: "student", guardian_id: "guardian", account_id: "account",
            opened_by_id: "account";
        demo.data_request_steps => organisation_id: "organisation", volunteer_id: "volunteer",
            student_id: "student", guardian_id: "guardian", account_id: "account",
            data_request_id: "data_request", actor_id: "account";
        demo.invitations => organisation_id: "organisation", project_id: "project",
            class_id: "class", invited_by_id: "account", account_id: "account";
        demo.data_request_refusals => organisation_id: "organisation";
        demo.correction_notes => organisation_id: "organisation", volunteer_id: "volunteer",
            student_id: "student", guardian_id: "guardian", account_id: "account",
            data_request_id: "data_request";
    }
    for holder in holders() {
        match holder.kind {
            DemoToken::User {
                account_id,
                organisation_id,
            } => {
                let holds = |m: &membership::Model| {
                    m.account_id == account_id && m.organisation_id == organisation_id
                };
                assert!(demo.memberships.iter().any(holds), "{}", holder.role);
            }
            DemoToken::Partner {
                organisation_id,
                share_ids,
                issuer,
                ..
            } => {
                let shares = demo
                    .partnerships
                    .iter()
                    .filter(|p| share_ids.contains(&p.id));
                let alive =
                    shares.filter(|p| p.partner_id == organisation_id && p.state == "ACTIVE");
                assert_eq!(alive.count(), 1, "{}", holder.role);
                let holds = |m: &membership::Model| {
                    m.account_id == issuer && m.organisation_id == organisation_id
                };
                assert!(demo.memberships.iter().any(holds), "{}", holder.role);
            }
        }
    }
}

#[test]
fn ids_of_persons_are_shaped_as_random_ones() {
    let demo = people(monday());
    let people = demo.volunteers.iter().map(|row| row.id);
    let people = people.chain(demo.students.iter().map(|row| row.id));
    let people = people.chain(demo.guardians.iter().map(|row| row.id));
    let mut people = people.chain(demo.accounts.iter().map(|row| row.id));
    assert!(people.all(|id| id.get_version_num() == 4));
    assert!(demo.shifts.iter().all(|row| row.id.get_version_num() == 5));
}

#[test]
fn a_few_hold_identity_numbers_and_each_has_its_check_character() {
    let demo = people(monday());
    let volunteers = demo
        .volunteers
        .iter()
        .filter_map(|v| v.identity_number.as_deref());
    let students = demo
        .students
        .iter()
        .filter_map(|s| s.identity_number.as_deref());
    let numbers: Vec<&str> = volunteers.chain(students).collect();
    assert!((5..50).contains(&numbers.len()), "{}", numbers.len());
    for number in numbers {
        let (body, check) = number.strip_suffix(')').unwrap().split_once('(').unwrap();
        let (letters, digits) = body.split_at(body.len() - 6);
        assert_eq!(
            check,
            check_character(letters, digits).to_string(),
            "{number}"
        );
    }
}

#[test]
fn names_are_of_many_kinds_and_phones_of_one() {
    let demo = people(monday());
    let zh = |name: &str| {
        demo.volunteers
            .iter()
            .any(|v| v.name_zh.as_deref() == Some(name))
    };
    assert!(zh("歐陽靖") && zh("瑪利亞·桑托斯"));
    let count = |wanted: fn(&volunteer::Model) -> bool| {
        demo.volunteers.iter().filter(|v| wanted(v)).count()
    };
    let letters = |v: &volunteer::Model| v.name_zh.as_deref().map_or(0, |n| n.chars().count());
    assert!(
        count(|v| v.name_zh.is_none()) > 10,
        "some have no Chinese name"
    );
    assert!(
        count(|v| v.name_en.is_none()) > 10,
        "some have no English name"
    );
    assert!(demo.volunteers.iter().filter(|v| letters(v) == 2).count() > 20);
    assert!(demo.volunteers.iter().filter(|v| letters(v) == 4).count() > 5);
    assert_eq!(count(|v| v.name_zh.is_none() && v.name_en.is_none()), 0);
    for phone in demo.volunteers.iter().filter_map(|v| v.phone.as_deref()) {
        assert!(phone.starts_with("+852 5") && phone.len() == 14, "{phone}");
    }
    let mails = demo.volunteers.iter().filter_map(|v| v.email.as_deref());
    let mails: Vec<&str> = mails.collect();
    assert!(mails.iter().all(|mail| mail.ends_with("@example.org")));
    assert_eq!(mails.iter().collect::<HashSet<_>>().len(), mails.len());
}

#[test]
fn the_team_leader_and_the_volunteer_are_on_todays_roster_whatever_day_it_is() {
    for days in 0..14 {
        let now = monday() + TimeDelta::days(days) + TimeDelta::hours(days);
        let demo = people(now);
        let leads = demo
            .memberships
            .iter()
            .find(|m| m.role == "TEAM_LEADER")
            .unwrap();
        assert_eq!(leads.account_id, account_of("team_leader"));
        let today: Vec<Uuid> = demo
            .shifts
            .iter()
            .filter(|s| Some(s.project_id) == leads.project_id && day(s.starts_at) == day(now))
            .filter(|s| s.progress != "CANCELLED")
            .map(|s| s.id)
            .collect();
        assert!(!today.is_empty());
        for role in ["team_leader", "volunteer"] {
            let account = Some(account_of(role));
            let own = demo
                .volunteers
                .iter()
                .find(|v| v.account_id == account)
                .unwrap();
            let on = |a: &&assignment::Model| a.volunteer_id == own.id;
            let mut rostered = demo.assignments.iter().filter(on);
            assert!(
                rostered.any(|a| today.contains(&a.shift_id)),
                "{role} {now}"
            );
        }
    }
}

#[test]
fn nobody_is_asked_to_be_in_two_places() {
    let demo = people(monday());
    let times: HashMap<Uuid, _> = demo
        .shifts
        .iter()
        .map(|s| (s.id, (s.starts_at, s.ends_at)))
        .collect();
    let mut taken: HashMap<Uuid, Vec<_>> = HashMap::new();
    for assignment in &demo.assignments {
        let (starts, ends) = times[&assignment.shift_id];
        let taken = taken.entry(assignment.volunteer_id).or_default();
        assert!(
            taken
                .iter()
                .all(|(from, to)| ends <= *from || *to <= starts)
        );
        taken.push((starts, ends));
    }
}

#[test]
fn shares_are_of_every_level_masked_and_not() {
    let demo = people(monday());
    let alive = demo.partnerships.iter().filter(|p| p.state == "ACTIVE");
    let kinds: HashSet<_> = alive.map(|p| (p.level.as_str(), p.desensitised)).collect();
    assert_eq!(kinds.len(), 6);
    let states: HashSet<_> = demo.partnerships.iter().map(|p| p.state.as_str()).collect();
    assert_eq!(states.len(), 4);
    let over = |p: &partnership::Model| p.valid_to.is_some_and(|end| end < monday());
    assert!(
        demo.partnerships
            .iter()
            .any(|p| p.state == "ACTIVE" && over(p))
    );
    let scopes = &demo.partnership_scopes;
    assert!(scopes.iter().any(|s| s.department_id.is_some()));
    assert_eq!(scopes.iter().filter(|s| s.shift_id.is_some()).count(), 2);
    let covered: HashSet<_> = scopes.iter().map(|s| s.partnership_id).collect();
    assert_eq!(covered.len(), demo.partnerships.len());
    for share in &demo.partnerships {
        let steps = demo.partnership_steps.iter();
        let steps: Vec<_> = steps.filter(|s| s.partnership_id == share.id).collect();
        let numbers: Vec<i32> = steps.iter().map(|s| s.number).collect();
        assert_eq!(numbers, (1..=share.last_step).collect::<Vec<_>>());
        // What time did is the last, if it did anything, and nobody did that.
        type Steps<'a> = Vec<&'a partnership_step::Model>;
        let every = steps.iter().copied();
        let (time, done): (Steps<'_>, Steps<'_>) = every.partition(|s| s.side == "NEITHER");
        assert!(time.iter().all(|s| s.account_id.is_none()));
        assert!(time.is_empty() || steps.last().map(|s| s.id) == time.last().map(|s| s.id));
        let last = done.last().expect("it was offered");
        let state = serde_json::from_str::<serde_json::Value>(&last.after_values);
        assert_eq!(state.expect("an object")["state"], share.state.as_str());
        assert!(done.iter().all(|s| s.account_id.is_some()));
    }
}

#[test]
fn the_guardian_has_two_children_in_two_classes_and_the_other_parent_has_no_access() {
    let demo = people(monday());
    let account = Some(account_of("guardian"));
    let guardian = demo
        .guardians
        .iter()
        .find(|g| g.account_id == account)
        .unwrap();
    let own = demo
        .guardianships
        .iter()
        .filter(|b| b.guardian_id == guardian.id);
    let children: Vec<Uuid> = own.filter(|b| b.has_access).map(|b| b.student_id).collect();
    assert_eq!(children.len(), 2);
    let current = demo.enrolments.iter().filter(|e| e.ends_on.is_none());
    let classes: HashSet<Uuid> = current
        .filter(|e| children.contains(&e.student_id))
        .map(|e| e.class_id)
        .collect();
    assert_eq!(classes.len(), 2);
    let teacher = account_of("teacher");
    let taught = demo
        .memberships
        .iter()
        .find(|m| m.account_id == teacher)
        .unwrap();
    let taught = taught.class_id.unwrap();
    assert!(
        classes.contains(&taught),
        "one child is the named teacher's"
    );
    let others = demo
        .guardianships
        .iter()
        .filter(|b| children.contains(&b.student_id));
    assert_eq!(others.filter(|b| !b.has_access).count(), 2);
    let receipts = demo
        .notice_receipts
        .iter()
        .filter(|r| Some(r.recipient_id) == account);
    let about: HashSet<_> = receipts.map(|r| r.student_id).collect();
    assert_eq!(about.len(), 2, "notices about each of them");
}

#[test]
fn who_has_no_access_gets_no_notice_of_the_child() {
    let demo = people(monday());
    let barred = demo.guardianships.iter().filter(|b| !b.has_access);
    let barred: Vec<_> = barred
        .filter_map(|b| {
            let guardian = demo.guardians.iter().find(|g| g.id == b.guardian_id)?;
            Some((guardian.account_id?, Some(b.student_id)))
        })
        .collect();
    assert!(barred.len() > 2);
    for receipt in &demo.notice_receipts {
        assert!(!barred.contains(&(receipt.recipient_id, receipt.student_id)));
    }
    let states: HashSet<_> = demo.notices.iter().map(|n| n.status.as_str()).collect();
    assert_eq!(states.len(), 3);
}

#[test]
fn what_has_not_happened_yet_has_no_trace() {
    let demo = people(monday());
    let ends: HashMap<Uuid, _> = demo.shifts.iter().map(|s| (s.id, s.ends_at)).collect();
    for assignment in &demo.assignments {
        let over = ends[&assignment.shift_id] <= monday();
        let done = ["ATTENDED", "ABSENT"].contains(&assignment.status.as_str());
        assert!(over || !done);
        assert_eq!(assignment.hours.is_some(), assignment.status == "ATTENDED");
    }
    for receipt in &demo.notice_receipts {
        let times = [receipt.delivered_at, receipt.read_at, receipt.signed_at];
        assert!(times.iter().flatten().all(|time| *time <= monday()));
        assert!(times.is_sorted_by(|a, b| b.is_none() || a.is_some() && a <= b));
    }
}
