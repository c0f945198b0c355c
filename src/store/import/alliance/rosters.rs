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
    /// Records of a volunteer who is on the roster of the shift by another, by their numbers.
    twice: BTreeSet<String>,
}

/// Who counts as being on a roster, on which nobody is twice.
const ON_ROSTER: [&str; 5] = ["PENDING", "OFFERED", "ACCEPTED", "CONFIRMED", "ATTENDED"];

impl Assignments {
    pub(super) fn of(known: &Known) -> Self {
        Self {
            organisations: known.organisations.values().copied().collect(),
            shifts: HashMap::new(),
            volunteers: HashMap::new(),
            twice: BTreeSet::new(),
        }
    }

    /// The place on a roster that a record takes, if any.
    fn place(&self, record: &AssignmentRecord) -> Option<(Uuid, Uuid)> {
        let (shift, ..) = self.shifts.get(&numbered(record.shift))?;
        let volunteer = self.volunteers.get(&numbered(record.volunteer))?;
        let taken = ON_ROSTER.contains(&record.status);
        taken.then_some((*shift, *volunteer))
    }

    /// The records that would put a volunteer on a roster once more.
    async fn repeated(
        &self,
        transaction: &DatabaseTransaction,
        records: &[(u64, AssignmentRecord)],
        source: &str,
    ) -> Result<BTreeSet<String>, DbErr> {
        let there: Vec<(Uuid, Uuid, Option<String>, Option<String>)> = assignment::Entity::find()
            .select_only()
            .columns([
                assignment::Column::ShiftId,
                assignment::Column::VolunteerId,
                assignment::Column::Source,
                assignment::Column::ExternalId,
            ])
            .filter(
                assignment::Column::ShiftId.is_in(self.shifts.values().map(|(shift, ..)| *shift)),
            )
            .filter(assignment::Column::ArchivedAt.is_null())
            .filter(assignment::Column::Status.is_in(ON_ROSTER))
            .into_tuple()
            .all(transaction)
            .await?;
        let wanted: HashMap<&str, Option<(Uuid, Uuid)>> = records
            .iter()
            .map(|(_, record)| (record.external_id.as_str(), self.place(record)))
            .collect();
        // Whoever has a place keeps it, unless this batch takes the same record from it.
        let mut taken: HashMap<(Uuid, Uuid), Option<String>> = HashMap::new();
        for (shift, volunteer, from, key) in there {
            let key = key.filter(|_| from.as_deref() == Some(source));
            let now = key.as_deref().and_then(|key| wanted.get(key));
            if now.is_none_or(|place| *place == Some((shift, volunteer))) {
                taken.insert((shift, volunteer), key);
            }
        }
        let mut twice = BTreeSet::new();
        for (_, record) in records {
            let Some(place) = self.place(record) else {
                continue;
            };
            let own = || Some(record.external_id.clone());
            if *taken.entry(place).or_insert_with(own) != own() {
                twice.insert(record.external_id.clone());
            }
        }
        Ok(twice)
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
        self.twice = self.repeated(transaction, records, source).await?;
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
        if self.twice.contains(&record.external_id) {
            let (volunteer, shift) = (record.volunteer, record.shift);
            let reason = format!("volunteer {volunteer} is on the roster of shift {shift} already");
            return Err((Reason::OnRosterTwice, reason));
        }
        Ok(())
    }

    stamped!(assignment::Model, assignment::ActiveModel);
}
