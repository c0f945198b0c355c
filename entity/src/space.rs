//! The table `space`.

use sea_orm::entity::prelude::*;

/// Where organisations work together.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "space")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who opened it.
    pub lead_id: Uuid,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    pub purpose: Option<String>,
    /// The number of the last step of its trail.
    pub last_step: i32,
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
        from = "Column::LeadId",
        to = "super::organisation::Column::Id"
    )]
    Lead,
}

impl ActiveModelBehavior for ActiveModel {}
