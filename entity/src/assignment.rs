//! The table `assignment`.

use sea_orm::entity::prelude::*;

/// A volunteer on the roster of a shift, from the offer to the attendance.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub project_id: Uuid,
    pub shift_id: Uuid,
    pub volunteer_id: Uuid,
    /// One of `PENDING`, `OFFERED`, `ACCEPTED`, `CONFIRMED`, `DECLINED`, `CANCELLED`, `ATTENDED`, `ABSENT`.
    pub status: String,
    pub role: Option<String>,
    /// Hours served.
    pub hours: Option<f64>,
    pub remark: Option<String>,
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
        belongs_to = "super::project::Entity",
        from = "Column::ProjectId",
        to = "super::project::Column::Id"
    )]
    Project,
    #[sea_orm(
        belongs_to = "super::shift::Entity",
        from = "Column::ShiftId",
        to = "super::shift::Column::Id"
    )]
    Shift,
    #[sea_orm(
        belongs_to = "super::volunteer::Entity",
        from = "Column::VolunteerId",
        to = "super::volunteer::Column::Id"
    )]
    Volunteer,
}

impl ActiveModelBehavior for ActiveModel {}
