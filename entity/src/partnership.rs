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
    /// One of `PROPOSED`, `ACTIVE`, `SUSPENDED`, `DECLINED`, `ENDED`.
    pub state: String,
    /// One of `READ_ONLY`, `EDIT`, `ADMIN`.
    pub level: String,
    /// A JSON array of `ROSTER`, `CONTACTS`, `NOTES`, `HISTORY`, `ORIGINS`.
    pub field_groups: String,
    /// Whether people appear masked.
    pub desensitised: bool,
    pub purpose: Option<String>,
    pub valid_from: Option<DateTimeUtc>,
    pub valid_to: Option<DateTimeUtc>,
    /// Who holds it while it is suspended: `LEAD`, `PARTNER` or `BOTH`.
    pub suspended_by: Option<String>,
    /// Which side's change waits for the other: `LEAD` or `PARTNER`.
    pub proposed_by: Option<String>,
    /// That change, as the text of a JSON object.
    pub proposed_change: Option<String>,
    /// The number of the last step of its trail, 0 before the first.
    pub last_step: i32,
    /// The space from which it was offered, if from one.
    pub space_id: Option<Uuid>,
    /// Up to when the passing of time is in its trail; since it was made where null.
    pub settled_at: Option<DateTimeUtc>,
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
        belongs_to = "super::space::Entity",
        from = "Column::SpaceId",
        to = "super::space::Column::Id"
    )]
    Space,
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
