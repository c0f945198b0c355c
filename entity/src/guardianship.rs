//! The table `guardianship`.

use sea_orm::entity::prelude::*;

/// What a guardian is to a student, and may do for them.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "guardianship")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub student_id: Uuid,
    pub guardian_id: Uuid,
    /// One of `MOTHER`, `FATHER`, `GRANDPARENT`, `GUARDIAN`, `OTHER`.
    pub relation: String,
    /// False for a separated parent without access.
    pub has_access: bool,
    /// Whether notices about the student go to the guardian.
    pub receives_notices: bool,
    /// Whether the guardian may sign for the student.
    pub may_sign: bool,
    /// Whether the guardian may collect the student.
    pub may_collect: bool,
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
        belongs_to = "super::student::Entity",
        from = "Column::StudentId",
        to = "super::student::Column::Id"
    )]
    Student,
    #[sea_orm(
        belongs_to = "super::guardian::Entity",
        from = "Column::GuardianId",
        to = "super::guardian::Column::Id"
    )]
    Guardian,
}

impl ActiveModelBehavior for ActiveModel {}
