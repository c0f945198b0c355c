//! Students and their guardians: siblings, separated parents, and one family in both schools.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use entity::{enrolment, guardian, guardianship, student};
use uuid::Uuid;

use super::Demo;
use super::accounts::{Post, account_id, appoint, open};
use super::calendar::Calendar;
use super::organisations::organisation_id;
use super::person::{self, Name, Surname};
use super::schools::{Form, PRIMARY, SCHOOLS, School, class_id};
use super::seed::{Seed, id, person_id};

/// The family of the named guardian, by its number at the primary school.
const NAMED: u32 = 0;
/// The family that has children in both schools, by its numbers there.
const IN_BOTH: (u32, u32) = (1, 0);

const HEALTH: [&str; 5] = [
    "對牛奶敏感",
    "有哮喘，噴霧存放於校務處",
    "Mild epilepsy; the nurse knows what to do",
    "左耳聽力較弱，請安排前排座位",
    "Short-sighted; sits in front",
];

const NOTES: [&str; 4] = [
    "近月情緒較低落，已轉介社工跟進",
    "Reads two years ahead of the class.",
    "與班中同學曾有爭執，座位分開",
    "Fee remission under review.",
];

/// A guardian of a family.
struct Parent {
    key: String,
    relation: &'static str,
    has_access: bool,
    account: Option<String>,
    name: Name,
}

pub(super) fn build(demo: &mut Demo, calendar: Calendar) {
    let mut numbers: HashMap<Uuid, i32> = HashMap::new();
    for school in &SCHOOLS {
        for number in 0..school.families {
            family(demo, school, number, &mut numbers, calendar);
        }
    }
}

fn family(
    demo: &mut Demo,
    school: &School,
    number: u32,
    numbers: &mut HashMap<Uuid, i32>,
    calendar: Calendar,
) {
    let key = format!("family/{}/{number}", school.key);
    let named = school.key == PRIMARY && number == NAMED;
    let mut seed = Seed::of(&key);
    let surname = match named {
        true => ("司徒", "SZETO"),
        false => person::surname(&mut seed),
    };
    let guardians: Vec<(Uuid, Parent)> = parents(&mut seed, school, number, surname)
        .into_iter()
        .map(|parent| (guardian(demo, school, &parent, calendar), parent))
        .collect();
    let forms: Vec<&Form> = match (named, seed.below(100)) {
        (true, _) => named_forms(school),
        (_, 0..60) => vec![seed.pick(&school.classes.iter().collect::<Vec<_>>())],
        (_, 60..92) => seed.some(&school.classes.iter().collect::<Vec<_>>(), 2, 2),
        _ => seed.some(&school.classes.iter().collect::<Vec<_>>(), 3, 3),
    };
    for (place, form) in forms.into_iter().enumerate() {
        let child = format!("{key}/child/{place}");
        let student = student(school, form, &child, surname, calendar);
        for (guardian, parent) in &guardians {
            demo.guardianships
                .push(bond(&student, *guardian, parent, calendar));
        }
        enrol(demo, school, form, &student, numbers, calendar);
        demo.students.push(student);
    }
}

/// The named guardian has a child in the named teacher's class and one in another.
fn named_forms(school: &School) -> Vec<&Form> {
    let forms = school.classes.iter();
    forms
        .filter(|form| ["1A", "4B"].contains(&form.key))
        .collect()
}

fn parents(seed: &mut Seed, school: &School, number: u32, surname: Surname) -> Vec<Parent> {
    let key = |who: &str| format!("{}/{number}/{who}", school.key);
    let named = school.key == PRIMARY && number == NAMED;
    // a mother keeps her own surname
    let own = person::surname(seed);
    let mother = person::named(seed, own);
    let father = person::named(seed, surname);
    let parent = |who: &'static str, relation, name, seed: &mut Seed| Parent {
        key: key(who),
        relation,
        has_access: true,
        account: seed.percent(65).then(|| format!("guardian/{}", key(who))),
        name,
    };
    let mut mother = parent("mother", "MOTHER", mother, seed);
    let mut father = parent("father", "FATHER", father, seed);
    if named {
        mother.account = Some("guardian".to_owned());
        father.account = Some("guardian/separated".to_owned());
        father.has_access = false;
        return vec![mother, father];
    }
    if school.key == PRIMARY && number == IN_BOTH.0 || school.key != PRIMARY && number == IN_BOTH.1
    {
        mother.account = Some("guardian/both-schools".to_owned());
        mother.name = Name::of("諸葛蕙", "CHU KOT Wai");
        return vec![mother, father];
    }
    match seed.below(100) {
        0..12 => father.has_access = false,
        12..16 => mother.has_access = false,
        16..26 => return vec![mother],
        26..32 => {
            let name = person::named(seed, surname);
            let elder = parent("grandparent", "GRANDPARENT", name, seed);
            return vec![father, elder];
        }
        _ => {}
    }
    vec![mother, father]
}

