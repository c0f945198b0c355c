//! The table `retention_rule`.

use sea_orm::entity::prelude::*;

/// How long an organisation keeps a kind of data. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    pub organisation_id: Uuid,
    /// `NOTICES`, `ROSTERS` and so on.
    pub subject: String,
    /// Counts the rules of an organisation for a subject, from 1; the last is in force.
    pub number: i32,
    /// So many months; as the server has it where there are none.
    pub months: Option<i32>,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub account_id: Option<Uuid>,
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
