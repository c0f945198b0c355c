//! The table `tag`.

use sea_orm::entity::prelude::*;

/// A word of a vocabulary, keyed by `vocabulary` and `code`.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tag")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub vocabulary: String,
    pub code: String,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    pub name_fr: Option<String>,
    /// The code of the wider word in the same vocabulary.
    pub parent_code: Option<String>,
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
