//! The table `holiday`.

use sea_orm::entity::prelude::*;

/// A public holiday, as its source gives it.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "holiday")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub date: Date,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    /// The name in simplified characters.
    pub name_zh_hans: Option<String>,
    pub source: String,
    /// The key in `source`; unique with it.
    pub external_id: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the row's changes, from 1.
    pub revision: i32,
    /// When the row was put away; null while it is in use.
    pub archived_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// None: a row of this table points to no other.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
