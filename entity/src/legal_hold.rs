//! The table `legal_hold`.

use sea_orm::entity::prelude::*;

/// That a record is held, so that nothing erases it. It is released once, and else never changed.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "legal_hold")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it was placed.
    pub created_at: DateTimeUtc,
    pub organisation_id: Uuid,
    /// The type of the record, such as `Volunteer`.
    pub subject_type: String,
    /// The record.
    pub subject_id: Uuid,
    /// Why.
    pub reason: String,
    /// When it ends by itself; never where there is none.
    pub ends_at: Option<DateTimeUtc>,
    /// Who placed it.
    pub account_id: Option<Uuid>,
    /// When it was released.
    pub released_at: Option<DateTimeUtc>,
    /// Who released it.
    pub released_by_id: Option<Uuid>,
    /// Why.
    pub release_reason: Option<String>,
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
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::ReleasedById",
        to = "super::account::Column::Id"
    )]
    ReleasedBy,
}

impl ActiveModelBehavior for ActiveModel {}
