//! Holidays, with a name for each language that was loaded.

use entity::holiday::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::Run;
use super::load::Target;
use crate::import::{HolidayRecord, Kind, Language, Reason};

pub(super) struct Holidays;

impl Target for Holidays {
    type Record = HolidayRecord;
    type Entity = Entity;

    const KIND: Kind = Kind::Holidays;

    fn key(&self, record: &HolidayRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &Model) -> Option<String> {
        Some(row.external_id.clone())
    }

    fn existing(&self, records: &[(u64, HolidayRecord)], source: &str) -> Select<Entity> {
        let ids = records.iter().map(|(_, record)| &record.external_id);
        Entity::find()
            .filter(Column::Source.eq(source))
            .filter(Column::ExternalId.is_in(ids))
    }

    fn owned(&self, record: HolidayRecord, _: Option<&Model>) -> ActiveModel {
        let mut row = ActiveModel {
            date: Set(record.date),
            ..Default::default()
        };
        let name = Set(Some(record.name));
        match record.language {
            Language::English => row.name_en = name,
            Language::Traditional => row.name_zh = name,
            Language::Simplified => row.name_zh_hans = name,
        }
        row
    }

    fn complete(&self, row: &mut ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(id);
        row.source = Set(run.source.to_owned());
        row.external_id = Set(key.to_owned());
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn touch(&self, row: &mut ActiveModel, before: &Model, run: Run<'_>) {
        row.updated_at = Set(run.now);
        row.revision = Set(before.revision + 1);
    }

    fn admit(&self, _: &Model) -> Result<(), (Reason, String)> {
        Ok(())
    }

    fn placed(&self, _: &HolidayRecord) -> Result<(), (Reason, String)> {
        Ok(())
    }
}
