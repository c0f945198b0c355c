//! Schools become organisations.

use entity::organisation::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::Run;
use super::load::Target;
use crate::import::{Kind, OrganisationRecord, Reason};

pub(super) struct Organisations;

impl Target for Organisations {
    type Record = OrganisationRecord;
    type Entity = Entity;

    const KIND: Kind = Kind::Schools;

    fn key(&self, record: &OrganisationRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &Model) -> Option<String> {
        row.external_id.clone()
    }

    fn existing(&self, records: &[(u64, OrganisationRecord)], source: &str) -> Select<Entity> {
        let ids = records.iter().map(|(_, record)| &record.external_id);
        Entity::find()
            .filter(Column::Source.eq(source))
            .filter(Column::ExternalId.is_in(ids))
    }

    fn owned(&self, record: OrganisationRecord, _: Option<&Model>) -> ActiveModel {
        ActiveModel {
            name_en: Set(record.name_en),
            name_zh: Set(record.name_zh),
            district: Set(record.district),
            address_en: Set(record.address_en),
            address_zh: Set(record.address_zh),
            telephone: Set(record.telephone),
            school_category: Set(record.school_category),
            school_level: Set(record.school_level),
            school_session: Set(record.school_session),
            school_gender: Set(record.school_gender),
            finance_type: Set(record.finance_type),
            religion: Set(record.religion),
            longitude: Set(record.longitude),
            latitude: Set(record.latitude),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(id);
        row.kind = Set("SCHOOL".to_owned());
        row.source = Set(Some(run.source.to_owned()));
        row.external_id = Set(Some(key.to_owned()));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
        row.keeps_policies = Set(false);
    }

    fn touch(&self, row: &mut ActiveModel, before: &Model, run: Run<'_>) {
        row.updated_at = Set(run.now);
        row.revision = Set(before.revision + 1);
    }

    fn admit(&self, _: &Model) -> Result<(), (Reason, String)> {
        Ok(())
    }

    fn placed(&self, _: &OrganisationRecord) -> Result<(), (Reason, String)> {
        Ok(())
    }
}
