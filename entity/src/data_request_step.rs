//! The table `data_request_step`.

use sea_orm::entity::prelude::*;

/// Something that became of a request. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request_step")]
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
    /// The request.
    pub data_request_id: Uuid,
    /// Counts the steps of a request, from 1.
    pub number: i32,
    /// What was done: `OPEN`, `ANSWER` and so on.
    pub deed: String,
    /// Of a reminder: how many days after the request came.
    pub day: Option<i32>,
    /// Of a refusal: its ground.
    pub ground: Option<String>,
    /// Who did it.
    pub actor_id: Option<Uuid>,
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
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::ActorId",
        to = "super::account::Column::Id"
    )]
    Actor,
}

impl ActiveModelBehavior for ActiveModel {}
