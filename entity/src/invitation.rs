//! The table `invitation`.

use sea_orm::entity::prelude::*;

/// An invitation to take a role in an organisation.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    /// The project that is to be led, if one is.
    pub project_id: Option<Uuid>,
    /// The class that is to be taught, if one is.
    pub class_id: Option<Uuid>,
    /// Who invited; nobody where that one was erased.
    pub invited_by_id: Option<Uuid>,
    /// Who accepted.
    pub account_id: Option<Uuid>,
    /// The role, as in `membership`.
    pub role: String,
    /// One of `SENT`, `ACCEPTED`, `REVOKED`.
    pub state: String,
    /// The address; sealed.
    pub email: Option<String>,
    /// The keyed hash by which the address is found.
    pub email_hash: Option<String>,
    /// The SHA-256 of what is in the link; null until the letter is sent.
    pub hash: Option<String>,
    pub ends_at: DateTimeUtc,
    pub accepted_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
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
        belongs_to = "super::project::Entity",
        from = "Column::ProjectId",
        to = "super::project::Column::Id"
    )]
    Project,
    #[sea_orm(
        belongs_to = "super::school_class::Entity",
        from = "Column::ClassId",
        to = "super::school_class::Column::Id"
    )]
    SchoolClass,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::InvitedById",
        to = "super::account::Column::Id"
    )]
    InvitedBy,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