fn guardian(demo: &mut Demo, school: &School, parent: &Parent, calendar: Calendar) -> Uuid {
    let organisation = organisation_id(school.key);
    let account = parent.account.as_ref().map(|key| {
        let account = account_id(key);
        if !demo.accounts.iter().any(|known| known.id == account) {
            open(demo, calendar, key, parent.name.clone());
        }
        appoint(demo, calendar, Post::new(account, organisation, "GUARDIAN"));
        account
    });
    let mut seed = Seed::of(&format!("guardian/{}", parent.key));
    let guardian = guardian::Model {
        id: person_id(&format!("guardian/{}", parent.key)),
        organisation_id: organisation,
        account_id: account,
        name_zh: parent.name.zh.clone(),
        name_en: parent.name.en.clone(),
        phone: Some(person::phone(&mut seed)),
        email: seed.percent(80).then(|| person::email(&mut seed)),
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    };
    let id = guardian.id;
    demo.guardians.push(guardian);
    id
}

fn student(
    school: &School,
    form: &Form,
    key: &str,
    surname: Surname,
    calendar: Calendar,
) -> student::Model {
    let mut seed = Seed::of(key);
    let name = person::named(&mut seed, surname);
    let born = calendar.academic_year() - i32::try_from(form.age).unwrap_or_default();
    let birth_date = NaiveDate::from_yo_opt(born, 1 + seed.below(365));
    let left = !key.ends_with("/0") && seed.percent(6);
    student::Model {
        identity_number_hash: None,
        id: person_id(key),
        organisation_id: organisation_id(school.key),
        name_zh: name.zh,
        name_en: name.en,
        birth_date,
        // cards are issued from the age of eleven
        identity_number: (form.age >= 12 && seed.percent(10))
            .then(|| person::identity_number(&mut seed)),
        health_remark: seed.percent(18).then(|| seed.pick(&HEALTH).to_owned()),
        internal_notes: seed.percent(14).then(|| seed.pick(&NOTES).to_owned()),
        student_number: Some(format!("{born}{:04}", seed.below(10_000))),
        status: if left { "LEFT" } else { "ENROLLED" }.to_owned(),
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    }
}

fn bond(
    student: &student::Model,
    guardian: Uuid,
    parent: &Parent,
    calendar: Calendar,
) -> guardianship::Model {
    guardianship::Model {
        id: id(&format!("guardianship/{}/{guardian}", student.id)),
        organisation_id: student.organisation_id,
        student_id: student.id,
        guardian_id: guardian,
        relation: parent.relation.to_owned(),
        has_access: parent.has_access,
        receives_notices: parent.has_access,
        may_sign: parent.has_access && parent.relation != "GRANDPARENT",
        may_collect: parent.has_access,
        created_at: calendar.founded(),
        updated_at: calendar.founded(),
        revision: 1,
        archived_at: None,
    }
}

/// A student is in one class at a time; who left is in none, and a few changed class this year.
fn enrol(
    demo: &mut Demo,
    school: &School,
    form: &Form,
    student: &student::Model,
    numbers: &mut HashMap<Uuid, i32>,
    calendar: Calendar,
) {
    let begins = NaiveDate::from_ymd_opt(calendar.academic_year(), 9, 1);
    let mut seed = Seed::of(&format!("enrolment/{}", student.id));
    let mut add = |class: &Form, starts: Option<NaiveDate>, ends: Option<NaiveDate>| {
        let class = class_id(school.key, class.key);
        let number = numbers.entry(class).or_default();
        *number += 1;
        demo.enrolments.push(enrolment::Model {
            id: id(&format!("enrolment/{}/{class}", student.id)),
            organisation_id: student.organisation_id,
            student_id: student.id,
            class_id: class,
            class_number: Some(*number),
            starts_on: starts,
            ends_on: ends,
            created_at: calendar.founded(),
            updated_at: calendar.founded(),
            revision: 1,
            archived_at: None,
        });
    };
    // days of change lie after the first of September, whatever day it is now
    let changed = begins.map(|first| {
        let middle = (calendar.today - first).num_days() / 2;
        first + chrono::Days::new(middle.unsigned_abs())
    });
    if student.status == "LEFT" {
        add(form, begins, changed);
        return;
    }
    let parallel = school
        .classes
        .iter()
        .find(|other| other.age == form.age && other.key != form.key);
    match parallel {
        Some(other) if form.key != "1A" && seed.percent(15) => {
            add(other, begins, changed);
            add(form, changed.and_then(|day| day.succ_opt()), None);
        }
        _ => add(form, begins, None),
    }
    debug_assert!(calendar.today.year() >= calendar.academic_year());
}
