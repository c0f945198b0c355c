//! Organisations, their departments and projects.

use entity::{department, organisation, project};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
};
use uuid::Uuid;

use super::super::Run;
use super::super::load::Target;
use super::{Known, identified, stamped, unknown};
use crate::import::{DepartmentRecord, Kind, MemberOrganisationRecord, ProjectRecord, Reason};

pub(super) struct Organisations;

impl Target for Organisations {
    type Record = MemberOrganisationRecord;
    type Entity = organisation::Entity;

    const KIND: Kind = Kind::Organisations;

    fn key(&self, record: &MemberOrganisationRecord) -> String {
        record.external_id.clone()
    }

    fn key_of(&self, row: &organisation::Model) -> Option<String> {
        row.external_id.clone()
    }

    fn existing(
        &self,
        records: &[(u64, MemberOrganisationRecord)],
        source: &str,
    ) -> Select<organisation::Entity> {
        let ids = records.iter().map(|(_, record)| &record.external_id);
        organisation::Entity::find()
            .filter(organisation::Column::Source.eq(source))
            .filter(organisation::Column::ExternalId.is_in(ids))
    }

    fn owned(
        &self,
        record: MemberOrganisationRecord,
        _: Option<&organisation::Model>,
    ) -> organisation::ActiveModel {
        organisation::ActiveModel {
            name_en: Set(record.name_en),
            name_zh: Set(record.name_zh),
            district: Set(record.district),
            registration_number: Set(record.registration_number),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut organisation::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(id);
        row.kind = Set("NGO".to_owned());
        row.source = Set(Some(run.source.to_owned()));
        row.external_id = Set(Some(key.to_owned()));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
        row.keeps_policies = Set(false);
    }

    fn placed(&self, _: &MemberOrganisationRecord) -> Result<(), (Reason, String)> {
        Ok(())
    }

    stamped!(organisation::Model, organisation::ActiveModel);
}

pub(super) struct Departments<'a>(pub(super) &'a Known);

impl Target for Departments<'_> {
    type Record = DepartmentRecord;
    type Entity = department::Entity;

    const KIND: Kind = Kind::Departments;

    fn key(&self, record: &DepartmentRecord) -> String {
        identified(&self.0.source, "department", &record.external_id).to_string()
    }

    fn key_of(&self, row: &department::Model) -> Option<String> {
        Some(row.id.to_string())
    }

    fn existing(
        &self,
        records: &[(u64, DepartmentRecord)],
        source: &str,
    ) -> Select<department::Entity> {
        let ids = records.iter();
        let ids = ids.map(|(_, record)| identified(source, "department", &record.external_id));
        department::Entity::find().filter(department::Column::Id.is_in(ids))
    }

    fn owned(
        &self,
        record: DepartmentRecord,
        _: Option<&department::Model>,
    ) -> department::ActiveModel {
        department::ActiveModel {
            organisation_id: Set(self.0.organisation(record.organisation).unwrap_or_default()),
            name_en: Set(Some(record.name_en)),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut department::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(Uuid::try_parse(key).unwrap_or(id));
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &DepartmentRecord) -> Result<(), (Reason, String)> {
        let organisation = self.0.organisation(record.organisation);
        organisation
            .map(drop)
            .ok_or_else(|| unknown("organisation", record.organisation))
    }

    stamped!(department::Model, department::ActiveModel);
}

pub(super) struct Projects<'a>(pub(super) &'a Known);

impl Target for Projects<'_> {
    type Record = ProjectRecord;
    type Entity = project::Entity;

    const KIND: Kind = Kind::Projects;

    fn key(&self, record: &ProjectRecord) -> String {
        identified(&self.0.source, "project", &record.external_id).to_string()
    }

    fn key_of(&self, row: &project::Model) -> Option<String> {
        Some(row.id.to_string())
    }

    fn existing(&self, records: &[(u64, ProjectRecord)], source: &str) -> Select<project::Entity> {
        let ids = records.iter();
        let ids = ids.map(|(_, record)| identified(source, "project", &record.external_id));
        project::Entity::find().filter(project::Column::Id.is_in(ids))
    }

    fn owned(&self, record: ProjectRecord, _: Option<&project::Model>) -> project::ActiveModel {
        let department = self.0.other("department", record.department);
        project::ActiveModel {
            organisation_id: Set(self.0.organisation(record.organisation).unwrap_or_default()),
            department_id: Set(department.map(|(id, _)| id)),
            name_en: Set(Some(record.name_en)),
            status: Set(record.status.to_owned()),
            ..Default::default()
        }
    }

    fn complete(&self, row: &mut project::ActiveModel, id: Uuid, key: &str, run: Run<'_>) {
        row.id = Set(Uuid::try_parse(key).unwrap_or(id));
        row.category = Set("SERVICE".to_owned());
        row.created_at = Set(run.now);
        row.updated_at = Set(run.now);
        row.revision = Set(1);
    }

    fn placed(&self, record: &ProjectRecord) -> Result<(), (Reason, String)> {
        let organisation = self.0.organisation(record.organisation);
        let organisation =
            organisation.ok_or_else(|| unknown("organisation", record.organisation))?;
        let department = self.0.other("department", record.department);
        let department = department.filter(|(_, of)| *of == organisation);
        department
            .map(drop)
            .ok_or_else(|| unknown("department of the organisation", record.department))
    }

    stamped!(project::Model, project::ActiveModel);
}

/// Every department, and whose it is.
pub(super) async fn departments(
    transaction: &DatabaseTransaction,
) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    use department::{Column, Entity};
    Entity::find()
        .select_only()
        .columns([Column::Id, Column::OrganisationId])
        .into_tuple()
        .all(transaction)
        .await
}

/// Every project, and whose it is.
pub(super) async fn projects(
    transaction: &DatabaseTransaction,
) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    use project::{Column, Entity};
    Entity::find()
        .select_only()
        .columns([Column::Id, Column::OrganisationId])
        .into_tuple()
        .all(transaction)
        .await
}
