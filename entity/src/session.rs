//! The table `session`.

use sea_orm::entity::prelude::*;

/// What begins where a person signs in and ends where the person signs out.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub account_id: Uuid,
    /// One of `PASSWORD`, `OIDC` (by way of a browser), `OIDC_TOKEN` (at the graph).
    pub way: String,
    /// When a second factor was shown; null while none was.
    pub second_factor_at: Option<DateTimeUtc>,
    /// When it ends at the latest.
    pub ends_at: DateTimeUtc,
    /// When it was ended before.
    pub ended_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// The row that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
