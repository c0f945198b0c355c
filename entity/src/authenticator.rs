//! The table `authenticator`.

use sea_orm::entity::prelude::*;

/// The secret that a person shares with an app that shows one-time codes.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "authenticator")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub account_id: Uuid,
    /// The secret, sealed.
    pub sealed: String,
    /// When the person showed the first code of it; null until then.
    pub confirmed_at: Option<DateTimeUtc>,
    /// The time step of the last code that was used; none before it counts.
    pub last_step: i32,
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
