//! The table `shift_template`.

use sea_orm::entity::prelude::*;

/// What a standard activity needs; shifts take it over when they are made.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shift_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose it is.
    pub organisation_id: Uuid,
    pub name_en: Option<String>,
    pub name_zh: Option<String>,
    pub task_type: Option<String>,
    /// A JSON array of strings.
    pub tags: String,
    pub outdoor: bool,
    /// How many volunteers are needed.
    pub needed: i32,
    pub duration_minutes: i32,
    pub instructions_en: Option<String>,
    pub instructions_zh: Option<String>,
    /// Whether it may be brought into spaces.
    pub forwardable: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Counts the row's changes, from 1.
    pub revision: i32,
    /// When the row was put away; null while it is in use.
    pub archived_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl ActiveModelBehavior for ActiveModel {}
