//! The table `letter`.

use sea_orm::entity::prelude::*;

/// A letter that waits to be sent. No secret is in it.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "letter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub account_id: Option<Uuid>,
    /// One of `RECOVERY`, `INVITATION`, `CHANGED`.
    pub kind: String,
    /// The address, sealed.
    pub sealed: String,
    /// When it is to be sent, or tried again.
    pub next_at: DateTimeUtc,
    /// After this instant it is given up.
    pub ends_at: DateTimeUtc,
    pub attempts: i32,
    /// Since when it may not go to the place where the mail server is; null unless it may not.
    pub withheld_at: Option<DateTimeUtc>,
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
