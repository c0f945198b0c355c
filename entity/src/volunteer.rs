//! The table `volunteer`.

use sea_orm::entity::prelude::*;

/// A volunteer as one organisation knows them; the same person in two is two rows.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "volunteer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub department_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub district: Option<String>,
    pub birth_date: Option<Date>,
    pub identity_number: Option<String>,
    pub identity_number_hash: Option<String>,
    pub emergency_contact_name: Option<String>,
    pub emergency_contact_phone: Option<String>,
    pub health_remark: Option<String>,
    pub internal_notes: Option<String>,
    /// A JSON array of strings.
    pub skills: String,
    /// A JSON array of strings.
    pub availability: String,
    /// A JSON array of strings.
    pub preferences: String,
    /// Whole hours served.
    pub hours_total: i32,
    /// One of `ACTIVE`, `PAUSED`, `LEFT`.
    pub status: String,
    pub joined_on: Option<Date>,
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
        belongs_to = "super::department::Entity",
        from = "Column::DepartmentId",
        to = "super::department::Column::Id"
    )]
    Department,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
