//! The table `data_key`.

use sea_orm::entity::prelude::*;

/// A key with which values are sealed or found, wrapped by a key that the database never holds.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    /// `DATA` for sealing, `LOOK_UP` for finding.
    pub purpose: String,
    /// Counts the keys of a purpose, from 1.
    pub number: i32,
    /// The name of the key that has wrapped it.
    pub wrapped_by: String,
    /// The key, wrapped.
    pub wrapped: String,
}

opaque!(Model);

/// The rows that a row of this table points to: none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
