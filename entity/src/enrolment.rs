//! The table `enrolment`.

use sea_orm::entity::prelude::*;

/// A student's place in a class, for a time.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub student_id: Uuid,
    pub class_id: Uuid,
    /// The student's number in the class.
    pub class_number: Option<i32>,
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
        belongs_to = "super::student::Entity",
        from = "Column::StudentId",
        to = "super::student::Column::Id"
    )]
    Student,
    #[sea_orm(
        belongs_to = "super::school_class::Entity",
        from = "Column::ClassId",
        to = "super::school_class::Column::Id"
    )]
    Class,
}

impl ActiveModelBehavior for ActiveModel {}
