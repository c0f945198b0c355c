//! The table `sign_in_rate`.

use sea_orm::entity::prelude::*;

/// How often somebody has tried to sign in. The id is a keyed hash of whom it is about.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_rate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Milliseconds since 1970 until all that was taken has come back.
    pub full_until: i64,
}

opaque!(Model);

/// None: a row of this table points to no other.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
