//! Shifts, and who is on their rosters.

use std::collections::{BTreeSet, HashMap};

use entity::{assignment, shift, volunteer};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
};
use uuid::Uuid;

use super::super::Run;
use super::super::load::Target;
use super::{Known, stamped, unknown};
use crate::import::{AllianceShiftRecord, AssignmentRecord, Kind, Reason, numbered};

pub(super) struct Shifts<'a>(pub(super) &'a Known);

impl Target for Shifts<'_> {
    type Record = AllianceShiftRecord;
    type Entity = shift::Entity;

    const KIND: Kind = Kind::Shifts;

    fn key(&self, record: &AllianceShiftRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &shift::Model) -> Option<String> {
        row.external_id.clone()
    }

    fn existing(
        &self,
        records: &[(u64, AllianceShiftRecord)],
        source: &str,
    ) -> Select<shift::Entity> {
        let organisations: BTreeSet<Uuid> = records
            .iter()
            .filter_map(|(_, record)| Some(self.0.other("project", record.project)?.1))
            .collect();
        let ids = records.iter().map(|(_, record)| &record.external_id);
        shift::Entity::find()
            .filter(shift::Column::OrganisationId.is_in(organisations))
            .filter(shift::Column::Source.eq(source))
            .filter(shift::Column::ExternalId.is_in(ids))
    }

    fn owned(&self, record: AllianceShiftRecord, _: Option<&shift::Model>) -> shift::ActiveModel {
        let project = self.0.other("project", record.project);
        let (project, organisation) = project.unwrap_or_default();
        shift::ActiveModel {
            organisation_id: Set(organisation),
            project_id: Set(project),
            starts_at: Set(record.starts_at),
            ends_at: Set(record.ends_at),
            place: Set(record.place),
            task_type: Set(record.task_type),
            outdoor: Set(record.outdoor),
            needed: Set(record.needed),
            internal_note: Set(record.internal_note),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut shift::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(id);
        row.progress = Set("PLANNED".to_owned());
        row.tags = Set("[]".to_owned());
        row.source = Set(Some(run.source.to_owned()));
        row.external_id = Set(Some(key.to_owned()));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &AllianceShiftRecord) -> Result<(), (Reason, String)> {
        let project = self.0.other("project", record.project);
        project
            .map(drop)
            .ok_or_else(|| unknown("project", record.project))
    }

    stamped!(shift::Model, shift::ActiveModel);
}

/// Rosters; the shifts and volunteers of one batch are looked up at a time.
pub(super) struct Assignments {
    organisations: Vec<Uuid>,
    /// By number, with the project and the organisation.
    shifts: HashMap<String, (Uuid, Uuid, Uuid)>,
    /// By number.
    volunteers: HashMap<String, Uuid>,
}

impl Assignments {
    pub(super) fn of(known: &Known) -> Self {
        Self {
            organisations: known.organisations.values().copied().collect(),
            shifts: HashMap::new(),
            volunteers: HashMap::new(),
        }
    }
}

impl Target for Assignments {
    type Record = AssignmentRecord;
    type Entity = assignment::Entity;

    const KIND: Kind = Kind::Assignments;

    fn key(&self, record: &AssignmentRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &assignment::Model) -> Option<String> {
        row.external_id.clone()
    }

    async fn refer(
        &mut self,
        transaction: &DatabaseTransaction,
        records: &[(u64, AssignmentRecord)],
        source: &str,
    ) -> Result<(), DbErr> {
        let numbers = |of: fn(&AssignmentRecord) -> u64| -> BTreeSet<String> {
            records.iter().map(|(_, r)| numbered(of(r))).collect()
        };
        let shifts: Vec<(Option<String>, Uuid, Uuid, Uuid)> = shift::Entity::find()
            .select_only()
            .columns([
                shift::Column::ExternalId,
                shift::Column::Id,
                shift::Column::ProjectId,
                shift::Column::OrganisationId,
            ])
            .filter(shift::Column::OrganisationId.is_in(self.organisations.iter().copied()))
            .filter(shift::Column::Source.eq(source))
            .filter(shift::Column::ExternalId.is_in(numbers(|record| record.shift)))
            .into_tuple()
            .all(transaction)
            .await?;
        let shifts = shifts.into_iter();
        self.shifts = shifts
            .filter_map(|(key, id, project, of)| Some((key?, (id, project, of))))
            .collect();
        let volunteers: Vec<(Option<String>, Uuid)> = volunteer::Entity::find()
            .select_only()
            .columns([volunteer::Column::ExternalId, volunteer::Column::Id])
            .filter(volunteer::Column::OrganisationId.is_in(self.organisations.iter().copied()))
            .filter(volunteer::Column::Source.eq(source))
            .filter(volunteer::Column::ExternalId.is_in(numbers(|record| record.volunteer)))
            .into_tuple()
            .all(transaction)
            .await?;
        let volunteers = volunteers.into_iter();
        self.volunteers = volunteers
            .filter_map(|(key, id)| Some((key?, id)))
            .collect();
        Ok(())
    }

    fn existing(
        &self,
        records: &[(u64, AssignmentRecord)],
        source: &str,
    ) -> Select<assignment::Entity> {
        let organisations: BTreeSet<Uuid> = self.shifts.values().map(|(.., of)| *of).collect();
        let ids = records.iter().map(|(_, record)| &record.external_id);
        assignment::Entity::find()
            .filter(assignment::Column::OrganisationId.is_in(organisations))
            .filter(assignment::Column::Source.eq(source))
            .filter(assignment::Column::ExternalId.is_in(ids))
    }

    fn owned(
        &self,
        record: AssignmentRecord,
        _: Option<&assignment::Model>,
    ) -> assignment::ActiveModel {
        let shift = self.shifts.get(&numbered(record.shift)).copied();
        let (shift, project, organisation) = shift.unwrap_or_default();
        let volunteer = self.volunteers.get(&numbered(record.volunteer)).copied();
        assignment::ActiveModel {
            organisation_id: Set(organisation),
            project_id: Set(project),
            shift_id: Set(shift),
            volunteer_id: Set(volunteer.unwrap_or_default()),
            status: Set(record.status.to_owned()),
            hours: Set(record.hours.map(|hours| hours as f64)),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut assignment::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(id);
        row.source = Set(Some(run.source.to_owned()));
        row.external_id = Set(Some(key.to_owned()));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &AssignmentRecord) -> Result<(), (Reason, String)> {
        if !self.shifts.contains_key(&numbered(record.shift)) {
            return Err(unknown("shift", record.shift));
        }
        if !self.volunteers.contains_key(&numbered(record.volunteer)) {
            return Err(unknown("volunteer", record.volunteer));
        }
        Ok(())
    }

    stamped!(assignment::Model, assignment::ActiveModel);
}
