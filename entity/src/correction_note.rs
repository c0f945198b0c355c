//! The table `correction_note`.

use sea_orm::entity::prelude::*;

/// That a person disputes a field of their record.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "correction_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that holds the data.
    pub organisation_id: Uuid,
    /// Whose data it is, if a volunteer's.
    pub volunteer_id: Option<Uuid>,
    /// If a student's.
    pub student_id: Option<Uuid>,
    /// If a guardian's.
    pub guardian_id: Option<Uuid>,
    /// If a user's.
    pub account_id: Option<Uuid>,
    /// The request that was refused.
    pub data_request_id: Uuid,
    /// The field.
    pub disputed_field: String,
    /// What the person says; sealed.
    pub statement: Option<String>,
    /// What the field should be, as the person says; sealed.
    pub proposed_value: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the row's changes, from 1.
    pub revision: i32,
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
        belongs_to = "super::volunteer::Entity",
        from = "Column::VolunteerId",
        to = "super::volunteer::Column::Id"
    )]
    Volunteer,
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
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
    #[sea_orm(
        belongs_to = "super::data_request::Entity",
        from = "Column::DataRequestId",
        to = "super::data_request::Column::Id"
    )]
    Request,
}

impl ActiveModelBehavior for ActiveModel {}
