//! The table `outside_sign_in`.

use sea_orm::entity::prelude::*;

/// A sign-in at an outside provider that has begun.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outside_sign_in")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    /// The name of the provider in the settings.
    pub provider: String,
    /// The SHA-256 of what the browser carries there and back.
    pub state: String,
    /// The SHA-256 of what the page that began it will show.
    pub challenge: String,
    /// The page to which the browser is sent at the end.
    pub return_to: String,
    /// When the browser came back; it does so once.
    pub answered_at: Option<DateTimeUtc>,
    /// The SHA-256 of what the page is given for a session.
    pub ticket: Option<String>,
    /// Whose session it will be.
    pub account_id: Option<Uuid>,
    /// Whether the provider has seen a second factor.
    pub second_factor: bool,
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
