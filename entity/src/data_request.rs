//! The table `data_request`.

use sea_orm::entity::prelude::*;

/// A request to see the data held on a person, or to have it put right.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_request")]
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
    /// `ACCESS` or `CORRECTION`.
    pub kind: String,
    /// `OPEN`, `ANSWERED` and so on.
    pub state: String,
    /// `SELF`, `RELEVANT_PERSON` or `OFFICER`.
    pub capacity: String,
    /// Who asked.
    pub opened_by_id: Option<Uuid>,
    /// What is asked for, in the person's own words; sealed.
    pub statement: Option<String>,
    /// The field that is wrong.
    pub corrected_field: Option<String>,
    /// What it should be; sealed.
    pub proposed_value: Option<String>,
    /// The day in Hong Kong on which it came.
    pub opened_on: Date,
    /// The last day for the answer.
    pub due_on: Date,
    /// When the officer is reminded next.
    pub next_reminder_on: Option<Date>,
    /// When it was last answered, refused or withdrawn.
    pub settled_at: Option<DateTimeUtc>,
    /// On which ground it was refused.
    pub ground: Option<String>,
    /// The written reasons; sealed.
    pub reasons: Option<String>,
    /// What a partial answer leaves out, as a JSON array.
    pub withheld: String,
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
        belongs_to = "super::account::Entity",
        from = "Column::OpenedById",
        to = "super::account::Column::Id"
    )]
    OpenedBy,
}

impl ActiveModelBehavior for ActiveModel {}
