//! The table `notice`.

use sea_orm::entity::prelude::*;

/// A notice of an organisation, to a project or a class or to all.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organisation_id: Uuid,
    pub project_id: Option<Uuid>,
    pub class_id: Option<Uuid>,
    pub author_id: Option<Uuid>,
    pub title_en: Option<String>,
    pub title_zh: Option<String>,
    pub body_en: Option<String>,
    pub body_zh: Option<String>,
    /// One of `NORMAL`, `IMPORTANT`, `URGENT`.
    pub urgency: String,
    /// One of `DRAFT`, `PUBLISHED`, `WITHDRAWN`.
    pub status: String,
    /// Counts the published wordings, from 1.
    pub version: i32,
    pub published_at: Option<DateTimeUtc>,
    pub requires_signature: bool,
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
    #[sea_orm(
        belongs_to = "super::project::Entity",
        from = "Column::ProjectId",
        to = "super::project::Column::Id"
    )]
    Project,
    #[sea_orm(
        belongs_to = "super::school_class::Entity",
        from = "Column::ClassId",
        to = "super::school_class::Column::Id"
    )]
    Class,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AuthorId",
        to = "super::account::Column::Id"
    )]
    Author,
}

impl ActiveModelBehavior for ActiveModel {}
