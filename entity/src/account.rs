//! The table `account`.

use sea_orm::entity::prelude::*;

/// A person who signs in (`User` in the API).
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    pub email: Option<String>,
    /// The language to write in, as a tag such as `zh-HK`.
    pub locale: String,
    /// One of `ACTIVE`, `DISABLED`.
    pub status: String,
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
