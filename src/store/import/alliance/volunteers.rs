//! Volunteers.

use std::collections::BTreeSet;

use entity::volunteer::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::super::Run;
use super::super::load::Target;
use super::{Known, stamped, unknown};
use crate::import::{Kind, Reason, VolunteerRecord};

pub(super) struct Volunteers<'a>(pub(super) &'a Known);

impl Target for Volunteers<'_> {
    type Record = VolunteerRecord;
    type Entity = Entity;

    const KIND: Kind = Kind::Volunteers;

    fn key(&self, record: &VolunteerRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &Model) -> Option<String> {
        row.external_id.clone()
    }

    fn existing(&self, records: &[(u64, VolunteerRecord)], source: &str) -> Select<Entity> {
        let organisations: BTreeSet<Uuid> = records
            .iter()
            .filter_map(|(_, record)| self.0.organisation(record.organisation))
            .collect();
        let ids = records.iter().map(|(_, record)| &record.external_id);
        Entity::find()
            .filter(Column::OrganisationId.is_in(organisations))
            .filter(Column::Source.eq(source))
            .filter(Column::ExternalId.is_in(ids))
    }

    fn owned(&self, record: VolunteerRecord, _: Option<&Model>) -> ActiveModel {
        let organisation = self.0.organisation(record.organisation);
        let department = self.0.other("department", record.department);
        ActiveModel {
            organisation_id: Set(organisation.unwrap_or_default()),
            department_id: Set(department.map(|(id, _)| id)),
            name_zh: Set(Some(record.name_zh)),
            phone: Set(record.phone),
            email: Set(record.email),
            identity_number: Set(record.identity_number),
            skills: Set(serde_json::json!(record.skills).to_string()),
            availability: Set(serde_json::json!(record.availability).to_string()),
            district: Set(record.district),
            birth_date: Set(record.birth_date),
            status: Set(record.status.to_owned()),
            hours_total: Set(record.hours),
            created_at: Set(record.created_at),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut ActiveModel, _: Uuid, key: &str, run: Run<'_>) {
        // The id of a person tells nothing, not even when the record was made.
        row.id = Set(Uuid::new_v4());
        row.preferences = Set("[]".to_owned());
        row.source = Set(Some(run.source.to_owned()));
        row.external_id = Set(Some(key.to_owned()));
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &VolunteerRecord) -> Result<(), (Reason, String)> {
        let organisation = self.0.organisation(record.organisation);
        let organisation =
            organisation.ok_or_else(|| unknown("organisation", record.organisation))?;
        let department = self.0.other("department", record.department);
        let department = department.filter(|(_, of)| *of == organisation);
        department
            .map(drop)
            .ok_or_else(|| unknown("department of the organisation", record.department))
    }

    stamped!(Model, ActiveModel);
}
