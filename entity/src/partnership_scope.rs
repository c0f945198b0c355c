//! The table `partnership_scope`.

use sea_orm::entity::prelude::*;

/// A project, or a department or shift of it, that a share covers.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership_scope")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub partnership_id: Uuid,
    /// The share's lead, repeated here for lists.
    pub lead_id: Uuid,
    /// The share's partner, repeated here for lists.
    pub partner_id: Uuid,
    pub project_id: Uuid,
    pub department_id: Option<Uuid>,
    pub shift_id: Option<Uuid>,
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
        belongs_to = "super::partnership::Entity",
        from = "Column::PartnershipId",
        to = "super::partnership::Column::Id"
    )]
    Partnership,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::LeadId",
        to = "super::organisation::Column::Id"
    )]
    Lead,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::PartnerId",
        to = "super::organisation::Column::Id"
    )]
    Partner,
    #[sea_orm(
        belongs_to = "super::project::Entity",
        from = "Column::ProjectId",
        to = "super::project::Column::Id"
    )]
    Project,
    #[sea_orm(
        belongs_to = "super::department::Entity",
        from = "Column::DepartmentId",
        to = "super::department::Column::Id"
    )]
    Department,
    #[sea_orm(
        belongs_to = "super::shift::Entity",
        from = "Column::ShiftId",
        to = "super::shift::Column::Id"
    )]
    Shift,
}

impl ActiveModelBehavior for ActiveModel {}
