//! The table `policy_set`.

use sea_orm::entity::prelude::*;

/// A set of policies as it was published. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_set")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    /// Counts the sets, from 1.
    pub number: i32,
    /// The first characters of its hash.
    pub version: String,
    /// Its schema, policies and scenarios, as the text of a JSON object.
    pub documents: String,
    /// Why it was published.
    pub reason: String,
    /// What the gate said, as the text of a JSON object.
    pub report: String,
    /// Who published it.
    pub account_id: Uuid,
    /// The number of the earlier set that it puts in force again, if it does.
    pub restores: Option<i32>,
}

opaque!(Model);

/// The rows that a row of this table points to.
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
