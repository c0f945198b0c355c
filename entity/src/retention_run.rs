//! The table `retention_run`.

use sea_orm::entity::prelude::*;

/// A run of the job that erases what was kept long enough.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it began.
    pub created_at: DateTimeUtc,
    /// The night for which it was, of one that nobody asked for.
    pub day: Option<Date>,
    /// Whether it only counted.
    pub dry_run: bool,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// None: a row of this table points to no other.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
