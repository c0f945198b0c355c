//! Ten organisations with two projects each: shifts of two departments, and people on their rosters.

use chrono::{NaiveDate, TimeDelta};
use entity::{
    account, assignment, department, membership, notice, organisation, project, shift, volunteer,
};
use sea_orm::{DatabaseConnection, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use crate::app::noon;
use crate::interference::dice::Dice;

pub const ORGANISATIONS: usize = 10;

#[derive(Default)]
pub struct World {
    pub projects: Vec<project::Model>,
    pub shifts: Vec<shift::Model>,
    pub volunteers: Vec<volunteer::Model>,
    pub assignments: Vec<assignment::Model>,
    pub notices: Vec<notice::Model>,
}

fn id(kind: u128, number: usize) -> Uuid {
    Uuid::from_u128((kind << 64) + number as u128 + 1)
}

/// The administrators of two of them.
pub fn accounts(of: [usize; 2]) -> [Uuid; 2] {
    of.map(|number| id(2, number))
}

impl World {
    pub fn organisation(&self, number: usize) -> Uuid {
        id(1, number)
    }

    pub fn shifts_of(&self, number: usize) -> Vec<shift::Model> {
        let own = self
            .shifts
            .iter()
            .filter(|s| s.organisation_id == id(1, number));
        own.cloned().collect()
    }

    /// Makes it and puts it into a database.
    pub async fn make(db: &DatabaseConnection, dice: &mut Dice) -> Self {
        let at = noon() - TimeDelta::days(30);
        let mut world = Self::default();
        for number in 0..ORGANISATIONS {
            let lead = id(1, number);
            let row = organisation::Model {
                keeps_policies: false,
                residency: "[\"ANYWHERE\"]".to_owned(),
                id: lead,
                name_en: Some(format!("Organisation {number}")),
                name_zh: Some(format!("機構{number}")),
                kind: "NGO".into(),
                parent_id: None,
                district: None,
                address_en: None,
                address_zh: None,
                telephone: None,
                email: None,
                website: None,
                registration_number: None,
                school_category: None,
                school_level: None,
                school_session: None,
                school_gender: None,
                finance_type: None,
                religion: None,
                longitude: None,
                latitude: None,
                source: None,
                external_id: None,
                created_at: at,
                updated_at: at,
                revision: 1,
                archived_at: None,
            };
            organisation::Entity::insert(row.into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
            let head = account::Model {
                id: id(2, number),
                name_en: None,
                name_zh: Some("樣本主任".into()),
                email: None,
                locale: "zh-HK".into(),
                status: "ACTIVE".into(),
                created_at: at,
                updated_at: at,
                revision: 1,
                archived_at: None,
            };
            let post = membership::Model {
                id: id(3, number),
                account_id: head.id,
                organisation_id: lead,
                project_id: None,
                class_id: None,
                role: "ADMINISTRATOR".into(),
                valid_from: None,
                valid_to: None,
                created_at: at,
                updated_at: at,
                revision: 1,
                archived_at: None,
            };
            account::Entity::insert(head.into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
            membership::Entity::insert(post.into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
            world.work(db, dice, number).await;
        }
        world
    }

    /// What an organisation does, and with whom.
    async fn work(&mut self, db: &DatabaseConnection, dice: &mut Dice, number: usize) {
        let at = noon() - TimeDelta::days(30);
        let lead = id(1, number);
        let departments = [0, 1].map(|n| id(4, number * 2 + n));
        for department in departments {
            let row = department::Model {
                id: department,
                organisation_id: lead,
                name_en: None,
                name_zh: Some("義工組".into()),
                created_at: at,
                updated_at: at,
                revision: 1,
                archived_at: None,
            };
            department::Entity::insert(row.into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
        }
        let people: Vec<volunteer::Model> = (0..4)
            .map(|n| {
                let at_all = number * 4 + n;
                volunteer::Model {
                    identity_number_hash: None,
                    id: id(5, at_all),
                    organisation_id: lead,
                    department_id: Some(departments[n % 2]),
                    account_id: None,
                    name_zh: Some(format!("樣本{at_all}")),
                    name_en: Some(format!("Sample {at_all}")),
                    phone: Some(format!("+852 5000 {at_all:04}")),
                    email: Some(format!("sample{at_all}@example.org")),
                    address: Some("樣本街一號".into()),
                    district: None,
                    birth_date: NaiveDate::from_ymd_opt(1990, 1, 2),
                    identity_number: Some("A123456(3)".into()),
                    emergency_contact_name: Some("樣本親屬".into()),
                    emergency_contact_phone: Some("+852 5999 9999".into()),
                    health_remark: Some("樣本備註".into()),
                    internal_notes: Some(format!("note on {at_all}")),
                    skills: "[]".into(),
                    availability: "[]".into(),
                    preferences: "[]".into(),
                    hours_total: 0,
                    status: "ACTIVE".into(),
                    joined_on: None,
                    source: Some("sample".into()),
                    external_id: Some(format!("v{at_all}")),
                    created_at: at,
                    updated_at: at,
                    revision: 1,
                    archived_at: None,
                }
            })
            .collect();
        for row in &people {
            volunteer::Entity::insert(row.clone().into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
        }
        for p in 0..2 {
            let row = project::Model {
                id: id(6, number * 2 + p),
                organisation_id: lead,
                department_id: None,
                name_en: None,
                name_zh: Some(format!("計劃{number}-{p}")),
                category: "OTHER".into(),
                status: "ACTIVE".into(),
                description_en: None,
                description_zh: None,
                starts_on: None,
                ends_on: None,
                created_at: at,
                updated_at: at,
                revision: 1,
                archived_at: None,
            };
            project::Entity::insert(row.clone().into_active_model())
                .exec_without_returning(db)
                .await
                .unwrap();
            for forwardable in [true, false] {
                let notice = notice::Model {
                    id: id(9, (number * 2 + p) * 2 + usize::from(forwardable)),
                    organisation_id: lead,
                    project_id: Some(row.id),
                    class_id: None,
                    author_id: None,
                    title_en: None,
                    title_zh: Some("通告".into()),
                    body_en: None,
                    body_zh: Some(
                        if forwardable {
                            "可轉發"
                        } else {
                            "不得轉發"
                        }
                        .into(),
                    ),
                    urgency: "NORMAL".into(),
                    status: "PUBLISHED".into(),
                    version: 1,
                    published_at: Some(at),
                    requires_signature: false,
                    forwardable,
                    created_at: at,
                    updated_at: at,
                    revision: 1,
                    archived_at: None,
                };
                notice::Entity::insert(notice.clone().into_active_model())
                    .exec_without_returning(db)
                    .await
                    .unwrap();
                self.notices.push(notice);
            }
            self.projects.push(row.clone());
            for s in 0..3 {
                let shift = self.shift(number, p, s, departments[s % 2]);
                shift::Entity::insert(shift.clone().into_active_model())
                    .exec_without_returning(db)
                    .await
                    .unwrap();
                for volunteer in &people {
                    if dice.chance(55) {
                        continue;
                    }
                    let n = self.assignments.len();
                    let status = if dice.chance(30) {
                        "CANCELLED"
                    } else {
                        "ACCEPTED"
                    };
                    let row = assignment::Model {
                        id: id(8, n),
                        organisation_id: lead,
                        project_id: shift.project_id,
                        shift_id: shift.id,
                        volunteer_id: volunteer.id,
                        status: status.into(),
                        role: Some("helper".into()),
                        hours: Some(1.5),
                        remark: Some(format!("remark {n}")),
                        source: Some("sample".into()),
                        external_id: Some(format!("a{n}")),
                        created_at: at,
                        updated_at: at,
                        revision: 1,
                        archived_at: None,
                    };
                    assignment::Entity::insert(row.clone().into_active_model())
                        .exec_without_returning(db)
                        .await
                        .unwrap();
                    self.assignments.push(row);
                }
                self.shifts.push(shift);
            }
        }
        self.volunteers.extend(people);
    }

    fn shift(&self, number: usize, p: usize, s: usize, department: Uuid) -> shift::Model {
        let n = (number * 2 + p) * 3 + s;
        let starts = noon() + TimeDelta::hours(24 + n as i64);
        shift::Model {
            id: id(7, n),
            organisation_id: id(1, number),
            project_id: id(6, number * 2 + p),
            department_id: Some(department),
            title: Some(format!("title {n}")),
            starts_at: starts,
            ends_at: starts + TimeDelta::hours(2),
            place: Some(format!("place {n}")),
            task_type: Some("cooking".into()),
            outdoor: n.is_multiple_of(2),
            needed: 3,
            progress: "PLANNED".into(),
            internal_note: Some(format!("note {n}")),
            language: Some("zh".into()),
            tags: "[]".into(),
            source: Some("sample".into()),
            external_id: Some(format!("s{n}")),
            created_at: noon(),
            updated_at: noon(),
            revision: 1,
            archived_at: None,
        }
    }
}
