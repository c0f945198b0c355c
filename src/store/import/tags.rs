//! The terms of vocabularies, keyed `vocabulary:code`.

use entity::tag::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::Run;
use super::load::Target;
use crate::import::{Kind, Reason, TagRecord};

pub(super) struct Tags;

impl Target for Tags {
    type Record = TagRecord;
    type Entity = Entity;

    const KIND: Kind = Kind::Tags;

    fn key(&self, record: &TagRecord) -> String {
        format!("{}:{}", record.vocabulary, record.code)
    }

    fn key_of(&self, row: &Model) -> Option<String> {
        Some(format!("{}:{}", row.vocabulary, row.code))
    }

    fn existing(&self, records: &[(u64, TagRecord)], _: &str) -> Select<Entity> {
        let vocabularies = records.iter().map(|(_, record)| &record.vocabulary);
        let codes = records.iter().map(|(_, record)| &record.code);
        Entity::find()
            .filter(Column::Vocabulary.is_in(vocabularies))
            .filter(Column::Code.is_in(codes))
    }

    fn owned(&self, record: TagRecord, _: Option<&Model>) -> ActiveModel {
        ActiveModel {
            vocabulary: Set(record.vocabulary),
            code: Set(record.code),
            name_en: Set(record.name_en),
            name_fr: Set(record.name_fr),
            parent_code: Set(record.parent_code),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut ActiveModel, id: Uuid, _: &str, run: Run<'_>) {
        row.id = Set(id);
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

    fn placed(&self, _: &TagRecord) -> Result<(), (Reason, String)> {
        Ok(())
    }
}
