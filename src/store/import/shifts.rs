//! A schedule's events become shifts of one project.

use entity::shift::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::Run;
use super::load::Target;
use crate::import::{Kind, Reason, ShiftRecord, TRACK};

pub(super) struct Shifts {
    pub(super) organisation_id: Uuid,
    pub(super) project_id: Uuid,
}

impl Target for Shifts {
    type Record = ShiftRecord;
    type Entity = Entity;

    const KIND: Kind = Kind::Shifts;

    fn key(&self, record: &ShiftRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &Model) -> Option<String> {
        row.external_id.clone()
    }

    fn existing(&self, records: &[(u64, ShiftRecord)], source: &str) -> Select<Entity> {
        let ids = records.iter().map(|(_, record)| &record.external_id);
        Entity::find()
            .filter(Column::OrganisationId.eq(self.organisation_id))
            .filter(Column::Source.eq(source))
            .filter(Column::ExternalId.is_in(ids))
    }

    fn owned(&self, record: ShiftRecord, row: Option<&Model>) -> ActiveModel {
        ActiveModel {
            title: Set(record.title),
            starts_at: Set(record.starts_at),
            ends_at: Set(record.ends_at),
            place: Set(record.place),
            task_type: Set(record.task_type),
            language: Set(record.language),
            tags: Set(tags(row.map(|row| row.tags.as_str()), record.track)),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(id);
        row.organisation_id = Set(self.organisation_id);
        row.project_id = Set(self.project_id);
        row.outdoor = Set(false);
        row.needed = Set(1);
        row.progress = Set("PLANNED".to_owned());
        row.source = Set(Some(run.source.to_owned()));
        row.external_id = Set(Some(key.to_owned()));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn touch(&self, row: &mut ActiveModel, before: &Model, run: Run<'_>) {
        row.updated_at = Set(run.now);
        row.revision = Set(before.revision + 1);
    }

    fn admit(&self, row: &Model) -> Result<(), (Reason, String)> {
        match row.project_id == self.project_id {
            true => Ok(()),
            false => Err((
                Reason::OtherProject,
                format!("the shift is already in the project `{}`", row.project_id),
            )),
        }
    }

    fn placed(&self, _: &ShiftRecord) -> Result<(), (Reason, String)> {
        Ok(())
    }
}

/// The tags of a shift whose track is `track`: the tags that others gave it stay as they are.
fn tags(before: Option<&str>, track: Option<String>) -> String {
    let before = before.unwrap_or("[]");
    let mut tags: Vec<String> = serde_json::from_str(before).unwrap_or_default();
    let is_track = |tag: &String| {
        let rest = tag.strip_prefix(TRACK);
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let mut tracks = tags.iter().filter(|tag| is_track(tag));
    if tracks.next() == track.as_ref() && tracks.next().is_none() {
        return before.to_owned();
    }
    tags.retain(|tag| !is_track(tag));
    tags.extend(track);
    serde_json::json!(tags).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_replaces_a_track_and_nothing_else() {
        let track = || Some("track:New".to_owned());
        assert_eq!(tags(None, track()), r#"["track:New"]"#);
        assert_eq!(tags(None, None), "[]");
        assert_eq!(
            tags(Some(r#"["a:b","track:Old"]"#), track()),
            r#"["a:b","track:New"]"#
        );
        let same = r#"["track:New", "a:b"]"#;
        assert_eq!(tags(Some(same), track()), same);
    }
}
