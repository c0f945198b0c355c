//! The table `policy_keeper_act`.

use sea_orm::entity::prelude::*;

/// That an organisation was named to look after the policies, or let go. A row is never changed and
/// never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_keeper_act")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    /// Counts the acts, from 1.
    pub number: i32,
    pub organisation_id: Uuid,
    /// One of `ADD`, `REMOVE`.
    pub deed: String,
    /// Who did it, where that was said.
    pub account_id: Option<Uuid>,
    /// Why, where that was said.
    pub reason: Option<String>,
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
}

impl ActiveModelBehavior for ActiveModel {}
