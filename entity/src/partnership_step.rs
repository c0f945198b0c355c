//! The table `partnership_step`.

use sea_orm::entity::prelude::*;

/// Something that a side did with a share. A row is never changed and never taken away.
#[derive(Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub partnership_id: Uuid,
    /// The share's lead, kept here for the policies.
    pub lead_id: Uuid,
    /// The share's partner, kept here for the policies.
    pub partner_id: Uuid,
    /// Counts the steps of a share, from 1.
    pub number: i32,
    /// What was done: `PROPOSE`, `ACCEPT` and so on.
    pub deed: String,
    /// `LEAD` or `PARTNER`.
    pub side: String,
    /// Who did it.
    pub account_id: Option<Uuid>,
    /// What the changed values were, as the text of a JSON object.
    pub before_values: String,
    /// What they became.
    pub after_values: String,
    /// When it was done.
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub revision: i32,
    pub archived_at: Option<DateTimeUtc>,
}

opaque!(Model);

/// The rows that a row of this table points to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::partnership::Entity",
        from = "Column::PartnershipId",
        to = "super::partnership::Column::Id"
    )]
    Partnership,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::LeadId",
        to = "super::organisation::Column::Id"
    )]
    Lead,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::PartnerId",
        to = "super::organisation::Column::Id"
    )]
    Partner,
    #[sea_orm(
        belongs_to = "super::account::Entity",
        from = "Column::AccountId",
        to = "super::account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
