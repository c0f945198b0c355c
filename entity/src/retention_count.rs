//! The table `retention_count`.

use sea_orm::entity::prelude::*;

/// How many of a kind a run erased for an organisation.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_count")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub run_id: Uuid,
    pub organisation_id: Uuid,
    /// `NOTICES`, `ROSTERS` and so on.
    pub subject: String,
    /// After how many months.
    pub months: i32,
    /// How many were erased, or would have been.
    pub done: i32,
    /// How many were due but are held.
    pub held: i32,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::retention_run::Entity",
        from = "Column::RunId",
        to = "super::retention_run::Column::Id"
    )]
    Run,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl ActiveModelBehavior for ActiveModel {}
