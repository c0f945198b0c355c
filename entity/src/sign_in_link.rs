//! The table `sign_in_link`.

use sea_orm::entity::prelude::*;

/// A link by which somebody sets a password once.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub account_id: Uuid,
    /// One of `RECOVERY`, `INVITATION`.
    pub kind: String,
    /// The address with which the person then signs in, sealed.
    pub sealed: String,
    /// The SHA-256 of what is in the link.
    pub hash: String,
    pub ends_at: DateTimeUtc,
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
