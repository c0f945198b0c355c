//! The table `recovery_code`.

use sea_orm::entity::prelude::*;

/// A code that stands in once for an authenticator that was lost.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub account_id: Uuid,
    /// Its SHA-256.
    pub hash: String,
    /// When it was used.
    pub used_at: Option<DateTimeUtc>,
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
