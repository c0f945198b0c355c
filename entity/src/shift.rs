//! The table `shift`.

use sea_orm::entity::prelude::*;

/// A stretch of work at a time and a place that needs volunteers.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shift")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub project_id: Uuid,
    pub department_id: Option<Uuid>,
    pub title: Option<String>,
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub place: Option<String>,
    pub task_type: Option<String>,
    pub outdoor: bool,
    /// How many volunteers are needed.
    pub needed: i32,
    /// One of `PLANNED`, `OPEN`, `IN_PROGRESS`, `DONE`, `CANCELLED`.
    pub progress: String,
    pub internal_note: Option<String>,
    pub language: Option<String>,
    /// A JSON array of strings.
    pub tags: String,
    pub source: Option<String>,
    /// The key in `source`; unique with it and the organisation.
    pub external_id: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the row's changes, from 1.
    pub revision: i32,
    /// When the row was put away; null while it is in use.
    pub archived_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
    #[sea_orm(
        belongs_to = "super::project::Entity",
        from = "Column::ProjectId",
        to = "super::project::Column::Id"
    )]
    Project,
    #[sea_orm(
        belongs_to = "super::department::Entity",
        from = "Column::DepartmentId",
        to = "super::department::Column::Id"
    )]
    Department,
}

impl ActiveModelBehavior for ActiveModel {}
