//! The table `space_template`.

use sea_orm::entity::prelude::*;

/// A template that was brought into a space.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "space_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub space_id: Uuid,
    /// Whose the template is.
    pub organisation_id: Uuid,
    pub shift_template_id: Uuid,
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
        belongs_to = "super::space::Entity",
        from = "Column::SpaceId",
        to = "super::space::Column::Id"
    )]
    Space,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
    #[sea_orm(
        belongs_to = "super::shift_template::Entity",
        from = "Column::ShiftTemplateId",
        to = "super::shift_template::Column::Id"
    )]
    ShiftTemplate,
}

impl ActiveModelBehavior for ActiveModel {}
