//! The table `membership`.

use sea_orm::entity::prelude::*;

/// A role that an account holds in an organisation, a project or a class, for a time.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub organisation_id: Uuid,
    /// The project to which the role is confined, if any.
    pub project_id: Option<Uuid>,
    /// The class to which the role is confined, if any.
    pub class_id: Option<Uuid>,
    /// One of `ADMINISTRATOR`, `COORDINATOR`, `TEAM_LEADER`, `VOLUNTEER`, `TEACHER`, `GUARDIAN`, `PRIVACY_OFFICER`.
    pub role: String,
    pub valid_from: Option<DateTimeUtc>,
    pub valid_to: Option<DateTimeUtc>,
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
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
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
    Class,
}

impl ActiveModelBehavior for ActiveModel {}
