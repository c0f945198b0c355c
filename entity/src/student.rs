//! The table `student`.

use sea_orm::entity::prelude::*;

/// A student as one school knows them.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "student")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub birth_date: Option<Date>,
    pub identity_number: Option<String>,
    pub identity_number_hash: Option<String>,
    pub health_remark: Option<String>,
    pub internal_notes: Option<String>,
    pub student_number: Option<String>,
    /// One of `ENROLLED`, `LEFT`.
    pub status: String,
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
}

impl ActiveModelBehavior for ActiveModel {}
