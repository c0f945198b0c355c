//! The table `policy_act`.

use sea_orm::entity::prelude::*;

/// Something that a person did with a set of policies. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_act")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub created_at: DateTimeUtc,
    /// Counts the acts, from 1.
    pub number: i32,
    pub policy_set_id: Uuid,
    /// One of `PUBLISH`, `ROLLBACK`, `APPROVE`.
    pub deed: String,
    /// Who did it.
    pub account_id: Uuid,
    /// The version that was in force before.
    pub version_before: String,
    /// The version of the set.
    pub version_after: String,
    /// Whether the set came into force by it, or waits for another person's approval.
    pub in_force: bool,
    /// What the gate said at an approval, as the text of a JSON object.
    pub report: Option<String>,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::policy_set::Entity",
        from = "Column::PolicySetId",
        to = "super::policy_set::Column::Id"
    )]
    PolicySet,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
