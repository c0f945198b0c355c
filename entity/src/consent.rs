//! The table `consent`.

use sea_orm::entity::prelude::*;

/// That consent was given or withdrawn. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that holds the person's record.
    pub organisation_id: Uuid,
    /// The person, if a volunteer.
    pub volunteer_id: Option<Uuid>,
    /// The person, if a student.
    pub student_id: Option<Uuid>,
    /// Counts the acts about a person, from 1.
    pub number: i32,
    /// `SCORING`, `DIRECT_MARKETING` and so on.
    pub purpose: String,
    /// Who may use the data for it: the organisation itself, or a named partner.
    pub receiver_id: Uuid,
    /// `GIVEN` or `WITHDRAWN`.
    pub act: String,
    /// `SELF` or `RELEVANT_PERSON`.
    pub capacity: String,
    /// `ONLINE`.
    pub channel: String,
    /// The text that was shown.
    pub text_id: Uuid,
    /// Who did it.
    pub account_id: Option<Uuid>,
    /// When it was done.
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
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
        belongs_to = "super::organisation::Entity",
        from = "Column::ReceiverId",
        to = "super::organisation::Column::Id"
    )]
    Receiver,
    #[sea_orm(
        belongs_to = "super::consent_text::Entity",
        from = "Column::TextId",
        to = "super::consent_text::Column::Id"
    )]
    Text,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
