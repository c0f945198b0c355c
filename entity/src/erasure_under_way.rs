//! The table `erasure_under_way`.

use sea_orm::entity::prelude::*;

/// A person who is being erased: there only while that transaction lasts.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "erasure_under_way")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
}

opaque!(Model);

/// None: a row of this table points to no other.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
