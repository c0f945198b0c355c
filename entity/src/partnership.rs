//! The table `partnership`.

use sea_orm::entity::prelude::*;

/// A share: what one organisation, the lead, lets another, the partner, see and do.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The organisation that shares.
    pub lead_id: Uuid,
    /// The organisation that is shared with.
    pub partner_id: Uuid,
    /// One of `PROPOSED`, `ACTIVE`, `SUSPENDED`, `ENDED`.
    pub state: String,
    /// One of `READ_ONLY`, `EDIT`, `ADMIN`.
    pub level: String,
    /// A JSON array of `ROSTER`, `NAMES`, `CONTACTS`, `NOTES`.
    pub field_groups: String,
    /// Whether people appear masked.
    pub desensitised: bool,
    pub purpose: Option<String>,
    pub valid_from: Option<DateTimeUtc>,
    pub valid_to: Option<DateTimeUtc>,
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
        from = "Column::LeadId",
        to = "super::organisation::Column::Id"
    )]
    Lead,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::PartnerId",
        to = "super::organisation::Column::Id"
    )]
    Partner,
}

impl ActiveModelBehavior for ActiveModel {}
