//! The table `project`.

use sea_orm::entity::prelude::*;

/// A piece of work of an organisation, under which its shifts are planned.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "project")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub department_id: Option<Uuid>,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    /// Free, such as `CANTEEN`, `VISIT` or `CLINIC`.
    pub category: String,
    /// One of `PLANNED`, `ACTIVE`, `CLOSED`.
    pub status: String,
    pub description_en: Option<String>,
    pub description_zh: Option<String>,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
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
        belongs_to = "super::department::Entity",
        from = "Column::DepartmentId",
        to = "super::department::Column::Id"
    )]
    Department,
}

impl ActiveModelBehavior for ActiveModel {}
